# Some states can only be reached from inside.
# pyright: reportPrivateUsage=false
"""What an endpoint has refused is put in another way, asked again, and remembered: for the process and for the next."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from darner_clients.chat import ChatRequest, Finish, Reasoning, Text
from darner_clients.client import Client
from darner_clients.dialect import Dialect
from darner_clients.endpoint import Deadlines
from darner_clients.errors import Interrupted, Late, Overflow, Rejected
from darner_clients.routing.calibration import plausible
from darner_clients.routing.dialect_memory import VALID
from darner_clients.routing.router import Route, Router, Unroutable
from darner_clients.testing import Fault, Script, ScriptedEndpoint, ScriptedReply

MESSAGES = (("system", "be brief"), ("user", "hi"))


async def asked(router: Router, *, tokens: int = 20, output: int = 60) -> str:
    """What is said to a request of so many tokens."""
    route = await router.choose(lambda _: tokens, output=output)
    assert isinstance(route, Route), route
    messages = (*MESSAGES[:1], ("user", "x" * 4 * max(1, tokens - 8)))
    async with router.stream(route, ChatRequest(messages, route.prompt_tokens, output)) as items:
        return "".join([item.text async for item in items if isinstance(item, Text)])


def opened(endpoint: ScriptedEndpoint, folder: Path | None, clock: Callable[[], float] = lambda: 1000.0) -> Router:
    return Router([endpoint.endpoint("it")], state_dir=folder, warm=False, clock=clock)


async def test_each_refused_field_costs_one_request_once(tmp_path: Path) -> None:
    now = [1000.0]
    refuses = ("stream_options", "temperature", "max_tokens", "system")
    async with ScriptedEndpoint(Script(refuses=refuses)) as scripted:
        for requests in (5, 1):
            async with opened(scripted, tmp_path, lambda: now[0]) as router:
                before = len(scripted.asked)
                assert await asked(router) == "ok"
                assert len(scripted.asked) - before == requests
                assert await asked(router) == "ok"
                assert len(scripted.asked) - before == requests + 1
        last = scripted.asked[-1].body
        assert set(last) == {"model", "stream", "max_completion_tokens", "messages"}
        assert [each["role"] for each in last["messages"]] == ["user"]
        now[0] += VALID
        async with opened(scripted, tmp_path, lambda: now[0]) as router:
            before = len(scripted.asked)
            assert await asked(router) == "ok"
            assert len(scripted.asked) - before == 5, "a day later it is tried anew"


async def test_what_one_model_refuses_says_nothing_of_another(tmp_path: Path) -> None:
    async with ScriptedEndpoint(Script(refuses=("temperature",))) as scripted:
        async with opened(scripted, tmp_path) as router:
            await asked(router)
        scripted.script = Script(model="another")
        async with Router([scripted.endpoint("it", model="another")], state_dir=tmp_path, warm=False) as router:
            await asked(router)
        assert "temperature" in scripted.asked[-1].body


async def test_refusals_without_end_are_not_asked_without_end(tmp_path: Path) -> None:
    async with ScriptedEndpoint(Script(refuses=("messages",))) as scripted, opened(scripted, tmp_path) as router:
        with pytest.raises(Rejected):
            await asked(router)
        assert len(scripted.asked) < 8
    never = Script(faults=(Fault("status", status=400, text="max_tokens is too large"),))
    async with ScriptedEndpoint(never) as scripted, opened(scripted, None) as router:
        with pytest.raises(Rejected):
            await asked(router, output=4000)
        assert len(scripted.asked) <= 30


async def test_a_lesson_of_a_request_that_failed_all_the_same_is_not_kept(tmp_path: Path) -> None:
    faults = (
        Fault("status", status=400, text="unknown parameter: 'temperature'", times=1),
        Fault("status", status=400),
    )
    async with ScriptedEndpoint(Script(faults=faults)) as scripted:
        async with opened(scripted, tmp_path) as router:
            with pytest.raises(Rejected):
                await asked(router)
        async with opened(scripted, tmp_path) as router:
            assert router._targets["it"].client.dialect == Dialect()


@pytest.mark.parametrize("dialect", ["vllm", "vllm-old", "vllm-0.15", "openai", "cerebras", "sglang"])
async def test_a_window_is_learned_and_remembered(tmp_path: Path, dialect: str) -> None:
    script = Script(dialect=dialect, window=1000)  # type: ignore[arg-type] # one of them
    async with ScriptedEndpoint(script) as scripted:
        async with Router([scripted.endpoint("it", window=8000)], state_dir=tmp_path, warm=False) as router:
            with pytest.raises(Overflow):
                await asked(router, tokens=2000)
            found = await router.choose(lambda _: 2000, output=60)
            assert isinstance(found, Unroutable)
            assert found.largest is not None
            assert await asked(router, tokens=found.largest[1] - 10) == "ok"
        async with Router([scripted.endpoint("it", window=8000)], state_dir=tmp_path, warm=False) as router:
            assert isinstance(await router.choose(lambda _: 2000, output=60), Unroutable)
            assert (await router.status(probe=False))[0].window == 1000
        assert len(scripted.asked) == 2


async def test_a_window_that_nobody_names_is_halved() -> None:
    words = "Input is too long for requested model."
    script = Script(window=8000, faults=(Fault("status", status=400, text=words, times=2),))
    async with ScriptedEndpoint(script) as scripted, opened(scripted, None) as router:
        tokens = 4000
        for _ in range(2):
            with pytest.raises(Overflow):
                await asked(router, tokens=tokens)
            found = await router.choose(lambda _, tokens=tokens: tokens, output=60)  # type: ignore[misc] # bound at once
            assert isinstance(found, Unroutable)
            assert found.largest is not None
            assert 0.4 * tokens < found.largest[1] < 0.55 * tokens
            tokens = found.largest[1]
        assert await asked(router, tokens=tokens) == "ok"


async def test_a_figure_that_does_not_explain_it_is_taken_as_a_difference() -> None:
    words = "max_tokens must be at least 1, got -1500"
    script = Script(window=32_768, faults=(Fault("status", status=400, text=words, times=1),))
    async with ScriptedEndpoint(script) as scripted:
        endpoint = scripted.endpoint("it", window=32_768)
        async with Router([endpoint], state_dir=None, warm=False) as router:
            with pytest.raises(Overflow):
                await asked(router, tokens=4000)
            window = (await router.status(probe=False))[0].window
            assert window is not None
            assert 2500 < window < 2700
            assert isinstance(await router.choose(lambda _: 2700, output=60), Unroutable)


@pytest.mark.parametrize("told", [5000, 6000, 8000])
async def test_a_count_that_is_the_same_for_a_shorter_prompt_is_not_of_the_prompt(told: int) -> None:
    words = f"Trying to keep the first {told} tokens, but the model is loaded with a context length of only 4000 tokens"
    script = Script(window=32_000, faults=(Fault("status", status=400, text=words, times=2),))
    async with ScriptedEndpoint(script) as scripted, opened(scripted, None) as router:
        tokens = 9000
        for _ in range(2):
            with pytest.raises(Overflow):
                await asked(router, tokens=tokens)
            found = await router.choose(lambda _, tokens=tokens: tokens, output=60)  # type: ignore[misc] # bound at once
            assert isinstance(found, Unroutable)
            assert found.largest is not None
            tokens = found.largest[1]
        assert 3700 < tokens < 3940
        assert await asked(router, tokens=tokens) == "ok"


async def test_a_count_that_cannot_be_of_the_prompt_teaches_nothing() -> None:
    script = Script(window=32_000, count=lambda text: 1 + len(text) // 40)
    async with ScriptedEndpoint(script) as scripted, opened(scripted, None) as router:
        for _ in range(3):
            await asked(router, tokens=4000)
        route = await router.choose(lambda _: 4000, output=10)
        assert isinstance(route, Route)
        assert route.prompt_tokens > 4000
    assert plausible(1000, 800)
    assert plausible(1000, 2500)
    assert plausible(10, 90)
    assert not any(plausible(5000, true) for true in (0, -5, 500, 1500, 50_000))


# -- patience


class Clock:
    """Time that passes when somebody pauses."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.paused: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def pause(self, seconds: float) -> None:
        self.paused.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)


