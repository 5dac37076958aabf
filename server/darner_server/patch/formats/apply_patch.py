"""OpenAI's apply_patch format: its instructions, reading and writing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from darner_server.patch.edit import Edit, malformed
from darner_server.patch.formats import file_names
from darner_server.patch.formats.block_reader import AGAIN, DONE, MORE, Reader, State
from darner_server.patch.formats.hunk import Hunk
from darner_server.patch.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from darner_server.patch.edit import RefusalKind

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

FORMAT: Final = "apply-patch"
_BEGIN, _END = "*** Begin Patch", "*** End Patch"
_ADD, _DELETE, _UPDATE = "*** Add File:", "*** Delete File:", "*** Update File:"
_MOVE, _EOF = "*** Move to:", "*** End of File"
_DIRECTIVE = lazy_pattern(
    r"\*{3}\s*(?:"
    r"(?P<begin>begin\s+(?:of\s+)?patch)|(?P<end>end\s+(?:of\s+)?patch)|(?P<eof>end\s+of\s+file|eof)|"
    r"(?P<to>(?:moved?|renamed?)\s+(?:file\s+)?to)\s*(?:[:=]\s*|\s)(?P<new>\S.*)|"
    r"(?P<verb>add|create|new|update|modify|edit|change|delete|remove|move|rename)(?:\s+file)?\s*:\s*(?P<path>\S.*)"
    r")\s*(?:\*{3})?\s*",
    re.IGNORECASE,
)
_SUGGESTS = lazy_pattern(
    r"\*{3}\s*(?:begin\s+patch|(?:add|create|new|update|delete|remove|move|rename)\s+file\s*:)", re.IGNORECASE
)
_ARROW = lazy_pattern(r"\s+(?:->|=>|\u2192|to)\s+")
_MAKES, _REMOVES, _MOVES = ("add", "create", "new"), ("delete", "remove"), ("move", "rename")


def ends(line: str) -> bool:
    """Return whether a line is a patch's end mark."""
    return line.rstrip() == _END


def opening(line: str) -> bool:
    """Return whether a patch begins with this line."""
    return line.startswith("***") and _SUGGESTS.match(line) is not None


class ApplyPatch(Reader):
    """Reads a patch from its first line to its end mark."""

    def __init__(self, closes: Callable[[str], bool]) -> None:
        """`closes` returns whether a line ends the fence around the patch."""
        self._closes = closes
        self._path: str | None = None
        self._new_path: str | None = None
        self._added: list[str] | None = None  # lines of a new file
        self._hunk: Hunk | None = None
        self._hunks = 0
        self._moves = False  # a directive moves the file, and the next has to name the new path
        self._begun = False
        self.unended = False  # its fence has ended before the patch's end mark
        self._refused = False

    def line(self, line: str, out: list[Edit]) -> State:
        """Take one line."""
        if line.startswith(("*** ", "***\t")) or (line.startswith("***") and _DIRECTIVE.fullmatch(line)):
            return self._mark(line.rstrip(), out)
        if self._closes(line):
            self._end_file(out)
            self.unended = self._begun
            return AGAIN
        if self._refused:
            return MORE
        if self._added is not None:
            self._added.append(line)
        elif self._path is None:
            return MORE if not line.strip() else self._stray(line, out)
        elif line.startswith("@@"):
            self._header(line, out)
        else:
            if self._hunk is None:
                if not line.strip():
                    return MORE
                self._hunk = Hunk()
            self._hunk.add(line)
        return MORE

    def _stray(self, line: str, out: list[Edit]) -> State:
        """A line that belongs to no file: prose after a patch without marks, or changes without a place."""
        if self._begun:
            return self._refuse("unclear-file", f"the line `{line.strip()}` belongs to no file of the patch", out)
        return AGAIN

    def _refuse(self, kind: RefusalKind, reason: str, out: list[Edit]) -> State:
        """Reject the patch; the rest of it is passed over."""
        self._end_file(out)
        self._refused = True
        out.append(malformed(None, kind, reason, format=FORMAT))
        return MORE

    def close(self, out: list[Edit], *, cut_off: bool) -> None:
        """End of the reply without the end mark."""
        if cut_off or self._refused:
            return
        if not self._begun:
            self._end_file(out)
        else:
            reason = "the patch has no `*** End Patch` line and may be incomplete"
            out.append(malformed(self._path, "cut-off", reason, format=FORMAT))

    def _mark(self, line: str, out: list[Edit]) -> State:
        found = _DIRECTIVE.fullmatch(line)
        if self._refused and (found is None or not found["end"]):
            return MORE
        if found is None:
            return self._refuse("unsupported", f"the patch contains the unknown line `{line}`", out)
        if found["begin"]:
            self._begun = True
        elif found["end"]:
            self._end_file(out)
            return DONE
        elif found["eof"]:
            if self._hunk is not None:
                self._hunk.at_end = True
            self._end_hunk(out)
        elif found["to"]:
            if self._path is None or self._added is not None:
                return self._refuse("unclear-file", f"the line `{line}` of the patch names no file", out)
            self._new_path = _path(found["new"])
        else:
            return self._file(found["verb"].lower(), _path(found["path"]), out)
        return MORE

    def _file(self, verb: str, path: str, out: list[Edit]) -> State:
        """Begin the file of a directive."""
        self._end_file(out)
        if verb in _REMOVES:
            out.append(Edit(path, kind="delete", format=FORMAT))
        elif verb in _MOVES:
            ends = _ARROW.split(path)
            if len(ends) == 1:
                self._path = path
                self._moves = True
                return MORE
            if len(ends) > 2:  # noqa: PLR2004 - from and to
                return self._refuse(
                    "unclear-file", f"the patch does not make clear from where to where {path} is moved", out
                )
            self._path, self._new_path = _path(ends[0]), _path(ends[1])
        else:
            self._path = path
            self._added = [] if verb in _MAKES else None
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
            text = _new_text(self._added)
            reason = "the lines of a new file must all begin with +"
            bad = malformed(self._path, "malformed", reason, format=FORMAT)
            out.append(bad if text is None else Edit(self._path, "", text, kind="create", format=FORMAT))
        elif self._path is not None:
            self._end_hunk(out)
            if self._moves and self._new_path is None:
                reason = f"the patch moves {self._path}, but does not name the new path"
                out.append(malformed(self._path, "unclear-file", reason, format=FORMAT))
            elif self._new_path is not None:
                out.append(Edit(self._path, kind="move", new_path=self._new_path, format=FORMAT))
            elif not self._hunks:
                out.append(malformed(self._path, "malformed", "the update has no hunk", format=FORMAT))
        self._path = self._new_path = self._added = self._hunk = None
        self._moves = False
        self._hunks = 0


def _path(text: str) -> str:
    return file_names.without_rest(text.strip().strip('`"').strip())


def _new_text(lines: list[str]) -> str | None:
    """Return the text of a new file, without what belongs to a hunk: its header and the mark of an unended line.

    None: some lines are marked as a hunk's are.
    """
    while lines and not lines[-1].strip():
        lines = lines[:-1]
    unended = bool(lines) and lines[-1].startswith("\\ No newline")
    lines = lines[:-1] if unended else lines
    marked = any(line.startswith("+") for line in lines)
    if marked and lines[0].startswith("--- ") and lines[1].startswith("+++ "):
        lines = lines[2:]
    if marked and lines and lines[0].startswith("@@"):
        lines = lines[1:]
    if marked and any(line.startswith(("-", "@@")) for line in lines):
        return None
    text = "".join(f"{line[1:] if marked and line.startswith('+') else line}\n" for line in lines)
    return text[:-1] if unended else text


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
