"""Next edits as the client gets them: positions in its encoding, against the version of the document they are for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from darner_server.display_text import plain
from darner_server.lsp.edits.buffers import Buffers
from darner_server.lsp.text.positions import Mapper, split_lines
from darner_server.lsp.text.workspace_folders import Folders

if TYPE_CHECKING:
    from darner_context.next_edits.edit import NextEdit, NextEdits


@dataclass(frozen=True, slots=True)
class NextEditJson:
    """Writes next edits for one client. `buffers` are the documents that the edits were predicted for."""

    folders: Folders
    mapper: Mapper
    buffers: Buffers

    def edits(self, found: "NextEdits") -> list[dict[str, Any]]:
        """The edits, best first; without those whose file has no URI."""
        lines = {path: split_lines(text) for path, text in found.texts.items()}
        return [each for each in (self._edit(one, lines) for one in found.edits) if each is not None]

    def edit(self, edit: "NextEdit", text: str) -> dict[str, Any] | None:
        """One edit of a file with this text; None if the file has no URI."""
        return self._edit(edit, {edit.path: split_lines(text)})

    def _edit(self, edit: "NextEdit", lines: Mapping[str, list[str]]) -> dict[str, Any] | None:
        uri = self.folders.uri_of(edit.path)
        if uri is None:
            return None
        return {
            "textDocument": {"uri": uri, "version": self.buffers.versions.get(edit.path)},
            "range": {
                "start": self._position(lines[edit.path], *edit.start),
                "end": self._position(lines[edit.path], *edit.end),
            },
            "text": edit.text,
            "reason": plain(edit.reason),
            "confidence": round(edit.confidence, 3),
            "sure": edit.sure,
        }

    def _position(self, lines: list[str], line: int, index: int) -> dict[str, int]:
        """A position from a line from 1 and a character of it."""
        text = lines[line - 1] if line <= len(lines) else ""
        return {"line": line - 1, "character": self.mapper.character(text, index)}


def applied(text: str, edits: "Iterable[NextEdit]") -> str:
    """A text with the edits of it whose texts are known."""
    starts = [0, *accumulate(map(len, split_lines(text)))]
    for each in sorted(edits, key=lambda each: each.start, reverse=True):
        if each.text is not None and each.end[0] <= len(starts):
            begin, end = (starts[line - 1] + index for line, index in (each.start, each.end))
            text = text[:begin] + each.text + text[end:]
    return text
