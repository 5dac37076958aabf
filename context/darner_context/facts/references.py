"""Which identifiers each definition of a file uses."""

from array import array
from bisect import bisect_left, bisect_right, insort
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate, pairwise, repeat
from string import ascii_letters, digits

from darner_context.syntax.definition_types import FUNCTIONS, VALUES, Definition
from darner_context.syntax.incremental import ReparsedLines
from darner_context.text.identifiers import IDENTIFIER, KEYWORDS

MAX_NAMES = 65_535
_HEAD_LINES, _HEAD_NAMES = 12, 24  # of a signature
_GAPS = bytes(code if chr(code).isalnum() or chr(code) == "_" else 32 for code in range(256))
_NO_NAMES = KEYWORDS | {"", "_", *ascii_letters}
Between = Callable[[int, int], str]  # the text of some lines, 1-based and inclusive
Packed = tuple[tuple[str, ...], tuple[bytes, ...], tuple[bytes, ...]]


def find_references(lines: Sequence[str], found: Sequence[Definition]) -> Packed:
    """List all identifiers; those of each definition and, last, those outside all functions; those of signatures."""
    words_in = _splitter(lines)
    runs = [(number, words_in(begin, end)) for number, begin, end in _runs(found, 1, len(lines))]
    words = set[str]().union(*[some for _, some in runs])
    place = dict.fromkeys(words, -1)
    everything, odd = _names(words)
    place.update(zip(everything, range(len(everything)), strict=True))
    place.update([(word, place.get(name, -1)) for word, name in odd.items()])
    number_of = place.__getitem__
    held = [set[int]() for _ in range(len(found) + 1)]
    for number, some in runs:
        held[number].update(map(number_of, some))
    _gather(held, found)
    signatures: list[bytes] = []
    for _, kind, _, start, _, head, _, _, _ in found:
        signature = words_in(start, min(head, start + _HEAD_LINES)) if kind not in VALUES else ()
        ordered = dict.fromkeys(map(place.get, signature, repeat(-1)))
        ordered.pop(-1, None)
        signatures.append(array("H", [*ordered][:_HEAD_NAMES]).tobytes() if ordered else b"")
    return tuple(everything), tuple([_sorted(numbers) for numbers in held]), tuple(signatures)


def _splitter(lines: Sequence[str]) -> Callable[[int, int], list[str]]:
    """Return a tokenizer for these lines; plain text is tokenized once."""
    text = "".join(lines)
    if not text.isascii():
        return lambda first, last: _words("".join(lines[first - 1 : last]))
    spaced = text.encode().translate(_GAPS).decode()
    size = len(lines)
    ends = [*accumulate(map(len, lines), initial=0)]
    return lambda first, last: spaced[ends[min(first - 1, size)] : ends[min(last, size)]].split()


def _words(text: str) -> list[str]:
    """Split into runs of letters, digits and underscores: what an expression finds, in a fraction of its time."""
    return text.encode().translate(_GAPS).decode().split() if text.isascii() else IDENTIFIER.findall(text)


def _names(words: set[str]) -> tuple[list[str], dict[str, str]]:
    """Split words into identifiers and, with the identifier in each, those that begin with a digit."""
    names = sorted(words - _NO_NAMES)
    numbers = names[: bisect_left(names, "A")]
    odd = {word: name for word in numbers if (name := word.lstrip(digits)) not in _NO_NAMES}
    names = sorted({*names[len(numbers) :], *odd.values()}) if odd else names[len(numbers) :]
    return names[:MAX_NAMES], odd


def _gather(held: Sequence[set[int]], found: Sequence[Definition]) -> None:
    """Give functions the names of the definitions inside them, and all others' to the last set."""
    above, inside = _above(found), [each.kind in FUNCTIONS for each in found]
    for number in range(len(found) - 1, -1, -1):
        parent = above[number]
        if parent >= 0 and inside[parent]:
            held[parent].update(held[number])
        elif not inside[number]:
            held[-1].update(held[number])


