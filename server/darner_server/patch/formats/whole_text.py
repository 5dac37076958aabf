"""Whole files, functions and snippets in a fence: their instructions, reading and writing."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from darner_server.patch.formats import file_names
from darner_server.patch.formats.captions import Caption
from darner_server.patch.formats.file_names import Name
from darner_server.patch.lazy_pattern import lazy_pattern
from darner_server.patch.text import multiline_tokens
from darner_server.patch.text.fence_writer import fence_around
from darner_server.patch.text.file_types import is_prose

if TYPE_CHECKING:
    from darner_server.patch.edit import Edit

RULES = """\
You rewrite code as instructed. Answer with the new code in one fence and nothing else:

```
all of the new code
```

- Never abbreviate it with "..." or a comment such as "rest of the code".
- If the request names several files, write each file's path alone on the line above its fence.
"""

_OPEN = lazy_pattern(r"\s*(`{3,}|~{3,})[ \t]*([^`]*)")
_INNER = lazy_pattern(r"\{?[.=]?[\w+#.-]+\}?(?:[ ,{:][^`]*=[^`]*)?")  # what follows a fence's mark in a text
_TAG = lazy_pattern(
    r"\s*<(source|code|pre|file)(?:\s+(?:path|name|filename|file_path)=[\"']([^\"']+)[\"'])?>\s*(?:<!\[CDATA\[)?\s*([\w+#.-]*)\s*",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Fence:
    """An open fence. It holds a whole text unless a block of another format begins in it (`used`)."""

    mark: str
    info: str
    caption: Caption | None
    lines: list[str] = field(default_factory=list[str])
    used: bool = False
    old: bool = False  # it shows a file as it was
    depth: int = 0
    margin: str = ""

    @property
    def path(self) -> str | None:
        """The file that the fence names."""
        return self.caption.name.path if self.caption is not None else None

    @property
    def sure(self) -> bool:
        """Whether the name is alone above the fence, not in a sentence."""
        return self.caption is not None and self.caption.name.path is not None and self.caption.name.alone

    def text(self) -> list[str]:
        """Return its lines, without the indentation that a list has given to the fence and to all of them."""
        margin = self.margin
        if margin and all(line.startswith(margin) or not line.strip() for line in self.lines):
            return [line[len(margin) :] for line in self.lines]
        return self.lines

    def is_within_text(self) -> bool:
        """Return whether the text so far ends in a string or comment over several lines, which may hold a fence."""
        if self.mark != "```":
            return False
        return multiline_tokens.is_open(self.lines, self.path or "", self.info)

    def closes(self, line: str) -> bool:
        """Return whether `line` ends this fence; an inner fence with a language is counted and passed over."""
        text = line.strip()
        if len(line) - len(line.lstrip()) > len(self.margin):
            return False
        if self.mark.startswith("<"):
            return text.lower().removeprefix("]]>") == self.mark
        if not text.startswith(self.mark):
            return False
        if text.strip(self.mark[0]):
            self.depth += not self.used and _INNER.fullmatch(text.lstrip("`~ ")) is not None
            return False
        if self.depth:
            self.depth -= 1
            return False
        return True


def opening(line: str) -> Fence | None:
    """Return the fence that `line` opens."""
    if (fence := _OPEN.fullmatch(line)) is not None:
        info = fence[2].strip()
        path = file_names.in_info(info) if info and not info.isalnum() else None
        return Fence(fence[1], info, _named(path), margin=line[: len(line) - len(line.lstrip())])
    if (tag := _TAG.fullmatch(line)) is not None:
        return Fence(f"</{tag[1].lower()}>", tag[3], _named(tag[2]), margin=line[: len(line) - len(line.lstrip())])
    return None


def _named(path: str | None) -> Caption | None:
    return Caption(Name(path)) if path is not None else None


def render(edit: Edit) -> str:
    """Write an edit as a fence that reads back as the same edit."""
    text = edit.after or ""
    fence = fence_around(text)
    while (fence == "```" and is_prose(edit.path or "")) or Fence(fence, "", None, text.split("\n")).is_within_text():
        fence += "`"
    head = f"{edit.path}\n" if edit.path else ""
    return f"{head}{fence}\n{text}{fence}\n"
