"""Server-sent events from bytes in any chunking, without I/O."""

import json
import re

MARK = b"\xef\xbb\xbf"  # of the byte order
MOST = 16 * 1024 * 1024  # bytes of one event: beyond this the other side is no model


class EventTooLong(ValueError):
    """An event does not end."""


class ByteBuffer:
    """Bytes that wait for more, put together once: joining them at every piece takes the square of their length."""

    __slots__ = ("_parts", "_size")

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._size = 0

    def add(self, chunk: bytes) -> None:
        """Keep a piece. Raises TooLong."""
        if chunk:
            self._parts.append(chunk)
            self._size += len(chunk)
        if self._size > MOST:
            raise EventTooLong(f"an event longer than {MOST // 1024 // 1024} MB")

    def take(self, last: bytes = b"") -> bytes:
        """All of it and one piece more; nothing is kept then."""
        if not self._parts:
            return last
        text = b"".join((*self._parts, last))
        self._parts.clear()
        self._size = 0
        return text

    def endswith(self, end: bytes) -> bool:
        """Whether it ends with this one byte."""
        return bool(self._parts) and self._parts[-1].endswith(end)


class Decoder:
    """Feed it bytes as they come; it returns the data of every event that is complete.

    Lines end at LF, CR LF or CR. Several data lines of one event are joined by a newline, comments and empty events
    vanish; the data of an event that is called an error, if any, is wrapped as {"error": …}. UTF-8 may be split
    anywhere: only whole events are ever decoded by the caller.
    """

    __slots__ = ("_after_cr", "_first", "_tail")

    def __init__(self) -> None:
        self._tail = ByteBuffer()
        self._after_cr = False
        self._first = True

    def feed(self, chunk: bytes) -> list[bytes]:
        """The data of the events that end in this chunk."""
        if self._after_cr or b"\r" in chunk:
            chunk = self._one_line_end(chunk)
        if b"\n\n" not in chunk and not (chunk.startswith(b"\n") and self._tail.endswith(b"\n")):
            self._tail.add(chunk)
            return []
        text = self._tail.take(chunk)
        if self._first:
            text = text.removeprefix(MARK)
            self._first = False
        whole, _, tail = text.rpartition(b"\n\n")
        self._tail.add(tail)
        return [data for event in whole.split(b"\n\n") if (data := _data(event)) is not None]

    def close(self) -> bytes | None:
        """The data of an event that the end of the stream left without its blank line."""
        tail = self._tail.take()
        return _data(tail.removeprefix(MARK) if self._first else tail)

    def _one_line_end(self, chunk: bytes) -> bytes:
        """Only LF from here on. The LF of a CR LF that two chunks share is dropped: its CR has ended the line."""
        if self._after_cr and chunk.startswith(b"\n"):
            chunk = chunk[1:]
            self._after_cr = False
            if not chunk:
                return chunk
        if chunk:
            self._after_cr = chunk.endswith(b"\r")
        return chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def _data(event: bytes) -> bytes | None:
    if event.startswith(b"data: ") and b"\n" not in event:
        return event[6:]
    rows = event.split(b"\n")
    lines = [line[5:].removeprefix(b" ") for line in rows if line.startswith(b"data:") or line == b"data"]
    failed = any(_ERROR.match(row) for row in rows)
    if not lines:
        return _as_error(b"") if failed else _stray(rows)
    data = b"\n".join(lines)
    return _as_error(data) if failed else data


def _stray(rows: list[bytes]) -> bytes | None:
    """Lines beside all events: an error mostly, as JSON, a page, or llama.cpp's field of its own."""
    left = [row for row in rows if not row.startswith(_FIELDS) and not b"data".startswith(row.strip())]
    if not left:
        return None
    text = b"\n".join(left).strip()
    if text.startswith(b"error:"):
        return _as_error(text[6:].strip())
    if text.startswith((b"{", b"[")) and _is_json(text):
        return text
    return json.dumps({"message": text.decode("utf-8", "replace")}).encode()


def _is_json(text: bytes) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _as_error(data: bytes) -> bytes:
    """The name of the event would be lost, and with it that it is an error."""
    if data.lstrip().startswith((b"{", b'"')):
        return b'{"error": ' + (b"true" if data.strip() in _EMPTY else data) + b"}"
    return json.dumps({"error": data.decode("utf-8", "replace") or True}).encode()


_FIELDS = (b":", b"event", b"id", b"retry")
_EMPTY = (b"{}", b'""')
_ERROR = re.compile(
    rb"event: ?(?:\w+[._])?(?:error|exception|fail(?:ed|ure)?|abort(?:ed)?|cancell?ed|timeout)\s*$", re.IGNORECASE
)
