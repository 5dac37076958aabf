"""Failures of httpcore and of OpenSSL as kinds of ours: the only place that reads how these word them."""

import re
import ssl

import httpcore

from darner_clients.transport.connection_failures import FailureKind

# OpenSSL's numbers of what is wrong with a certificate (x509_vfy.h).
_CERTIFICATE_KINDS: dict[int, FailureKind] = {
    9: "certificate-not-yet-valid",
    10: "certificate-expired",
    62: "certificate-host",
    64: "certificate-host",  # an IP address instead of a name
}
_TLS_KINDS: tuple[tuple[str, FailureKind], ...] = (
    (
        r"wrong[_ ]version[_ ]number|packet[_ ]length|http[_ ]request|record[_ ]layer[_ ]failure|unknown[_ ]protocol",
        "no-tls",
    ),
    (r"unexpected[_ ]eof", "handshake-closed"),
    (r"certificate[_ ]required|bad[_ ]certificate|handshake[_ ]failure", "client-certificate"),
)


class ConnectFailure(httpcore.ConnectError):
    """There is no connection. httpx keeps it as the cause of its own error."""

    def __init__(self, reason: str, kind: FailureKind = "other") -> None:
        super().__init__(reason)
        self.kind: FailureKind = kind


class ReadFailure(httpcore.ReadError):
    """A read failed. httpx keeps it as the cause of its own error."""

    def __init__(self, reason: str, kind: FailureKind = "other") -> None:
        super().__init__(reason)
        self.kind: FailureKind = kind


def kind_of(error: BaseException | None) -> FailureKind:
    """The kind of a failure that our sockets, TLS or a proxy raised; httpx's own errors have it as their cause."""
    if isinstance(error, ConnectFailure | ReadFailure):
        return error.kind
    if isinstance(error, ssl.SSLCertVerificationError):
        return _CERTIFICATE_KINDS.get(error.verify_code, "certificate-untrusted")
    if isinstance(error, ssl.SSLError):
        return _tls_kind(error.reason or str(error))
    if isinstance(error, httpcore.ProxyError):
        return "proxy-login" if str(error).startswith("407") else "other"
    return "other"


def _tls_kind(words: str) -> FailureKind:
    for pattern, kind in _TLS_KINDS:
        if re.search(pattern, words, re.IGNORECASE):
            return kind
    return "other"


def is_silent(error: Exception) -> bool:
    """Whether the connection was closed before a byte of an answer."""
    return "without sending a response" in str(error)


def is_no_http(error: Exception) -> bool:
    """Whether what came is no HTTP."""
    return "illegal" in str(error).lower()
