"""How a connection fails, below the errors that users see."""

from typing import Literal

Headers = tuple[tuple[str, str], ...]
FailureKind = Literal[
    "other",
    "authorities",  # SSL_CERT_FILE or SSL_CERT_DIR names nothing usable
    "proxy-address",
    "proxy-login",
    "certificate-expired",
    "certificate-not-yet-valid",
    "certificate-host",  # it is another host's
    "certificate-untrusted",
    "no-tls",
    "handshake-closed",
    "client-certificate",
    "no-http",
    "silent",  # closed without an answer to plain http
    "silent-tls",  # closed without an answer to https
]


class NotConnected(Exception):
    """There is no connection; the message is the reason."""

    def __init__(self, reason: str, kind: FailureKind = "other") -> None:
        super().__init__(reason)
        self.kind: FailureKind = kind


class Broken(Exception):
    """The connection broke; the message is the reason."""

    def __init__(self, reason: str, kind: FailureKind = "other") -> None:
        super().__init__(reason)
        self.kind: FailureKind = kind
