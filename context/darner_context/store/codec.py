"""Facts on their way to the store and back: packed in parts, and each part unpacked on first use."""

import marshal
import sqlite3
import zlib
from array import array
from collections.abc import Callable, Sequence
from itertools import repeat
from operator import itemgetter
from sys import intern
from typing import TYPE_CHECKING, Any, TypeVar

from darner_context.facts.file_facts import FileFacts, indexed
from darner_context.imports.record import Import
from darner_context.syntax.symbols import Definition

_SEPARATOR = "\n"


class FormatError(sqlite3.DatabaseError):
    """Stored facts are whole but have another form. Their store is replaced, as a damaged one is."""


def serialize(facts: FileFacts) -> bytes:
    """Serialize the facts, behind a checksum."""
    found = facts.definitions
    lines = [number for each in found for number in each[2:8]]
    definitions = (
        _joined([each.name for each in found]),
        tuple([each.kind for each in found]),
        tuple([each.container for each in found]),
        array("H" if max(lines, default=0) < _NARROW else "I", lines).tobytes(),
    )
    parts: tuple[Any, ...] = (
        definitions,
        _joined(facts.names),
        facts.references,
        facts.signatures,
        array("I", facts.sums).tobytes(),
        tuple([tuple(each) for each in facts.imports]),
    )
    data = marshal.dumps((facts.digest, facts.flags, *map(marshal.dumps, parts)))
    return zlib.crc32(data).to_bytes(4, "little") + data


def _joined(names: Sequence[str]) -> str | tuple[str, ...]:
    """Join names to one string, which is faster to unpack, except those that could not be separated again."""
    joined = _SEPARATOR.join(names)
    return joined if (joined.count(_SEPARATOR) + 1 if joined else 0) == len(names) else tuple(names)


_LINES = 6  # numbers of lines in a definition
_NARROW, _NARROW_ROW = 65_536, 2 * _LINES  # lines that two bytes can number; bytes of a definition's six


def deserialize(data: bytes) -> FileFacts | None:
    """Deserialize facts; None if they are damaged or have another form. A part may still raise FormatError."""
    if zlib.crc32(memoryview(data)[4:]) != int.from_bytes(data[:4], "little"):
        return None
    try:
        digest, flags, *parts = marshal.loads(memoryview(data)[4:])  # noqa: S302 - our own
        serialized: dict[str, Any] = dict(zip(_PARTS, parts, strict=True))
    except (ValueError, TypeError, EOFError):
        return None  # of another version
    if type(digest) is bytes and type(flags) is int and {*map(type, parts)} == {bytes}:
        return _Stored(digest, flags, serialized)
    return None


class _Stored(FileFacts):
    """Parts that have not been used yet have no value: Python looks for them in `__getattr__`."""

    __slots__ = ("_serialized",)
    _serialized: dict[str, Any]

    def __init__(self, digest: bytes, flags: int, serialized: dict[str, bytes]) -> None:
        for name, value in (("digest", digest), ("flags", flags), ("_serialized", serialized)):
            object.__setattr__(self, name, value)

    def __getattr__(self, name: str) -> object:
        if name not in _PARTS and name not in {"children", "words"}:
            raise AttributeError(name)
        serialized = self._serialized
        try:
            if name in _PARTS:
                value = _PARTS[name](serialized[name])
            elif name == "children" and "definitions" in serialized:
                # of many files only the index of names is needed
                names, _, containers, _ = serialized["definitions"] = _columns(serialized["definitions"])
                value = indexed(names, containers)
            else:
                value = {}
        except _FORM_ERRORS as error:
            raise FormatError(f"the stored {name} have another form") from error
        object.__setattr__(self, name, value)
        serialized.pop(name, None)
        return value


_FORM_ERRORS = (ArithmeticError, AttributeError, EOFError, LookupError, TypeError, ValueError)


def _columns(part: "bytes | _Columns") -> "_Columns":
    if isinstance(part, tuple):
        return part
    names, kinds, containers, lines = marshal.loads(part)  # noqa: S302 - our own
    return _split(names), kinds, containers, array("H" if len(lines) == len(kinds) * _NARROW_ROW else "I", lines)


def _definitions(part: "bytes | _Columns") -> tuple[Definition, ...]:
    names, kinds, containers, packed = _columns(part)
    lines = itemgetter(*packed)(_HELD) if packed and max(packed) < len(_HELD) else packed
    numbers = [lines[place::_LINES] for place in range(_LINES)]
    return tuple(map(_tuple_new, repeat(Definition), zip(names, kinds, *numbers, containers, strict=True)))


_HELD = tuple(range(4_096))  # the numbers of lines, each there but once: six for each definition fill megabytes


def _names(part: bytes) -> tuple[str, ...]:
    return _split(marshal.loads(part))  # noqa: S302 - our own


def _split(joined: str | tuple[str, ...]) -> tuple[str, ...]:
    if isinstance(joined, tuple):
        return joined
    return tuple(map(intern, joined.split(_SEPARATOR))) if joined else ()


def _references(part: bytes) -> tuple[bytes, ...]:
    return tuple(marshal.loads(part))  # noqa: S302 - our own


def _sums(part: bytes) -> "array[int]":
    return array("I", marshal.loads(part))  # noqa: S302 - our own


def _imports(part: bytes) -> tuple[Import, ...]:
    return tuple(map(_tuple_new, repeat(Import), marshal.loads(part)))  # noqa: S302 - our own


_Columns = tuple[tuple[str, ...], tuple[str, ...], tuple[str | None, ...], "array[int]"]
_PARTS: dict[str, Callable[[bytes], Any]] = {
    "definitions": _definitions,
    "names": _names,
    "references": _references,
    "signatures": _references,
    "sums": _sums,
    "imports": _imports,
}
_Row = TypeVar("_Row", Definition, Import)

if TYPE_CHECKING:  # what `_make` of a named tuple does, at a fifth of its cost

    def _tuple_new(kind: type[_Row], row: object, /) -> _Row: ...

else:
    _tuple_new = tuple.__new__
