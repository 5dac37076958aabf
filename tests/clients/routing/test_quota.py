# Some states can only be reached from inside.
# pyright: reportPrivateUsage=false
"""One account, several askers, a clock that the test turns."""

import asyncio
import math
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from tests.clients.routing.simulated_batch import Clock, run_batch

from darner_clients.chat import ChatRequest
from darner_clients.endpoint import Endpoint
from darner_clients.errors import EndpointError, OverQuota, QuotaKind
from darner_clients.refusals.rate_limit_headers import Allowance
from darner_clients.routing.quota import Quota, QuotaLeft, Ticket, Wait
from darner_clients.routing.router import Route, Router, Unroutable
from darner_clients.routing.shared_store import SharedStore
from darner_clients.testing import Fault, Script, ScriptedEndpoint

FAST = Endpoint("fast", "cerebras", "https://x/v1", "m", api_key="k")


STORES: list[SharedStore] = []


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    while STORES:
        STORES.pop().close()


def account(clock: Clock, folder: Path | None = None, endpoint: Endpoint = FAST) -> Quota:
    STORES.append(SharedStore(folder))
    return Quota(endpoint, STORES[-1], clock)


async def minute(clock: Clock, tokens: int = 30_000, requests: int = 5, folder: Path | None = None) -> Quota:
    quota = account(clock, folder)
    await quota.learn([Allowance("tokens", "minute", tokens), Allowance("requests", "minute", requests)])
    return quota


async def admitted(quota: Quota, tokens: int, *, interactive: bool = True) -> Ticket:
    ticket = await quota.admit(tokens, interactive=interactive)
    assert isinstance(ticket, Ticket), ticket
    return ticket


async def waits(quota: Quota, tokens: int, *, interactive: bool = True, waiter: int | None = None) -> Wait:
    wait = await quota.admit(tokens, interactive=interactive, waiter=waiter)
    assert isinstance(wait, Wait), wait
    return wait


async def test_without_limits_everything_is_admitted() -> None:
    quota = account(Clock())
    for _ in range(50):
        await admitted(quota, 10**6)


async def test_buckets_refill_continuously() -> None:
    clock = Clock()
    quota = await minute(clock)
    await admitted(quota, 20_000)
    wait = await waits(quota, 20_000)
    assert wait.seconds == pytest.approx(20.0)
    assert wait.why.startswith("no quota for 20.0 s: 10000 of 30000 tokens a minute are left")
    clock.now += 19.9
    assert (await waits(quota, 20_000, waiter=wait.waiter)).seconds == pytest.approx(0.1)
    clock.now += 0.1001
    await quota.admit(20_000, interactive=True, waiter=wait.waiter)
    assert await quota.remaining() == (
        QuotaLeft("requests", "minute", 5, 4, 12.0),
        QuotaLeft("tokens", "minute", 30_000, 0, pytest.approx(60.0, abs=0.1)),  # type: ignore[arg-type] # a matcher
    )


async def test_requests_are_counted_too() -> None:
    clock = Clock()
    quota = await minute(clock)
    for _ in range(5):
        await admitted(quota, 10)
    assert (await waits(quota, 10)).seconds == pytest.approx(12.0)


async def test_more_than_a_whole_bucket_is_never_admitted() -> None:
    wait = await waits(await minute(Clock()), 30_001)
    assert (wait.seconds, wait.why) == (math.inf, "30001 tokens exceed its quota of 30000 a minute")


async def test_headers_correct_the_account_but_for_requests_on_their_way() -> None:
    clock = Clock()
    quota = await minute(clock)
    first = await admitted(quota, 5000)
    await admitted(quota, 6000)
    await quota.update(first, [Allowance("tokens", "minute", 30_000, 21_000, 18.0)])
    assert [each.remaining for each in await quota.remaining()] == [3, 15_000]
    await quota.update(None, [Allowance("tokens", "minute", 60_000, 50_000, None)])
    assert [(each.limit, each.remaining) for each in await quota.remaining()] == [(5, 3), (60_000, 44_000)]


async def test_what_was_not_sent_is_given_back_once() -> None:
    quota = await minute(Clock())
    ticket = await admitted(quota, 5000)
    await quota.give_back(ticket)
    await quota.give_back(ticket)
    assert [each.remaining for each in await quota.remaining()] == [5, 30_000]
    ticket = await quota.adjust(await admitted(quota, 5000), 2000)
    assert (ticket.tokens, [each.remaining for each in await quota.remaining()]) == (2000, [4, 28_000])


