"""Lines of a reply that request code instead of changing it, and the words that teach a model to write them."""

from __future__ import annotations

import re

MOST = 12  # requests of one reply that are read
RULES = f"""\
Other files that may matter, each with names that it defines:

{{file_map}}
If the change needs code that is not shown, do not guess it: answer with up to {MOST} lines of this form only:
NEED path/of/file::name
A line without ::name requests the whole file. You are then shown that code, and answer with the edits.
Edit only files that are shown, or new ones."""

_WORD = re.compile(r"NEED:?\s+(\S.*)")
_MARKUP = re.compile(r"^[\s>*•-]*(?:\d+[.)]\s+)?[\s`*]*|[\s`*.,;:]+$")
_SEVERAL = re.compile(r"\s*,\s+|\s+and\s+")
_FILE = re.compile(r"(?=\S*[./\\])([^\s:]+)(?::(\S*))?")
_LINES = re.compile(r"[\d,L-]*")
_QUOTES = "`\"'* "
_LONGEST = 1_000  # characters of a line that is read


class CodeRequests:
    """The requests of one reply, as (path, name) in their order; a name is empty where the whole file is requested."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], None] = {}
        self._lines = 0
        self.edits_behind = 0  # edits that come after a request, and so do not count

    @property
    def found(self) -> tuple[tuple[str, str], ...]:
        """The requests that count."""
        return tuple(self._found)[:MOST]

    @property
    def are_endless(self) -> bool:
        """Whether there are so many lines of them that the rest need not be waited for."""
        return self._lines > 2 * MOST

    def take(self, line: str) -> bool:
        """Take a line outside all edits; returns whether it is a request."""
        requests = read(line)
        if requests:
            self._lines += 1
            if len(self._found) < MOST:
                self._found.update(dict.fromkeys(requests))
        return bool(requests)

    def clear(self) -> None:
        """Drop what was found: it was reasoning."""
        self._found.clear()
        self._lines = self.edits_behind = 0


def read(line: str) -> list[tuple[str, str]]:
    """Read a line `NEED path::name`, also with markup around it or with several; [] if it is none."""
    if "NEED" not in line or len(line) > _LONGEST or (words := _WORD.fullmatch(_MARKUP.sub("", line))) is None:
        return []
    found: list[tuple[str, str]] = []
    for part in _SEVERAL.split(words[1]):
        path, divider, name = (each.strip(_QUOTES) for each in part.partition("::"))
        if not divider and (file := _FILE.fullmatch(path)) is not None:
            path, name = file[1], "" if _LINES.fullmatch(file[2] or "") else file[2]
        elif not divider:
            if not found:
                return []
            path, name = found[0][0], path
        if path:
            found.append((path, name))
    return found
