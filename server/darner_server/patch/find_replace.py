"""Edits in JSON, as tools are called with them: find/replace pairs, new texts, patches in a string."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, cast

from darner_server.patch import loose_json
from darner_server.patch.edit import Edit
from darner_server.patch.reader import AGAIN, DONE, MORE, Reader, State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_OLD = ("old_string", "oldString", "old_str", "oldStr", "old_text", "oldText", "search", "find", "old", "before")
_NEW = ("new_string", "newString", "new_str", "newStr", "new_text", "newText", "replace", "replacement", "new", "after")
_PART = re.compile(
    r"(?:insert_?|start_?|end_?)?lines?(?:_?(?:number|start|end))?|start|end|range|position|offset|mode", re.IGNORECASE
)
_STRONG = re.compile(r"(?:old|new)_?(?:string|str|text)", re.IGNORECASE)
_PATH = ("path", "file_path", "filePath", "filepath", "filename", "file_name", "file", "target_file", "targetFile")
_EVERY = ("replace_all", "replaceAll")
_TEXT = ("content", "file_text", "fileText", "contents", "new_content", "file_content", "code_edit", "text", "code")
_PATCH = ("diff", "patch", "input", "patch_text", "patchText")
_ARGUMENTS = ("arguments", "input", "parameters", "params", "args", "tool_input", "kwargs")
_TOOL = ("name", "tool", "tool_name", "toolName", "function", "recipient_name", "action", "type")
_BESIDE = frozenset(
    ("description", "explanation", "reason", "comment", "id", "line", "start_line", "end_line", "type", "op")
)
_READS = re.compile(
    r"view|read|list|search(?!_?and|_?replace)|grep|glob|find_file|fetch|bash|shell|exec|run|terminal|command|think|todo|ask|"
    r"complet|finish|submit|plan",
    re.IGNORECASE,
)
_WRITES = re.compile(
    r"edit|write|create|insert|replace|patch|diff|delete|remove|rename|move|append|update|save|modify|undo|add",
    re.IGNORECASE,
)
_DELETES = re.compile(r"delete|remove|unlink", re.IGNORECASE)
_PLACES = re.compile(r"insert|append|regex", re.IGNORECASE)
_MOVES = re.compile(r"rename|move", re.IGNORECASE)
_FROM, _TO = ("source", "old_path", "from", "src"), ("destination", "new_path", "to", "dest", "target")
_LIKE_CALL = re.compile(
    r"[\"'](?:(?:old|new)_?(?:string|str|text)|code_edit|file_text|insert_line|(?:str_replace\w*|write_to_file|write_file|"
    r"replace_in_file|edit_file|multi_?edit|apply_diff|apply_patch|create_file))[\"']",
    re.IGNORECASE,
)
_DATA = (
    ".json",
    ".json5",
    ".jsonc",
    ".jsonl",
    ".ndjson",
    ".geojson",
    ".ipynb",
    ".webmanifest",
    ".har",
    ".map",
    ".lock",
)
_OPEN = re.compile(r"\s*(?:\[\s*(?:\{\s*)?(?:[\"'].*)?|\{\s*(?:[\"'].*)?|\[\s*\{.*)")
_OTHER = ("```", "<<<<<<<", "*** Begin Patch", "diff --git ")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
FORMAT = "find-replace"


def opening(line: str) -> bool:
    """Tell whether JSON may begin with this line."""
    return _OPEN.fullmatch(line) is not None


def is_data(path: str | None) -> bool:
    """Tell whether a file holds JSON itself."""
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
        out += edits("\n".join(self._lines), self._path)


def edits(text: str, path: str | None) -> list[Edit]:
    """Return the edits in a JSON text about no file of its own; none if it is something else.

    In a text that may be a file of JSON itself (`path`), or that cannot be read but calls a tool, one of them is
    malformed.
    """
    values, whole = loose_json.values(text)
    found: list[Edit] = []
    for value in values:
        _walk(value, None, found, 0)
    if is_data(path) and found:
        if any(each.path for each in found) or _LIKE_CALL.search(text):
            problem = f"this may be the new text of {path} or edits to it: the reply does not say which"
            return [_malformed(None, problem)]
        return []
    if not whole and _LIKE_CALL.search(text) and not is_data(path):
        found.append(_malformed(None, "the reply calls an editing tool in JSON that is cut off or is no JSON"))
    return found


def _walk(value: object, path: str | None, found: list[Edit], depth: int) -> None:
    if depth > 12:  # noqa: PLR2004 - no tool call nests deeper
        return
    if isinstance(value, list):
        items = cast("list[object]", value)
        if len(items) == 2 and items[0] == "apply_patch" and isinstance(items[1], str):  # noqa: PLR2004 - a shell's words
            found += _patched(items[1], path)
            return
        for each in items:
            _walk(each, path, found, depth + 1)
    elif isinstance(value, dict):
        _table(cast("dict[str, object]", value), path, found, depth)


def _table(table: dict[str, object], path: str | None, found: list[Edit], depth: int) -> None:
    """Take a table as what it looks like: a call, a pair, a new text, or something that holds such."""
    named = _first(table, _PATH)
    path = named if isinstance(named, str) else path
    if (called := _called(table)) is not None:
        _call(*called, path, found, depth)
        return
    if isinstance(table.get("command"), str) and path is not None and _command(table, path, found):
        return
    if (pair := _pair(table, path)) is not None:
        found += pair
        return
    text = _first(table, _TEXT)
    if isinstance(named, str) and isinstance(text, str):
        part = any(_PART.fullmatch(key) for key in table)
        problem = "a text is to go to a place that is told by numbers; darner does not do that"
        found.append(_malformed(path, problem) if part else _written(path, text))
        return
    for each in table.values():
        _walk(each, path, found, depth + 1)


def _called(table: dict[str, object]) -> tuple[str, dict[str, object]] | None:
    """Return a tool's name and arguments, where a table is a call. Arguments may be JSON in a string."""
    tool = next((table[key] for key in _TOOL if isinstance(table.get(key), str) and table[key] != "function"), None)
    tool = table["name"] if isinstance(table.get("name"), str) else tool
    arguments = _first(table, _ARGUMENTS)
    if not isinstance(tool, str) or arguments is None:
        return None
    if isinstance(arguments, str):
        values, whole = loose_json.values(arguments)
        if not whole or len(values) != 1 or not isinstance(values[0], dict):
            arguments = {"input": arguments, "unread": True}
        else:
            arguments = cast("object", values[0])
    return (tool, cast("dict[str, object]", arguments)) if isinstance(arguments, dict) else None


