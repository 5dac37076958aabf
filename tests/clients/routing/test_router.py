# Some states can only be reached from inside.
# pyright: reportPrivateUsage=false
"""Which endpoint gets a request, and what is said of it."""

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from darner_clients.chat import ChatRequest, Finish, Text
from darner_clients.endpoint import Deadlines, Endpoint
from darner_clients.errors import EndpointError, Interrupted, Late, Overflow, Overloaded, Unreachable
from darner_clients.routing.circuit_breaker import CircuitBreaker, Health
from darner_clients.routing.router import EndpointStatus, Route, Router, Unroutable
from darner_clients.routing.shared_store import SharedStore
from darner_clients.testing import Fault, Script, ScriptedEndpoint, ScriptedReply
from darner_clients.testing.script import Dialect
from darner_clients.wire.response_stream import Item

SMALL = Script(window=2048, otherwise="from the small one")
LARGE = Script(window=16_384, otherwise="from the large one")


def sized(tokens: int) -> str:
    return "x" * (4 * tokens)


async def patch(
    router: Router, tokens: int, output: int = 100, without: tuple[str, ...] = ()
) -> list[Item] | Unroutable:
    """A request of some size; its words are counted as the scripted endpoints count."""
    prompt = sized(tokens)
    route = await router.choose(lambda _: tokens, output=output, without=without)
    if isinstance(route, Unroutable):
        return route
    request = ChatRequest((("user", prompt),), route.prompt_tokens, output)
    async with router.stream(route, request) as items:
        return [item async for item in items]


def said(items: list[Item] | Unroutable) -> str:
    assert not isinstance(items, Unroutable), items
    return "".join(item.text for item in items if isinstance(item, Text))


async def test_a_small_request_goes_to_the_first_and_a_large_one_to_the_second_unasked() -> None:
    async with (
        ScriptedEndpoint(SMALL) as small,
        ScriptedEndpoint(LARGE) as large,
        Router([small.endpoint("fast"), large.endpoint("gpu")], state_dir=None) as router,
    ):
        assert said(await patch(router, 100)) == "from the small one"
        assert said(await patch(router, 4000)) == "from the large one"
        assert [len(small.asked), len(large.asked)] == [1, 1]
        route = await router.choose(lambda _: 4000, output=100)
        assert isinstance(route, Route)
        assert route.reason == (
            f"{route.prompt_tokens} tokens and 100 for the reply fit its window of 16384 "
            "(not fast: 4031 tokens and 100 for the reply exceed its window of 2048)"
        )


async def test_over_every_window_says_what_would_fit() -> None:
    async with ScriptedEndpoint(SMALL) as small, ScriptedEndpoint(LARGE) as large:
        endpoints = [small.endpoint("fast"), large.endpoint("gpu")]
        async with Router(endpoints, state_dir=None) as router:
            found = await patch(router, 20_000, output=500)
            assert isinstance(found, Unroutable)
            assert found.largest is not None
            endpoint, most = found.largest
            assert (endpoint, [name for name, _ in found.tried]) == (endpoints[1], ["fast", "gpu"])
            assert isinstance(await router.choose(lambda _: most + 2, output=500), Unroutable)
            assert said(await patch(router, most, output=500)) == "from the large one"
            assert [len(small.asked), len(large.asked)] == [0, 1]


async def test_with_the_first_one_gone_the_second_answers_and_says_why() -> None:
    async with ScriptedEndpoint(SMALL) as small, ScriptedEndpoint(LARGE) as large:
        endpoints = [small.endpoint("fast"), large.endpoint("gpu")]
        async with Router(endpoints, state_dir=None) as router:
            assert said(await patch(router, 100)) == "from the small one"
            await small.stop()
            with pytest.raises(Unreachable):
                await patch(router, 100)
            route = await router.choose(lambda _: 100, output=100)
            assert isinstance(route, Route)
            assert (route.endpoint.name, "not fast: 127.0.0.1:" in route.reason) == ("gpu", True)
            assert said(await patch(router, 100)) == "from the large one"
            await large.stop()
            found = await patch(router, 100, without=("gpu",))
            assert isinstance(found, Unroutable)
            assert (found.largest, [name for name, _ in found.tried]) == (None, ["gpu", "fast"])


