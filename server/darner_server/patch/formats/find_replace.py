"""Find/replace pairs and other tool calls in JSON. Pairs may begin and end inside a line."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from darner_server.patch.edit import malformed
from darner_server.patch.formats import file_names, loose_json, tool_calls
from darner_server.patch.formats.block_reader import AGAIN, DONE, MORE, Reader, State
from darner_server.patch.lazy_pattern import lazy_pattern
from darner_server.patch.text.file_types import JSON

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from darner_server.patch.edit import Edit

_DATA = (
    *(*JSON, ".json5", ".jsonc", ".jsonl", ".ndjson", ".jsonld", ".har", ".map", ".code-workspace", ".code-snippets"),
    *(".avsc", ".tfstate", ".lock", "rc"),
)
_OPEN = lazy_pattern(r"\s*(?:\[\s*(?:\{\s*)?(?:[\"'].*)?|\{\s*(?:[\"'].*)?|\[\s*\{.*)")
_MARKS = lazy_pattern(r"(?:\s*<[|\uff5c/][^<>]*>)+\s*$")
_WRAPPED = lazy_pattern(
    r"(?:\s*(?:<[|\uff5c]?[^<>]*[|\uff5c]?>|\[[A-Z_]+\]|[\w.:-]*(?=\[|<)|functions\.[\w.:-]+|[\w.-]+))*\s*|"
    r"\s*(?:action[_ ]?input|tool[_ ]?input|arguments|input|tool|function|call(?:ing)?)\s*:\s*(?:[\w.]+\s*)?",
    re.IGNORECASE,
)
_OTHER = ("```", "<<<<<<<", "*** Begin Patch", "diff --git ")
_STRING = lazy_pattern(r'"(?:[^"\\]|\\.)*"')


def opening(line: str) -> bool:
    """Return whether JSON may begin with this line."""
    return _OPEN.fullmatch(line) is not None


def unwrapped(line: str) -> str:
    """Return the JSON of a call without what is before it: a model's own marks, "Action Input:"; else the line."""
    if "{" not in line or tool_calls.LIKE_CALL.search(line) is None or opening(line):
        return line
    start = re.search(r"\[\s*\{\s*\"|\{\s*\"", line)
    if start is None or line[: start.start()].count("`") % 2 or not _WRAPPED.fullmatch(line[: start.start()]):
        return line
    return _MARKS.sub("", line[start.start() :])


def is_data(path: str | None) -> bool:
    """Return whether a file holds JSON itself."""
    return path is not None and path.lower().endswith(_DATA)


class FindReplace(Reader):
    """Reads one JSON value and gives its edits."""

    def __init__(self, path: str | None, closes: Callable[[str], bool]) -> None:
        """`path` is the file that the value would be about or, if it is one of JSON, be the text of."""
        self._path = path
        self._closes = closes
        self._lines: list[str] = []
        self._depth = 0
        self._odd = ""  # the beginning of a string that runs over the line
        self.called = False  # the value was a call, and not a text

    def line(self, line: str, out: list[Edit]) -> State:
        """Take one line."""
        if self._closes(line) or (not self._odd and line.startswith(_OTHER)):
            self._read(out)
            return AGAIN
        self._lines.append(line)
        bare = _STRING.sub("", self._odd + line)
        self._odd = bare[bare.index('"') :] + "\n" if '"' in bare else ""
        bare = bare.split('"')[0]
        self._depth += bare.count("{") + bare.count("[") - bare.count("}") - bare.count("]")
        if self._depth > 0 or self._odd:
            return MORE
        self._read(out)
        return DONE

    def close(self, out: list[Edit], *, cut_off: bool) -> None:
        """End of the reply inside the value."""
        if not cut_off:
            self._read(out)

    def _read(self, out: list[Edit]) -> None:
        found = edits("\n".join(self._lines), self._path)
        self.called = found is not None
        out += found or ()


def edits(text: str, path: str | None) -> list[Edit] | None:
    """Return the edits in a JSON text; None if it is something else.

    In a text that may be a file of JSON itself (`path`), or that cannot be read but calls a tool, one of them is
    malformed.
    """
    values, whole = loose_json.values(text)
    found = tool_calls.edits(values)
    like_call = tool_calls.LIKE_CALL.search(text) is not None
    if is_data(path):
        if not found or not (any(file_names.is_path(each.path or "", blanks=True) for each in found) or like_call):
            return None
        problem = f"this may be the new text of {path}, or edits to it; the reply does not specify which"
        return [malformed(None, "unclear-answer", problem, format=tool_calls.FORMAT)]
    if not whole and like_call:
        problem = "the reply calls an editing tool, but its JSON is incomplete or invalid"
        return [*(found or ()), malformed(None, "malformed", problem, format=tool_calls.FORMAT)]
    return found


def render(pairs: Iterable[Edit]) -> str:
    """Write edits as JSON that reads back as the same edits."""
    values = [
        {"path": edit.path, "old_string": edit.before, "new_string": edit.after, "replace_all": edit.every}
        for edit in pairs
    ]
    return json.dumps(values, indent=1, ensure_ascii=False) + "\n"
