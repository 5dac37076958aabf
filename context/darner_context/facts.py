"""What parsing a file finds: plain values that cross the border to worker processes and to the cache."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Definition:
    """A named thing. Lines are 1-based and inclusive; `container` is the dotted chain of what it is defined in."""

    name: str
    kind: str
    doc: int  # first line of the comment above; `start` where there is none
    start: int  # first line, decorators and attributes included
    line: int  # the line of the name
    head: int  # last line of the signature
    doc_end: int  # last line of a docstring below the signature; `head` where there is none
    end: int
    container: str | None


@dataclass(frozen=True, slots=True)
class Symbol:
    """A definition as the engine and the editors see it."""

    name: str
    kind: str
    start_line: int
    end_line: int
    container: str | None


@dataclass(frozen=True, slots=True)
class SyntaxFault:
    """A place where the text does not parse. Line and column are 1-based; the column counts characters."""

    line: int
    column: int
    message: str


SCOPES = frozenset({"function", "method", "constructor", "class", "interface", "enum", "struct", "trait", "module"})


def split_lines(text: str) -> list[str]:
    r"""Lines with their ends kept; a line ends at \n, \r\n or \r and at nothing else."""
    if "\r" not in text:
        lines = text.split("\n")
        last = lines.pop()
        kept = [line + "\n" for line in lines]
        if last:
            kept.append(last)
        return kept
    kept = []
    begin = 0
    size = len(text)
    while begin < size:
        cr, lf = text.find("\r", begin), text.find("\n", begin)
        if cr < 0 and lf < 0:
            kept.append(text[begin:])
            break
        end = (lf if cr < 0 or 0 <= lf < cr else cr + 2 if text.startswith("\n", cr + 1) else cr + 1) + (
            1 if cr < 0 or 0 <= lf < cr else 0
        )
        kept.append(text[begin:end])
        begin = end
    return kept
