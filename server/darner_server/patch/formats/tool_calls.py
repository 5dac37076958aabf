"""What calls of tools mean, as values: edits, or why they cannot be carried out. None of several is passed over."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, cast

from darner_server.patch.edit import Edit, malformed
from darner_server.patch.formats import file_names, loose_json
from darner_server.patch.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Mapping

    from darner_server.patch.edit import RefusalKind

FORMAT: Final = "find-replace"
LIKE_CALL = lazy_pattern(
    r"[\"'](?:(?:old|new)_?(?:string|str|text)|code_edit|file_text|insert_line|(?:str_replace\w*|write_to_file|write_file|"
    r"replace_in_file|edit_file|multi_?edit|apply_diff|apply_patch|create_file))[\"']",
    re.IGNORECASE,
)
_OLD = ("old_string", "oldString", "old_str", "oldStr", "old_text", "oldText", "search", "find", "old", "before")
_NEW = ("new_string", "newString", "new_str", "newStr", "new_text", "newText", "replace", "replacement", "new", "after")
_STRONG = lazy_pattern(r"(?:old|new)_?(?:string|str|text)", re.IGNORECASE)
_PATH = ("path", "file_path", "filePath", "filepath", "filename", "file_name", "file", "target_file", "targetFile")
_EVERY = ("replace_all", "replaceAll")
_TEXT = ("content", "file_text", "fileText", "contents", "new_content", "file_content", "code_edit", "text", "code")
_PATCH = ("diff", "patch", "input", "patch_text", "patchText")
_ARGUMENTS = ("arguments", "input", "parameters", "params", "args", "tool_input", "kwargs")
_TOOL = ("name", "tool", "tool_name", "toolName", "function", "recipient_name", "action", "type")
_DOES = ("action", "operation", "op", "type", "command", "kind")
_BESIDE = ("description", "explanation", "reason", "comment", "instructions", "instruction", "id", "language", "lang")
_AT = ("insert_line", "insertLine", "line", "line_number")
_SHELL = lazy_pattern(r"bash|shell|exec|run|terminal|command", re.IGNORECASE)
_CHANGES = lazy_pattern(
    r"\bsed\s+(?:-\w+\s+)*-i|\bperl\s+-\w*[pi]|(?<![<>=&\d-])>{1,2}\s*[\w./~$\"']|\btee\b|\b(?:mv|rm|cp|patch|touch|truncate)\s|"
    r"\bgit\s+(?:apply|mv|rm|checkout|restore|reset)\b|\bapply_patch\b|\bwrite_text\b|open\([^)]*[\"']w"
)
_LINES = ("line", "start_line", "end_line", "startLine", "endLine")
_READS = lazy_pattern(
    r"view|read|list|search(?!_?and|_?replace)|grep|glob|find_file|fetch|bash|shell|exec|run|terminal|command|think|todo|"
    r"ask|complet|finish|submit|plan",
    re.IGNORECASE,
)
_WRITES = lazy_pattern(
    r"edit|write|create|insert|replace|patch|diff|delete|remove|rename|move|append|update|save|modify|undo|add",
    re.IGNORECASE,
)
_CREATES = lazy_pattern(
    r"\b(?:create|write|add|new|overwrite|full|create_?file|write_?file|add_?file|new_?file)\b", re.IGNORECASE
)
_DELETES = lazy_pattern(r"(?:delete|remove|unlink|rm)(?:[_-]?(?:a[_-])?(?:files?|paths?))?", re.IGNORECASE)
_INSERTED = ("insert_text", "insertText", "new_str", "newStr")
_INSERTS = lazy_pattern(r"insert(?:_content)?", re.IGNORECASE)
_PLACES = lazy_pattern(r"insert|append|regex", re.IGNORECASE)
_MOVES = lazy_pattern(r"(?:rename|move|mv)(?:[_-]?(?:a[_-])?(?:files?|paths?))?", re.IGNORECASE)
_OWN = (
    "recursive",
    "force",
    "reason",
    "explanation",
    "description",
    "command",
    "action",
    "operation",
    "op",
    "type",
    "kind",
    "id",
)
_FROM, _TO = ("source", "old_path", "from", "src"), ("destination", "new_path", "to", "dest", "target")
_DEEPEST = 12  # no call nests deeper


def edits(values: list[object]) -> list[Edit] | None:
    """Return the edits that values ask for, by the files they name; None if they are no calls."""
    calls = _Calls()
    understood = [calls.walk(value, None, 0) for value in values]
    return calls.found if any(understood) else None


class _Calls:
    """Walks values. Each step returns whether it has understood its value: as edits, rejected, or as reading only."""

    def __init__(self) -> None:
        self.found: list[Edit] = []

    def walk(self, value: object, path: str | None, depth: int) -> bool:
        if depth > _DEEPEST:
            return False
        if isinstance(value, list):
            return self._list(cast("list[object]", value), path, depth)
        return isinstance(value, dict) and self._table(cast("dict[str, object]", value), path, depth)

    def _list(self, items: list[object], path: str | None, depth: int) -> bool:
        if len(items) == 2 and items[0] == "apply_patch" and isinstance(items[1], str):  # noqa: PLR2004 - a shell's words
            return self._patch(items[1], path)
        before = len(self.found)
        understood = [self.walk(each, path, depth + 1) for each in items]
        if len(self.found) > before and not all(understood):
            self._refuse(path, "unsupported", "one of several edits has an unknown form")
        return any(understood)

    def _table(self, table: dict[str, object], path: str | None, depth: int) -> bool:
        """Take a table as what it looks like: a call, a pair, a new text, or something that holds such."""
        named = _first(table, _PATH)
        path = named if isinstance(named, str) else path
        if (called := _called(table)) is not None:
            return self._call(*called, path, depth)
        if isinstance(table.get("command"), str) and path is not None and self._command(table, path):
            return True
        if self._pair(table, path):
            return True
        if isinstance(named, str) and file_names.is_path(named, blanks=True) and self._file(table, named):
            return True
        understood = [self.walk(each, path, depth + 1) for each in table.values()]
        return any(understood)

    def _placed(self, tool: str, arguments: dict[str, object], path: str | None) -> bool:
        """Take a call that marks its place by other means than a text."""
        if _INSERTS.fullmatch(tool) and _first(arguments, _AT) is not None:
            return self._inserted(arguments, path, behind="content" not in tool)
        return self._refuse(
            path, "unsupported", f"the reply calls {tool} without a text to replace; darner does not support that"
        )

    def _unread(self, tool: str, arguments: dict[str, object], path: str | None) -> None:
        """Reject a call that gave no edit although it changes files."""
        if _SHELL.search(tool) and _CHANGES.search(_told(arguments)):
            self._refuse(
                path,
                "unsupported",
                "the reply runs a command that may change files; darner runs no commands of a reply",
            )
        elif _WRITES.search(tool):
            self._refuse(path, "unsupported", f"the reply calls {tool} with unknown arguments")

    def _inserted(self, table: dict[str, object], path: str | None, *, behind: bool) -> bool:
        """Take a text for the place after a line (0: the top), or before one (0: the end)."""
        line, text = _first(table, _AT), _first(table, (*_TEXT, *_INSERTED))
        line = int(line) if isinstance(line, str) and line.strip().isdecimal() else line
        if isinstance(line, bool) or not isinstance(line, int) or line < 0 or not isinstance(text, str) or not text:
            return self._refuse(path, "malformed", "the reply inserts a text without naming a line")
        after = text if text.endswith("\n") else text + "\n"
        last = line == 0 and not behind
        place = None if last else line + behind
        self.found.append(Edit(path, "", after, kind="insert", line=place, at_end=last, format=FORMAT))
        return True

    def _file(self, table: dict[str, object], path: str) -> bool:
        """Take a file's new text, or its end."""
        does = next((table[key] for key in _DOES if isinstance(table.get(key), str)), None)
        text = _first(table, _TEXT)
        if isinstance(does, str) and _DELETES.fullmatch(does) and is_of_file(table):
            self.found.append(Edit(path, kind="delete", format=FORMAT))
            return True
        if not isinstance(text, str):
            return False
        beside = set(table) - {*_PATH, *_TEXT, *_BESIDE, *_DOES}
        if beside or (isinstance(does, str) and _WRITES.search(does) and not _CREATES.fullmatch(does)):
            return self._refuse(
                path,
                "unsupported",
                "the reply moves or inserts a text at a place that it does not show; darner does not support that",
            )
        return self._written(path, text)

    def _call(self, tool: str, arguments: dict[str, object], path: str | None, depth: int) -> bool:
        """Take one call: its edits or, where it should make some and cannot be read, a malformed one."""
        named = _first(arguments, _PATH)
        path = named if isinstance(named, str) else path
        before = len(self.found)
        if isinstance(arguments.get("command"), str) and self._command(arguments, path):
            return True
        patch = _first(arguments, _PATCH)
        if isinstance(patch, str):
            self._patch(patch, path)
        elif is_deletion(tool) and path is not None and is_of_file(arguments):
            self.found.append(Edit(path, kind="delete", format=FORMAT))
        elif _PLACES.search(tool) or arguments.get("use_regex") or arguments.get("is_regex"):
            return self._placed(tool, arguments, path)
        elif _MOVES.fullmatch(_last(tool)):
            source, target = _first(arguments, (*_FROM, *_PATH)), _first(arguments, _TO)
            if isinstance(source, str) and isinstance(target, str):
                self.found.append(Edit(source, kind="move", new_path=target, format=FORMAT))
        elif not _READS.search(tool) or _WRITES.search(tool):
            self.walk(arguments, path, depth + 1)
        if len(self.found) == before:
            self._unread(tool, arguments, path)
        return len(self.found) > before or _READS.search(tool) is not None

    def _command(self, table: dict[str, object], path: str | None) -> bool:
        """Take a call of the editor whose command is one of its arguments; False if it is something else."""
        command = table["command"]
        if command in ("view", "read", "open"):
            return True
        text = _first(table, _TEXT)
        if command in ("create", "write") and isinstance(text, str):
            return self._written(path, text)
        if command in ("str_replace", "replace", "edit") and self._pair(table, path):
            return True
        if command == "delete" and is_of_file(table):
            self.found.append(Edit(path, kind="delete", format=FORMAT))
            return True
        if command == "insert":
            return self._inserted(table, path, behind=True)
        if command in ("create", "write", "str_replace", "replace", "edit", "undo_edit", "rename", "delete"):
            return self._refuse(path, "unsupported", f"the reply calls the command {command} in an unknown form")
        return False

    def _pair(self, table: dict[str, object], path: str | None) -> bool:
        """Take an old text and a new one; a malformed edit where one of them is no text."""
        keys = [next((key for key in each if key in table), None) for each in (_OLD, _NEW)]
        strong = any(key is not None and _STRONG.fullmatch(key) for key in keys)
        if not strong and (None in keys or set(table) - {*_OLD, *_NEW, *_PATH, *_EVERY, *_BESIDE, *_LINES, *_DOES}):
            return False
        old, new = (table[key] if key is not None else None for key in keys)
        if not isinstance(old, str) or not isinstance(new, str):
            missing = (keys[0] or "the old text") if not isinstance(old, str) else (keys[1] or "the new text")
            return strong and self._refuse(path, "malformed", f"{missing} of a replacement is not a string")
        every = _first(table, _EVERY) in (True, "true", "True")
        self.found.append(Edit(path, old, new, inline=True, every=every, format=FORMAT))
        return True

    def _patch(self, text: str, path: str | None) -> bool:
        """Take a reply within the reply."""
        self.found.append(Edit(path, after=text, kind="reply", format=FORMAT))
        return True

    def _written(self, path: str | None, text: str) -> bool:
        after = text if not text or text.endswith("\n") else text + "\n"
        self.found.append(Edit(path, after=after, kind="whole", format="whole"))
        return True

    def _refuse(self, path: str | None, kind: RefusalKind, reason: str) -> bool:
        self.found.append(malformed(path, kind, reason, format=FORMAT))
        return True


