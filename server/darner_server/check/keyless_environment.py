"""The environment of a workspace's check: what a build needs, and nothing that gives access to anything."""

import re
from collections.abc import Mapping, Sequence

from darner_context.secrets.scanner import secrets_of


def keyless(environ: Mapping[str, str], keys: Sequence[str]) -> dict[str, str]:
    """An environment without what gives access to anything: by a variable's name, or by a key or password in it."""
    return {
        name: value
        for name, value in environ.items()
        if not _NAMES_KEY.search(name)
        and not _PASSWORD.search(value)
        and not any(key in value for key in keys)
        and not secrets_of(f"{name}={value}\n")
    }


_NAMES_KEY = re.compile(
    r"secret|token(?!iz)|passw|passphrase|credential|webhook|askpass|auth_sock|cookie|connection_?string|database_url|"
    r"pass[0-9]*$|(?:key|keys|pwd|(?<![a-z])(?:pass|pw|creds?|auth|pat|jwt|bearer|dsn|netrc))(?:_|[0-9]*$)(?<!^pwd)(?<!^oldpwd)",
    re.IGNORECASE,
)
_PASSWORD = re.compile(r"\b[a-z][a-z0-9+.-]*://[^/\s@]*:[^/\s@]+@", re.IGNORECASE)