def patient(endpoints: list[ScriptedEndpoint], clock: Clock, **more: object) -> Router:
    named = [each.endpoint(f"e{at}", **more) for at, each in enumerate(endpoints)]
    return Router(named, state_dir=None, warm=False, clock=clock, pause=clock.pause)


@pytest.mark.parametrize(
    ("fault", "seconds"),
    [
        (Fault("requests", times=1, retry_after="5"), 5.0),
        (Fault("requests", times=1), 5.0),
        (Fault("tokens", times=1, retry_after="12"), 12.0),
        (Fault("tokens", times=1), 5.0),
        (Fault("status", status=503, times=1, retry_after="4"), 4.0),
        (Fault("status", status=503, times=1, text="Please retry after 7 seconds"), 7.0),
        (Fault("status", status=529, times=3), 6.5),
        (Fault("status", status=502, times=2), 2.5),
        (Fault("status", status=503, times=20, text="Loading model"), 20.0),
        (Fault("status", status=503, times=3, text="model is loading", retry_after="10"), 30.0),
    ],
    ids=lambda value: f"{value.kind} {value.status} {value.text}" if isinstance(value, Fault) else str(value),
)
async def test_the_only_endpoint_is_waited_for(fault: Fault, seconds: float) -> None:
    clock = Clock()
    async with ScriptedEndpoint(Script(faults=(fault,))) as scripted, patient([scripted], clock) as router:
        assert await asked(router) == "ok"
        assert clock.now - 1000 == pytest.approx(seconds, abs=0.6)


