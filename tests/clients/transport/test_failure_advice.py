"""Connections that fail: the message names the cause and says what to do."""

import asyncio
import ssl
import subprocess
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import get_args

import httpcore
import pytest
from tests.tcp_server import serve

from darner_clients.chat import ChatRequest
from darner_clients.client import Client
from darner_clients.endpoint import Deadlines, Endpoint
from darner_clients.errors import EndpointError
from darner_clients.transport.connection_failures import FailureKind
from darner_clients.transport.failure_advice import ADVICE
from darner_clients.transport.httpcore_errors import ConnectFailure, ReadFailure, kind_of

REQUEST = ChatRequest((("user", "hi"),), 1, 20)
KEY = "sk-only-for-the-endpoint"
_CERTIFICATES = (("good", "IP:127.0.0.1", "2"), ("other", "DNS:x.example", "2"), ("expired", "IP:127.0.0.1", "-1"))
WANTED = "a client certificate, which darner does not support"


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """good, other and expired: each NAME.pem and NAME.key, signed by themselves."""
    folder = tmp_path_factory.mktemp("certificates")
    for name, alternative, days in _CERTIFICATES:
        (folder / "x.ext").write_text(f"subjectAltName={alternative}\n")
        key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", f"{name}.key"]
        sign = ["-req", "-in", "x.csr", "-signkey", f"{name}.key", "-days", days, "-extfile", "x.ext"]
        for command in (["req", *key, "-subj", "/CN=x", "-out", "x.csr"], ["x509", *sign, "-out", f"{name}.pem"]):
            subprocess.run(["openssl", *command], cwd=folder, check=True, capture_output=True)
    return folder


@asynccontextmanager
async def answering(data: bytes, tls: ssl.SSLContext | None = None) -> AsyncGenerator[str]:
    """Host and port of a server that answers every request with these bytes, and closes."""

    async def write(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(65536)
        writer.write(data)
        await writer.drain()

    async with serve(write, tls) as port:
        yield f"127.0.0.1:{port}"


def serving(folder: Path, name: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / f"{name}.pem", folder / f"{name}.key")
    return context


async def check(url: str, *expected: str) -> None:
    """Asking there fails with a sentence that holds all these, and no key or password."""
    endpoint = Endpoint("it", "openai", url, "m", api_key=KEY, window=1000, deadlines=Deadlines(2.0, 2.0, 2.0))
    with pytest.raises(EndpointError) as caught:
        async with Client(endpoint) as client, client.stream(REQUEST) as items:
            assert [item async for item in items] == []
    said = str(caught.value)
    assert [each for each in expected if each not in said] == [], said
    assert not any(each in said for each in (KEY, "secret", "YW5u", "<", "{", "[Errno", "bytearray")), said


@pytest.mark.parametrize(
    ("name", "authority", "expected"),
    [
        ("good", None, ("its certificate is not trusted: self", "authority", "SSL_CERT_FILE")),
        ("other", "other", ("its certificate is not trusted: ", "name the certificate's host in base_url")),
        ("expired", "expired", ("certificate has expired", "clock")),
        ("good", "other", ("its certificate is not trusted", "SSL_CERT_FILE")),
    ],
)
async def test_a_certificate_that_is_not_trusted(
    name: str, authority: str | None, expected: tuple[str, ...], certificates: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if authority:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificates / f"{authority}.pem"))
    async with answering(b"", serving(certificates, name)) as host:
        await check(f"https://{host}/v1", *expected)


@pytest.mark.parametrize(
    ("variable", "content", "expected"),
    [
        ("SSL_CERT_FILE", None, "SSL_CERT_FILE names {}, which does not exist"),
        ("SSL_CERT_FILE", "", "SSL_CERT_FILE names {}, which cannot be read or holds no certificate"),
        ("SSL_CERT_FILE", "no certificate", "SSL_CERT_FILE names {}, which cannot be read or holds no certificate"),
        ("SSL_CERT_DIR", None, "SSL_CERT_DIR names {}, which does not exist"),
        ("SSL_CERT_DIR", "a file", "SSL_CERT_DIR names {}, which does not exist"),
    ],
)
async def test_authorities_that_cannot_be_read(
    variable: str, content: str | None, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "authorities.pem"
    if content is not None:
        path.write_text(content)
    monkeypatch.setenv(variable, str(path))
    await check("https://127.0.0.1:9/v1", expected.format(path), "correct the variable, or unset it")


@pytest.mark.parametrize(
    "plain",
    [
        b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
        b"HTTP/1.1 400 Bad Request\r\n\r\n<html><title>400</title></html>",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"",
    ],
)
async def test_https_to_a_plain_port(plain: bytes) -> None:
    async with answering(plain) as host:
        await check(f"https://{host}/v1", "http://")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (b"", ("it was closed without an answer", "begin base_url with https://")),
        (b"\x15\x03\x01\x00\x02\x02\x46", ("https://",)),
        (b"HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n",
         ("Client sent an HTTP request to an HTTPS server",)),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n<title>The plain HTTP request was sent to HTTPS port</title>",
         ("The plain HTTP request was sent to HTTPS port",)),
        (b"SSH-2.0-OpenSSH_9.6\r\n\r\n", ("what answers there does not speak HTTP", "check the port in base_url")),
        (b"-ERR unknown command\r\n\r\n", ("what answers there does not speak HTTP", "check the port in base_url")),
    ],
)  # fmt: skip  # a row each
async def test_http_to_what_is_none(answer: bytes, expected: tuple[str, ...]) -> None:
    async with answering(answer) as host:
        await check(f"http://{host}/v1", *expected)


