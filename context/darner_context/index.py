"""The index of a workspace and the questions it answers."""

import asyncio
from collections.abc import Iterable, Sequence
from pathlib import Path
from time import monotonic

from darner_context.bundle import (
    ContextBundle,
    ContextRequest,
    Focus,
    IndexState,
    LeftOut,
    Snippet,
    Unreadable,
)
from darner_context.facts import Definition, split_lines
from darner_context.sources import Workspace, read_text
from darner_context.syntax import definitions
from darner_context.tokens import Tokenizer

__all__ = [
    "ContextBundle",
    "ContextRequest",
    "Focus",
    "Index",
    "IndexState",
    "LeftOut",
    "Snippet",
    "Unreadable",
]


class Index:
    """Definitions of all source files below the roots."""

    def __init__(
        self, roots: Sequence[Path], *, cache_dir: Path | None, ignore: Sequence[str] = (), workers: int | None = None
    ) -> None:
        self._workspace = Workspace(roots, ignore)
        self._cache_dir = cache_dir
        self._texts: dict[str, str] = {}
        self._overlays: dict[str, str] = {}
        self._files: dict[str, tuple[Definition, ...]] = {}
        self._left_out: tuple[LeftOut, ...] = ()
        self._indexing = False
        self._seconds: float | None = None

    async def refresh(self) -> None:
        """Scan the disk and parse what changed."""
        self._indexing = True
        began = monotonic()
        try:
            await asyncio.to_thread(self._scan)
        finally:
            self._indexing = False
            self._seconds = monotonic() - began

    def _scan(self) -> None:
        left_out: list[LeftOut] = []
        self._workspace.forget_rules()
        texts: dict[str, str] = {}
        for source in self._workspace.scan(left_out):
            text = read_text(source.file)
            if isinstance(text, Unreadable):
                left_out.append(LeftOut(source.path, text.reason))
            else:
                texts[source.path] = text
        self._files = {path: definitions(path, text) for path, text in texts.items()}
        self._texts = texts
        self._left_out = tuple(left_out)

    def changed(self, paths: Iterable[str]) -> None:
        """Take in file events of an editor."""
        for path in paths:
            text = self.read(path)
            if isinstance(text, Unreadable):
                self._files.pop(path, None)
                self._texts.pop(path, None)
            else:
                self._texts[path] = text
                self._files[path] = definitions(path, text)

    def overlay(self, path: str, text: str | None) -> None:
        """Put a live buffer in the place of a file; None takes it away."""
        if text is None:
            self._overlays.pop(path, None)
        else:
            self._overlays[path] = text

    def context(self, request: ContextRequest, tokenizer: Tokenizer) -> ContextBundle:
        """Choose what to show for a request, within its budget."""
        live = {**self._overlays, **request.texts}
        focus, visible = None, request.instruction
        if request.focus is not None:
            text = live.get(request.focus.path) or self.read(request.focus.path)
            if not isinstance(text, Unreadable):
                lines = split_lines(text)
                if request.hidden:
                    del lines[request.hidden[0] - 1 : request.hidden[1]]
                visible = "".join(lines)
                focus = Snippet(
                    request.focus.path,
                    1,
                    len(lines),
                    visible,
                    tokenizer.count(visible),
                    "file",
                    ("the file itself",),
                    1.0,
                )
        import re

        words = set(re.findall(r"\w+", visible + " " + request.instruction))
        found: list[tuple[float, str, Definition]] = []
        for path, defs in self._files.items():
            if request.focus is not None and path == request.focus.path:
                continue
            found += [(1.0 / (1 + each.end - each.start), path, each) for each in defs if each.name in words]
        found.sort(key=lambda item: (-item[0], item[1], item[2].start))
        snippets: list[Snippet] = []
        left = request.budget
        dropped = 0
        for score, path, each in found:
            text = live.get(path, self._texts.get(path, ""))
            shown = "".join(split_lines(text)[each.start - 1 : each.end])
            cost = tokenizer.count(shown) if len(shown) < left * 8 else left + 1
            if cost > left or not shown:
                dropped += 1
                continue
            left -= cost
            snippets.append(Snippet(path, each.start, each.end, shown, cost, "body", ("named at the place",), score))
        spent = request.budget - left
        return ContextBundle(focus, tuple(snippets), dropped, self._left_out, spent, focus.tokens if focus else 0)

    def read(self, path: str) -> str | Unreadable:
        """Return the text of a workspace file, the live buffer first."""
        found = self._workspace.find(path)
        if path in self._overlays and not (isinstance(found, Unreadable) and "secret" in found.reason):
            return self._overlays[path]
        return found if isinstance(found, Unreadable) else read_text(found)

    def state(self) -> IndexState:
        """How far the index is."""
        count = sum(map(len, self._files.values()))
        return IndexState(len(self._files), count, self._indexing, self._cache_dir, self._seconds, self._left_out)

    async def close(self) -> None:
        """Let go of everything."""
