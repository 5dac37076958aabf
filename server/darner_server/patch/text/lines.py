r"""Lines end at \n, \r\n or \r and at nothing else."""

from __future__ import annotations

from darner_server.patch.lazy_pattern import lazy_pattern

_LINE = lazy_pattern(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+")


def split(text: str) -> list[str]:
    """Return the lines with their endings."""
    if "\r" in text:
        return _LINE.findall(text)
    lines = [line + "\n" for line in text.split("\n")]
    last = lines.pop()[:-1]
    if last:
        lines.append(last)
    return lines


def bodies(raw: list[str]) -> list[str]:
    """Return the lines without their endings."""
    return [line[:-1] if line[-1:] == "\n" and line[-2:-1] != "\r" else body(line) for line in raw]


def body(line: str) -> str:
    """Return the line without its ending."""
    return line[: len(line) - len(ending(line))]


def ending(line: str) -> str:
    r"""Return "\n", "\r\n", "\r" or, for a last line without one, ""."""
    if line.endswith("\r\n"):
        return "\r\n"
    return line[-1:] if line[-1:] in ("\n", "\r") else ""


def prevailing(raw: list[str]) -> str:
    r"""Return the ending that most lines have; "\n" where there is none."""
    counts = {"\n": 0, "\r\n": 0, "\r": 0}
    for line in raw:
        end = ending(line)
        if end:
            counts[end] += 1
    return max(counts, key=lambda end: counts[end])


def with_ending(text: str, end: str) -> str:
    """Return the text with every line end replaced."""
    return "".join(body(line) + (end if ending(line) else "") for line in split(text))
