"""A patch from texts to the files on disk, each in the encoding it had."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from darner_context.request import Unreadable
from darner_context.system.regular_file import read_plain
from darner_context.workspace.encoding import MARK, decode
from darner_server.file_writer import Unwritten, Written, write

_WIDEST = 4  # bytes of a character, and of a mark before the first


def save(
    root: Path,
    before: Mapping[str, str | None],
    after: Mapping[str, str | None],
    *,
    journals: Path | None = None,
    remember: Callable[[Path, "Encoded"], None] | None = None,
) -> Written | Unwritten:
    """Write every changed file or none. If a file no longer contains `before`, the whole patch is rejected.

    `remember` gets the root and the bytes of a patch that was written.
    """
    encoded = encode(root, before, after)
    if isinstance(encoded, Unwritten):
        return encoded
    written = write(root, encoded.changes, expected=encoded.expected, journals=journals)
    if remember is not None and not isinstance(written, Unwritten):
        remember(root, encoded)
    return written


@dataclass(frozen=True, slots=True)
class Encoded:
    """The bytes of a patch: what each file is to hold, and what it holds now; None for a file that is not there."""

    changes: Mapping[str, bytes | None]
    expected: Mapping[str, bytes | None]


def encode(root: Path, before: Mapping[str, str | None], after: Mapping[str, str | None]) -> Encoded | Unwritten:
    """The patch in each file's own encoding; nothing is written."""
    changes: dict[str, bytes | None] = {}
    expected: dict[str, bytes | None] = {}
    for path, text in after.items():
        old = before.get(path)
        if old is None:
            expected[path] = None
            changes[path] = None if text is None else text.encode("utf-8")
            continue
        data = read_plain(root / path, _WIDEST * (len(old) + 1))  # what is longer has changed
        if isinstance(data, Unreadable):
            return Unwritten(path, data.reason)
        decoded = decode(data)
        if isinstance(decoded, Unreadable):
            return Unwritten(path, decoded.reason)
        mark = MARK if decoded.text.startswith(MARK) and not old.startswith(MARK) else ""
        if decoded.text != mark + old:
            return Unwritten(path, "the file changed while the patch was being made; run the command again")
        encoded = None if text is None else decoded.encode(mark + text)
        if text is not None and encoded is None:
            return Unwritten(path, f"its encoding, {decoded.encoding}, has no bytes for the new text")
        expected[path], changes[path] = data, encoded
    return Encoded(changes, expected)
