"""Lines marked as kept, removed and new: what apply_patch and unified diffs have in common."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from darner_server.patch.edit import Edit

if TYPE_CHECKING:
    from darner_server.patch.edit import Format


@dataclass(slots=True)
class Hunk:
    """A hunk on its way in."""

    lines: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    sections: list[str] = field(default_factory=list[str])
    line: int | None = None
    counts: tuple[int, int] | None = None  # of the old and the new lines, by the header
    at_end: bool = False
    unended: set[str] = field(default_factory=set[str])  # ops whose last line has no line end

    def add(self, line: str) -> None:
        """Add a line by its first character. One without a mark is a kept line whose blank was dropped."""
        op = line[:1]
        if op in ("+", "-", " "):
            self.lines.append((op, line[1:]))
        elif op == "\\" and self.lines:
            self.unended.add(self.lines[-1][0])
        else:
            self.lines.append((" ", line))

    def old(self) -> int:
        """Count the lines that the hunk contains."""
        return sum(op != "+" for op, _ in self.lines)

    def new(self) -> int:
        """Count the lines that the hunk leaves."""
        return sum(op != "-" for op, _ in self.lines)

    def full(self) -> bool:
        """Return whether the hunk has all lines that its header announces."""
        return self.counts is not None and self.old() >= self.counts[0] and self.new() >= self.counts[1]

    def edit(self, path: str | None, reply_format: Format) -> Edit:
        """Return the hunk as an edit. Its line counts only where the header's counts are right."""
        lines = tuple(self.lines)
        return Edit(
            path,
            "".join(f"{text}\n" for op, text in lines if op != "+"),
            "".join(f"{text}\n" for op, text in lines if op != "-"),
            line=self.line if self.counts in (None, (self.old(), self.new())) else None,
            sections=tuple(self.sections),
            hunk=lines,
            at_end=self.at_end,
            final_newline=self._final_newline(),
            format=reply_format,
        )

    def _final_newline(self) -> bool | None:
        if not self.unended or " " in self.unended or {"+", "-"} <= self.unended:
            return None
        return "-" in self.unended
