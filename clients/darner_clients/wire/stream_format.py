"""Recognises the format of a reply's events by their content, whatever the headers claim. Without I/O."""

import json
import zlib
from typing import TYPE_CHECKING

from darner_clients.wire.sse import MARK, ByteBuffer, Decoder

if TYPE_CHECKING:
    from collections.abc import Callable

_FIELDS = (b"data", b"event", b"id", b"retry", b":")
_PACKED = {"gzip", "x-gzip", "deflate"}
_GZIP = b"\x1f\x8b"  # what it begins with
_AT_ONCE = 1024 * 1024  # bytes that are unpacked at once


class EventFraming:
    """Feed it bytes as they come; it returns what each complete event holds. `close` gives what is left.

    An event stream is taken apart as such, JSON line by line where every line is JSON, and else as one. `plain` is
    an answer that is neither: a sentence, or a page. `coding` is the content-encoding; an unknown one counts as none.
    """

    def __init__(self, coding: str = "") -> None:
        self.feed: Callable[[bytes], list[bytes]] = self._begin
        self.plain = False
        self._lines: _Lines | None = None
        self._coding = coding.lower()
        self._unpacker = zlib.decompressobj(47) if self._coding in _PACKED else None
        self._may_be_packed = self._unpacker is None
        self._head = ByteBuffer()
        self._rest: Callable[[], bytes | None] = self._left
        if self._unpacker is not None:
            self.feed = self._unpacked

    @property
    def whole(self) -> bool:
        """Whether it is no stream but one object."""
        return self._lines is not None and not self._lines.by_line

    def close(self) -> bytes | None:
        """What is left at the end: an event that lacks its blank line, or all of what is no stream."""
        return self._rest()

    def _unpacked(self, chunk: bytes) -> list[bytes]:
        found: list[bytes] = []
        inner = self._begin if self._rest == self._left else self._inner
        while chunk and self._unpacker is not None:
            try:
                plain = self._unpacker.decompress(chunk, _AT_ONCE)
            except zlib.error:  # labelled so, and is not
                plain, self._unpacker = chunk, None
                self.feed = inner
            chunk = b"" if self._unpacker is None else self._unpacker.unconsumed_tail
            if self._unpacker is not None and self._unpacker.eof:
                chunk, self._unpacker = self._unpacker.unused_data, zlib.decompressobj(47)
            found += inner(plain)
            inner = self._begin if self._rest == self._left else self._inner
        return found

    def _begin(self, chunk: bytes) -> list[bytes]:
        """The first bytes: decide."""
        if self.plain:
            self._head.add(chunk)
            return []
        head = self._head.take(chunk)
        if self._may_be_packed and _GZIP.startswith(head[:2]):
            return self._sniffed(head)
        start = head.removeprefix(MARK).lstrip()
        if not start or any(field.startswith(start) for field in _FIELDS if field != b":"):
            self._head.add(start or (MARK if head.startswith(MARK) else b""))
            return []
        taker: Decoder | _Lines
        if start.startswith(_FIELDS):
            taker = Decoder()
        elif start.startswith((b"{", b"[")):
            taker = self._lines = _Lines()
        else:
            self.plain = not MARK.startswith(head)
            self._head.add(head)
            return []
        self._inner, self._rest = taker.feed, taker.close
        if self.feed == self._begin:
            self.feed = taker.feed
        return taker.feed(start)

    def _sniffed(self, head: bytes) -> list[bytes]:
        """Compressed without a header for it."""
        if len(head) < len(_GZIP):
            self._head.add(head)
            return []
        self._may_be_packed = False
        self._unpacker = zlib.decompressobj(47)
        self.feed = self._unpacked
        return self._unpacked(head)

    def _left(self) -> bytes | None:
        head = self._head.take()
        self.plain = self.plain or bool(head.strip())
        return head or None


class _Lines:
    """JSON: an object a line, or one over all lines."""

    def __init__(self) -> None:
        self._tail = ByteBuffer()
        self.by_line: bool | None = None

    def feed(self, chunk: bytes) -> list[bytes]:
        self._tail.add(chunk)
        if self.by_line is False or b"\n" not in chunk:
            return []
        *lines, rest = self._tail.take().split(b"\n")
        found = [line.strip() for line in lines if line.strip()]
        if self.by_line is None and found:
            self.by_line = _is_object(found[0])
        if not self.by_line:
            self._tail.add(b"\n".join((*lines, rest)))
            return []
        self._tail.add(rest)
        return found

    def close(self) -> bytes | None:
        return self._tail.take().strip() or None


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False
