"""The files that a repository tracks, read from its index itself, for the cases in which git cannot be called."""

from collections.abc import Iterator
from pathlib import Path

from darner_context.request import Unreadable
from darner_context.system.regular_file import read_plain

_MOST = 200_000_000  # bytes of an index
_FIXED, _MODE = 40, 24  # bytes of an entry before its hash, and where its mode is in them
_FOLDER = 0o040000  # a folder that is not checked out, in place of its files
_MORE_FLAGS, _SPLIT = 0x40, b"link"
_SHORT = 4  # the version in which a name is stored as its difference from the one before


def tracked_files(index: Path, digest: int) -> list[str]:
    """
    The paths from the top of the work tree; `digest` is the number of bytes of a hash there.

    None of them where the index is missing or damaged, or is one of two parts, of which this one lacks most.
    """
    data = read_plain(index, _MOST)
    if isinstance(data, Unreadable) or data[:4] != b"DIRC":
        return []
    version, count = int.from_bytes(data[4:8]), int.from_bytes(data[8:12])
    if version not in {2, 3, _SHORT}:
        return []
    try:
        names = [name for name in _names(data, version, count, digest) if name]
        return [name.decode("utf-8", "surrogateescape") for name in names]
    except (IndexError, ValueError):
        return []


def _names(data: bytes, version: int, count: int, digest: int) -> Iterator[bytes]:
    place, name = 12, b""
    for _ in range(count):
        begin = place
        folder = int.from_bytes(data[begin + _MODE : begin + _MODE + 4]) == _FOLDER
        place += _FIXED + digest
        place += 4 if data[place] & _MORE_FLAGS else 2
        if version == _SHORT:  # the letters that go from the end of the name before come first
            dropped, place = _number(data, place)
            name = name[: len(name) - dropped]
        else:
            name = b""
        end = data.index(b"\0", place)
        name += data[place:end]
        place = end + 1 if version == _SHORT else begin + (end - begin + 8) // 8 * 8
        yield b"" if folder else name
    if data[place : place + 4] == _SPLIT:
        raise ValueError


def _number(data: bytes, place: int) -> tuple[int, int]:
    """Seven bits a byte, the highest first, each further byte counted from one; and where it ends."""
    value = data[place] & 0x7F
    while data[place] & 0x80:
        place += 1
        value = (value + 1) << 7 | data[place] & 0x7F
    return value, place + 1
