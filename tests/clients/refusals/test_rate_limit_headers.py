import pytest

from darner_clients.refusals.rate_limit_headers import Allowance, allowances, reset_after, retry_after, seconds


def test_quota_headers_in_every_form() -> None:
    headers = [
        ("x-ratelimit-limit-requests-day", "14400"),
        ("X-RateLimit-Limit-Tokens-Minute", "30000"),
        ("x-ratelimit-remaining-requests-day", "14399"),
        ("x-ratelimit-remaining-tokens-minute", "21000"),
        ("x-ratelimit-reset-requests-day", "33011.382867097854614"),
        ("x-ratelimit-reset-tokens-minute", "11.382867097854614"),
        ("x-ratelimit-remaining-requests", "4"),
        ("x-ratelimit-limit-requests", "5"),
        ("x-ratelimit-reset-requests", "6m0s"),
        ("x-ratelimit-limit-tokens-hour", "1000000"),
        ("x-ratelimit-remaining-tokens-day", "soon"),
        ("x-ratelimit-limit-images-minute", "5"),
        ("x-ratelimit-reset-tokens-hour", "1790000000"),  # a date in disguise
        ("x-ratelimit-limit-tokens-generated", "100"),  # of something else, or of a time that nobody waits for
        ("x-ratelimit-limit-tokens_usage_based", "100"),
        ("x-ratelimit-remaining-requests-month", "0"),
        ("x-ratelimit-limit-tokens-5-minute", "100"),
        ("content-type", "text/event-stream"),
    ]
    assert allowances(headers) == (
        Allowance("requests", "day", 14400, 14399, 33011.382867097854614),
        Allowance("tokens", "minute", 30000, 21000, 11.382867097854614),
        Allowance("requests", "minute", 5, 4, 360.0),
        Allowance("tokens", "hour", 1000000, None, None),
    )


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, None),
        ({"retry-after": "59"}, 59.0),
        ({"retry-after": "0"}, 0.0),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after-ms": "250", "retry-after": "59"}, 0.25),
        ({"retry-after-ms": "soon", "retry-after": "59"}, 59.0),
        ({"retry-after": "Mon, 23 Nov 2026 02:00:30 GMT", "date": "Mon, 23 Nov 2026 02:00:00 GMT"}, 30.0),
        ({"retry-after": "Mon, 23 Nov 2026 01:00:00 GMT", "date": "Mon, 23 Nov 2026 02:00:00 GMT"}, 0.0),
        ({"retry-after": "Mon, 23 Nov 2026 02:00:30 GMT"}, None),
        ({"retry-after": "tomorrow", "date": "Mon, 23 Nov 2026 02:00:00 GMT"}, None),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "2m"}, 120.0),
        ({"retry-after": "7 seconds"}, 7.0),
        ({"retry-after": " 7, 7"}, 7.0),
        ({"retry-after": "2026-11-23T02:00:30Z", "date": "Mon, 23 Nov 2026 02:00:00 GMT"}, 30.0),
        ({"retry-after": "2026-11-23T02:00:30", "date": "Mon, 23 Nov 2026 02:00:00 GMT"}, 30.0),
        ({"retry-after": ""}, None),
    ],
)
def test_retry_after(headers: dict[str, str], expected: float | None) -> None:
    assert retry_after(headers) == expected


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("x-ratelimit-reset", "3", 3.0),
        ("x-ratelimit-reset-after", "1.5", 1.5),
        ("ratelimit-reset", "50", 50.0),
        ("ratelimit", "limit=100, remaining=0, reset=50", 50.0),
        ("ratelimit", '"default";r=0;t=50', 50.0),
        ("x-ratelimit-reset", "1795399230", 30.0),
        ("x-ratelimit-reset", "1795399230000", 30.0),
        ("x-ratelimit-reset", "2026-11-23T02:00:30Z", 30.0),
        ("x-ratelimit-reset", "soon", None),
        ("x-ratelimit-limit", "3", None),
    ],
)
def test_a_reset_that_names_no_unit(name: str, text: str, expected: float | None) -> None:
    assert reset_after({name: text, "date": "Mon, 23 Nov 2026 02:00:00 GMT"}) == expected
    assert reset_after({name: "1795399230"}) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("11.38", 11.38),
        ("6m0s", 360.0),
        ("1h2m3.5s", 3723.5),
        ("120ms", 0.12),
        ("1d", 86400.0),
        ("", None),
        ("nan", None),
        ("1e309", None),
        ("-1", None),
        ("s", None),
        ("1.2.3s", None),
        ("١٢", None),
    ],
)
def test_seconds(text: str, expected: float | None) -> None:
    assert seconds(text) == expected
