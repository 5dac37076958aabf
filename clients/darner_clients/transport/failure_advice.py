"""What the user can do about a connection that fails, by the kind of its failure."""

from collections.abc import Mapping

from darner_clients.transport.connection_failures import FailureKind

ADVICE: Mapping[FailureKind, str] = {
    "other": "",  # nothing better is known than to check base_url and the network
    "authorities": "correct the variable, or unset it",
    "proxy-login": "write the proxy's name and password into its variable: http://NAME:PASSWORD@HOST:PORT",
    "proxy-address": "set HTTPS_PROXY or HTTP_PROXY to an http one (http://HOST:PORT), "
    "or name this endpoint's host in NO_PROXY",
    "certificate-expired": "have the certificate renewed, or correct this machine's clock",
    "certificate-not-yet-valid": "correct this machine's clock",
    "certificate-host": "name the certificate's host in base_url",
    "certificate-untrusted": "if you trust it, name a file with the certificate of its authority in the variable "
    "SSL_CERT_FILE",
    "no-tls": "it does not speak TLS there: begin base_url with http://, or correct its port",
    "handshake-closed": "it may not speak TLS (use http:// in base_url) or require a client certificate, "
    "which darner does not support",
    "client-certificate": "it requires a client certificate, which darner does not support: "
    "put a proxy that can in between",
    "no-http": "check the port in base_url, and whether it begins with https://",
    "silent": "if it speaks TLS there, begin base_url with https://",
    "silent-tls": "it may require a client certificate, which darner does not support",
}
