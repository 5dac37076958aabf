"""Workspace folders, and the way between URIs and the paths that everything below the language server uses.

A path is relative to its root and POSIX; with several roots it begins with the root's folder name. A document that
is in no root (an unsaved buffer, a file elsewhere, a notebook's cell) gets a path of its own and is kept in memory.
A file is the same by whatever links a root or a document is named, and its document keeps the URI that the client gave.
"""

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import quote

from darner_server.document_origin import Origin
from darner_server.lsp.text.uris import file_of, is_text, key_of, parts_of, places_of, shown_name, uri_of
from darner_server.lsp.transport.json_values import as_list, at, text_at

_ENDINGS = {
    "python": ".py",
    "javascript": ".js",
    "javascriptreact": ".jsx",
    "typescript": ".ts",
    "typescriptreact": ".tsx",
    "go": ".go",
    "rust": ".rs",
    "java": ".java",
    "c": ".c",
    "cpp": ".cpp",
}


@dataclass(frozen=True, slots=True)
class Folder:
    """One root, with its name as paths show it where there are several, the same as the index gives it."""

    path: Path
    real: Path
    name: str


class Folders:
    """The roots as they are now."""

    def __init__(self, roots: Iterable[Path]) -> None:
        self._folders: tuple[Folder, ...] = ()
        self._left: tuple[Path, ...] = ()  # roots that are none any more
        self._paths: dict[str, str] = {}  # what is the same for all spellings of a document's URI -> its path
        self._uris: dict[str, str] = {}  # its path -> its URI
        self._strays: set[str] = set()  # the paths of those that are in no root
        self._live: Folders | None = None
        self._set(roots)

    @property
    def roots(self) -> tuple[Path, ...]:
        """The folders, in the client's order."""
        return tuple(each.path for each in self._folders)

    def snapshot(self) -> "Folders":
        """The folders as they are now, for work whose paths must keep their meaning."""
        taken = copy(self)
        taken._paths, taken._uris, taken._strays = dict(self._paths), dict(self._uris), set(self._strays)  # noqa: SLF001 - its own
        taken._live = self  # noqa: SLF001 - as above
        return taken

    def change(self, added: Iterable[str], removed: Iterable[str]) -> bool:
        """Take the client's change, as URIs; returns whether anything is different now."""
        before = self._folders
        gone = {path for uri in removed if (path := file_of(uri)) is not None}
        gone |= {_real(path) for path in gone if path not in self.roots}
        come = [path for uri in added if (path := file_of(uri)) is not None]
        kept = [each.path for each in before if each.path not in gone and each.real not in gone]
        self._set([*kept, *(path for path in come if path not in kept)])
        there = {each.real for each in self._folders}
        self._left = tuple(
            path for path in dict.fromkeys((*self._left, *(each.real for each in before))) if path not in there
        )
        return self._folders != before

    def path_of(self, uri: str, language: str = "") -> str:
        """The path of a document, the same until it is closed."""
        key = key_of(uri)
        if key not in self._paths:
            path = self._paths[key] = self._place(uri) or self._stray(uri, language)
            self._uris[path] = uri
        return self._paths[key]

    def uri_of(self, path: str) -> str | None:
        """The URI of a path, as the client wrote it for a document; None for one that leads out of every root."""
        if path in self._uris:
            return self._uris[path]
        live = self._live
        if live is not None and live._folders == self._folders and path not in live._strays and path in live._uris:  # noqa: SLF001 - its own
            return live._uris[path]  # noqa: SLF001 - as above
        file = self._file(path)
        return uri_of(file) if file is not None else None

    def origin(self, path: str) -> Origin | None:
        """Where a document may come from; None for a path that is no document's."""
        uri = self._uris.get(path)
        if uri is None:
            return None
        places = places_of(uri)
        if places is None:
            return Origin((), view=True, left=self._left, readable=False)
        file = file_of(uri)
        inside = self._below(file) if file is not None else None
        if inside is not None:
            folder, inner = inside
            places = (*places, (folder.real / inner).as_posix())
        return Origin(places, view=file is None, left=self._left)

    def holds(self, path: str) -> bool:
        """Whether a path stays below its root when every link on the way is followed."""
        if path in self._strays and self._file(path) is None:
            return True
        return self.real(path) is not None

    def real(self, path: str) -> str | None:
        """Where the links of a path lead, as a path below a root; None where they lead out."""
        file = self._file(path)
        real = _real(file) if file is not None else None
        root = next((each.real for each in self._folders if real is not None and real.is_relative_to(each.real)), None)
        return real.relative_to(root).as_posix() if real is not None and root is not None else None

    def exists(self, path: str) -> bool:
        """Whether a path names a file on the disk."""
        file = self._file(path)
        try:
            return file is not None and file.is_file()
        except (OSError, ValueError):  # a name that no file can have
            return False

    def inside(self, uri: str) -> str | None:
        """The path of a file below a root, be it open or not."""
        known = self._paths.get(key_of(uri))
        if known is not None:
            return None if known in self._strays else known
        return next(iter(self._names(uri)), None)

    def belongs(self, uri: str) -> bool:
        """Whether a document is of the workspace: a file below a root, or a cell or another view of one."""
        parts = parts_of(uri)
        if parts is None or not parts.path.startswith("/"):
            return False
        return self._below(file_of(uri) or Path(parts.path)) is not None

    def forget(self, uri: str) -> None:
        """A document has been closed."""
        path = self._paths.pop(key_of(uri), None)
        if path is not None:
            del self._uris[path]
            self._strays.discard(path)

    def _set(self, roots: Iterable[Path]) -> None:
        real: dict[Path, Path] = {}
        for path in roots:
            real.setdefault(_real(path), path)
        names: dict[str, Folder] = {}
        for resolved, path in real.items():
            name, number = resolved.name, 2
            while name in names:
                name, number = f"{resolved.name}-{number}", number + 1
            names[name] = Folder(path, resolved, name)
        folders = tuple(names.values())
        if folders != self._folders:  # the same path may be another file now
            self._paths, self._uris, self._strays = {}, {}, set()
        self._folders = folders

    def _file(self, path: str) -> Path | None:
        """The file of a path, be it there or not."""
        if path in self._strays:
            return file_of(self._uris[path])
        parts = PurePosixPath(path).parts
        if not parts or ".." in parts or PurePosixPath(path).is_absolute():
            return None
        for folder in self._folders:
            if len(self._folders) == 1:
                return folder.path.joinpath(*parts)
            first, *below = parts
            if folder.name == first and below:
                return folder.path.joinpath(*below)
        return None

    def _place(self, uri: str) -> str | None:
        """The path of a file in a root; whoever has it but by a link, or by chance, gets another."""
        names = self._names(uri)
        for number, path in enumerate(names):
            holder = self._uris.get(path)
            if holder is None:
                return path
            if number == 0 and path == self._shown(file_of(uri)):
                self._paths[key_of(holder)] = other = self._free(path)
                self._uris[other] = self._uris.pop(path)
                self._strays.add(other)
                self._strays.discard(path)
                return path
        return None

    def _names(self, uri: str) -> tuple[str, ...]:
        """The paths that a file has in the roots: where links lead first, then as it is named."""
        file = file_of(uri)
        if file is None:
            return ()
        found = (self._shown(_real(file)), self._shown(file), self._shown(_real(file.parent) / file.name))
        return tuple(dict.fromkeys(each for each in found if each is not None and is_text(each)))

    def _shown(self, file: Path | None) -> str | None:
        found = self._below(file) if file is not None else None
        if found is None:
            return None
        folder, inner = found
        return inner if len(self._folders) == 1 else f"{folder.name}/{inner}"

    def _below(self, file: Path) -> tuple[Folder, str] | None:
        """The innermost root that a file is in, by the name of either, and the rest of its path."""
        bases = [(base, each) for each in self._folders for base in dict.fromkeys((each.path, each.real))]
        for base, folder in sorted(bases, key=lambda each: len(each[0].parts), reverse=True):
            if base in file.parents:
                return folder, file.relative_to(base).as_posix()
        return None

    def _stray(self, uri: str, language: str) -> str:
        parts = parts_of(uri)
        name = shown_name(uri)
        if parts is not None and parts.fragment:
            name += "-" + quote(parts.fragment, safe="")
        ending = _ENDINGS.get(language, "")
        if ending and not name.endswith(ending):
            name += ending
        path = self._free(name)
        self._strays.add(path)
        return path

    def _free(self, name: str) -> str:
        """A path that neither a document has nor a file of the workspace."""
        path, number = name, 1
        while path in self._uris or self.exists(path):
            number += 1
            path = f"{number}-{name}"
        return path


def roots_of(params: dict[str, Any]) -> list[Path]:
    """The roots named in `initialize`: the folders, else rootUri, else rootPath."""
    uris = [text_at(each, "uri") for each in as_list(at(params, "workspaceFolders"))] or [text_at(params, "rootUri")]
    paths = [path for uri in uris if (path := file_of(uri)) is not None]
    old = Path(text_at(params, "rootPath"))
    path = file_of(uri_of(old) or "") if old.is_absolute() else None
    return paths or ([path] if path is not None else [])


def _real(path: Path) -> Path:
    """Where the links of a path lead; the path itself where that is nowhere."""
    try:
        return path.resolve()
    except (OSError, RuntimeError, ValueError):
        return path