def is_deletion(tool: str) -> bool:
    """Return whether a tool deletes a file, and not lines or a symbol of it."""
    return _DELETES.fullmatch(_last(tool)) is not None


def is_of_file(arguments: Mapping[str, object]) -> bool:
    """Return whether arguments name a file and no part of it."""
    return not set(arguments) - {*_PATH, *_BESIDE, *_OWN}


def _last(tool: str) -> str:
    """Return a tool's name without the server's before it (fs.delete_file, fs__delete_file)."""
    return re.split(r"[.:/]|__", tool)[-1]


def _called(table: dict[str, object]) -> tuple[str, dict[str, object]] | None:
    """Return a tool's name and arguments, where a table is a call. Arguments may be JSON in a string."""
    tool = next((table[key] for key in _TOOL if isinstance(table.get(key), str) and table[key] != "function"), None)
    tool = table["name"] if isinstance(table.get("name"), str) else tool
    arguments = _first(table, _ARGUMENTS)
    if not isinstance(tool, str) or arguments is None:
        return None
    for _ in range(2):  # a string in a string is seen
        if isinstance(arguments, str):
            values, whole = loose_json.values(arguments)
            arguments = values[0] if whole and len(values) == 1 else {"input": arguments}
    if isinstance(arguments, list):
        arguments = {"edits": cast("object", arguments)}
    return (tool, cast("dict[str, object]", arguments)) if isinstance(arguments, dict) else None


def _told(arguments: dict[str, object]) -> str:
    """Return the words of a command, which may be one text or several."""
    words = (cast("list[object]", each) if isinstance(each, list) else [each] for each in arguments.values())
    return "\n".join(" ".join(map(str, each)) for each in words)


def _first(table: dict[str, object], keys: tuple[str, ...]) -> object:
    return next((table[key] for key in keys if key in table), None)