@pytest.mark.parametrize("window", [None, 2048])
async def test_with_all_gone_both_are_named(window: int | None) -> None:
    async with ScriptedEndpoint(SMALL) as small:
        endpoints = [small.endpoint("fast", window=window), small.endpoint("gpu", window=window)]
    async with Router(endpoints, state_dir=None) as router:
        await router.status(probe=True)
        found = await patch(router, 100)
        assert isinstance(found, Unroutable)
        assert [(name, why.endswith("check base_url and the network")) for name, why in found.tried] == [
            ("fast", True),
            ("gpu", True),
        ]


async def test_a_circuit_opens_for_its_own_faults_only_and_closes_after_a_probe() -> None:
    now = [0.0]
    async with ScriptedEndpoint(SMALL) as small, ScriptedEndpoint(LARGE) as large:
        endpoints = [small.endpoint("fast"), large.endpoint("gpu")]
        async with Router(endpoints, state_dir=None, warm=False, clock=lambda: now[0]) as router:
            small.script = Script(window=2048, faults=(Fault("status", status=400, times=5),))
            for _ in range(5):
                with pytest.raises(EndpointError):
                    await patch(router, 100)
            assert said(await patch(router, 100)) == "ok"
            small.script = Script(window=2048, faults=(Fault("status", status=503, times=2),), otherwise="well again")
            for _ in range(2):
                with pytest.raises(Overloaded):
                    await patch(router, 100)
            assert said(await patch(router, 100)) == "from the large one"
            now[0] += 1.5
            before = len(small.log)
            assert said(await patch(router, 100)) == "well again"
            assert [each.asked for each in small.log[before:]] == [False, True]
            assert said(await patch(router, 100)) == "well again"


async def test_a_machine_that_was_started_anew_trusts_again() -> None:
    now, store = [900_000.0], SharedStore(None)
    circuit = CircuitBreaker("http://x", store, lambda: now[0])
    try:
        await circuit.failed(Unreachable("x", "gone"))
        assert await circuit.health() == Health(1.0, doubtful=True, why="gone")
        now[0] = 30.0
        assert await circuit.health() == Health(0.0, doubtful=True, why="gone")
    finally:
        store.close()


async def test_health_is_shared_by_all_processes(tmp_path: Path) -> None:
    async with ScriptedEndpoint(SMALL) as small, ScriptedEndpoint(LARGE) as large:
        endpoints = [small.endpoint("fast"), large.endpoint("gpu")]
        await small.stop()
        async with Router(endpoints, state_dir=tmp_path, warm=False) as router:
            assert said(await patch(router, 100)) == "from the large one"
        async with Router(endpoints, state_dir=tmp_path, warm=False) as router:
            route = await router.choose(lambda _: 100, output=10)
            assert isinstance(route, Route)
            assert "retrying in 1 s" in route.reason


async def test_a_request_longer_than_its_window_is_never_sent() -> None:
    async with ScriptedEndpoint(SMALL) as small, Router([small.endpoint("fast")], state_dir=None) as router:
        route = await router.choose(lambda _: 100, output=10)
        assert isinstance(route, Route)
        with pytest.raises(Overflow):
            async with router.stream(route, ChatRequest((("user", "x"),), 2048, 10)):
                pass
        assert small.asked == []
        async with router.stream(route, ChatRequest((("user", "x"),), 2000, 500)) as items:
            assert said([item async for item in items]) == "from the small one"
        assert small.asked[0].body["max_tokens"] == 48


