"""OpenAI's apply_patch format: how it is asked for, read and written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from darner_server.patch.edit import Edit
from darner_server.patch.hunk import Hunk
from darner_server.patch.reader import AGAIN, DONE, MORE, Reader, State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

RULES = """\
Answer with one patch in this format and nothing else:

*** Begin Patch
*** Update File: path/to/file.py
@@ def enclosing_function():
 a line that stays
-a line to remove
+a line to add
 a line that stays
*** Add File: path/to/new.py
+every line of the new file
*** Delete File: path/to/old.py
*** End Patch

- Every line of a hunk begins with a blank (stays), - (is removed) or + (is added), followed by the line itself.
- Show three unchanged lines above and below each change, copied exactly from the file.
- If that could be in several places, name the enclosing class or function behind @@.
- To rename a file, write `*** Move to: new/path.py` below its Update line.
- Never abbreviate with "..." or a comment such as "rest of the code".
"""

FORMAT = "apply-patch"
_BEGIN, _END = "*** Begin Patch", "*** End Patch"
_ADD, _DELETE, _UPDATE = "*** Add File:", "*** Delete File:", "*** Update File:"
_MOVE, _EOF = "*** Move to:", "*** End of File"


def opening(line: str) -> bool:
    """Tell whether a patch begins with this line."""
    return line.startswith((_BEGIN, _ADD, _DELETE, _UPDATE))


class ApplyPatch(Reader):
    """Reads a patch from its first line to its end mark."""

    def __init__(self, closes: Callable[[str], bool]) -> None:
        """`closes` tells whether a line ends the fence around the patch."""
        self._closes = closes
        self._path: str | None = None
        self._new_path: str | None = None
        self._added: list[str] | None = None  # lines of a new file
        self._hunk: Hunk | None = None
        self._hunks = 0
        self._begun = False

    def line(self, line: str, out: list[Edit]) -> State:
        """Take one line."""
        if line.startswith("*** "):
            return self._mark(line.rstrip(), out)
        if self._closes(line):
            self._end_file(out)
            return AGAIN
        if self._added is not None:
            self._added.append(line)
        elif self._path is None:
            return MORE if not line.strip() else AGAIN
        elif line.startswith("@@"):
            self._header(line, out)
        else:
            if self._hunk is None:
                if not line.strip():
                    return MORE
                self._hunk = Hunk()
            self._hunk.add(line)
        return MORE

    def close(self, out: list[Edit], *, cut_off: bool) -> None:
        """End of the reply without the end mark."""
        if cut_off:
            return
        if not self._begun:
            self._end_file(out)
        elif self._path is not None:
            problem = "the patch has no end mark: nobody knows whether this is all of it"
            out.append(Edit(self._path, kind="malformed", problem=problem, format=FORMAT))

    def _mark(self, line: str, out: list[Edit]) -> State:
        if line.startswith(_EOF):
            if self._hunk is not None:
                self._hunk.at_end = True
            self._end_hunk(out)
        elif line.startswith(_MOVE):
            self._new_path = line[len(_MOVE) :].strip()
        elif line.startswith(_BEGIN):
            self._begun = True
        elif line.startswith(_END):
            self._end_file(out)
            return DONE
        elif line.startswith(_ADD):
            self._end_file(out)
            self._path, self._added = line[len(_ADD) :].strip(), []
        elif line.startswith(_DELETE):
            self._end_file(out)
            out.append(Edit(line[len(_DELETE) :].strip(), kind="delete", format=FORMAT))
        elif line.startswith(_UPDATE):
            self._end_file(out)
            self._path = line[len(_UPDATE) :].strip()
        return MORE

    def _header(self, line: str, out: list[Edit]) -> None:
        if self._hunk is not None and self._hunk.lines:
            self._end_hunk(out)
        if self._hunk is None:
            self._hunk = Hunk()
        section = line.removeprefix("@@").strip().removesuffix("@@").strip()
        if section:
            self._hunk.sections.append(section)

    def _end_hunk(self, out: list[Edit]) -> None:
        hunk, self._hunk = self._hunk, None
        if hunk is None or not (hunk.lines or hunk.at_end):
            return
        self._hunks += 1
        out.append(hunk.edit(self._path, FORMAT))

    def _end_file(self, out: list[Edit]) -> None:
        if self._added is not None:
            out.append(Edit(self._path, "", _new_text(self._added), kind="create", format=FORMAT))
        elif self._path is not None:
            self._end_hunk(out)
            if self._new_path is not None:
                out.append(Edit(self._path, kind="move", new_path=self._new_path, format=FORMAT))
            elif not self._hunks:
                out.append(Edit(self._path, kind="malformed", problem="the update has no hunk", format=FORMAT))
        self._path = self._new_path = self._added = self._hunk = None
        self._hunks = 0


def _new_text(lines: list[str]) -> str:
    while lines and not lines[-1].strip():
        lines = lines[:-1]
    marked = any(line.startswith("+") for line in lines)
    return "".join(f"{line[1:] if marked and line.startswith('+') else line}\n" for line in lines)


def render(edits: Iterable[Edit]) -> str:
    """Write edits as a patch that reads back as the same edits."""
    out, path = [_BEGIN], None
    for edit in edits:
        if edit.kind == "create":
            out.append(f"{_ADD} {edit.path}")
            out += [f"+{line}" for line in (edit.after or "").split("\n")[:-1]]
        elif edit.kind == "delete":
            out.append(f"{_DELETE} {edit.path}")
        elif edit.kind == "move":
            out += [] if path == edit.path else [f"{_UPDATE} {edit.path}"]
            out.append(f"{_MOVE} {edit.new_path}")
        else:
            out += [] if path == edit.path else [f"{_UPDATE} {edit.path}"]
            out += [f"@@ {section}" for section in edit.sections] or ["@@"]
            out += [f"{op}{line}" for op, line in edit.hunk]
            out += [_EOF] if edit.at_end else []
        path = edit.path if edit.kind == "replace" else None
    return "\n".join([*out, _END]) + "\n"
