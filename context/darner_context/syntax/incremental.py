"""The definitions of a text that is being edited: only what an edit touches is parsed and looked at again."""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from darner_context.languages.table import Language
from darner_context.syntax.definition_types import Definition
from darner_context.syntax.parser import matches, parse
from darner_context.syntax.query_matches import Found, comment_prefixes, doc_line, found_in, place_of, with_containers

# languages whose outermost definitions mean by themselves what they mean in their file
_ALONE = frozenset({"python", "javascript", "typescript", "tsx", "go", "rust", "java", "c", "cpp", "csharp"})
_ALONE_MOST = 400  # lines between an edit and the ends of such a definition
_COLUMN = place_of(1) - 1
_SMALL = 60_000  # bytes of a text with errors that is parsed as a whole
_DOC_LINES = 61  # below an edit in which a definition may have it in the comment above
_Text = TypeVar("_Text", str, bytes)


@dataclass(frozen=True, slots=True)
class ReparsedLines:
    """Lines `first` to `last` were parsed again, in place of `first` to `old_last`; all else is as it was."""

    first: int
    old_last: int
    last: int


class Outline:
    """
    One text's definitions, kept up with its edits; equal to what the text by itself would give.

    Only in a large text that does not parse an edit's neighbours may be seen in another way than at first sight.
    """

    def __init__(self, row: Language, data: bytes) -> None:
        self.row = row
        self._prefixes = comment_prefixes(row)
        self._data = data
        self._tree = parse(row, data)
        self._broken = self._tree.root_node.has_error
        self._whole()
        self.definitions = self._listed()

    def _whole(self) -> None:
        self._found = found_in(self.row, self._data, matches(self.row, self._tree))
        self._made = with_containers(self._found)

    def _listed(self) -> tuple[Definition, ...]:
        return tuple([each for each in self._made if each is not None])

    def edit(self, data: bytes, where: tuple[int, int, int] | None = None) -> ReparsedLines | None:
        """
        Take in the text as it is now; None if all of it was parsed again.

        `where` is what `changed_range` would return, if it is known.
        """
        old, self._data = self._data, data
        begin, old_end, end = where or changed_range(old, data)
        row = old.count(b"\n", 0, begin)
        old_row, now_row = row + old.count(b"\n", begin, old_end), row + data.count(b"\n", begin, end)
        points = _point(old, begin, row), _point(old, old_end, old_row), _point(data, end, now_row)
        self._tree.edit(begin, old_end, end, *points)
        change = self._within(old, begin, old_end, end, row) or self._throughout(old, begin, old_end, end)
        self.definitions = self._listed()
        return change

    def _outermost(self, old: bytes, begin: int, old_end: int, row: int) -> tuple[Found, int, int, int] | None:
        """
        Find the outermost definition around an edit, if it means by itself what it means in its file.

        With it its last row, where the first row begins and where the last one ends.
        """
        found = self._found
        place = bisect_left(found, place_of(row), key=_begin) - 1  # its first line is unchanged
        while place >= 0 and found[place].begin & _COLUMN:
            place -= 1
        if place < 0 or self._broken or self.row.name not in _ALONE:
            return None
        top, bottom = found[place].made.start - 1, found[place].made.end - 1
        if row - top > _ALONE_MOST or bottom - row > _ALONE_MOST:
            return None
        last = _stepped(old, begin, bottom - row)
        after = _line_end(old, last)
        if self.row.name == "python":  # indentation alone marks its end
            while after < len(old) and not old[after : _line_end(old, after)].strip():
                after, bottom = _line_end(old, after), bottom + 1
            last = after
        # its last line may go on in what follows
        return (found[place], bottom, _stepped(old, begin, top - row), after) if old_end < last else None

    def _within(self, old: bytes, begin: int, old_end: int, end: int, row: int) -> ReparsedLines | None:
        """Parse the outermost definition around an edit by itself; None where that is not the same."""
        data, there = self._data, self._outermost(old, begin, old_end, row)
        if there is None:
            return None
        outer, bottom, first, after = there
        top = outer.made.start - 1
        now_after = after + len(data) - len(old)
        text = data[first:now_after]
        tree = parse(self.row, text)
        outermost = [each for each in tree.root_node.named_children if not each.is_extra]
        if tree.root_node.has_error or len(outermost) != 1 or outermost[0].start_byte:
            return None
        touched = [_moved(each, top) for each in found_in(self.row, text, matches(self.row, tree))]
        if not touched or not _same(touched[0], outer):
            return None
        for number, each in enumerate(touched):
            if each.made.doc == top + 1:  # the comment continues above
                doc = doc_line(data, self._prefixes, top + 1, first)
                touched[number] = each._replace(made=each.made._replace(doc=doc))
        now_bottom = bottom + data.count(b"\n", begin, end) - old.count(b"\n", begin, old_end)
        if not self._exchange(touched, top, bottom, now_bottom):
            return None
        self._comments(now_bottom, now_after)
        return ReparsedLines(top + 1, bottom + 1, now_bottom + 1)

    def _throughout(self, old: bytes, begin: int, old_end: int, end: int) -> ReparsedLines | None:
        """Parse the text again, taking over what is as it was."""
        data = self._data
        tree = parse(self.row, data, self._tree)
        if tree.root_node.has_error and len(data) < _SMALL:
            tree = parse(self.row, data)  # what replaces an error may depend on the text before
        moved = data.count(b"\n", begin, end) - old.count(b"\n", begin, old_end)
        for each in self._tree.changed_ranges(tree):
            begin, end = min(begin, each.start_byte), max(end, each.end_byte)
        self._tree, self._broken = tree, tree.root_node.has_error
        # whole lines, and one more to each side
        begin = data.rfind(b"\n", 0, max(data.rfind(b"\n", 0, begin), 0)) + 1
        end = _line_end(data, _line_end(data, end))
        first = data.count(b"\n", 0, begin)
        last = first + data.count(b"\n", begin, end) - 1
        old_last = last - moved
        if end == len(data):
            last, old_last = _last_row(data), _last_row(old)
        touched = [
            each
            for each in found_in(self.row, data, matches(self.row, tree, begin, end))
            if each.made.start <= last + 1 and each.made.end > first
        ]
        if not self._exchange(touched, first, old_last, last):
            self._whole()
            return None
        self._comments(last, end)
        return ReparsedLines(first + 1, old_last + 1, last + 1)

    def _exchange(self, touched: Sequence[Found], first: int, old_last: int, last: int) -> bool:
        """Put what was found in rows `first` to `last` in its place; False where it does not fit to what is around."""
        found, made = self._found, self._made
        top = bisect_left(found, place_of(first), key=_begin)
        bottom = bisect_left(found, place_of(old_last + 1), key=_begin)
        around = [place for place in range(top) if found[place].made.end > first]
        above = bisect_left(touched, place_of(first), key=_begin)
        if len(around) != above or any(
            found[place].begin != each.begin or not _alike(found[place], each, old_last, last)
            for place, each in zip(around, touched, strict=False)
        ):
            return False
        reaching = [each for each in found[top:bottom] if each.made.end > old_last + 1]
        reach = [each for each in touched[above:] if each.made.end > last + 1]
        if len(reaching) != len(reach) or any(
            not _alike(one, each, old_last, last) for one, each in zip(reaching, reach, strict=True)
        ):
            return False
        fresh = with_containers(touched)
        below, below_made = found[bottom:], made[bottom:]
        moved = last - old_last
        if moved:
            below = [_moved(each, moved) for each in below]
            below_made = [_lower(each, moved) if each is not None else None for each in below_made]
        for place, each, one in zip(around, touched, fresh, strict=False):
            found[place], made[place] = each, one
        self._found = [*found[:top], *touched[above:], *below]
        self._made = [*made[:top], *fresh[above:], *below_made]
        return True

    def _comments(self, last: int, end: int) -> None:
        """Look again for the comments above the definitions next below row `last`, which ends at byte `end`."""
        place = bisect_left(self._found, place_of(last + 1), key=_begin)
        begin = end
        row = last + 1
        while self._prefixes and place < len(self._found):
            each, one = self._found[place], self._made[place]
            start = each.made.start
            if start - 1 - last > _DOC_LINES:
                break
            while row < start - 1:
                begin, row = _line_end(self._data, begin), row + 1
            doc = doc_line(self._data, self._prefixes, start, begin)
            if doc != each.made.doc:
                self._found[place] = each._replace(made=each.made._replace(doc=doc))
                self._made[place] = one._replace(doc=doc) if one is not None else None
            place += 1


