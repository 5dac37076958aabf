"""What kind of file it is: generated, a test, another's, secret."""

import re
from collections.abc import Sequence

_GENERATED = re.compile(r"@generated\b|\bDO NOT EDIT\b|[Aa]uto-?generated (?:by|from|file)\b")
TOP = 12  # lines that may mark a file as generated
_TEST = re.compile(
    r"(?:^|/)(?:tests?|__tests__|spec|specs|testing|e2e)/|(?:^|/)(?:test_|conftest)[^/]*$|(?:_test|_spec|[.-]test|[.-]spec|Tests?|IT)\.\w+$"
)
_VENDORED = re.compile(r"(?:^|/)(?:vendor|vendored|_vendor|third_party|third-party|3rdparty|extern|external|deps)/")
_MINIFIED = re.compile(r"[.-]min\.(?:js|css|mjs|cjs)$|\.bundle\.js$")
LOCK_FILES = frozenset(
    {"package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml", "composer.lock", "packages.lock.json"}
)


def minified(name: str) -> bool:
    """Whether a file's name is that of code that was made smaller for browsers."""
    return _MINIFIED.search(name) is not None


def flags_of(path: str, top: Sequence[str], *, secret: bool, secretive: bool) -> int:
    """What kind of file it is, by its path and its first lines."""
    flags = 0
    begin = "".join(top)[:2_000]
    if ("enerated" in begin or "DO NOT EDIT" in begin) and _GENERATED.search(begin):
        flags |= GENERATED
    if test_path(path):
        flags |= TEST
    if _VENDORED.search(path):
        flags |= VENDORED
    if secret:
        flags |= SECRET
    if secretive:
        flags |= SECRETIVE
    return flags


def test_path(path: str) -> bool:
    """Whether a file holds tests, by its name."""
    return _TEST.search(path) is not None


GENERATED, SECRET, TEST, VENDORED, SECRETIVE = 1, 2, 4, 8, 16  # SECRETIVE: some of its lines are never shown