def _sorted(numbers: set[int]) -> bytes:
    numbers.discard(-1)
    return array("H", sorted(numbers)).tobytes()


class ReferenceCounts:
    """The references of a buffer, updated with each edit. Raises OverflowError for too many names."""

    def __init__(self, found: tuple[Definition, ...], between: Between, size: int) -> None:
        self._found = found
        self._held = _counted(found, between, 1, size)
        self._total = Counter(IDENTIFIER.findall(between(1, size)))
        self._names = sorted(self._total.keys() - KEYWORDS)
        if len(self._names) > MAX_NAMES:
            raise OverflowError("too many names")
        place = {name: number for number, name in enumerate(self._names)}.get
        self._references = [_packed(each, place) for each in self._held]
        self._signatures = [_signature(each, between, self._places) for each in found]

    @property
    def packed(self) -> Packed:
        """All identifiers; those of each definition and, last, those outside all functions; those of signatures."""
        return tuple(self._names), tuple(self._references), tuple(self._signatures)

    def edit(self, change: ReparsedLines, found: tuple[Definition, ...], before: Between, now: Between) -> bool:
        """Take in a change, with the text of the lines before and now; False if everything must be read again."""
        was, first = self._found, change.first
        top, bottom = bisect_left(was, first, key=_start), bisect_right(was, change.old_last, key=_start)
        below = bisect_right(found, change.last, key=_start)
        around = [number for number in range(top) if was[number].end >= first]
        mine = [*around, *range(top, bottom)]
        its = [*around, *range(top, below)]
        # pairs of definitions that go on beyond the change
        shared = [(number, number) for number in around]
        old_reach = [number for number in range(top, bottom) if was[number].end > change.old_last]
        reach = [number for number in range(top, below) if found[number].end > change.last]
        if len(was) - bottom != len(found) - below or len(old_reach) != len(reach):
            return False
        shared += zip(old_reach, reach, strict=True)
        if any(was[one].kind != found[other].kind for one, other in shared):
            return False
        taken = _counted([was[number] for number in mine], before, first, change.old_last)
        given = _counted([found[number] for number in its], now, first, change.last)
        moves = self._renamed(Counter(IDENTIFIER.findall(before(first, change.old_last))), now(first, change.last))
        if len(self._names) > MAX_NAMES:
            return False
        if moves:
            self._references, self._signatures = _remapped(self._references, moves), _remapped(self._signatures, moves)
        shared.append((len(was), len(found)))
        mine.append(len(was))
        its.append(len(found))
        held = [*self._held[:top], *given[len(around) : -1], *self._held[bottom:]]
        references = [*self._references[:top], *[b""] * (below - top), *self._references[bottom:]]
        stale = {*range(top, below)}
        for one, other in shared:
            held[other] = self._held[one]
            references[other] = self._references[one]
            stale.discard(other)
            if _exchanged(held[other], taken[mine.index(one)], given[its.index(other)]):
                stale.add(other)
        for number in stale:
            references[number] = _packed(held[number], self._place)
        self._found, self._held, self._references = found, held, references
        self._signatures[top:bottom] = [b""] * (below - top)
        for number in its[:-1]:
            self._signatures[number] = _signature(found[number], now, self._places)
        return True

    def _renamed(self, taken: Counter[str], text: str) -> list[tuple[int, int]]:
        """Exchange names of some lines; lists from which old place on the places of names move, and by how much."""
        moves: list[tuple[int, int]] = []
        changed = sorted(set(_exchanged(self._total, taken, Counter(IDENTIFIER.findall(text)))) - KEYWORDS)
        for name in changed:
            place = bisect_left(self._names, name)
            moves.append((place, 1) if name in self._total else (place + 1, -1))
        for name in changed:
            if name in self._total:
                insort(self._names, name)
            else:
                del self._names[bisect_left(self._names, name)]
        return moves

    def _place(self, name: str) -> int | None:
        place = bisect_left(self._names, name)
        return place if place < len(self._names) and self._names[place] == name else None

    def _places(self, text: str) -> Iterable[int]:
        return (place for name in IDENTIFIER.findall(text) if (place := self._place(name)) is not None)


