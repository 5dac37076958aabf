"""Unified diffs as models write them: their instructions, reading and writing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from darner_server.patch.edit import Edit, malformed
from darner_server.patch.formats import git_header
from darner_server.patch.formats.block_reader import AGAIN, MORE, Reader, State
from darner_server.patch.formats.git_header import NOWHERE, GitHeader
from darner_server.patch.formats.hunk import Hunk
from darner_server.patch.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from darner_server.patch.edit import RefusalKind

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

FORMAT: Final = "unified-diff"
_OLD = lazy_pattern(r"---(?!-)\s*(\S.*)")
_NEW = lazy_pattern(r"\+\+\+(?!\+)\s*(\S.*)")
_HEADER = lazy_pattern(r"@@+(?:\s+-(\d+)(?:,(\d+))?\s+\+(\d+)(?:,(\d+))?\s+@@+|\s*\.\.\.\s*@@+|\s*)(?:\s*(\S.*))?")
_BULLET = lazy_pattern(r"[+-] (?:\S+ ){2,}\S.*")


def opening(line: str, before: str) -> bool:
    """Return whether a diff begins with this line, or with the one before it."""
    if line.startswith("@@"):
        header = _HEADER.fullmatch(line)
        return header is not None and (header[1] is not None or "..." in line or line.strip() in ("@@", "@@ @@"))
    if line.startswith("+++"):
        return _NEW.fullmatch(line) is not None and _OLD.fullmatch(before) is not None
    return line.startswith("diff --git ")


class UnifiedDiff(Reader):
    """Reads a diff over any number of files. The counts in its headers may be wrong or missing."""

    def __init__(self, closes: Callable[[str], bool], *, fenced: bool) -> None:
        """`closes` returns whether a line ends the fence around the diff."""
        self._closes = closes
        self._fenced = fenced
        self._begin_file()

    def _begin_file(self, file: GitHeader | None = None) -> None:
        self._file = file or GitHeader()
        self._removed: list[str] = []  # the lines of a removed file
        self._hunk: Hunk | None = None
        self._hunks = 0
        self._held: list[str] = []  # lines that are either a file header or changes such as "-- x"

    def line(self, line: str, out: list[Edit]) -> State:
        """Take one line."""
        if self._hunk is None:
            return self._outside(line, out)
        if self._held and self._resolve_held(line, out):
            return MORE
        if line.startswith("--- ") and not _wants_both(self._hunk):
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
                out.append(_refusal(self._file.paths()[1], "cut-off", "the diff ends inside a hunk"))
        self._end_file(out)

    def _outside(self, line: str, out: list[Edit]) -> State:
        """Take a line that is not in a hunk."""
        if line.startswith("@@"):
            return self._header(line, out)
        if (file := git_header.read(line)) is not None:
            self._end_file(out)
            self._begin_file(file)
            return MORE
        if (old := _OLD.fullmatch(line)) and not self._closes(line):
            if self._hunks or (self._file.new is not None and self._held):
                self._end_file(out)
            self._file.old = git_header.name_of(old[1])
            self._held = [line]
            return MORE
        if self._held and (new := _NEW.fullmatch(line)):
            self._file.new = git_header.name_of(new[1])
            return MORE
        if self._file.take(line) or (not line.strip() and self._file.old is not None):
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
        if hunk.full() and self._is_behind(line):
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

    def _is_behind(self, line: str) -> bool:
        """Return whether a line follows a hunk that has all lines its header announces."""
        if line.rstrip() == "--" or (not self._fenced and (not line.strip() or _BULLET.fullmatch(line))):
            return True
        return not self._fenced and line[:1] not in ("+", "-", " ", "\\")

    def _resolve_held(self, line: str, out: list[Edit]) -> bool:
        """`--- x`, `+++ y` and `@@` are a new file's header; anything else was changed lines. True: `line` is used."""
        if len(self._held) == 1 and _NEW.fullmatch(line):
            self._held.append(line)
            return True
        held, self._held = self._held, []
        if len(held) > 1 and line.startswith("@@") and not (self._hunk is not None and _fits_in(self._hunk, held)):
            self._end_file(out)
            for each in (*held, line):
                self._outside(each, out)
            return True
        for each in held:
            if self._hunk is not None:
                self._hunk.add(each)
        return False

    def _end_hunk(self, out: list[Edit]) -> None:
        hunk, self._hunk = self._hunk, None
        if hunk is None:
            return
        self._hunks += 1
        if self._file.unsupported:
            return
        old, new = self._file.paths()
        path = self._file.path()
        if new == NOWHERE or self._file.gone:
            self._removed += [text for op, text in hunk.lines if op != "+"]
        elif not hunk.lines:
            out.append(_refusal(path, "malformed", "the hunk is empty"))
        elif old == NOWHERE or self._file.made:
            edit = hunk.edit(path, FORMAT)
            after = edit.after or ""
            out.append(Edit(path, "", after[:-1] if "+" in hunk.unended else after, kind="create", format=FORMAT))
        else:
            out.append(hunk.edit(path, FORMAT))

    def _end_file(self, out: list[Edit]) -> None:
        self._end_hunk(out)
        file = self._file
        old, new = file.paths()
        if file.unsupported:
            out.append(_refusal(file.path(), "unsupported", f"{file.unsupported}; darner does not support that"))
        elif (file.source is None) != (file.target is None):
            out.append(_refusal(file.path() or file.target, "malformed", "the rename names only one of its two paths"))
        elif file.source is not None:
            out.append(Edit(file.source, kind="move", new_path=file.target, format=FORMAT))
        elif file.gone or (new == NOWHERE and self._hunks):
            before = "".join(f"{line}\n" for line in self._removed) if self._hunks else None
            out.append(Edit(old, before, kind="delete", format=FORMAT))
        elif not self._hunks:
            self._end_without_hunk(file, new, out)
        self._begin_file()

    def _end_without_hunk(self, file: GitHeader, new: str | None, out: list[Edit]) -> None:
        if file.made:
            out.append(Edit(new, "", "", kind="create", format=FORMAT))
        elif new is not None and self._held:
            out.append(_refusal(new, "malformed", "the diff has no @@ line above its changes"))
        elif file.nameless:
            out.append(_refusal(None, "unclear-file", "the two names in its `diff --git` line cannot be separated"))


def _refusal(path: str | None, kind: RefusalKind, reason: str) -> Edit:
    return malformed(path, kind, reason, format=FORMAT)


def _wants_both(hunk: Hunk) -> bool:
    """Return whether a hunk still wants removed lines, so that `--- x` is one of them and no header."""
    return hunk.counts is not None and hunk.old() < hunk.counts[0] and hunk.new() >= hunk.counts[1]


def _fits_in(hunk: Hunk, held: list[str]) -> bool:
    """Return whether a removed and a new line are what a hunk still wants; or no names of files."""
    if hunk.counts is not None:
        return (hunk.old() + 1, hunk.new() + 1) == hunk.counts
    return not any(re.search(r"[/.]", line[4:]) for line in held)


def _short(found: tuple[int, int], announced: tuple[int, int] | None) -> bool:
    """Return whether a hunk has fewer lines than its header announces, and not more of either kind: it was cut."""
    return announced is not None and found != announced and found[0] <= announced[0] and found[1] <= announced[1]


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
            out.append(f"--- {NOWHERE if edit.kind == 'create' else f'a/{edit.path}'}")
            out.append(f"+++ {NOWHERE if edit.kind == 'delete' else f'b/{edit.path}'}")
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
