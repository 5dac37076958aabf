import pytest

from darner_clients.allowance import Allowance, allowances, retry_after, seconds


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
    ],
)
def test_retry_after(headers: dict[str, str], expected: float | None) -> None:
    assert retry_after(headers) == expected


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