def _start(each: Definition) -> int:
    return each.start


def _exchanged(counter: Counter[str], taken: Counter[str], given: Counter[str]) -> list[str]:
    """Take some counts and give others; lists the names that came or went."""
    changed: list[str] = []
    for name in taken.keys() | given.keys():
        by = given[name] - taken[name]
        if by:
            count = counter[name]
            if count + by:
                counter[name] = count + by
            else:
                del counter[name]
            if not count or not count + by:
                changed.append(name)
    return changed


def _remapped(packed: Sequence[bytes], moves: Iterable[tuple[int, int]]) -> list[bytes]:
    """Renumber references after names were added and removed."""
    joined = memoryview(b"".join(packed)).cast("H")
    table: list[int] = []
    by = 0
    for place, more in moves:
        table.extend(range(len(table) + by, place + by))
        by += more
    table.extend(range(len(table) + by, max(joined, default=0) + 1 + by))
    fresh = array("H", map(table.__getitem__, joined)).tobytes()
    ends = [*accumulate(map(len, packed), initial=0)]
    return [fresh[begin:end] for begin, end in pairwise(ends)]


def _counted(found: Sequence[Definition], between: Between, first: int, last: int) -> list[Counter[str]]:
    """Count the identifiers in some lines, for each definition and, last, outside all functions."""
    above = _above(found)
    held = [Counter[str]() for _ in range(len(found) + 1)]
    for number, begin, end in _runs(found, first, last):
        names = IDENTIFIER.findall(between(begin, end))
        one = number
        while True:
            held[one].update(names)
            parent = above[one] if one >= 0 else -1
            if parent < 0 or found[parent].kind not in FUNCTIONS:
                break
            one = parent
        if one >= 0 and found[one].kind not in FUNCTIONS:
            held[-1].update(names)
    return held


def _runs(found: Sequence[Definition], first: int, last: int) -> Iterator[tuple[int, int, int]]:
    """Cut lines into runs of one innermost definition each; -1 for none."""
    open_: list[tuple[int, int]] = [(-1, last)]  # numbers and ends; a later one precedes those around it
    at = first
    for number, (_, _, _, start, _, _, _, end, _) in enumerate(found):
        if end < first:
            continue
        if start > last:
            break
        while at < start:
            while open_[-1][1] < at:
                del open_[-1]
            inner, its = open_[-1]
            its = min(its, start - 1)
            yield inner, at, its
            at = its + 1
        open_.append((number, end))
    while at <= last:
        while open_[-1][1] < at:
            del open_[-1]
        inner, its = open_[-1]
        its = min(its, last)
        yield inner, at, its
        at = its + 1


def _above(found: Sequence[Definition]) -> list[int]:
    """For each definition, the number of the one around it, -1 for none."""
    above: list[int] = []
    stack: list[int] = []
    ends = [each.end for each in found]
    for number, end in enumerate(ends):
        while stack and ends[stack[-1]] < end:
            stack.pop()
        above.append(stack[-1] if stack else -1)
        stack.append(number)
    return above


def _packed(names: Iterable[str], place: Callable[[str], int | None]) -> bytes:
    return array("H", sorted({one for name in names if (one := place(name)) is not None})).tobytes()


def _signature(each: Definition, between: Between, places: Callable[[str], Iterable[int]]) -> bytes:
    """Pack the identifiers of a signature, in their order."""
    if each.kind in VALUES:
        return b""
    text = between(each.start, min(each.head, each.start + _HEAD_LINES))
    return array("H", [*dict.fromkeys(places(text))][:_HEAD_NAMES]).tobytes()
