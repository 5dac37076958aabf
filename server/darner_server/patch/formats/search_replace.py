"""Search/replace blocks: their instructions, reading and writing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from darner_server.patch.edit import Edit, Refusal
from darner_server.patch.formats.block_reader import AGAIN, DONE, MORE, Reader, State
from darner_server.patch.lazy_pattern import lazy_pattern
from darner_server.patch.text.fence_writer import fence_around

if TYPE_CHECKING:
    from darner_server.patch.edit import RefusalKind

RULES = """\
Answer with one or more search/replace blocks and nothing else. A block looks like this:

path/to/file.py
```python
<<<<<<< SEARCH
the lines to change, copied from the file exactly: same indentation, same blank lines
=======
the lines that take their place
>>>>>>> REPLACE
```

- Write the path alone on the line above the fence, as it is written in the prompt.
- SEARCH holds whole, consecutive lines of that file as they are now, and enough of them that the place is the only one.
- Keep blocks small: the lines that change and two or three around them. Use several blocks for several places.
- To insert, repeat a line beside the place in both halves. To delete, leave the second half empty.
- For a new file leave SEARCH empty.
- Never abbreviate with "..." or a comment such as "rest of the code".
"""

_OPEN = lazy_pattern(r"(\s*)(?:([<-])\2{2,}\s+(?:SEARCH|ORIGINAL)>?:?|(\[)SEARCH\]|<SEARCH>)(?:\s+(\S.*?))?\s*")
_DIVIDER = lazy_pattern(r"\s*={5,}\s*|\[(?:=+|REPLACE|/SEARCH)\]|</SEARCH>|<REPLACE>")
_CLOSE = lazy_pattern(r"\s*(?:[>+]{3,}\s*(?:REPLACE|UPDATED)|[>]{7}|\[/REPLACE\]|\[END\]|</REPLACE>)\s*")
_ENDS = (">>>>>>> REPLACE", "+++++++ REPLACE", "[/REPLACE]", "</REPLACE>")
_USUAL = 7
_HINT = lazy_pattern(r"\s*:(start_line|end_line):\s*(\d+)\s*")


def opening(line: str) -> re.Match[str] | None:
    """Match the marker that opens a block; its last group is a file name written behind it."""
    return _OPEN.fullmatch(line) if "SEARCH" in line or "ORIGINAL" in line else None


class SearchReplace(Reader):
    """Reads one block, from behind its opening marker."""

    def __init__(self, marker: re.Match[str], *, fenced: bool) -> None:
        self._indent = marker[1]
        self._length = len(marker[0].split()[0])
        self._bracketed = "[" in marker[0] or marker[0].strip() == "<SEARCH>"
        # Longer marks than usual are meant: others of their kind are then content.
        self._strict = "<" in marker[0] and self._length > _USUAL
        self._fenced = fenced
        self._lines: list[str] = []
        self._dividers: list[int] = []
        self._hint: int | None = None

    def line(self, line: str, out: list[Edit]) -> State:
        """Take one line."""
        first = line.lstrip()[:1]
        if self._strict and _length(line) not in (0, self._length):
            self._lines.append(line)
            return MORE
        if first not in ("=", ">", "+", "<", "-", "[", ":") or not line.startswith(self._indent):
            self._lines.append(line)
            return MORE
        if not self._lines and self._hints(line):
            return MORE
        if _DIVIDER.fullmatch(line):
            if self._bracketed and self._dividers and self._dividers[-1] == len(self._lines):
                return MORE  # [/SEARCH] and then [REPLACE]
            self._dividers.append(len(self._lines))
        elif _CLOSE.fullmatch(line):
            out.append(self._edit())
            return DONE
        elif opening(line) and len(line) - len(line.lstrip()) == len(self._indent):
            out.append(self._malformed("malformed", "a second SEARCH marker comes before the block's REPLACE marker"))
            return AGAIN
        if not (self._bracketed and self._dividers and self._dividers[-1] == len(self._lines)):
            self._lines.append(line)
        return MORE

    def _hints(self, line: str) -> bool:
        """Take `:start_line:5` and the rule below it."""
        hint = _HINT.fullmatch(line)
        if hint is not None and hint[1] == "start_line":
            self._hint = int(hint[2])
        return hint is not None or (self._hint is not None and re.fullmatch(r"\s*-{3,}\s*", line) is not None)

    def close(self, out: list[Edit], *, cut_off: bool) -> None:
        """End of the reply inside the block."""
        if cut_off:
            return
        if self._lines and any(mark.startswith(self._lines[-1].strip() or "?") for mark in _ENDS):
            self._lines.pop()  # the reply ends inside the mark
        after = self._lines[self._dividers[0] + 1 :] if self._dividers else []
        # Without its closing marker the end of the block is unknown, and prose may follow: only a bare block that the
        # reply ends with, in one paragraph, is beyond doubt.
        plain = all(line.strip() and not line.lstrip().startswith(">>>>>") for line in after)
        if len(self._dividers) == 1 and not self._fenced and after and plain:
            out.append(self._edit())
        else:
            out.append(self._malformed("cut-off", "the block is not closed by a REPLACE marker"))

    def _edit(self) -> Edit:
        if not self._dividers:
            return self._malformed("malformed", "no line of ======= separates the search text from its replacement")
        splits = [self._split(at) for at in self._chosen()]
        if self._indent:
            splits = [self._dedented(*each) for each in splits]
        before, after = splits[0]
        return Edit(None, before, after, line=self._hint, alternatives=tuple(splits[1:]), format="search-replace")

    def _chosen(self) -> list[int]:
        """Dividers as long as the opening marker are meant; only without any of them may others be."""
        if self._bracketed:
            return self._dividers[:1]
        exact = [at for at in self._dividers if len(self._lines[at].strip()) == self._length]
        return exact or self._dividers

    def _split(self, at: int) -> tuple[str, str]:
        skip = 0 if self._bracketed else 1
        return "".join(f"{line}\n" for line in self._lines[:at]), "".join(
            f"{line}\n" for line in self._lines[at + skip :]
        )

    def _dedented(self, before: str, after: str) -> tuple[str, str]:
        """Take the indentation of a list from a new file's text; other text is adapted to its place later."""
        lines = after.split("\n")
        if before.strip() or not all(line.startswith(self._indent) or not line.strip() for line in lines):
            return before, after
        return before, "\n".join(line.removeprefix(self._indent) for line in lines)

    def _malformed(self, kind: RefusalKind, reason: str) -> Edit:
        before = "".join(f"{line}\n" for line in self._lines)
        return Edit(None, before, kind="malformed", problem=Refusal(kind, reason), format="search-replace")


def render(edit: Edit) -> str:
    """Write an edit as a block that reads back as the same edit."""
    before, after = edit.before or "", edit.after or ""
    lengths = {_length(line) for line in (before + after).split("\n")}
    length = _USUAL
    while length in lengths or (lengths - {0} and length == _USUAL):
        length += 1
    hint = f":start_line:{edit.line}\n-------\n" if edit.line is not None else ""
    fence = fence_around(before + after)
    head = f"{edit.path}\n{fence}\n" if edit.path else f"{fence}\n"
    return f"{head}{'<' * length} SEARCH\n{hint}{before}{'=' * length}\n{after}{'>' * length} REPLACE\n{fence}\n"


def _length(line: str) -> int:
    """Return how long a mark the line consists of, or 0."""
    if line.lstrip()[:1] not in ("<", "-", "=", ">", "+"):
        return 0
    if opening(line) or _DIVIDER.fullmatch(line) or _CLOSE.fullmatch(line):
        text = line.strip()
        return len(text) - len(text.lstrip(text[0]))
    return 0