def _call(tool: str, arguments: dict[str, object], path: str | None, found: list[Edit], depth: int) -> None:
    """Take one call: its edits or, where it should make some and cannot be read, a malformed one."""
    named = _first(arguments, _PATH)
    path = named if isinstance(named, str) else path
    before = len(found)
    if isinstance(arguments.get("command"), str) and _command(arguments, path, found):
        return
    patch = _first(arguments, _PATCH)
    if isinstance(patch, str):
        found += _patched(patch, path)
    elif _DELETES.search(tool) and path is not None and _pair(arguments, path) is None:
        found.append(Edit(path, kind="delete", format=FORMAT))
    elif _PLACES.search(tool) or arguments.get("use_regex") or arguments.get("is_regex"):
        problem = f"the reply calls {tool}, which names no text to replace; darner does not do that"
        found.append(_malformed(path, problem))
    elif _MOVES.search(tool):
        source, target = _first(arguments, (*_FROM, *_PATH)), _first(arguments, _TO)
        if isinstance(source, str) and isinstance(target, str):
            found.append(Edit(source, kind="move", new_path=target, format=FORMAT))
    elif not _READS.search(tool) or _WRITES.search(tool):
        _walk(arguments, path, found, depth + 1)
    if len(found) == before and _WRITES.search(tool):
        found.append(_malformed(path, f"the reply calls {tool} with arguments that darner does not know"))


def _command(table: dict[str, object], path: str | None, found: list[Edit]) -> bool:
    """Take a call of the editor whose command is one of its arguments; False if it is something else."""
    command = table["command"]
    if command in ("view", "read", "open"):
        return True
    text = _first(table, _TEXT)
    if command in ("create", "write") and isinstance(text, str):
        found.append(_written(path, text))
    elif command in ("str_replace", "replace", "edit") and (pair := _pair(table, path)) is not None:
        found += pair
    elif command == "delete":
        found.append(Edit(path, kind="delete", format=FORMAT))
    elif command in ("create", "write", "str_replace", "replace", "edit", "insert", "undo_edit", "rename"):
        found.append(_malformed(path, f"the reply calls the command {command} in a way that darner does not know"))
    else:
        return False
    return True


def _pair(table: dict[str, object], path: str | None) -> list[Edit] | None:
    """Return the edit of a table that has an old text and a new one; a malformed one where one of them is no text."""
    keys = [next((name for name in names if name in table), None) for names in (_OLD, _NEW)]
    strong = any(key is not None and _STRONG.fullmatch(key) for key in keys)
    if None in keys and not strong:
        return None
    old, new = (table[key] if key is not None else None for key in keys)
    if not isinstance(old, str) or not isinstance(new, str):
        missing = keys[0] or "the old text" if not isinstance(old, str) else keys[1] or "the new text"
        return [_malformed(path, f"{missing} of a replacement is no text")] if strong else None
    if not strong and set(table) - {*_OLD, *_NEW, *_PATH, *_EVERY, *_BESIDE}:
        return None
    every = _first(table, _EVERY) is True
    return [Edit(path, old, new, inline=True, every=every, format=FORMAT)]


def _patched(text: str, path: str | None) -> list[Edit]:
    """Return the edits of a reply within the reply."""
    from darner_server.patch.parser import Parser  # noqa: PLC0415 - the parser knows this format, and this one it

    parser = Parser(target=path)
    return [*parser.feed(text), *parser.close()]


def _written(path: str | None, text: str) -> Edit:
    after = text if not text or text.endswith("\n") else text + "\n"
    return Edit(path, after=after, kind="whole", format="whole")


def _malformed(path: str | None, problem: str) -> Edit:
    return Edit(path, kind="malformed", problem=problem, format=FORMAT)


def _first(table: dict[str, object], names: tuple[str, ...]) -> object:
    return next((table[name] for name in names if name in table), None)


def render(pairs: Iterable[Edit]) -> str:
    """Write edits as JSON that reads back as the same edits."""
    values = [
        {"path": edit.path, "old_string": edit.before, "new_string": edit.after, "replace_all": edit.every}
        for edit in pairs
    ]
    return json.dumps(values, indent=1, ensure_ascii=False) + "\n"
