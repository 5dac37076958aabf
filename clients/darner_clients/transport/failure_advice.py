"""What to do about a connection that fails, by how its failure is worded."""

import re

_REMEDIES: tuple[tuple[str, str], ...] = (
    (r"SSL_CERT_(?:FILE|DIR) ", "correct the variable, or unset it"),
    (
        r"407|proxy authentication",
        "write the proxy's name and password into its variable: http://NAME:PASSWORD@HOST:PORT",
    ),
    (
        r"the environment names a \w+ proxy|the proxy that the environment names",
        "set HTTPS_PROXY or HTTP_PROXY to an http one (http://HOST:PORT), or name this endpoint's host in NO_PROXY",
    ),
    (r"certificate has expired", "have the certificate renewed, or correct this machine's clock"),
    (r"not yet valid", "correct this machine's clock"),
    (
        r"hostname mismatch|ip address mismatch|is not valid for",
        "name the certificate's host in base_url",
    ),
    (
        r"certificate is not trusted",
        "if you trust it, name a file with the certificate of its authority in the variable SSL_CERT_FILE",
    ),
    (
        r"wrong[_ ]version[_ ]number|packet[_ ]length|http[_ ]request|record[_ ]layer[_ ]failure|unknown[_ ]protocol",
        "it does not speak TLS there: begin base_url with http://, or correct its port",
    ),
    (
        r"closed during the tls handshake|unexpected[_ ]eof",
        "it may not speak TLS (use http:// in base_url) or require a client certificate, which darner does not support",
    ),
    (
        r"certificate[_ ]required|bad[_ ]certificate|handshake[_ ]failure",
        "it requires a client certificate, which darner does not support: put a proxy that can in between",
    ),
    (r"does not speak http", "check the port in base_url, and whether it begins with https://"),
    (r"without an answer to plain http$", "if it speaks TLS there, begin base_url with https://"),
    (r"without an answer to https$", "it may require a client certificate, which darner does not support"),
)


def remedy(failure: str) -> str:
    """What to do; "" where nothing better is known than to check base_url and the network."""
    return next((advice for words, advice in _REMEDIES if re.search(words, failure, re.IGNORECASE)), "")
