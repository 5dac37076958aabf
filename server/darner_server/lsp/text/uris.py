"""The meaning of URIs, as clients really write them. Nothing here raises, and nothing reads the disk."""

import json
import os
import posixpath
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from darner_server.lsp.transport.json_values import as_list, as_object

_LONGEST, _LONGEST_NAME, _DEEPEST = 8_000, 255, 64  # characters of a URI, bytes of a name, names of a path
_UNFIT = re.compile("[\0-\x1f\x7f\ud800-\udfff]")
_ODD_NAME = re.compile("[\0-\x1f\x7f\ud800-\udfff]+")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):")
_INNER = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]+:)+(?://[^/]*)?(?=/)")  # a URI within a URI, up to its path
_DRIVE = re.compile(r"/([A-Za-z]):(?=/|$)")
_REVISION = re.compile("ref|rev|sha|commit|branch|tag", re.IGNORECASE)


class Parts(NamedTuple):
    """A URI in its decoded parts; bytes that are no UTF-8 are halves of pairs in the path, as in names of files."""

    scheme: str
    host: str
    path: str
    query: str
    fragment: str


def parts_of(uri: str) -> Parts | None:
    """The parts; None if they are uncertain: it is not a URI, or it has no end."""
    scheme = _SCHEME.match(uri)
    if scheme is None or len(uri) > _LONGEST or _UNFIT.search(uri) or scheme[1].lower() == "data":
        return None
    try:
        split = urlsplit(uri)
    except ValueError:
        return None
    path = unquote(split.path, errors="surrogateescape")
    names = path.split("/")
    if re.search("[\0-\x1f\x7f]", path) or len(names) > _DEEPEST:
        return None
    if any(len(os.fsencode(name)) > _LONGEST_NAME for name in names):
        return None
    return Parts(split.scheme.lower(), unquote(split.netloc), path, unquote(split.query), unquote(split.fragment))


def file_of(uri: str) -> Path | None:
    """The file that a URI names; None for one that names none, or a part of one."""
    parts = parts_of(uri)
    if parts is None or parts.scheme != "file" or parts.query or parts.fragment:
        return None
    path = _file(parts)
    return Path(path) if path is not None else None


def uri_of(file: Path) -> str | None:
    """The URI of an absolute path; None for a name that no file can have."""
    try:
        return file.as_uri()
    except ValueError:
        return None


def key_of(uri: str) -> str:
    """The same for all spellings of a URI."""
    file = file_of(uri)
    return unquote(uri) if file is None else f"file://{file.as_posix()}"


def shown_name(uri: str) -> str:
    """A name for a document that has no place in the workspace."""
    parts = parts_of(uri)
    return _ODD_NAME.sub("\ufffd", PurePosixPath(parts.path).name if parts else "") or "untitled"


def is_text(path: str) -> bool:
    """Whether a path can be stored, sent and named in a reply."""
    return _ODD_NAME.search(path) is None


def places_of(uri: str) -> tuple[str, ...] | None:
    """The paths, absolute and relative, that a document may be from; None if they are uncertain."""
    parts = parts_of(uri)
    if parts is None:
        return None
    return tuple(dict.fromkeys(_normal(each) for place in _places(parts) for each in _readings(place)))


def _places(parts: Parts) -> Iterator[str]:
    """What stands for a path in each part of a URI."""
    if parts.scheme == "file" and (file := _file(parts)) is not None:
        yield file
    yield _INNER.sub("", parts.path, count=1) if _INNER.match(parts.path) else parts.path
    if parts.host and parts.scheme != "file":
        yield f"{parts.host}{parts.path}"  # "scheme://folder/file", as if there were no host
    if parts.scheme == "file":  # a name whose marks have not been encoded
        told = "".join(mark + each for mark, each in (("?", parts.query), ("#", parts.fragment)) if each)
        yield from [parts.path + told] if told else []
        return
    for text in (parts.query, parts.fragment):
        yield from _named_in(text)


def _named_in(text: str) -> Iterator[str]:
    """The paths in a query: of JSON its strings, of others the values, but no names of revisions."""
    if not text:
        return
    try:
        found = list(_strings(json.loads(text), ""))
    except (ValueError, RecursionError):
        found = [(key, value or key) for key, _, value in (each.partition("=") for each in re.split("[&;]", text))]
    for key, value in found:
        place = _INNER.sub("", value, count=1) if _INNER.match(value) else value
        if place.startswith(("/", "\\", ".")) or ("/" in place and not _REVISION.search(key)):
            yield place


def _strings(value: object, key: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield key, value
    for each in as_list(value):
        yield from _strings(each, key)
    for name, each in as_object(value).items():
        yield from _strings(each, name)


def _readings(place: str) -> Iterator[str]:
    """A path as it is, and as it would be with one escaping too many undone."""
    yield place
    if "%" in place:
        yield unquote(place, errors="surrogateescape")
    if "\\" in place:
        yield place.replace("\\", "/")


def _normal(place: str) -> str:
    """A path without `.` and `..`; what names a folder stands for all in it."""
    normal = posixpath.normpath(place)
    if normal.startswith("//"):
        normal = normal[1:]
    if place.endswith("/") and normal != "/":
        normal += "/_"
    return _drive(normal)


def _file(parts: Parts) -> str | None:
    if not parts.path.startswith("/"):
        return None
    if parts.host and parts.host.lower() != "localhost":
        return f"//{parts.host}{posixpath.normpath(parts.path)}" if os.name == "nt" else None
    return _drive("/" + posixpath.normpath(parts.path).lstrip("/"))


def _drive(path: str) -> str:
    found = _DRIVE.match(path) if os.name == "nt" else None
    return path if found is None else f"{found[1].lower()}:{path[3:] or '/'}"
