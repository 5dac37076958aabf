"""Unified diffs as models write them: how they are asked for, read and written."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from darner_server.patch.edit import Edit
from darner_server.patch.hunk import Hunk
from darner_server.patch.reader import AGAIN, MORE, Reader, State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

RULES = """\
Answer with one unified diff in a ```diff fence and nothing else:

```diff
--- a/path/to/file.py
+++ b/path/to/file.py
@@ ... @@
 a line that stays
-a line to remove
+a line to add
 a line that stays
```

- Every line of a hunk begins with a blank (stays), - (is removed) or + (is added), followed by the line itself.
- Show three unchanged lines above and below each change, copied exactly from the file. Line numbers are not needed.
- Begin a new hunk with @@ for every place; do not leave lines out inside a hunk.
- For a new file the first line is `--- /dev/null`, for a deleted one the second is `+++ /dev/null`.
"""

FORMAT = "unified-diff"
_OLD = re.compile(r"---(?!-)\s*(\S.*)")
_NEW = re.compile(r"\+\+\+(?!\+)\s*(\S.*)")
_HEADER = re.compile(r"@@+(?:\s+-(\d+)(?:,(\d+))?\s+\+(\d+)(?:,(\d+))?\s+@@+|\s*\.\.\.\s*@@+|\s*)(?:\s*(\S.*))?")
_GIT = re.compile(r"diff --git (\S+) (\S+)|diff --git \"(.+)\" \"(.+)\"")
_NOWHERE = "/dev/null"
_LINKS = ("120000", "160000")  # modes of a symbolic link and of a submodule


def opening(line: str, before: str) -> bool:
    """Tell whether a diff begins with this line, or with the one before it."""
    if line.startswith("@@"):
        header = _HEADER.fullmatch(line)
        return header is not None and (header[1] is not None or "..." in line or line.strip() in ("@@", "@@ @@"))
    if line.startswith("+++"):
        return _NEW.fullmatch(line) is not None and _OLD.fullmatch(before) is not None
    return line.startswith("diff --git ")


class UnifiedDiff(Reader):
    """Reads a diff over any number of files. The counts in its headers may be wrong or missing."""

    def __init__(self, path: str | None, closes: Callable[[str], bool], *, fenced: bool) -> None:
        """`path` is for a diff without a header; `closes` tells whether a line ends the fence around it."""
        self._closes = closes
        self._fenced = fenced
        self._fallback = path
        self._begin_file()

    def _begin_file(self) -> None:
        self._old: str | None = None
        self._new: str | None = None
        self._moved: list[str | None] = [None, None]
        self._made = self._gone = self._link = False
        self._hunk: Hunk | None = None
        self._hunks = 0
        self._held: list[str] = []  # lines that are either a file header or changes such as "-- x"

    def line(self, line: str, out: list[Edit]) -> State:
        """Take one line."""
        if self._hunk is None:
            return self._outside(line, out)
        if self._held and self._resolve_held(line, out):
            return MORE
        if line.startswith("--- "):
            self._held.append(line)
            return MORE
        return self._inside(self._hunk, line, out)

    def close(self, out: list[Edit], *, cut_off: bool) -> None:
        """End of the reply inside the diff."""
        if cut_off:
            return
        hunk = self._hunk
        if hunk is not None:
            for line in self._held:
                hunk.add(line)
            counts = (hunk.old(), hunk.new())
            if counts != hunk.counts and (self._fenced or _short(counts, hunk.counts)):
                self._hunk = None
                self._hunks += 1
                problem = "the diff ends inside a hunk"
                out.append(Edit(self._paths()[1], kind="malformed", problem=problem, format=FORMAT))
        self._end_file(out)

    def _outside(self, line: str, out: list[Edit]) -> State:
        """Take a line that is not in a hunk."""
        if line.startswith("@@"):
            return self._header(line, out)
        if git := _GIT.fullmatch(line):
            self._end_file(out)
            self._begin_file()
            self._old, self._new = git[1] or git[3], git[2] or git[4]
            return MORE
        if (old := _OLD.fullmatch(line)) and not self._closes(line):
            if self._hunks or (self._new is not None and self._held):
                self._end_file(out)
                self._begin_file()
            self._old = _name(old[1])
            self._held = [line]
            return MORE
        if self._held and (new := _NEW.fullmatch(line)):
            self._new = _name(new[1])
            return MORE
        self._link = self._link or (" mode " in line and line.endswith(_LINKS))
        if line.startswith(("index ", "old mode", "new mode", "similarity ", "dissimilarity ", "copy ")):
            return MORE
        if line.startswith(("rename from ", "rename to ")):
            self._moved[line.startswith("rename to ")] = line.split(" ", 2)[2].strip()
            return MORE
        if line.startswith(("new file", "deleted file")):
            self._made, self._gone = line.startswith("new"), line.startswith("del")
            return MORE
        if not line.strip() and self._old is not None:
            return MORE
        self._end_file(out)
        return AGAIN

    def _header(self, line: str, out: list[Edit]) -> State:
        self._end_hunk(out)
        header = _HEADER.fullmatch(line)
        self._hunk = Hunk()
        self._held = []
        if header is None:
            self._hunk.sections.append(line.strip("@ "))
            return MORE
        if header[1] is not None:
            self._hunk.line = int(header[1])
            self._hunk.counts = (int(header[2] or 1), int(header[4] or 1))
        if header[5]:
            self._hunk.sections.append(header[5].removesuffix("@@").strip())
        return MORE

    def _inside(self, hunk: Hunk, line: str, out: list[Edit]) -> State:
        """Take a line of a hunk, or the first behind it."""
        if line.startswith("@@"):
            return self._header(line, out)
        if line.startswith(("diff --git ", "Index: ")):
            self._end_hunk(out)
            return self._outside(line, out)
        if self._closes(line):
            self._end_file(out)
            return AGAIN
        # Without its mark, a line belongs to the hunk unless a blank line sets it off as prose.
        if line[:1] not in ("+", "-", " ", "\\", "") and hunk.lines and hunk.lines[-1] == (" ", ""):
            wanting = hunk.counts is not None and not hunk.full()
            if not wanting and not self._closes(""):
                self._end_file(out)
                return AGAIN
        hunk.add(line)
        return MORE

    def _resolve_held(self, line: str, out: list[Edit]) -> bool:
        """`--- x`, `+++ y` and `@@` are a new file's header; anything else was changed lines. True: `line` is used."""
        if len(self._held) == 1 and _NEW.fullmatch(line):
            self._held.append(line)
            return True
        held, self._held = self._held, []
        if len(held) > 1 and line.startswith("@@"):
            self._end_file(out)
            self._begin_file()
            for each in (*held, line):
                self._outside(each, out)
            return True
        for each in held:
            if self._hunk is not None:
                self._hunk.add(each)
        return False

    def _paths(self) -> tuple[str | None, str | None]:
        old, new = self._old, self._new
        if old and new and old.startswith("a/") and new.startswith("b/"):
            return old[2:], new[2:]
        if old == _NOWHERE and new and new.startswith("b/"):
            return old, new[2:]
        if new == _NOWHERE and old and old.startswith("a/"):
            return old[2:], new
        return old, new

    def _end_hunk(self, out: list[Edit]) -> None:
        hunk, self._hunk = self._hunk, None
        if hunk is None:
            return
        old, new = self._paths()
        self._hunks += 1
        path = new if new not in (None, _NOWHERE) else old
        if self._link:
            problem = "it makes or changes a link or a submodule, which darner does not do"
            out.append(Edit(path, kind="malformed", problem=problem, format=FORMAT))
        elif new == _NOWHERE or self._gone:
            if self._hunks == 1:
                out.append(Edit(old, kind="delete", format=FORMAT))
        elif not hunk.lines:
            out.append(Edit(path, kind="malformed", problem="the hunk is empty", format=FORMAT))
        elif old == _NOWHERE or self._made:
            edit = hunk.edit(path, FORMAT)
            after = edit.after or ""
            out.append(Edit(path, "", after[:-1] if "+" in hunk.unended else after, kind="create", format=FORMAT))
        else:
            out.append(hunk.edit(path or self._fallback, FORMAT))

    def _end_file(self, out: list[Edit]) -> None:
        self._end_hunk(out)
        old, new = self._paths()
        first, second = self._moved
        if first is not None and second is not None:
            out.append(Edit(first, kind="move", new_path=second, format=FORMAT))
        elif not self._hunks and self._made:
            out.append(Edit(new, "", "", kind="create", format=FORMAT))
        elif not self._hunks and self._gone:
            out.append(Edit(old, kind="delete", format=FORMAT))
        elif not self._hunks and new is not None and self._held:
            out.append(Edit(new, kind="malformed", problem="the diff has no @@ line above its changes", format=FORMAT))
        self._old = self._new = None
        self._moved = [None, None]
        self._made = self._gone = self._link = False
        self._hunks = 0


def _short(found: tuple[int, int], announced: tuple[int, int] | None) -> bool:
    """Tell whether a hunk has fewer lines than its header says, of both kinds: as one has that was cut."""
    return announced is not None and found[0] < announced[0] and found[1] < announced[1]


def _name(text: str) -> str:
    name = text.split("\t", 1)[0].strip()
    return name[1:-1] if name.startswith('"') and name.endswith('"') and len(name) > 1 else name


def render(edits: Iterable[Edit], *, numbers: bool = True) -> str:
    """Write edits as a diff that reads back as the same edits; their `line` is the old line of the hunk."""
    out: list[str] = []
    path: str | None = None
    grown = 0
    for edit in edits:
        if edit.kind == "move":
            out += [f"diff --git a/{edit.path} b/{edit.new_path}", f"rename from {edit.path}"]
            out.append(f"rename to {edit.new_path}")
            path = None
            continue
        if path != edit.path or edit.kind != "replace":
            out.append(f"--- {_NOWHERE if edit.kind == 'create' else f'a/{edit.path}'}")
            out.append(f"+++ {_NOWHERE if edit.kind == 'delete' else f'b/{edit.path}'}")
            path, grown = edit.path, 0
        hunk = list(edit.hunk)
        if edit.kind in ("create", "delete"):
            op, text = ("+", edit.after) if edit.kind == "create" else ("-", edit.before)
            hunk = [(op, line) for line in (text or "").split("\n")[:-1]]
            path = None
        old, new = sum(op != "+" for op, _ in hunk), sum(op != "-" for op, _ in hunk)
        first = edit.line if edit.line is not None else min(old, 1)
        section = f" {edit.sections[0]}" if edit.sections else ""
        shown = f"-{first},{old} +{first + grown},{new}" if numbers else "..."
        out.append(f"@@ {shown} @@{section}")
        grown += new - old
        out += [f"{op}{line}" for op, line in hunk]
    return "".join(f"{line}\n" for line in out)