@pytest.mark.parametrize(
    ("fault", "most"),
    [
        (Fault("requests", retry_after="3600"), 1),
        (Fault("requests", retry_after="8640000"), 1),
        (Fault("queue", retry_after="1"), 1),
        (Fault("status", status=429, text="insufficient_quota: check your plan and billing details"), 1),
        (Fault("status", status=402), 1),
        (Fault("status", status=503), 4),
        (Fault("status", status=500), 3),
        (Fault("requests", retry_after="6"), 4),
        (Fault("status", status=503, text="Loading model"), 62),
    ],
    ids=lambda value: f"{value.kind} {value.status} {value.retry_after}" if isinstance(value, Fault) else str(value),
)
async def test_but_not_for_long_and_not_in_vain(fault: Fault, most: int) -> None:
    clock = Clock()
    async with ScriptedEndpoint(Script(faults=(fault,))) as scripted, patient([scripted], clock) as router:
        with pytest.raises(Exception, match=r".") as caught:
            await asked(router)
        assert not isinstance(caught.value, AssertionError)
        assert len(scripted.asked) <= most
        assert clock.now - 1000 <= 61


async def test_with_a_second_endpoint_nobody_waits() -> None:
    clock = Clock()
    loading = Script(faults=(Fault("status", status=503, text="Loading model"),))
    async with (
        ScriptedEndpoint(loading) as one,
        ScriptedEndpoint(Script()) as two,
        patient([one, two], clock) as router,
    ):
        route = await router.choose(lambda _: 10, output=10)
        assert isinstance(route, Route)
        assert not route.alone
        with pytest.raises(Exception, match="loading"):
            async with router.stream(route, ChatRequest(MESSAGES, 10, 10)):
                pass
        left = await router.choose(lambda _: 10, output=10, without=["e0"])
        assert isinstance(left, Route)
        assert (left.endpoint.name, left.alone, clock.paused) == ("e1", True, [])


async def test_after_a_month_was_named_somebody_may_insist() -> None:
    clock = Clock()
    script = Script(faults=(Fault("requests", retry_after="2592000", times=1),))
    async with ScriptedEndpoint(script) as scripted, patient([scripted], clock) as router:
        with pytest.raises(Exception, match="30 days"):
            await asked(router)
        found = await router.choose(lambda _: 20, output=60)
        assert isinstance(found, Unroutable)
        assert "no quota for 3600.0 s" in found.reason
        clock.now += 6
        assert await asked(router) == "ok"
        assert await asked(router) == "ok", "and it is blocked no longer"


async def test_a_bucket_smaller_than_the_request_says_what_would_fit() -> None:
    clock = Clock()
    script = Script(dialect="cerebras", window=32_000, tokens_per_minute=3000)
    async with ScriptedEndpoint(script, clock=clock) as scripted, patient([scripted], clock) as router:
        await router.status(probe=True)
        found = await router.choose(lambda _: 8000, output=500)
        assert isinstance(found, Unroutable)
        assert found.largest is not None
        assert 2000 < found.largest[1] < 2500
        assert await asked(router, tokens=found.largest[1], output=500) == "ok"
        assert clock.now < 1061


# -- company


async def apply(router: Router) -> str:
    route = await router.choose(lambda _: 10, output=50)
    assert isinstance(route, Route)
    async with router.stream(route, ChatRequest(MESSAGES, route.prompt_tokens, 50)) as items:
        return "".join([item.text async for item in items if isinstance(item, Text)])


