"""Bodies of Kotlin's classes that end on the line of their last member: its grammar expects a semicolon there."""

import re

_END = re.compile(rb"[^\s{;-][ \t]*([ \t])(?=\})")
_CLASS = re.compile(rb"\b(?:class|interface|object)\b")
_LONGEST = 2_000  # bytes of a line


def with_semicolons(data: bytes) -> bytes:
    """Write a semicolon for the blank before such a brace; no byte moves. Without one, the same object."""
    written: bytearray | None = None
    end, wanted = -1, False
    for found in _END.finditer(data):
        place = found.start(1)
        if place > end:
            begin, end = data.rfind(b"\n", 0, place) + 1, data.find(b"\n", place)
            end = len(data) if end < 0 else end
            wanted = end - begin <= _LONGEST and _ends_body(data[begin:end])
        if wanted:
            written = bytearray(data) if written is None else written
            written[place] = ord(";")
    return data if written is None else bytes(written)


def _ends_body(line: bytes) -> bool:
    """Whether a line begins the body of a class, or ends what was begun above; one with a template is left alone."""
    return b"${" not in line and (_CLASS.search(line) is not None or line.count(b"}") > line.count(b"{"))
