"""What is open in the editor: live texts as lists of lines, and snapshots of them for work in the background.

pygls splits the whole text at every change; a list of lines makes a change cost what it touches.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import accumulate

from darner_server.lsp.text.positions import LineTable, Mapper, Point, paired, split_lines, units
from darner_server.lsp.text.uris import key_of

OUT_OF_STEP = "the editor's last change to it could not be read; close and reopen it, then run the command again"
_MOST_COMPARED = 250_000  # pairs of lines


@dataclass(frozen=True, slots=True)
class TextChange:
    """One change of a text, in offsets of the text before it."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class DocumentSnapshot:
    """One version of a document, owned by its caller."""

    uri: str
    version: int | None
    language: str
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """The whole text."""
        return "".join(self.lines)

    def table(self, mapper: Mapper) -> LineTable:
        """For converting positions of this version."""
        return LineTable(self.lines, mapper)


class OpenDocument:
    """A live text.

    `version` is the client's, None from a client that sends none; `revision` is our own count of its messages, for
    clients whose versions do not grow. After a change that could not be read the text is not the client's any more,
    and `out_of_step` until the client has sent the whole of it.
    """

    def __init__(self, uri: str, language: str, version: int | None, text: str, mapper: Mapper) -> None:
        self.uri = uri
        self.language = language
        self.version = version
        self.revision = 0
        self.out_of_step = False
        self.lines = split_lines(text)
        self._mapper = mapper
        self._text: str | None = text
        self.watchers: list[Callable[[TextChange | None], None]] = []  # None: all changes of one message are in

    @property
    def text(self) -> str:
        """The whole text."""
        if self._text is None:
            self._text = "".join(self.lines)
        return self._text

    def snapshot(self) -> DocumentSnapshot:
        """The present version, for keeps."""
        return DocumentSnapshot(self.uri, self.version, self.language, tuple(self.lines))

    def replace(self, first: Point, last: Point, text: str) -> None:
        """Change one range; positions beyond the text mean its end."""
        lines = self.lines
        if (last.line, last.character) < (first.line, first.character):
            first, last = last, first
        from_line, from_index = self._clamp(first)
        to_line, to_index = self._clamp(last)
        touched = (text, *lines[from_line : from_line + 1], *lines[to_line : to_line + 1])
        if not all(each.isascii() for each in touched):
            text, from_index, to_index = self._whole_pairs(first, last, text)
        if self.watchers:
            start = sum(map(len, lines[:from_line]))
            replaced = "".join(lines[from_line : to_line + 1])
            last_line = len(lines[to_line]) if to_line < len(lines) else 0
            self._tell(start + from_index, replaced[from_index : len(replaced) - last_line + to_index], text)
        head = lines[from_line][:from_index] if from_line < len(lines) else ""
        tail = lines[to_line][to_index:] if to_line < len(lines) else ""
        stop = to_line + 1
        if not head and from_line and lines[from_line - 1].endswith("\r"):  # a \n may now follow it
            from_line -= 1
            head = lines[from_line]
        if stop < len(lines) and not tail.endswith("\n"):  # what is left may lack its ending, or end in half of one
            tail += lines[stop]
            stop += 1
        lines[from_line:stop] = split_lines(head + text + tail)
        self._text = None

    def _whole_pairs(self, first: Point, last: Point, text: str) -> tuple[str, int, int]:
        """A change that parts the halves of a character, or brings two together, as one of whole characters."""
        (from_line, start), (to_line, end) = self._clamp(first), self._clamp(last)
        if parted := self._parted(first):
            text = units(parted)[0] + text
        elif from_line < len(self.lines) and "\ud800" <= (half := self.lines[from_line][start - 1 : start]) <= "\udbff":
            start, text = start - 1, half + text
        if parted := self._parted(last):
            text, end = text + units(parted)[1], end + 1
        elif to_line < len(self.lines) and "\udc00" <= (half := self.lines[to_line][end : end + 1]) <= "\udfff":
            text, end = text + half, end + 1
        return paired(text), start, end

    def _parted(self, at: Point) -> str:
        """The character that contains a position in its middle, "" for none."""
        return self._mapper.halves(self.lines[at.line], at.character) if at.line < len(self.lines) else ""

    def replace_all(self, text: str) -> None:
        """Take a whole new text."""
        text = paired(text) if not text.isascii() else text
        self.out_of_step = False
        if self.watchers:
            self._tell(0, self.text, text)
        self.lines = split_lines(text)
        self._text = text

    def settle(self, version: int | None) -> None:
        """The changes of one message are in."""
        self.version = version
        self.revision += 1
        for watcher in tuple(self.watchers):
            watcher(None)

    def _clamp(self, at: Point) -> tuple[int, int]:
        """The line and the index in it; the end of a text without a last line ending is on that line."""
        lines = self.lines
        if at.line < len(lines):
            return at.line, self._mapper.index(lines[at.line], at.character)
        if lines and not lines[-1].endswith(("\n", "\r")):
            return len(lines) - 1, len(lines[-1])
        return len(lines), 0

    def _tell(self, start: int, old: str, new: str) -> None:
        for change in refined(start, old, new):
            for watcher in tuple(self.watchers):
                watcher(change)


class Documents:
    """All open documents, notebook cells among them."""

    def __init__(self, mapper: Mapper) -> None:
        self._mapper = mapper
        self._open: dict[str, OpenDocument] = {}

    def __iter__(self) -> Iterator[OpenDocument]:
        return iter(tuple(self._open.values()))

    def __len__(self) -> int:
        return len(self._open)

    def open(self, uri: str, language: str, version: int | None, text: str) -> OpenDocument:
        """Take a document that the editor has opened; opened twice, it is the later one."""
        document = self._open.get(key_of(uri))
        if document is not None:
            document.language = language
            document.replace_all(text)
            document.settle(version)
            return document
        document = self._open[key_of(uri)] = OpenDocument(uri, language, version, text, self._mapper)
        return document

    def get(self, uri: str) -> OpenDocument | None:
        """The open document of a URI."""
        return self._open.get(key_of(uri))

    def close(self, uri: str) -> OpenDocument | None:
        """Forget a document; returns it if it was open. Its listeners get a call without a change."""
        document = self._open.pop(key_of(uri), None)
        if document is not None:
            document.settle(document.version)
        return document


def refined(start: int, old: str, new: str) -> Iterator[TextChange]:
    """What really differs where `old` at `start` becomes `new`, from the last to the first.

    A client may report far more than was changed: the whole text, or everything from the first edit to the last.
    """
    head = equal_at_start(old, new)
    tail = equal_at_start(old[head:][::-1], new[head:][::-1])
    before, after = split_lines(old[head : len(old) - tail]), split_lines(new[head : len(new) - tail])
    start += head
    if min(len(before), len(after)) < 2 or len(before) * len(after) > _MOST_COMPARED:  # noqa: PLR2004 - lines
        if before or after:
            yield TextChange(start, start + sum(map(len, before)), "".join(after))
        return
    starts = [start, *(start + each for each in accumulate(map(len, before)))]
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for kind, first, last, new_first, new_last in reversed(matcher.get_opcodes()):
        if kind != "equal":
            yield TextChange(starts[first], starts[last], "".join(after[new_first:new_last]))


def equal_at_start(a: str, b: str) -> int:
    """How many characters are the same, by halving: a loop over characters costs milliseconds on a large text."""
    low, high = 0, min(len(a), len(b))
    if a[:high] == b[:high]:
        return high
    while high - low > 1:
        middle = (low + high) // 2
        if a[low:middle] == b[low:middle]:
            low = middle
        else:
            high = middle
    return low