async def test_a_silent_endpoint_without_a_history_gets_company(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("darner_clients.routing.dispatch.COMPANY", 0.1)
    silent = Script(faults=(Fault("slow", seconds=60),))
    async with ScriptedEndpoint(silent) as one, ScriptedEndpoint(Script(otherwise="second")) as two:
        endpoints = [one.endpoint("one", window=8000), two.endpoint("two", window=8000)]
        async with Router(endpoints, state_dir=None, warm=False) as router:
            assert await apply(router) == "second"
        assert [len(one.asked), len(two.asked)] == [1, 1]


async def test_where_it_cannot_be_asked_the_same_it_is_asked_instead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("darner_clients.routing.dispatch.IMPATIENCE", 0.2)
    silent = Script(faults=(Fault("slow", seconds=60),))
    async with ScriptedEndpoint(silent) as one, ScriptedEndpoint(Script(otherwise="second")) as two:
        endpoints = [one.endpoint("one"), two.endpoint("two", reply="whole")]
        async with Router(endpoints, state_dir=None, warm=False) as router:
            with pytest.raises(Exception, match=r"no token within 0\.2 s; another endpoint gets the request"):
                await apply(router)
            left = await router.choose(lambda _: 10, output=50, without=["one"])
            assert isinstance(left, Route)
            assert left.alone


async def test_a_silent_endpoint_whose_company_declines_is_given_up_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("darner_clients.routing.dispatch.COMPANY", 60.0)
    monkeypatch.setattr("darner_clients.routing.dispatch.IMPATIENCE", 0.2)
    silent = Script(faults=(Fault("slow", seconds=60),))
    async with ScriptedEndpoint(silent) as one, ScriptedEndpoint(Script(otherwise="second")) as two:
        endpoints = [one.endpoint("one", window=8000), two.endpoint("two", window=8000)]
        async with Router(endpoints, state_dir=None, warm=False) as router:
            with pytest.raises(Late, match=r"no token within 0\.2 s; another endpoint gets the request"):
                await apply(router)


# -- the end of what has none


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (ScriptedReply("", "and so on " * 5_000), "did not end at its limit of 60 tokens"),
        (ScriptedReply("", "answer", reasoning="hm " * 15_000), "did not end at its limit of 60 tokens"),
        (ScriptedReply("", "\n" * 20_000), "blanks and line ends only"),
        (ScriptedReply("", "x" * 45_000), "did not end at its limit of 60 tokens"),
    ],
    ids=["text", "thoughts", "line ends", "one long word"],
)
async def test_what_never_ends_is_broken_off(said: ScriptedReply, told: str) -> None:
    script = Script(replies=(said,), window=10**6, heeds_limit=False)
    got = 0
    patient = Deadlines(60.0, 60.0, 60.0)
    async with ScriptedEndpoint(script) as scripted, Client(scripted.endpoint("it", deadlines=patient)) as client:
        with pytest.raises(Interrupted, match=told) as caught:  # noqa: PT012 - what came before counts
            async with client.stream(ChatRequest(MESSAGES, 20, 60)) as items:
                async for item in items:
                    got += len(item.text) if isinstance(item, Text | Reasoning) else 0
    assert caught.value.started
    assert 0 < got < 30_000


async def test_what_is_only_long_is_read_to_its_end() -> None:
    text = "words of a reply " * 100
    script = Script(otherwise=text, window=10**6, heeds_limit=False)
    async with (
        ScriptedEndpoint(script) as scripted,
        Client(scripted.endpoint("it")) as client,
        client.stream(ChatRequest(MESSAGES, 20, 200)) as items,
    ):
        assert "".join([item.text async for item in items if isinstance(item, Text)]) == text


@pytest.mark.parametrize("reasoning", ["", "hm " * 300])
async def test_where_tokens_can_be_counted_it_is_cut_at_its_limit(reasoning: str) -> None:
    reply = ScriptedReply("", "words of a reply " * 2_000, reasoning=reasoning)
    script = Script(replies=(reply,), window=10**6, heeds_limit=False)
    async with ScriptedEndpoint(script) as scripted, Client(scripted.endpoint("it")) as client:
        request = ChatRequest(MESSAGES, 20, 200, count=lambda text: len(text.split()))
        async with client.stream(request) as items:
            got = [item async for item in items]
        assert client.open_sockets == 0
    last = got[-1]
    assert isinstance(last, Finish)
    assert (last.ending, last.endpoint) == ("limit", "it")
    words = "".join(item.text for item in got if isinstance(item, Text | Reasoning)).split()
    assert 200 < len(words) < 700