@pytest.mark.parametrize(
    ("kind", "retry_after", "told", "seconds"),
    [
        ("requests", 7.0, [], 7.0),
        ("requests", None, [], 5.0),
        ("queue", None, [], 3.0),
        ("tokens-day", None, [], 3600.0),
        # retry-after has been seen at 59 where the bucket said 12
        ("tokens", 59.0, [Allowance("tokens", "minute", 30_000, 0, 12.0)], 12.0),
        ("tokens", None, [Allowance("tokens", "minute", 30_000, 0, 12.0)], 12.0),
        ("tokens", 2.0, [Allowance("tokens", "minute", 30_000, 20_000, 40.0)], 2.0),
    ],
)
async def test_nothing_is_sent_before_the_time_that_a_429_names(
    kind: QuotaKind, retry_after: float | None, told: list[Allowance], seconds: float
) -> None:
    clock = Clock()
    quota = await minute(clock)
    ticket = await admitted(quota, 5000)
    await quota.refused(ticket, OverQuota("fast", "too much", kind=kind, retry_after=retry_after), told)
    wait = await waits(quota, 10)
    assert wait.seconds == pytest.approx(seconds)
    clock.now += seconds - 0.01
    wait = await waits(quota, 10, waiter=wait.waiter)
    clock.now += 0.02
    assert isinstance(await quota.admit(10, interactive=True, waiter=wait.waiter), Ticket)


async def test_a_machine_that_was_started_anew_waits_for_nothing() -> None:
    clock = Clock(now=200_000.0)
    quota = await minute(clock)
    ticket = await admitted(quota, 30_000)
    await quota.refused(ticket, OverQuota("fast", "too much", kind="tokens-day"), [])
    assert (await waits(quota, 10)).seconds == pytest.approx(3600.0)
    clock.now = 20.0
    await admitted(quota, 30_000)


async def test_a_day_that_is_used_up_is_waited_for_to_its_reset() -> None:
    clock = Clock()
    quota = account(clock)
    await quota.update(None, [Allowance("tokens", "day", 1_000_000, 500, 7200.0)])
    assert (await waits(quota, 1000)).seconds == pytest.approx(7200.0)


async def test_a_limit_that_has_let_more_through_is_none() -> None:
    quota = account(Clock())
    await quota.update(await admitted(quota, 5000), [Allowance("tokens", "minute", 100, 0)])
    await admitted(quota, 5000)
    await quota.update(None, [Allowance("tokens", "minute", 4000, 0)])
    assert (await waits(quota, 5000)).most == 4000


async def test_an_interactive_request_is_never_behind_a_batch() -> None:
    clock = Clock()
    quota = await minute(clock, requests=0)
    await admitted(quota, 30_000, interactive=False)
    batch = await waits(quota, 8000, interactive=False)
    keyboard = await waits(quota, 6000)
    assert [round(each.seconds) for each in (batch, keyboard)] == [16, 12]
    clock.now += 16.0
    # There is enough for the batch, but somebody waits at the keyboard.
    keyboard = await waits_or(quota, 30_000, keyboard)
    assert (await waits(quota, 8000, interactive=False, waiter=batch.waiter)).seconds > 0
    assert isinstance(await quota.admit(6000, interactive=True, waiter=keyboard.waiter), Ticket)
    # From now on a batch leaves room for the next one at the keyboard.
    clock.now += 8.0
    assert (await waits(quota, 2500, interactive=False, waiter=batch.waiter)).seconds > 0
    await admitted(quota, 5000)


async def waits_or(quota: Quota, tokens: int, before: Wait) -> Wait:
    """The same place in the queue, kept fresh by asking for more than there is."""
    return await waits(quota, tokens, waiter=before.waiter)


async def test_who_stopped_asking_is_not_waited_for() -> None:
    clock = Clock()
    quota = await minute(clock, requests=0)
    await admitted(quota, 30_000, interactive=False)
    await waits(quota, 20_000)
    clock.now += 10.0
    await admitted(quota, 4000, interactive=False)


