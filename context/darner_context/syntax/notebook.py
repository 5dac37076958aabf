"""Notebooks (.ipynb): JSON whose cells hold code, and also its output, which is never shown."""

import json
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate

from darner_context.text.lines import split_lines

SUFFIX = ".ipynb"
_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\]]', re.DOTALL)
_COLON = re.compile(r"\s*:")
_MAGIC = re.compile(r"\s*(?:[%!?]|[\w.]+\?+\s*$)")  # lines that are IPython's, not Python's
_DEEPEST = 200


@dataclass(frozen=True, slots=True)
class Notebook:
    """`code` has as many lines as the text, each with what it holds of a cell's code; `unshown` are 1-based lines."""

    code: str
    unshown: frozenset[int]
    folded: dict[int, str] = field(default_factory=dict[int, str])  # code of several lines in one line of the file


@dataclass(slots=True)
class _Cell:
    """Places in the text: of the strings of its source, and of what is not shown."""

    kind: str = ""
    source: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    unshown: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])


def unshown_lines(path: str, text: str) -> frozenset[int]:
    """The lines of a file that are pictures or other outputs; none where it is no notebook."""
    return read_notebook(text).unshown if path.endswith(SUFFIX) else frozenset()


@lru_cache(maxsize=2)
def read_notebook(text: str) -> Notebook:
    """Take a notebook apart; a broken one is read as far as possible."""
    starts = [*accumulate(map(len, split_lines(text)), initial=0)]
    code = [""] * (len(starts) - 1)
    unshown: set[int] = set()
    folded: dict[int, str] = {}
    for cell in _cells(text):
        for begin, end in cell.unshown:
            first, last = bisect_right(starts, begin), bisect_right(starts, end - 1)
            unshown.update(range(first + 1, last))
            if text[begin + 1 : min(starts[min(first, len(starts) - 1)], end - 1)].strip():
                unshown.add(first)
            if last > first and text[starts[last - 1] : end - 1].strip():
                unshown.add(last)
        for begin, end in cell.source if cell.kind == "code" else ():
            said = _said(text[begin:end])
            if said.count("\n") <= said.endswith("\n") and not _MAGIC.match(said):
                code[bisect_right(starts, begin) - 1] = said.rstrip("\n")
            elif said.strip() and not _MAGIC.match(said):
                number = bisect_right(starts, begin)
                folded[number] = folded.get(number, "") + said + "\n"
    return Notebook("".join(f"{line}\n" for line in code), frozenset(unshown), folded)


def _said(written: str) -> str:
    try:
        return str(json.loads(written)).replace("\r\n", "\n").replace("\r", "\n")
    except ValueError:
        return "\n\n"


def _cells(text: str) -> Iterator[_Cell]:
    """Each element of the outermost list `cells`."""
    cell = _Cell()
    for path, begin, end in _values(text):
        match path:
            case ("", "cells", "", "cell_type"):
                cell.kind = text[begin + 1 : end - 1]
            case ("", "cells", "", "source") | ("", "cells", "", "source", ""):
                if text[begin] == '"':
                    cell.source.append((begin, end))
            case ("", "cells", "", "outputs" | "attachments"):
                cell.unshown.append((begin, end))
            case ("", "cells", ""):
                yield cell
                cell = _Cell()
            case _:
                pass


def _values(text: str) -> Iterator[tuple[tuple[str, ...], int, int]]:
    """Each string, table and list, as soon as it ends: the keys that lead to it and its place; "" in a list."""
    keys: list[str] = []
    opened: list[int] = []
    key = ""
    for token in _TOKEN.finditer(text):
        begin, end = token.span()
        letter = text[begin]
        if letter == '"' and _COLON.match(text, end):
            key = text[begin + 1 : end - 1]
            continue
        if letter == '"':
            yield (*keys, key), begin, end
        elif letter in "{[":
            keys.append(key)
            opened.append(begin)
            if len(keys) > _DEEPEST:
                return
        elif keys:
            yield tuple(keys), opened.pop(), end
            keys.pop()
        key = ""
