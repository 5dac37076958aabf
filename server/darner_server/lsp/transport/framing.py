"""The Content-Length frames of the base protocol: bytes in, whole bodies out, any chunking.

Nothing that a client sends breaks it. After a wrong length or noise it takes up again at the next header, which is
why a header is looked for at the end of what precedes the blank line and not at the beginning of a line.
"""

import re

LARGEST_BODY = 256 * 1024 * 1024
_LARGEST_HEADER = 64 * 1024
_NAME = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]"  # what a header's name is made of (RFC 9110, 5.6.2)
_FIELD = rb"content-length:[ \t]*(\d{1,12})[ \t]*(?:\r\n%b+:[^\r\n]*)*\Z" % _NAME
_LENGTH = re.compile(rb"(?:\A|\r\n)" + _FIELD, re.IGNORECASE)
_LENGTH_BEHIND_NOISE = re.compile(rb"(?<![_-])" + _FIELD, re.IGNORECASE)
_BLANK = b"\r\n\r\n"


class Framing:
    """A push parser for one direction of one connection."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._expected = -1  # length of the body under way; -1 while in a header

    def feed(self, data: bytes) -> list[bytes]:
        """Take what arrived; returns the bodies that are now complete."""
        held = self._held
        held += data
        bodies: list[bytes] = []
        start = 0
        while True:
            if self._expected < 0:
                end = held.find(_BLANK, start)
                if end < 0:
                    start = max(start, len(held) - _LARGEST_HEADER)
                    break
                self._expected = _length(bytes(held[max(start, end - _LARGEST_HEADER) : end]))
                start = end + len(_BLANK)
                continue
            if len(held) - start < self._expected:
                break
            bodies.append(bytes(held[start : start + self._expected]))
            start += self._expected
            self._expected = -1
        del held[:start]
        return bodies


def frame(body: bytes) -> bytes:
    """One body with its header."""
    return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)


def _length(header: bytes) -> int:
    """The length that a header names; -1 where it names none that could be meant."""
    found = _LENGTH.search(header) or _LENGTH_BEHIND_NOISE.search(header)
    length = int(found[1]) if found else -1
    return length if length <= LARGEST_BODY else -1