async def test_all_processes_share_one_account_and_each_key_has_its_own(tmp_path: Path) -> None:
    clock = Clock()
    one = await minute(clock, folder=tmp_path)
    two = account(clock, tmp_path)
    other = account(clock, tmp_path, Endpoint("fast", "cerebras", "https://x/v1", "m", api_key="another"))
    await admitted(one, 20_000)
    assert (await waits(two, 20_000)).seconds == pytest.approx(20.0)
    await admitted(other, 10**6)
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())  # noqa: ASYNC240 - two small files
    assert b"another" not in kept


async def test_a_folder_that_cannot_be_written_is_done_without(tmp_path: Path) -> None:
    quota = account(Clock(), tmp_path.parent / "\0")
    await admitted(quota, 10)


async def test_many_askers_at_once_never_take_more_than_there_is(tmp_path: Path) -> None:
    clock = Clock()
    quotas = [await minute(clock, requests=0, folder=tmp_path) for _ in range(4)]
    answers = await asyncio.gather(*(quotas[n % 4].admit(1000, interactive=n % 2 == 0) for n in range(60)))
    assert sum(isinstance(each, Ticket) for each in answers) <= 30
    assert sum(isinstance(each, Ticket) for each in answers) >= 15


async def test_four_useful_patches_a_minute_on_the_smallest_plan() -> None:
    predicted = await run_batch(10, None)
    assert (predicted.useful >= 40, predicted.rejected) == (True, 0), predicted
    fixed = await run_batch(10, 16_384)
    assert (fixed.useful <= 16, fixed.rejected) == (True, 0), fixed


@pytest.mark.parametrize(
    ("fault", "remaining"),
    [
        (Fault("status", status=400), 30_000),  # refused before it was admitted
        (Fault("status", status=500), 30_000 - 105),  # it may have been admitted
        (Fault("cut", after=0), 30_000 - 105),
        (None, 30_000 - 105),
    ],
)
async def test_what_a_request_costs_by_how_it_ends(fault: Fault | None, remaining: int) -> None:
    clock = Clock()
    script = Script(dialect="cerebras", faults=() if fault is None else (fault,))
    async with (
        ScriptedEndpoint(script, clock=clock) as scripted,
        Router([scripted.endpoint("fast")], state_dir=None, warm=False, clock=clock, pause=clock.pause) as router,
    ):
        quota = router._targets["fast"].quota
        await quota.learn([Allowance("tokens", "minute", 30_000)])
        route = await router.choose(lambda _: 5, output=76)
        assert isinstance(route, Route)
        with suppress(EndpointError):
            async with router.stream(route, ChatRequest((("user", "hi"),), route.prompt_tokens, route.output)) as items:
                assert [item async for item in items]
        assert [each.remaining for each in await quota.remaining()] == [remaining]


async def test_three_429s_and_what_each_means() -> None:
    clock = Clock()
    faults = (Fault("queue", when="queue", retry_after="7"), Fault("tokens-day", when="day"))
    async with (
        ScriptedEndpoint(Script(dialect="cerebras", faults=faults), clock=clock) as scripted,
        Router([scripted.endpoint("fast")], state_dir=None, clock=clock, pause=clock.pause) as router,
    ):
        for word, kind in (("queue", "queue"), ("day", "tokens-day")):
            route = await router.choose(lambda _: 5, output=10)
            assert isinstance(route, Route)
            with pytest.raises(OverQuota) as caught:
                async with router.stream(route, ChatRequest((("user", word),), 5, 10)):
                    pass
            assert (caught.value.kind, caught.value.retry) == (kind, False)
        assert clock.now == pytest.approx(1007.0)
        why = (
            "no quota for 3600.0 s: its message: over quota: "
            "Tokens per day limit exceeded - too many tokens processed."
        )  # fmt: skip  # as it is read
        found = await router.choose(lambda _: 5, output=10)
        assert found == Unroutable(f"no endpoint can take this: fast: {why}", (("fast", why),))


async def test_the_reason_of_a_wait_has_no_figures() -> None:
    clock = Clock()
    quota = await minute(clock)
    await quota.admit(25_000, interactive=True)
    first = await waits(quota, 20_000)
    clock.now += 1.0
    later = await waits(quota, 20_000, waiter=first.waiter)
    assert (first.reason, first.why != later.why) == (later.reason, True)
    assert (await waits(quota, 30_001)).reason == first.reason == "tokens a minute"