def _begin(each: Found) -> int:
    return each.begin


def _alike(one: Found, other: Found, old_last: int, last: int) -> bool:
    """Whether two definitions mean the same to those within them that were not looked at again."""
    mine, its = one.made, other.made
    ends = (
        one.end - place_of(old_last) == other.end - place_of(last) if mine.end > old_last + 1 else its.end <= last + 1
    )
    return ends and (mine.name, mine.kind, mine.container, one.scope) == (
        its.name,
        its.kind,
        its.container,
        other.scope,
    )


def _same(one: Found, other: Found) -> bool:
    mine, its = one.made, other.made
    return (one.begin, one.scope, mine.name, mine.kind, mine.container) == (
        other.begin,
        other.scope,
        its.name,
        its.kind,
        its.container,
    )


def _moved(each: Found, by: int) -> Found:
    return Found(_lower(each.made, by), each.begin + place_of(by), each.end + place_of(by), each.scope)


def _lower(each: Definition, by: int) -> Definition:
    name, kind, doc, start, line, head, doc_end, end, container = each
    return Definition(name, kind, doc + by, start + by, line + by, head + by, doc_end + by, end + by, container)


def _point(data: bytes, place: int, row: int) -> tuple[int, int]:
    return row, place - (data.rfind(b"\n", 0, place) + 1)


def _stepped(data: bytes, place: int, rows: int) -> int:
    """Where a line begins that is so many rows below the line of a place, or above it."""
    begin = data.rfind(b"\n", 0, place) + 1
    for _ in range(rows):
        begin = _line_end(data, begin)
    for _ in range(-rows):
        begin = data.rfind(b"\n", 0, max(begin - 1, 0)) + 1
    return begin


def _last_row(data: bytes) -> int:
    return data.count(b"\n") - data.endswith(b"\n")


def _line_end(data: bytes, place: int) -> int:
    """Where the line of a place ends, its newline included."""
    found = data.find(b"\n", place)
    return found + 1 if found >= 0 else len(data)


def changed_range(one: _Text, other: _Text) -> tuple[int, int, int]:
    """Where two texts begin to differ, and where that ends in the one and in the other."""
    size = min(len(one), len(other))
    begin = _common(size, lambda low, high: one[low:high] == other[low:high])
    mine, its = len(one), len(other)
    tail = _common(size - begin, lambda low, high: one[mine - high : mine - low] == other[its - high : its - low])
    return begin, mine - tail, its - tail


def _common(size: int, same: Callable[[int, int], bool]) -> int:
    """How far two texts are the same, by halving."""
    low, high = 0, size
    while low < high:
        middle = (low + high + 1) // 2
        if same(low, middle):
            low = middle
        else:
            high = middle - 1
    return low
