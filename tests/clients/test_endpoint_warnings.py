"""Who else can read what is sent."""

import base64
from urllib.parse import unquote, urlsplit

import pytest

from darner_clients.endpoint import Endpoint
from darner_clients.endpoint_warnings import notices
from darner_clients.refusals.error_text import quoted
from darner_clients.transport.proxies import is_excluded, shown_proxy


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.mark.parametrize(
    ("url", "key", "told"),
    [
        ("http://gpu.internal:8000/v1", "sk-1", True),
        ("http://10.0.0.7/v1", "sk-1", True),
        ("http://[2001:db8::1]:8000/v1", "sk-1", True),
        ("http://0.0.0.0:8000/v1", "sk-1", True),
        ("http://localhost.example/v1", "sk-1", True),
        ("http://127.0.0.1.nip.example/v1", "sk-1", True),
        ("http://gpu.internal:8000/v1", None, False),
        ("https://gpu.internal:8000/v1", "sk-1", False),
        ("http://localhost:8000/v1", "sk-1", False),
        ("http://127.0.0.1:8000/v1", "sk-1", False),
        ("http://127.8.9.10/v1", "sk-1", False),
        ("http://[::1]:8000/v1", "sk-1", False),
        ("http://models.localhost/v1", "sk-1", False),
    ],
)
def test_a_key_over_plain_http(url: str, key: str | None, told: bool) -> None:
    said = notices(Endpoint("it", "openai", url, "m", api_key=key))
    assert bool(said) is told
    assert all("over plain http" in each and "sk-1" not in each for each in said)


def test_a_key_in_a_header_counts_too() -> None:
    endpoint = Endpoint("it", "openai", "http://gpu/v1", "m", headers=(("x-key", "k"),), secrets=("k",))
    assert len(notices(endpoint)) == 1


@pytest.mark.parametrize(
    ("variables", "url", "proxy"),
    [
        ({}, "https://llm.example/v1", ""),
        ({"https_proxy": "http://proxy.example:3128"}, "https://llm.example/v1", "proxy.example:3128"),
        ({"HTTPS_PROXY": "http://proxy.example:3128"}, "https://llm.example/v1", "proxy.example:3128"),
        ({"https_proxy": "proxy.example:3128"}, "https://llm.example/v1", "proxy.example:3128"),
        ({"https_proxy": "http://ann:secret@proxy.example:3128"}, "https://llm.example/v1", "proxy.example:3128"),
        ({"http_proxy": "http://proxy.example:3128"}, "https://llm.example/v1", ""),
        ({"http_proxy": "http://proxy.example:3128"}, "http://llm.example/v1", "proxy.example:3128"),
        ({"all_proxy": "http://proxy.example:3128"}, "https://llm.example/v1", "proxy.example:3128"),
        ({"all_proxy": "http://proxy.example:3128"}, "http://localhost:11434/v1", ""),
        ({"all_proxy": "http://proxy.example:3128"}, "http://127.0.0.1/v1", ""),
        ({"all_proxy": "http://proxy.example:3128", "no_proxy": "llm.example"}, "https://llm.example/v1", ""),
        ({"all_proxy": "http://proxy.example:3128", "no_proxy": ".example"}, "https://llm.example/v1", ""),
        ({"https_proxy": ""}, "https://llm.example/v1", ""),
        ({"https_proxy": ' "http://proxy.example:3128" '}, "https://llm.example/v1", "proxy.example:3128"),
        ({"all_proxy": "proxy.example:3128", "no_proxy": "10.0.0.0/8"}, "http://10.1.2.3/v1", ""),
    ],
)
def test_a_proxy(variables: dict[str, str], url: str, proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert shown_proxy(url) == proxy
    said = " ".join(notices(Endpoint("it", "openai", url, "m")))
    assert ("through the proxy" in said, proxy in said, "secret" in said) == (bool(proxy), True, False)


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("http://ann:hunter2/+pw@proxy.example:3128", "proxy.example:3128"),
        ("http://ann:hunter%2F2pw@proxy.example:3128/path?q=1", "proxy.example:3128"),
        ("ann:p@ss:word/1@proxy.example:3128", "proxy.example:3128"),
        ("http://tokenTOKENtoken@proxy.example:3128", "proxy.example:3128"),
        ("http://ann:hunter2longer@[::1", "[::1"),
        ("http://ann:hunter2longer@[::1]:3128", "[::1]:3128"),
        ("http:\\\\ann:hunter2longer@proxy.example\\x", "proxy.example"),
        ("socks5h://ann:hunter2longer@proxy.example:1080", "proxy.example:1080"),
        ("http://ann:@proxy.example", "proxy.example"),
        ("http://proxy.example:port", "proxy.example:port"),
    ],
)
def test_no_login_of_a_proxy_is_shown(address: str, shown: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", address)
    assert shown_proxy("https://llm.example/v1") == shown
    login = address.rpartition("@")[0].rpartition("//")[2].rpartition("\\")[2]
    name, _, password = login.partition(":")
    sent = base64.b64encode(f"{unquote(name)}:{unquote(password)}".encode()).decode()
    for said in (f"wrong: {login}", f"not {unquote(login)}", f"Proxy-Authorization: Basic {sent}" if login else "none"):
        words = quoted(said, ())
        assert not login or (login not in words and (password or name) not in words and sent not in words), words


def test_an_endpoint_that_cannot_be_used_says_that_only() -> None:
    endpoint = Endpoint("it", "openai", "http://gpu/v1", "m", unusable="its key is missing")
    assert notices(endpoint) == ("it cannot be used: its key is missing",)


@pytest.mark.parametrize(
    ("listed", "meant", "others"),
    [
        ("gpu.internal", ["gpu.internal", "GPU.internal:8000", "a.gpu.internal"], ["xgpu.internal", "internal"]),
        (".internal", ["internal", "gpu.internal"], ["gpu.internal.example"]),
        ("*.internal", ["internal", "a.gpu.internal:8000"], ["gpuinternal"]),
        ("gpu.internal:8000", ["gpu.internal:8000"], ["gpu.internal:8001", "gpu.internal"]),
        ("https://gpu.internal/", ["gpu.internal"], []),
        ("a.example b.example", ["a.example", "b.example"], ["c.example"]),
        ("a.example, b.example;", ["a.example", "b.example"], ["c.example"]),
        ("*", ["gpu.internal", "10.1.2.3", "[fd00::1]"], []),
        ("10.0.0.0/8", ["10.1.2.3", "10.255.0.1:8000"], ["11.1.2.3", "gpu.internal"]),
        ("10.", ["10.1.2.3"], ["101.1.2.3", "1.10.2.3"]),
        ("10.*", ["10.1.2.3"], ["101.1.2.3"]),
        ("10.1.2.3:80", ["10.1.2.3"], ["10.1.2.3:8000"]),
        ("[fd00::1]:8000", ["[fd00::1]:8000"], ["[fd00::1]", "[fd00::2]:8000"]),
        ("fd00::1", ["[fd00::1]"], ["[fd00::2]"]),
        ("fd00::/8", ["[fd00::1]"], ["[fe80::1]"]),
        ("'10.0.0.0/8'", ["10.1.2.3"], []),
        (". , ://", [], ["gpu.internal", "10.1.2.3"]),
        ("", [], ["gpu.internal", "10.1.2.3"]),
    ],
)
def test_hosts_that_need_no_proxy(listed: str, meant: list[str], others: list[str]) -> None:
    for hosts, expected in ((meant, True), (others, False)):
        for host in hosts:
            url = urlsplit(f"http://{host}")
            assert is_excluded(url.hostname or "", url.port or 80, listed) == expected, host
