"""When a reply is longer than its limit, by a count, and when no reply can be so long."""

from collections.abc import Callable

import pytest

from darner_clients.wire.output_meter import OutputMeter


def words(text: str) -> int:
    return len(text.split())


def by_four(text: str) -> int:
    return len(text) // 4


Count = Callable[[str], int]


def read_until_exceeded(count: Count | None, text: str, *, size: int, limit: int) -> str | None:
    """What came of a text in pieces of that size before it was too long; None if it never was."""
    meter = OutputMeter(limit, count)
    for end in range(size, len(text) + size, size):
        meter.add(text[end - size : end])
        if meter.exceeded:
            return text[:end]
    return None


TEXTS: tuple[tuple[Count, str], ...] = (
    (words, "word and " * 4_000),
    (by_four, "    return value\n" * 3_000),
    (by_four, "x" * 60_000),
)


@pytest.mark.parametrize("size", [1, 3, 5, 40, 1_000, 100_000])
@pytest.mark.parametrize("limit", [60, 200, 2_000])
def test_a_reply_ends_soon_after_its_limit_however_it_is_cut_up(size: int, limit: int) -> None:
    for count, text in TEXTS:
        given = read_until_exceeded(count, text, size=size, limit=limit)
        assert given is not None
        assert limit < count(given) <= limit * 1.1 + 64 + 64 + count(text[: 2 * size])


@pytest.mark.parametrize("size", [1, 4, 30, 10_000])
def test_a_reply_of_its_limit_is_not_exceeded(size: int) -> None:
    for count, text in TEXTS:
        assert read_until_exceeded(count, text, size=size, limit=count(text)) is None


def test_without_a_count_only_what_never_ends_is_seen() -> None:
    assert read_until_exceeded(None, "words of a reply " * 5_000, size=17, limit=60) is None
    meter = OutputMeter(60)
    for _ in range(5_000):
        meter.add("words of a reply ")
    assert meter.endless
