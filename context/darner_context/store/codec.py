"""Facts on their way to the store and back: packed in parts, and each part unpacked on first use."""

import marshal
import sqlite3
import zlib
from array import array
from collections.abc import Callable, Sequence
from itertools import repeat
from sys import intern
from typing import TYPE_CHECKING, Any

from darner_context.facts.definition_table import DefinitionTable
from darner_context.facts.file_facts import FileFacts
from darner_context.imports.record import Import

_SEPARATOR = "\n"


class FormatError(sqlite3.DatabaseError):
    """Stored facts are whole but have another form. Their store is replaced, as a damaged one is."""


def serialize(facts: FileFacts) -> bytes:
    """Serialize the facts, behind a checksum."""
    table = facts.definitions
    definitions = _joined(table.names), table.kinds, table.containers, (table.lines.typecode, table.lines.tobytes())
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
        if name not in _PARTS and name != "words":
            raise AttributeError(name)
        serialized = self._serialized
        try:
            value: object = _PARTS[name](serialized[name]) if name in _PARTS else {}
        except _FORM_ERRORS as error:
            raise FormatError(f"the stored {name} have another form") from error
        object.__setattr__(self, name, value)
        serialized.pop(name, None)
        return value


_FORM_ERRORS = (ArithmeticError, AttributeError, EOFError, LookupError, TypeError, ValueError)


def _definitions(part: bytes) -> DefinitionTable:
    names, kinds, containers, (width, lines) = marshal.loads(part)  # noqa: S302 - our own
    return DefinitionTable(_split(names), kinds, containers, array("H" if width == "H" else "I", lines))


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
    return tuple(map(_import, repeat(Import), marshal.loads(part)))  # noqa: S302 - our own


_PARTS: dict[str, Callable[[bytes], Any]] = {
    "definitions": _definitions,
    "names": _names,
    "references": _references,
    "signatures": _references,
    "sums": _sums,
    "imports": _imports,
}

if TYPE_CHECKING:  # what `_make` of a named tuple does, at a fifth of its cost

    def _import(kind: type[Import], row: object, /) -> Import: ...

else:
    _import = tuple.__new__
