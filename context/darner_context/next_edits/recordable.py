"""Which documents the edit history may take in: source that people write, and nothing that looks secret."""

from collections.abc import Sequence

from darner_context.languages.file_language import language_in
from darner_context.secrets.file_names import secret_name
from darner_context.secrets.private_keys import PRIVATE_KEY
from darner_context.secrets.scanner import secrets_of
from darner_context.workspace.file_kind import GENERATED, LOCK_FILES, SECRET, TOP, VENDORED, flags_of, minified

_MOST_LINES, _MOST_CHARACTERS = 50_000, 1_500_000
_LONG_LINE = 4_000  # characters: nobody types into a minified file
_LOGS = (".log", ".diff", ".patch", ".rej", ".orig")


def recordable(path: str, lines: Sequence[str]) -> bool:
    """Whether edits of a document may be kept, by its path and its text. Ignore files are the caller's to ask."""
    name = path.rpartition("/")[2]
    if name in LOCK_FILES or minified(name) or name.endswith(_LOGS):
        return False
    if language_in(path, "".join(lines[:1])) is None:
        return False
    if flags_of(path, lines[:TOP], secret=secret_name(path), secretive=False) & (GENERATED | SECRET | VENDORED):
        return False
    if not fits(lines) or sum(map(len, lines)) > _MOST_CHARACTERS:
        return False
    return not any(len(line) > _LONG_LINE or PRIVATE_KEY in line for line in lines)


def fits(lines: Sequence[str]) -> bool:
    """Whether a document is small enough to be followed at every keystroke."""
    return len(lines) <= _MOST_LINES


def unfit(lines: Sequence[str]) -> bool:
    """Whether lines of an edit must not be kept: they hold a secret, or nobody typed them."""
    return any(len(line) > _LONG_LINE for line in lines) or bool(secrets_of("".join(lines)))
