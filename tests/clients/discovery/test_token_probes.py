"""What an endpoint's own counts show about our vocabulary, and how near the estimates come then."""

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager

import pytest

from darner_clients.chat import ChatRequest, Finish
from darner_clients.discovery.token_probes import PROBES, Messages, PromptCounter, probe_counts, same_vocabulary
from darner_clients.endpoint import Endpoint, Kind
from darner_clients.errors import Rejected
from darner_clients.routing.calibration import estimate
from darner_clients.routing.endpoint_status import endpoint_status
from darner_clients.routing.router import Router
from darner_clients.routing.shared_store import SharedStore
from darner_clients.routing.target import InFlight, Target
from darner_clients.testing import Script, ScriptedEndpoint

Count = Callable[[str], int]


def by_three(text: str) -> int:
    return -(-len(text) // 3)


def by_four(text: str) -> int:
    return -(-len(text) // 4)


def ours(count: Count, *, exact: bool = True) -> PromptCounter:
    return PromptCounter(lambda messages: sum(count(content) + 4 for _, content in messages) + 3, exact)


def prompt(size: int) -> Messages:
    return (("system", "You change code."), ("user", "x" * 4 * size))


@asynccontextmanager
async def probed(script: Script, vocabulary: PromptCounter) -> AsyncGenerator[tuple[ScriptedEndpoint, Target]]:
    """An endpoint, and what is known of it once it was queried."""
    async with ScriptedEndpoint(script) as scripted:
        target = Target(scripted.endpoint("it"), SharedStore(None), lambda: 0.0)
        target.prompt_counter = vocabulary
        try:
            await target.warm()
            await target.probe_counts()
            await target.probe_counts()
            yield scripted, target
        finally:
            target.client.close()


@pytest.mark.parametrize(("count", "expected"), [(by_four, True), (by_three, False)])
async def test_three_probes_tell_once_whether_the_vocabulary_is_the_same(count: Count, *, expected: bool) -> None:
    async with probed(Script(overhead=70), ours(count)) as (scripted, target):
        assert (await endpoint_status(target, probe=False, token=False, place="")).same_vocabulary is expected
        assert [each.path for each in scripted.log].count("/tokenize") == 3


async def test_where_it_is_the_same_estimates_are_exact() -> None:
    vocabulary = ours(by_four, exact=False)
    async with probed(Script(overhead=35, window=100_000), vocabulary) as (_, target):
        for size in (10, 1_000, 40_000):
            messages = prompt(size)
            tokens = target.estimate(vocabulary.count(messages))
            assert target.largest_prompt(tokens) == vocabulary.count(messages)
            async with target.stream(InFlight(ChatRequest(messages, tokens, 5), None)) as items:
                (*_, last) = [item async for item in items]
            assert isinstance(last, Finish)
            assert last.usage is not None
            assert abs(tokens - last.usage.prompt_tokens) <= 8


async def test_of_another_vocabulary_a_few_lines_say_nothing() -> None:
    async with probed(Script(overhead=35, window=100_000), ours(by_three, exact=True)) as (_, target):
        assert target.estimate(10_000) == estimate(10_000, [])


@pytest.mark.parametrize("template", [0, 3, 70, 400])
def test_after_one_reply_an_exact_count_is_near_whatever_the_size(template: int) -> None:
    for first in (30, 900, 50_000):
        for counted in (10, 4_000, 120_000):
            found = estimate(counted, [(first, first + template)], exact=True)
            assert 0 <= found - (counted + template) <= 8


def test_counts_that_are_no_template_apart_are_of_another_vocabulary() -> None:
    samples = [(1_000.0, 1_070.0), (10_000.0, 10_400.0)]
    assert estimate(5_000, samples, exact=True) == estimate(5_000, samples)


@pytest.mark.parametrize(
    ("kind", "answers", "expected"),
    [
        ("vllm", {"/tokenize": {"count": 9}}, (9, 9, 9)),
        ("llamacpp", {"/apply-template": {"prompt": "x"}, "/tokenize": {"tokens": [1, 2]}}, (2, 2, 2)),
        ("vllm", {}, ()), ("llamacpp", {}, ()), ("llamacpp", {"/apply-template": {"prompt": "x"}}, ()),
        ("vllm", {"/tokenize": "no"}, ()), ("vllm", {"/tokenize": {"count": "many"}}, ()), ("vllm", {"/tokenize": {"count": -1}}, ()),
        ("vllm", {"/tokenize": []}, ()), ("vllm", {"/tokenize": {"count": 1e99}}, ()), ("llamacpp", {"/apply-template": {"prompt": 5}}, ()),
        ("llamacpp", {"/apply-template": {"prompt": "x"}, "/tokenize": {"tokens": 5}}, ()),
        ("llamacpp", {"/apply-template": {"prompt": "x"}, "/tokenize": {"tokens": []}}, ()),
    ],
)  # fmt: skip
async def test_what_an_endpoint_may_answer(
    kind: Kind, answers: Mapping[str, object], expected: tuple[int, ...]
) -> None:
    async def get(path: str, body: Mapping[str, object] | None = None) -> object:
        assert body is not None
        if path not in answers:
            raise Rejected("it", "no such path")
        return answers[path]

    assert await probe_counts(Endpoint("it", kind, "http://it/v1", "m"), "m", get) == expected


def test_differences_of_a_token_or_two_are_no_other_vocabulary() -> None:
    assert same_vocabulary([]) is None
    assert same_vocabulary([(5, 75), (9, 80), (400, 470)]) is True
    assert same_vocabulary([(5, 75), (9, 80), (400, 473)]) is False
    assert len(PROBES) == 3


async def test_an_endpoint_that_does_not_count_is_not_queried_again() -> None:
    async with probed(Script(dialect="sglang", faults=()), ours(by_four)) as (scripted, target):
        scripted.log.clear()
        await target.probe_counts()
        assert scripted.log == []


async def test_other_kinds_are_not_probed() -> None:
    async with probed(Script(dialect="cerebras"), ours(by_four)) as (scripted, target):
        assert (await endpoint_status(target, probe=False, token=False, place="")).same_vocabulary is None
        assert "/tokenize" not in [each.path for each in scripted.log]


async def test_a_router_probes_soon_after_its_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("darner_clients.routing.router.SETTLED", 0.0)
    async with ScriptedEndpoint(Script()) as scripted:
        router = Router([scripted.endpoint("it")], state_dir=None)
        router.compare_counts(lambda _: ours(by_four))
        async with router:
            await scripted.until(lambda: [each.path for each in scripted.log].count("/tokenize") == len(PROBES))
