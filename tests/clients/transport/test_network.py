"""What lies between: certificates, proxies, addresses that are none, networks that are slow."""

import asyncio
import socket
import ssl
import subprocess
import threading
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

import pytest
from tests.tcp_server import serve

from darner_clients.chat import ChatRequest, Finish, Text
from darner_clients.client import Client
from darner_clients.endpoint import Deadlines, Endpoint
from darner_clients.errors import EndpointError, Interrupted, Late, Malformed, Rejected, Unreachable
from darner_clients.testing import Script, ScriptedEndpoint
from darner_clients.transport.connect import open_connection
from darner_clients.transport.network_backend import Socket, Sockets, tls_context

REQUEST = ChatRequest((("user", "hi"),), 1, 20)
KEY = "sk-only-for-the-endpoint"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """(certificate, key) of 127.0.0.1 and of inside.example, signed by themselves."""
    folder = tmp_path_factory.mktemp("certificate")
    paths = folder / "cert.pem", folder / "key.pem"
    names = "subjectAltName=IP:127.0.0.1,DNS:inside.example"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=inside.example", "-addext", names, "-out", paths[0], "-keyout", paths[1]],
        check=True, capture_output=True,
    )  # fmt: skip  # one command
    return paths


def served(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return context


def endpoint(base_url: str, **deadlines: float) -> Endpoint:
    given = Deadlines(**{"connect": 5.0, "first_token": 5.0, "gap": 5.0, **deadlines})
    return Endpoint("it", "vllm", base_url, "scripted", api_key=KEY, window=1000, deadlines=given)


async def answer(of: Endpoint) -> str:
    async with Client(of) as client, client.stream(REQUEST) as items:
        return "".join([item.text async for item in items if isinstance(item, Text)])


async def refused(of: Endpoint, kind: type[EndpointError]) -> str:
    with pytest.raises(kind) as caught:
        await answer(of)
    assert KEY not in repr(caught.value)
    return caught.value.message


# -- TLS


async def test_an_authority_of_ones_own(certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    async with ScriptedEndpoint(Script(otherwise="safe"), tls=served(certificate)) as scripted:
        host = scripted.endpoint("x").host
        said = await refused(endpoint(scripted.url), Unreachable)
        assert said.startswith(f"{host} cannot be reached: its certificate is not trusted: self")
        assert scripted.log == []
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
        tls_context.cache_clear()
        assert await answer(endpoint(scripted.url)) == "safe"


async def test_the_certificate_of_another_host(certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    async with ScriptedEndpoint(Script(), tls=served(certificate)) as scripted:
        said = await refused(endpoint(scripted.url.replace("127.0.0.1", "localhost")), Unreachable)
        assert said.endswith("Hostname mismatch, certificate is not valid for 'localhost'.")
        assert scripted.log == []


async def test_tls_to_a_port_that_has_none() -> None:
    async with ScriptedEndpoint(Script()) as scripted:
        said = await refused(endpoint(scripted.url.replace("http:", "https:"), connect=0.5), Unreachable)
        assert " did not answer in 0.5 s" in said or "TLS" in said


# -- proxies


@asynccontextmanager
async def proxy(to: ScriptedEndpoint) -> AsyncGenerator[tuple[str, list[str]]]:
    """The address of a proxy that knows one host, and the heads of what it was asked."""
    heads: list[str] = []

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            writer.write(data)
        writer.close()

    async def forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        heads.append(head)
        there, out = await asyncio.open_connection("127.0.0.1", int(to.endpoint("x").host.rpartition(":")[2]))
        if head.startswith("CONNECT "):
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        else:
            method, address, rest = head.split(" ", 2)
            out.write(f"{method} /{address.split('/', 3)[3]} {rest}".encode())
        try:
            await asyncio.gather(pump(reader, out), pump(there, writer))
        finally:
            out.close()

    async with serve(forward) as port:
        yield f"127.0.0.1:{port}", heads


async def test_plain_requests_go_through_the_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    async with ScriptedEndpoint(Script(otherwise="far")) as scripted, proxy(scripted) as (address, heads):
        monkeypatch.setenv("http_proxy", f"http://me:secret@{address}")
        assert await answer(endpoint("http://inside.example:8000/v1")) == "far"
        lines = heads[0].split("\r\n")
        assert lines[0] == "POST http://inside.example:8000/v1/chat/completions HTTP/1.1"
        assert "Proxy-Authorization: Basic bWU6c2VjcmV0" in lines
        assert await answer(endpoint(scripted.url)) == "far"
        assert len(heads) == 1, "this machine itself needs no proxy"


async def test_a_tunnel_keeps_the_key_from_the_proxy(
    certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    async with (
        ScriptedEndpoint(Script(otherwise="far"), tls=served(certificate)) as scripted,
        proxy(scripted) as (address, heads),
    ):
        monkeypatch.setenv("HTTPS_PROXY", address)
        assert await answer(endpoint("https://inside.example/v1")) == "far"
        assert heads[0].startswith("CONNECT inside.example:443 HTTP/1.1\r\n")
        assert KEY not in heads[0]
        said = await refused(endpoint("https://outside.example/v1"), Unreachable)
        assert "certificate is not valid for 'outside.example'" in said


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("http://me:secret@127.0.0.1:9", "connection refused, through the proxy 127.0.0.1:9"),
        ("127.0.0.1:9", "connection refused, through the proxy 127.0.0.1:9"),
        ("socks5://127.0.0.1:9", "the environment names a socks5 proxy; only http and https ones can be used"),
        ("ftp://127.0.0.1:9", "the proxy that the environment names is no address"),
        ("::::", "the proxy that the environment names is no address"),
    ],
)
async def test_proxies_that_cannot_be_used(setting: str, expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", setting)
    said = await refused(endpoint("http://inside.example/v1"), Unreachable)
    assert said == f"inside.example cannot be reached: {expected}"


async def test_a_proxy_that_is_silent_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        monkeypatch.setenv("https_proxy", f"http://me:secret@127.0.0.1:{port}")
        said = await refused(endpoint("https://inside.example/v1", connect=0.1), Unreachable)
    assert said == f"inside.example did not answer in 0.1 s, through the proxy 127.0.0.1:{port}"


async def test_no_log_holds_a_key(
    certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    caplog.set_level("DEBUG")
    async with (
        ScriptedEndpoint(Script(otherwise="far"), tls=served(certificate)) as scripted,
        proxy(scripted) as (address, _),
    ):
        monkeypatch.setenv("https_proxy", f"http://me:secret@{address}")
        assert await answer(endpoint("https://inside.example/v1")) == "far"
        assert await refused(endpoint("https://outside.example/v1"), Unreachable)
    assert "httpcore" in caplog.text, "there was something to see"
    assert KEY not in caplog.text
    assert "secret" not in caplog.text
    assert "bWU6c2VjcmV0" not in caplog.text


# -- addresses


@pytest.mark.parametrize(
    ("base_url", "kind"),
    [
        ("", Rejected),
        ("127.0.0.1:8000/v1", Rejected),
        ("ftp://127.0.0.1/v1", Rejected),
        ("http://127.0.0.1:port/v1", Rejected),
        ("http://127.0.0.1:99999/v1", Unreachable),
        ("http://127.0.0.1:9/v1", Unreachable),
    ],
)
async def test_addresses_that_are_none(base_url: str, kind: type[EndpointError]) -> None:
    assert await refused(endpoint(base_url), kind)


async def test_a_name_and_password_in_an_address_are_kept_to_oneself() -> None:
    assert endpoint("https://me:secret@h:8000/v1").shown_url == "https://h:8000/v1"
    async with ScriptedEndpoint(Script(otherwise="ok")) as scripted:
        assert await answer(endpoint(scripted.url.replace("//", "//me:secret@"))) == "ok"
        assert "secret" not in repr(scripted.log)


# -- slow and strange answers

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
EVENT = b'data: {"choices":[{"delta":{"content":"a"}}]}\n\n'


@asynccontextmanager
async def bare(*writes: bytes, pause: float = 0.0, then: Callable[[], None] = lambda: None) -> AsyncGenerator[str]:
    """The base URL of a server that answers with these bytes, resting after each write, and closes."""

    async def write(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        for data in writes:
            writer.write(data)
            await writer.drain()
            await asyncio.sleep(pause)
        then()

    async with serve(write) as port:
        yield f"http://127.0.0.1:{port}/v1"


def singly(data: bytes) -> list[bytes]:
    return [data[at : at + 1] for at in range(len(data))]


async def test_a_head_that_trickles_is_late() -> None:
    async with bare(*singly(HEAD), pause=0.05) as url:
        assert await refused(endpoint(url, first_token=0.3), Late) == "no token within 0.3 s"


async def test_a_first_token_that_trickles_is_late() -> None:
    async with bare(HEAD, *singly(EVENT), pause=0.05) as url:
        assert await refused(endpoint(url, first_token=0.3), Late) == "no token within 0.3 s"


@contextmanager
def flood(what: bytes) -> Generator[str]:
    """The address of a server that says something again and again, faster than anybody can listen."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def pour() -> None:
            connection, _ = server.accept()
            with connection, suppress(OSError):
                connection.settimeout(10.0)
                while True:
                    connection.sendall(what)

        pouring = threading.Thread(target=pour)
        pouring.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/v1"
        pouring.join()


@pytest.mark.parametrize("status", ["100 Continue", "103 Early Hints"])
async def test_a_flood_of_heads_is_late_too(status: str) -> None:
    with flood(f"HTTP/1.1 {status}\r\n\r\n".encode() * 20_000) as url:
        assert await refused(endpoint(url, first_token=0.3), Late) == "no token within 0.3 s"


async def test_comments_are_no_sign_of_life() -> None:
    async with bare(HEAD, EVENT, *[b": ping\n\n"] * 50, pause=0.05) as url:
        assert await refused(endpoint(url, gap=0.3), Late) == "the reply stopped for 0.3 s"


async def test_a_slow_reply_is_no_late_one() -> None:
    async with bare(HEAD, *[EVENT] * 6, b"data: [DONE]\n\n", pause=0.2) as url:
        assert await answer(endpoint(url, gap=1.0)) == "aaaaaa"


@pytest.mark.parametrize(
    ("writes", "kind"),
    [
        ([HEAD, *[b"data: " + b"x" * (1 << 20)] * 20], Malformed),
        ([HEAD, b"data: " + b"[" * 200_000 + b"\n\n"], Malformed),
        ([HEAD, b'data: {"choices":' + b"[" * 90_000 + b"]" * 90_000 + b"}\n\n"], Malformed),
        ([HEAD, b'data: {"usage":{"prompt_tokens":' + b"9" * 5000 + b"}}\n\n"], Interrupted),
        ([b"HTTP/1.1 200 OK\r\nX: " + b"y" * 300_000 + b"\r\n\r\n"], Interrupted),
        ([b"\0\1\2\r\n\r\n"], Interrupted),
        ([b"HTTP/1.1 204 No Content\r\n\r\n"], Rejected),
        ([b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\ndata"], Interrupted),
        ([HEAD.replace(b"event-stream", b"event-stream\r\nContent-Encoding: gzip") + b"\x1f\x8b\x08"], Interrupted),
        ([], Interrupted),
    ],
)
async def test_answers_that_are_none(writes: list[bytes], kind: type[EndpointError]) -> None:
    async with bare(*writes) as url:
        assert await refused(endpoint(url), kind)


@pytest.mark.parametrize(
    "head",
    [b"HTTP/1.1 100 Continue\r\n\r\n" + HEAD, HEAD.replace(b"HTTP/1.1", b"HTTP/1.0"), HEAD.replace(b"text/", b"TEXT/")],
)
async def test_heads_of_another_kind(head: bytes) -> None:
    async with bare(head + EVENT + b"data: [DONE]\n\n") as url:
        assert await answer(endpoint(url)) == "a"


async def test_a_large_piece_is_a_piece() -> None:
    large = b'data: {"choices":[{"delta":{"content":"' + b"x" * (8 << 20) + b'"},"finish_reason":"stop"}]}\n\n'
    async with bare(HEAD, large) as url, Client(endpoint(url)) as client, client.stream(REQUEST) as items:
        piece, finish = [item async for item in items]
    assert isinstance(piece, Text)
    assert isinstance(finish, Finish)
    assert len(piece.text) == 8 << 20


async def test_what_nobody_reads_stays_with_the_sender() -> None:
    piece = b'data: {"choices":[{"delta":{"content":"' + b"x" * (1 << 20) + b'"}}]}\n\n'
    sent = asyncio.Event()
    async with (
        bare(HEAD, *[piece] * 64, then=sent.set) as url,
        Client(endpoint(url)) as client,
        client.stream(REQUEST) as items,
    ):
        await anext(items)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await sent.wait()


async def test_reads_of_a_running_stream_are_coalesced() -> None:
    loop = asyncio.get_running_loop()
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.setblocking(False)  # noqa: FBT003 - its signature
        connection = Socket(ours, Sockets(), loop.time())
        theirs.send(b"first")
        assert await connection.read(100) == b"first"
        connection.pace = 0.05
        theirs.send(b"a")
        loop.call_later(0.02, theirs.send, b"b")
        assert await connection.read(100) == b"ab"
        connection.pace = 0.0
        theirs.send(b"c")
        loop.call_later(0.02, theirs.send, b"d")
        assert [await connection.read(100), await connection.read(100)] == [b"c", b"d"]
        connection.close()


def test_a_resolver_that_hangs_does_not_hold_up_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    network, answered = threading.Event(), threading.Event()

    def hang(*_asked: object, **_more: object) -> list[object]:
        network.wait(10)
        answered.set()
        return []

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    with pytest.raises(TimeoutError):
        asyncio.run(asyncio.wait_for(open_connection("it.example", 9), 0.05))
    assert not answered.is_set()
    network.set()
    assert answered.wait(10)
