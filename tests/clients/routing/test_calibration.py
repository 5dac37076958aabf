"""Estimates of prompt and reply, against endpoints that count in their own way."""

from random import Random

import pytest

from darner_clients.endpoint import Endpoint
from darner_clients.routing.calibration import (
    Pair,
    estimate,
    estimate_error,
    expected_output,
    first_guess,
    generous_output,
    keep_predicting,
    largest_prompt,
)

FAST = Endpoint("fast", "cerebras", "https://x/v1", "gpt-oss-120b", max_output=32768)
WHOLE = Endpoint("local", "llamacpp", "http://x/v1", "qwen2.5-coder", reply="whole", max_output=2048)


def after(
    calls: int, slope: float, offset: float, noise: float, *, seed: int, sizes: tuple[int, int]
) -> tuple[int, int]:
    """The worst (share over, share under, in tenths of a percent) of ten estimates once `calls` have come back."""
    random = Random(seed)  # noqa: S311 - a test that can be run again

    def one() -> Pair:
        counted = random.randint(*sizes)
        return counted, round((slope * counted + offset) * (1 + random.uniform(-noise, noise)))

    samples = [one() for _ in range(calls)]
    misses: list[float] = []
    for _ in range(10):
        counted, true = one()
        misses.append(estimate(int(counted), samples) / true - 1)
        samples.append((counted, true))
    return round(1000 * max(misses)), round(-1000 * min(misses))


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("sizes", [(400, 3000), (2000, 60_000), (3900, 4100)])
@pytest.mark.parametrize(
    ("slope", "offset", "noise"),
    [
        (1.0, 0, 0.0),  # the same tokenizer, counted in full
        (1.0, 70, 0.0),  # and the chat template on top
        (1.0, 12, 0.0),
        (1.08, 30, 0.0),  # another tokenizer
        (0.9, 25, 0.0),
        (1.3, 0, 0.0),
        (1.05, 20, 0.004),  # whose share depends a little on the text
    ],
)
def test_within_two_percent_after_five_calls_and_never_one_percent_under(
    slope: float, offset: float, noise: float, sizes: tuple[int, int], seed: int
) -> None:
    over, under = after(5, slope, offset, noise, seed=seed, sizes=sizes)
    assert (over <= 20, under <= 10) == (True, True), (over, under)


@pytest.mark.parametrize("seed", range(20))
def test_noise_that_no_line_explains_is_met_upwards(seed: int) -> None:
    over, under = after(12, 1.06, 40, 0.008, seed=seed, sizes=(1000, 30_000))
    assert (over <= 30, under <= 10) == (True, True), (over, under)


def test_before_any_call_estimates_are_on_the_safe_side() -> None:
    assert [estimate(counted, ()) for counted in (0, 100, 10_000)] == [24, 127, 10_324]


@pytest.mark.parametrize("samples", [(), ((1000.0, 1080.0),), ((1000.0, 900.0), (20_000.0, 18_100.0))])
def test_the_most_that_fits_fits_and_one_more_does_not(samples: tuple[Pair, ...]) -> None:
    for room in (0, 1, 30, 500, 2048, 131_072):
        most = largest_prompt(room, samples)
        assert most == 0 or estimate(most, samples) <= room, (room, most)
        assert room < 500 or estimate(most + 2, samples) > room, (room, most)


def test_the_error_is_of_estimates_as_they_were_made() -> None:
    assert estimate_error(()) is None
    assert estimate_error([(1000.0, 1054.0)]) == 0.0
    assert estimate_error([(1000.0, 2108.0)]) == 0.5


def test_replies_are_reserved_for_tightly_and_learned() -> None:
    assert [expected_output(tokens, FAST, ()) for tokens in (0, 100, 1000, 100_000)] == [832, 960, 1664, 4032]
    assert [expected_output(tokens, WHOLE, ()) for tokens in (0, 100, 1000, 100_000)] == [192, 256, 1408, 2048]
    short = [(first_guess(1000, FAST), 400.0)] * 8
    assert expected_output(1000, FAST, short) == 512
    long = [(first_guess(1000, FAST), 4000.0)] * 8
    assert expected_output(1000, FAST, long) == 4608
    assert expected_output(1000, FAST, short[:4]) == 1664


def test_predictions_stop_while_most_is_rejected() -> None:
    assert keep_predicting(())
    assert keep_predicting([(90.0, 10.0)])
    assert not keep_predicting([(90.0, 10.0), (10.0, 90.0), (5.0, 95.0), (8.0, 92.0)])


@pytest.mark.parametrize(
    ("predicted", "prompt", "left", "expected"),
    [
        (2000, 3000, None, 2000),
        (2000, 3000, 0, 2000),
        (2000, 3000, 30_000, 2000),
        (2000, 3000, 99_999, 2000),
        (2000, 3000, 100_000, 8000),
        (2000, 3000, 1_000_000, 8000),
        (192, 8, 4000, 768),
        (20_000, 1000, 420_000, 80_000),
        (30_000, 0, 600_000, 120_000),
        (1, 0, 20, 4),
        (1, 0, 19, 1),
    ],
)
def test_a_reservation_is_generous_where_the_quota_has_room(
    predicted: int, prompt: int, left: int | None, expected: int
) -> None:
    assert generous_output(predicted, prompt, left) == expected