async def test_a_certificate_of_the_client_is_wanted(certificates: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates / "good.pem"))
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        context = serving(certificates, "good")
        context.verify_mode = ssl.CERT_REQUIRED
        context.maximum_version = version
        async with answering(b"", context) as host:
            await check(f"https://{host}/v1", WANTED)


LOGIN = b"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\nContent-Length: 18\r\n\r\n<html>login</html>"
ECHO = (
    b"HTTP/1.1 407 Wrong: Basic YW5uOnNlY3JldA== (ann:secret)\r\nContent-Length: 28\r\n\r\nBasic YW5uOnNlY3JldA== fails"
)
NO = b"HTTP/1.1 %s X\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<html><title>Blocked by the firm</title></html>"


@pytest.mark.parametrize(
    ("scheme", "answer", "expected"),
    [
        ("http", LOGIN, ("407", "write the proxy's name and password into its variable")),
        ("https", LOGIN, ("407", "write the proxy's name and password into its variable")),
        ("http", ECHO, ("407", "fails")),
        ("https", ECHO, ("407 Proxy Authentication Required",)),
        ("http", NO % b"403", ("Blocked by the firm",)),
        ("https", NO % b"403", ("403",)),
        ("http", NO % b"502", ("Blocked by the firm",)),
        ("https", NO % b"502", ("502",)),
        ("http", NO % b"503", ("Blocked by the firm",)),
        ("https", b"", ("without an answer",)),
        ("http", b"", ("without an answer",)),
    ],
)
async def test_a_proxy_that_refuses_is_named(
    scheme: str, answer: bytes, expected: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with answering(answer) as host:
        monkeypatch.setenv(f"{scheme}_proxy", f"http://ann:secret@{host}")
        await check(f"{scheme}://llm.example/v1", f"through the proxy {host}", *expected)


def test_each_kind_has_its_own_advice() -> None:
    assert set(ADVICE) == set(get_args(FailureKind))
    assert len(set(ADVICE.values())) == len(ADVICE)


def tls(reason: str) -> ssl.SSLError:
    error = ssl.SSLError(1, f"[SSL: {reason}] (_ssl.c:1006)")
    error.reason = reason
    return error


def certificate(number: int) -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError("certificate verify failed")
    error.verify_code = number
    return error


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (ConnectFailure("x", "authorities"), "authorities"),
        (ReadFailure("407 certificate has expired", "no-tls"), "no-tls"),
        (httpcore.ConnectError("certificate has expired"), "other"),
        (httpcore.ProxyError("407 Proxy Authentication Required"), "proxy-login"),
        (httpcore.ProxyError("502 Bad Gateway"), "other"),
        (OSError(111, "Connection refused"), "other"),
        (None, "other"),
        (certificate(9), "certificate-not-yet-valid"),
        (certificate(10), "certificate-expired"),
        (certificate(18), "certificate-untrusted"),
        (certificate(20), "certificate-untrusted"),
        (certificate(62), "certificate-host"),
        (certificate(64), "certificate-host"),
        (tls("WRONG_VERSION_NUMBER"), "no-tls"),
        (tls("wrong version number"), "no-tls"),
        (tls("PACKET_LENGTH_TOO_LONG"), "no-tls"),
        (tls("HTTP_REQUEST"), "no-tls"),
        (tls("RECORD_LAYER_FAILURE"), "no-tls"),
        (tls("UNKNOWN_PROTOCOL"), "no-tls"),
        (tls("UNEXPECTED_EOF_WHILE_READING"), "handshake-closed"),
        (tls("TLSV13_ALERT_CERTIFICATE_REQUIRED"), "client-certificate"),
        (tls("SSLV3_ALERT_BAD_CERTIFICATE"), "client-certificate"),
        (tls("SSLV3_ALERT_HANDSHAKE_FAILURE"), "client-certificate"),
        (tls("TLSV1_ALERT_INTERNAL_ERROR"), "other"),
    ],
)
def test_the_kind_of_a_failure(error: BaseException | None, kind: FailureKind) -> None:
    assert kind_of(error) == kind
