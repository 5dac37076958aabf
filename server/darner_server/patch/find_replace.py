"""Find/replace pairs in JSON, as tools are called with them. They may begin and end inside a line."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, cast

from darner_server.patch.edit import Edit
from darner_server.patch.reader import AGAIN, DONE, MORE, Reader, State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_OLD = ("old_string", "oldString", "old_str", "old_text", "oldText", "search", "find", "old", "before")
_NEW = ("new_string", "newString", "new_str", "new_text", "newText", "replace", "replacement", "new", "after")
_PATH = ("path", "file_path", "filePath", "filepath", "filename", "file_name", "file", "target_file")
_EVERY = ("replace_all", "replaceAll")
_OPEN = re.compile(r"\s*(?:\[\s*(?:\{\s*)?(?:\".*)?|\{\s*(?:\".*)?)")
_OTHER = ("```", "<<<<<<<", "*** Begin Patch", "diff --git ")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
FORMAT = "find-replace"


def opening(line: str) -> bool:
    """Tell whether JSON may begin with this line."""
    return _OPEN.fullmatch(line) is not None


class FindReplace(Reader):
    """Reads one JSON value and gives its pairs."""

    def __init__(self, path: str | None, closes: Callable[[str], bool]) -> None:
        self._path = path
        self._closes = closes
        self._lines: list[str] = []
        self._depth = 0
        self._odd = ""  # the beginning of a string that runs over the line

    def line(self, line: str, out: list[Edit]) -> State:
        """Take one line."""
        if self._closes(line) or (not self._odd and line.startswith(_OTHER)):
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
        out += pairs("\n".join(self._lines), self._path)


def pairs(text: str, path: str | None) -> list[Edit]:
    """Return the pairs in a JSON text; none if it is something else."""
    found: list[Edit] = []
    for part in (text, *text.split("\n")):
        try:
            value: object = json.loads(part.strip(), strict=False)
        except (ValueError, RecursionError):
            continue
        _walk(value, path, found, 0)
        if part is text:
            break
    return found


def _walk(value: object, path: str | None, found: list[Edit], depth: int) -> None:
    if depth > 8:  # noqa: PLR2004 - no tool call nests deeper
        return
    if isinstance(value, list):
        for each in cast("list[object]", value):
            _walk(each, path, found, depth + 1)
        return
    if not isinstance(value, dict):
        return
    table = cast("dict[str, object]", value)
    named = _first(table, _PATH)
    path = named if isinstance(named, str) else path
    old, new = _first(table, _OLD), _first(table, _NEW)
    if isinstance(old, str) and isinstance(new, str):
        every = _first(table, _EVERY) is True
        found.append(Edit(path, old, new, inline=True, every=every, format=FORMAT))
        return
    for each in table.values():
        _walk(each, path, found, depth + 1)


def _first(table: dict[str, object], names: tuple[str, ...]) -> object:
    return next((table[name] for name in names if name in table), None)


def render(edits: Iterable[Edit]) -> str:
    """Write edits as JSON that reads back as the same edits."""
    values = [
        {"path": edit.path, "old_string": edit.before, "new_string": edit.after, "replace_all": edit.every}
        for edit in edits
    ]
    return json.dumps(values, indent=1, ensure_ascii=False) + "\n"
