"""Tool calls written in tags, as some agents prompt for them: carried out or rejected, never written as text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from darner_server.patch.edit import Edit, malformed
from darner_server.patch.formats import find_replace, tool_calls
from darner_server.patch.formats.block_reader import AGAIN, DONE, MORE, Reader, State
from darner_server.patch.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Callable

_TOOLS = (
    "write_to_file|write_file|create_file|new_file|edit_file|replace_in_file|apply_diff|insert_content|insert_edit|"
    "search_and_replace|find_and_replace|str_replace_editor|str_replace|multi_edit|multiedit|delete_file|rename_file|"
    r"move_file|apply_patch|function_calls|tool_calls?|tool_use|invoke|function=[\w.-]+|antml:\w+"
)
_OPEN = lazy_pattern(rf"\s*<({_TOOLS})(?:\s[^<>]*)?>.*", re.IGNORECASE)
_EDITS = lazy_pattern(
    r"\s*<(edits?|changes?|replace|modifications?|replacements?|hunk|search_replace|file_edit|diff|search|find|original|"
    r"old|old_str|old_string|old_text)(?:\s[^<>]*)?>.*",
    re.IGNORECASE,
)
_CHILD = lazy_pattern(
    r"<(?P<name>[a-z_][\w-]*)(?:\s+name=[\"'](?P<named>[\w-]+)[\"'][^<>]*|=(?P<given>[\w-]+))?>(?P<text>.*?)</(?P=name)>",
    re.DOTALL | re.IGNORECASE,
)
_ARGUMENTS = lazy_pattern(r"<arg_key>(.*?)</arg_key>\s*<arg_value>(.*?)</arg_value>", re.DOTALL)
_INVOKED = lazy_pattern(r"<(?:antml:)?(?:invoke|function)[\s=]+[^<>]*>.*?</(?:antml:)?(?:invoke|function)>", re.DOTALL)
_OLD = ("search", "find", "old", "old_str", "old_string", "old_text", "original", "before")
_NEW = ("replace", "replacement", "new", "new_str", "new_string", "new_text", "updated", "after")
_PATH = ("path", "file_path", "filename", "file_name", "file", "target_file")
_TEXT = ("content", "contents", "file_text", "text")
FORMAT: Final = "find-replace"


def opening(line: str, *, calls: bool = False) -> re.Match[str] | None:
    """Match a line that opens a call or an edit in tags (`<edit>`); with `calls` only a call."""
    if "<" not in line:
        return None
    return _OPEN.fullmatch(line) or (None if calls else _EDITS.fullmatch(line))


class TagCall(Reader):
    """Reads one call up to its closing tag."""

    def __init__(self, opened: re.Match[str], closes: Callable[[str], bool]) -> None:
        self._closes = closes
        tag = opened[1].lower().partition("=")[0]
        self._ends = tuple(f"</{each}>" for each in (_NEW if tag in _OLD else (tag,)))
        self._lines: list[str] = []

    def line(self, line: str, out: list[Edit]) -> State:
        """Take one line, the opening one first."""
        if self._closes(line) and not self._in_text():
            out.append(self._unclosed())
            return AGAIN
        self._lines.append(line)
        if not any(end in line.lower() for end in self._ends):
            return MORE
        out += edits("\n".join(self._lines))
        return DONE

    def _unclosed(self) -> Edit:
        reason = f"the reply calls a tool and does not close it with {self._ends[0]}"
        return malformed(None, "cut-off", reason, format=FORMAT)

    def _in_text(self) -> bool:
        joined = "\n".join(self._lines)
        return joined.count("<content>") > joined.count("</content>")

    def close(self, out: list[Edit], *, cut_off: bool) -> None:
        """End of the reply inside the call."""
        if not cut_off:
            out.append(self._unclosed())


def edits(text: str) -> list[Edit]:
    """Return the edits of the calls in a text; a malformed one where nothing can be made of them."""
    inner = re.search(r"<tool_calls?>(.*)</tool_calls?>", text, re.DOTALL | re.IGNORECASE)
    if inner is not None and inner[1].lstrip()[:1] in ("{", "["):
        return find_replace.edits(inner[1].strip(), None) or []
    found: list[Edit] = []
    for call in _INVOKED.findall(text) or [text]:
        found += _overrun(call) or _call(call)
    return found


def _overrun(call: str) -> list[Edit]:
    """Return a malformed edit for a call whose text holds the tag that ends it."""
    if all(call.count(f"</{key}>") <= call.count(f"<{key}>") for key in _TEXT):
        return []
    reason = "a text in the reply's tool call contains the tag that ends it"
    return [malformed(None, "malformed", reason, format=FORMAT)]


def _call(text: str) -> list[Edit]:
    head = re.match(r"\s*<([^<>]*)>", text)
    opened = head[1] if head is not None else ""
    named = re.search(r"\b(?:path|file|name|file_path)=\"([^\"]+)\"", opened)
    function = re.search(r"(?:name=\"|function=)([\w.-]+)", opened)
    word = opened.split(" ")[0]
    tool = function[1] if function is not None and re.match(r"(?:antml:)?(?:invoke|function)", word) else word
    body = text[head.end() :] if head is not None else text
    table = _table(body)
    if (given := _ARGUMENTS.findall(body)) and not table.keys() & {*_OLD, *_NEW}:
        table = {key.strip().lower(): value for key, value in given}
        tool = body.split("<", 1)[0].strip() or tool
        return tool_calls.edits([{"name": tool, "arguments": table}]) or []
    if (several := re.findall(r"<file>(.*?)</file>", body, re.DOTALL)) and "path" not in table:
        return [edit for each in several for edit in _call(f"<{tool}>{each}")]
    path = next((table[key].strip() for key in _PATH if key in table), None)
    path = path or (named[1] if named is not None and tool == word else None)
    if tool == "insert_content" and table.get("line", "").strip().isdecimal() and _content(table) is not None:
        call = {"name": tool, "arguments": {"path": path, "line": table["line"], "content": _content(table)}}
        return tool_calls.edits([call]) or []
    diff = next((table[key] for key in ("diff", "patch", "input") if key in table), None)
    content = next((table[key] for key in _TEXT if key in table), None)
    if re.search(r"view|read|list|grep|bash|execute", tool) or table.get("command", "").strip() == "view":
        return []
    if word == "diff":
        diff = body.removesuffix("</diff>").rstrip()
    if diff is not None:
        return [Edit(path, after=diff, kind="reply", format=FORMAT)]
    pairs = _pairs(text if word in _OLD else body, path)
    if pairs:
        return pairs
    if tool_calls.is_deletion(tool) and path is not None and tool_calls.is_of_file(table):
        return [Edit(path, kind="delete", format=FORMAT)]
    writes = re.search(r"write|create|new_file", tool) or table.get("command", "").strip() == "create"
    if writes and content is not None and path is not None:
        after = content.removeprefix("\n")
        return [Edit(path, after=after if after.endswith("\n") else after + "\n", kind="whole", format="whole")]
    reason = f"the reply calls {tool or 'a tool'} in an unknown form"
    return [malformed(path, "unsupported", reason, format=FORMAT)]


def _table(body: str) -> dict[str, str]:
    return {(each["named"] or each["given"] or each["name"]).lower(): each["text"] for each in _CHILD.finditer(body)}


def _content(table: dict[str, str]) -> str | None:
    text = next((table[key] for key in _TEXT if key in table), None)
    return None if text is None else text.removeprefix("\n")


def _pairs(body: str, path: str | None) -> list[Edit]:
    """Return old and new texts that follow one another."""
    found: list[Edit] = []
    old: str | None = None
    for child in _CHILD.finditer(body):
        name = (child["named"] or child["given"] or child["name"]).lower()
        if name in _OLD:
            old = child["text"]
        elif name in _NEW and old is not None:
            found.append(_pair(path, old, child["text"]))
            old = None
        elif name in ("edit", "edits", "change", "operations") and _CHILD.search(child["text"]):
            found += _pairs(child["text"], path)
    return found


def _pair(path: str | None, old: str, new: str) -> Edit:
    """Whole lines if the tags are on lines of their own, else a part of a line."""
    if old.startswith("\n") and old.endswith("\n"):
        after = new.removeprefix("\n")
        return Edit(
            path, old.removeprefix("\n"), after if not after or after.endswith("\n") else after + "\n", format=FORMAT
        )
    return Edit(path, old, new, inline=True, format=FORMAT)
