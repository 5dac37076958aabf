"""Whole files, functions and snippets in a fence: how they are asked for, read and written."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from darner_server.patch.edit import Edit

RULES = """\
You rewrite code as you are told. Answer with the new code in one fence and nothing else:

```
all of the new code
```

- Never abbreviate it with "..." or a comment such as "rest of the code".
- If you were asked for several files, write each file's path alone on the line above its fence.
"""

_OPEN = re.compile(r"\s*(`{3,}|~{3,})[ \t]*([^`]*)")
_TAG = re.compile(r"\s*<(source|code|pre|file)(?:\s+(?:path|name)=\"([^\"]+)\")?>\s*([\w+#.-]*)\s*", re.IGNORECASE)


@dataclass(slots=True)
class Fence:
    """An open fence. It holds a whole text unless a block of another format begins in it (`used`)."""

    mark: str
    info: str
    path: str | None
    lines: list[str] = field(default_factory=list[str])
    used: bool = False
    depth: int = 0
    sure: bool = True  # its name stands alone above it, not in a sentence
    indent: int = 0

    def closes(self, line: str) -> bool:
        """Tell whether `line` ends this fence; an inner fence with a language is counted and passed over."""
        text = line.strip()
        if len(line) - len(line.lstrip()) > self.indent:
            return False
        if self.mark.startswith("<"):
            return text.lower() == self.mark
        if not text.startswith(self.mark):
            return False
        if text.strip(self.mark[0]):
            self.depth += not self.used and text.strip("`~ ").isalnum()
            return False
        if self.depth:
            self.depth -= 1
            return False
        return True


def opening(line: str) -> Fence | None:
    """Return the fence that `line` opens."""
    if (fence := _OPEN.fullmatch(line)) is not None:
        return Fence(fence[1], fence[2].strip(), None, indent=len(line) - len(line.lstrip()))
    if (tag := _TAG.fullmatch(line)) is not None:
        return Fence(f"</{tag[1].lower()}>", tag[3], tag[2], indent=len(line) - len(line.lstrip()))
    return None


def render(edit: Edit) -> str:
    """Write an edit as a fence that reads back as the same edit."""
    text = edit.after or ""
    fence = "```"
    while fence in text:
        fence += "`"
    head = f"{edit.path}\n" if edit.path else ""
    return f"{head}{fence}\n{text}{fence}\n"