async def test_what_an_endpoint_counts_corrects_what_is_estimated() -> None:
    script = Script(window=8192, count=lambda text: len(text) // 3, overhead=40)
    async with ScriptedEndpoint(script) as scripted, Router([scripted.endpoint("fast")], state_dir=None) as router:
        for tokens in (300, 900, 500, 1500, 700):
            await patch(router, tokens)
        route = await router.choose(lambda _: 1000, output=10)
        assert isinstance(route, Route)
        assert 0.99 * 1373 <= route.prompt_tokens <= 1.02 * 1373


async def test_a_window_that_was_wrong_is_learned_from_the_refusal() -> None:
    script = Script(dialect="openai", window=1000)
    async with ScriptedEndpoint(script) as scripted, ScriptedEndpoint(LARGE) as large:
        endpoints = [scripted.endpoint("fast", window=4000), large.endpoint("gpu")]
        async with Router(endpoints, state_dir=None) as router:
            with pytest.raises(Overflow):
                await patch(router, 2000)
            assert said(await patch(router, 2000)) == "from the large one"
            assert [each.window_source for each in await router.status(probe=False)] == [
                "its rejection of a longer prompt",
                "/v1/models",
            ]


async def test_the_only_endpoint_is_asked_again_when_that_may_help() -> None:
    paused: list[float] = []

    async def pause(seconds: float) -> None:
        paused.append(seconds)
        await asyncio.sleep(0)

    faults = (Fault("status", status=503, times=1, retry_after="1"), Fault("cut", after=-1, times=1))
    async with (
        ScriptedEndpoint(Script(faults=faults)) as scripted,
        Router([scripted.endpoint("only")], state_dir=None, pause=pause) as router,
    ):
        assert said(await patch(router, 10)) == "ok"
        # The cut came on a connection that had been idle: it counts as dead, and is replaced at once.
        assert (paused, len(scripted.asked)) == ([1.0], 3)
        scripted.script = Script(faults=(Fault("error-chunk", after=1),), otherwise="a b c")
        with pytest.raises(EndpointError):
            await patch(router, 10)
        assert len(scripted.asked) == 4


async def test_the_only_endpoint_is_not_asked_again_when_it_was_late() -> None:
    async with ScriptedEndpoint(Script(first_token=60.0)) as scripted:
        endpoint = scripted.endpoint("only", deadlines=Deadlines(5, 0.15, 5))
        async with Router([endpoint], state_dir=None) as router:
            with pytest.raises(Late):
                await patch(router, 10)
        await scripted.until(lambda: not scripted.connections)
        assert len(scripted.asked) == 1


async def test_predictions_stop_by_themselves() -> None:
    async with (
        ScriptedEndpoint(Script(dialect="cerebras", otherwise="nothing alike")) as scripted,
        Router([scripted.endpoint("fast")], state_dir=None) as router,
    ):
        route = await router.choose(lambda _: 100, output=10)
        assert isinstance(route, Route)
        request = ChatRequest((("user", "x"),), 100, 10, prediction="a long and quite different text of many words")
        for _ in range(4):
            async with router.stream(route, request) as items:
                assert said([item async for item in items]) == "nothing alike"
        assert ["prediction" in each.body for each in scripted.asked] == [True, False, False, False]


# -- hedging


async def hedged(router: Router, late: str = "hi") -> tuple[str, str]:
    """(what was said, who said it)."""
    route = await router.choose(lambda _: 10, output=50)
    assert isinstance(route, Route)
    async with router.stream(route, ChatRequest((("user", late),), route.prompt_tokens, 50)) as items:
        found = [item async for item in items]
    finish = found[-1]
    assert isinstance(finish, Finish)
    return said(found), finish.endpoint


async def known(router: Router, seconds: float) -> None:
    """The first endpoint's first tokens have come within `seconds` so far."""
    await router.status(probe=True)
    for _ in range(8):
        router._targets["first"].samples.add("first_token", seconds)


async def test_a_late_first_token_has_the_second_asked_and_the_loser_closed() -> None:
    first_script = Script(otherwise="from the first", faults=(Fault("silence", after=0),))
    async with (
        ScriptedEndpoint(first_script) as first,
        ScriptedEndpoint(LARGE) as second,
        Router([first.endpoint("first"), second.endpoint("second")], state_dir=None) as router,
    ):
        await known(router, 0.01)
        assert await hedged(router) == ("from the large one", "second")
        await first.until(lambda: first.asked[0].done)
        assert first.asked[0].closed == "client"


async def test_reasoning_is_no_content_and_does_not_win() -> None:
    paused = (Fault("pause", text="from"),)  # before the content
    thought = ScriptedReply("hi", "from the first", reasoning="hm " * 20)
    async with (
        ScriptedEndpoint(Script(replies=(thought,), first_token=0.5, faults=paused)) as first,
        ScriptedEndpoint(replace(LARGE, faults=paused)) as second,
        Router([first.endpoint("first"), second.endpoint("second")], state_dir=None) as router,
    ):
        await known(router, 0.01)
        answer = asyncio.ensure_future(hedged(router))
        while not (first.asked and first.asked[0].tokens):  # noqa: ASYNC110 - how far a stream is is no event
            await asyncio.sleep(0.005)
        second.resume()
        assert await answer == ("from the large one", "second")


async def test_a_first_token_in_time_is_not_hedged() -> None:
    async with (
        ScriptedEndpoint(SMALL) as first,
        ScriptedEndpoint(LARGE) as second,
        Router([first.endpoint("first"), second.endpoint("second")], state_dir=None) as router,
    ):
        await known(router, 5.0)
        assert await hedged(router) == ("from the small one", "first")
        assert second.asked == []


@pytest.mark.parametrize(
    ("taken", "reply", "hedge", "expected"),
    [
        (0, "search-replace", True, "second"),
        (800, "search-replace", True, "first"),
        (0, "whole", True, "first"),
        (0, "search-replace", False, "first"),
    ],
)
async def test_no_hedge_when_quota_is_low_or_the_reply_format_differs_or_it_is_switched_off(
    taken: int, reply: str, hedge: bool, expected: str
) -> None:
    silent = (Fault("silence", after=0),) if expected == "second" else ()
    slow = Script(otherwise="from the first", first_token=0.3, faults=silent)
    scarce = Script(dialect="cerebras", otherwise="from the second", tokens_per_minute=1000)
    async with ScriptedEndpoint(slow) as first, ScriptedEndpoint(scarce) as second:
        endpoints = [first.endpoint("first"), second.endpoint("second", reply=reply)]
        async with Router(endpoints, state_dir=None, hedge=hedge) as router:
            await known(router, 0.01)
            if taken:
                await router._targets["second"].quota.admit(taken, interactive=True)
            assert await hedged(router) == (f"from the {expected}", expected)
        assert len(second.asked) == (expected == "second")


async def test_if_the_first_fails_while_both_are_asked_the_second_answers() -> None:
    silent = Script(faults=(Fault("silence", after=0),))
    late = Script(otherwise="from the second", faults=(Fault("pause", text="from"),))
    async with ScriptedEndpoint(silent) as first, ScriptedEndpoint(late) as second:
        endpoints = [first.endpoint("first", deadlines=Deadlines(60, 1, 60)), second.endpoint("second")]
        async with Router(endpoints, state_dir=None) as router:
            await known(router, 0.01)
            answer = asyncio.ensure_future(hedged(router))
            await first.until(lambda: bool(first.asked) and first.asked[0].done)  # it was given up
            second.resume()
            assert await answer == ("from the second", "second")


async def test_if_both_fail_the_error_is_typed() -> None:
    cut = Script(faults=(Fault("cut", after=0),), first_token=0.15)
    async with ScriptedEndpoint(cut) as first, ScriptedEndpoint(cut) as second:
        first.script = Script(faults=(Fault("silence", after=0),))
        endpoints = [first.endpoint("first", deadlines=Deadlines(5, 0.3, 5)), second.endpoint("second")]
        async with Router(endpoints, state_dir=None) as router:
            await known(router, 0.01)
            with pytest.raises(EndpointError):
                await hedged(router)


# -- how much is reserved


@pytest.mark.parametrize(("limit", "output"), [(0, 500), (20_000, 500), (1_000_000, 2000)])
async def test_where_the_quota_has_room_more_is_reserved_than_predicted(limit: int, output: int) -> None:
    script = Script(dialect="cerebras", window=65_536, max_output=8000, tokens_per_minute=limit)
    async with ScriptedEndpoint(script) as scripted, Router([scripted.endpoint("it")], state_dir=None) as router:
        first = await router.choose(lambda _: 1000, output=500)
        assert isinstance(first, Route)
        async with router.stream(first, ChatRequest((("user", "hi"),), first.prompt_tokens, 500)) as items:
            assert [item async for item in items]
        predicted = await router.choose(lambda _: 1000, output=lambda _: 500)
        exact = await router.choose(lambda _: 1000, output=500)
        assert isinstance(predicted, Route)
        assert isinstance(exact, Route)
        assert (predicted.output, exact.output) == (output, 500)


@pytest.mark.parametrize("prompt", [1000, 4800, 5500])
async def test_no_more_is_reserved_than_window_and_endpoint_hold(prompt: int) -> None:
    script = Script(dialect="cerebras", window=6400, max_output=1800, tokens_per_minute=1_000_000)
    async with ScriptedEndpoint(script) as scripted, Router([scripted.endpoint("it")], state_dir=None) as router:
        first = await router.choose(lambda _: 10, output=10)
        assert isinstance(first, Route)
        async with router.stream(first, ChatRequest((("user", "hi"),), first.prompt_tokens, 10)) as items:
            assert [item async for item in items]
        route = await router.choose(lambda _: prompt, output=lambda _: 500)
        assert isinstance(route, Route)
        assert route.output == min(1800, 6400 - route.prompt_tokens)


# -- what doctor shows


async def test_status_tells_what_is_known(tmp_path: Path) -> None:
    script = Script(dialect="cerebras", window=65_536, max_output=8000, tokens_per_minute=30_000, key="sk-secret")
    async with ScriptedEndpoint(script) as scripted, ScriptedEndpoint(LARGE) as gone:
        endpoints = [scripted.endpoint("fast"), gone.endpoint("gpu", window=999)]
        await gone.stop()
        async with Router(endpoints, state_dir=tmp_path, warm=False) as router:
            await router.status(probe=True)
            await patch(router, 1000)
        async with Router(endpoints, state_dir=tmp_path, warm=False) as router:
            fast, gpu = await router.status(probe=True)
        assert "sk-secret" not in repr((fast, gpu))
        assert fast == EndpointStatus(
            name="fast",
            kind="cerebras",
            base_url=scripted.url,
            model="scripted",
            reachable=True,
            problem="",
            window=65_536,
            window_source="/public/v1/models",
            max_output=8000,
            quota=fast.quota,
            tokenizer="o200k_base",
            token_error=pytest.approx(0.054, abs=0.001),  # type: ignore[arg-type] # a matcher
            token_samples=1,
            connect=fast.connect,
            first_token=fast.first_token,
            first_token_p95=None,
            decode_rate=None,
            next_request="used first",
        )
        assert [(each.unit, each.limit) for each in fast.quota] == [("tokens", 30_000)]
        assert (fast.connect or 0) > 0
        assert (fast.first_token or 0) > 0
        assert (gpu.reachable, gpu.window, gpu.window_source) == (False, 999, "your settings")
        assert gpu.problem.startswith(f"{endpoints[1].host} cannot be reached: ")
        assert gpu.next_request == "not sent here: the endpoint cannot be used now"


@pytest.mark.parametrize("dialect", ["cerebras", "vllm", "llamacpp"])
async def test_status_finds_a_wrong_key_and_a_model_that_is_not_there(dialect: Dialect) -> None:
    async with ScriptedEndpoint(Script(dialect=dialect, key="sk-right")) as scripted:
        wrong, right = scripted.endpoint("wrong", api_key="sk-wrong"), scripted.endpoint("right")
        other = scripted.endpoint("other", model="another")
        async with Router([wrong, right, other], state_dir=None, warm=False) as router:
            found = [(each.reachable, each.problem) for each in await router.status(probe=True, token=True)]
    no_such = "" if dialect == "llamacpp" else "it does not serve the model 'another'; it has scripted"
    assert [each[0] for each in found] == [True, True, True]
    assert found[0][1].endswith("; check the key of 'wrong'")
    assert [each[1] for each in found[1:]] == ["", no_such]


async def test_no_endpoints_is_said_plainly() -> None:
    async with Router([], state_dir=None) as router:
        assert await router.choose(lambda _: 1, output=1) == Unroutable("no endpoint is set up", ())


async def test_a_router_that_is_closed_while_it_is_used_leaves_nothing_open(tmp_path: Path) -> None:
    async with ScriptedEndpoint(Script(otherwise="a b c d", faults=(Fault("silence", after=800),))) as scripted:
        router = Router([scripted.endpoint("fast")], state_dir=tmp_path)

        async def use() -> None:
            route = await router.choose(lambda _: 10, output=50)
            assert isinstance(route, Route)
            async with router.stream(route, ChatRequest((("user", "x"),), 10, 50)) as items:
                async for _ in items:
                    begun.set()

        async with asyncio.TaskGroup() as group:
            begun = asyncio.Event()
            async with router:
                using = group.create_task(_raised(use()))
                await begun.wait()
            assert isinstance(await using, Interrupted)
        assert isinstance(await _raised(use()), Unreachable)
        await scripted.until(lambda: not scripted.connections)


async def _raised(work: Coroutine[Any, Any, None]) -> BaseException | None:
    try:
        await work
    except EndpointError as error:
        return error
    return None


async def test_a_stream_that_breaks_says_that_part_of_it_came() -> None:
    script = Script(otherwise="a b c d e f", faults=(Fault("cut", after=800),))
    async with ScriptedEndpoint(script) as scripted, Router([scripted.endpoint("fast")], state_dir=None) as router:
        route = await router.choose(lambda _: 10, output=50)
        assert isinstance(route, Route)
        got: list[str] = []
        with pytest.raises(Interrupted) as caught:  # noqa: PT012 - what came before counts
            async with router.stream(route, ChatRequest((("user", "x"),), 10, 50)) as items:
                async for item in items:
                    assert isinstance(item, Text)
                    got.append(item.text)
        assert (caught.value.started, "".join(got)) == (True, "a b c")


def test_an_endpoint_is_cheap_data() -> None:
    endpoint = Endpoint("x", "vllm", "https://user@h:8000/v1/", "m", api_key="secret")
    assert (endpoint.base, endpoint.root, endpoint.host) == ("https://user@h:8000/v1", "https://user@h:8000", "h:8000")
    assert "secret" not in repr(endpoint)


@pytest.mark.parametrize(("task_tokens", "samples"), [(600, 1), (0, 0)])
async def test_a_reply_corrects_the_prediction_where_its_request_names_the_task(task_tokens: int, samples: int) -> None:
    async with (
        ScriptedEndpoint(SMALL) as small,
        Router([small.endpoint("it")], state_dir=None, warm=False) as router,
    ):
        expected = router.output_for(600, router.endpoints[0])
        route = await router.choose(lambda _: 10, output=expected)
        assert isinstance(route, Route)
        request = ChatRequest((("user", "hi"),), route.prompt_tokens, expected - 1, task_tokens=task_tokens)
        async with router.stream(route, request) as items:
            assert [item async for item in items]
        assert len(router._targets["it"].samples.pairs("output")) == samples
