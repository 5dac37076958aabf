"""Addresses as httpcore takes them: a plain one is read here, and httpx would make the same of it."""

import httpcore
import httpx
import pytest

from darner_clients.transport.addresses import target


def by_httpx(address: str) -> tuple[httpcore.URL, str]:
    url = httpx.URL(address)
    return (
        httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
        url.netloc.decode("ascii"),
    )


def check(address: str, wanted: str) -> None:
    url, host = target(address)
    expected, their_host = by_httpx(wanted)
    assert (url.scheme, url.host, url.port, url.target, host) == (
        expected.scheme, expected.host, expected.port, expected.target, their_host,
    )  # fmt: skip


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize(
    "rest",
    [
        "h", "h/", "h:80", "h:443/v1", "h:8000/v1/chat/completions", "api.cerebras.ai/v1", "a_b-c.d/v1/", "127.0.0.1:1/v1",
        "10.0.0.1/v1", "255.249.199.0", "01.2.3.4.example", "1.2.3.4.example/v1", "1a.b", "H.Example/v1", "[::1]:8080/v1", "m\u00fcnchen.example/v1", "h?a=b&c=%20d", "h/v1?a",
        "h/a b", "h/%41/%zz", "h/../v1", "h/./v1", "h/a/..b/c", "h/.hidden", "h/v1;x=1,2!$&'()*+:@~", "h:65535", "h:9/v1?a=b+c",
        "h/\u00e9?\u00e9", "h/v1|", "h/a%2Fb", "h//v1", "h:09", "x" * 3000,
    ],
)  # fmt: skip
def test_a_target(scheme: str, rest: str) -> None:
    check(f"{scheme}://{rest}", f"{scheme}://{rest}")


def test_a_name_and_password_are_not_sent() -> None:
    check("https://me:pass@h:8000/v1", "https://h:8000/v1")


@pytest.mark.parametrize("address", ["http://999.1.1.1/v1", "http://h:x/v1", "http://[::/v1", "http://\x00/"])
def test_what_is_no_address_is_a_value_error(address: str) -> None:
    with pytest.raises(ValueError) as raised:  # noqa: PT011 - httpx words it
        target(address)
    assert str(raised.value)
