"""Workspace folders, and the way between URIs and the paths that everything below the language server uses.

A path is relative to its root and POSIX; with several roots it begins with the root's folder name. A document that
lies in no root (an unsaved buffer, a file elsewhere, a notebook's cell) gets a path of its own and lives in memory.
"""

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from pygls.uris import from_fs_path, to_fs_path

from darner_server.lsp.raw import as_list, at, text_at

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
    name: str


class Folders:
    """The roots as they are now."""

    def __init__(self, roots: Iterable[Path]) -> None:
        self._folders: tuple[Folder, ...] = ()
        self._strays: dict[str, str] = {}  # path of a document that is in no root -> its URI
        self._set(roots)

    @property
    def roots(self) -> tuple[Path, ...]:
        """The folders, in the client's order."""
        return tuple(each.path for each in self._folders)

    def snapshot(self) -> "Folders":
        """The folders as they are now, for work whose paths must keep their meaning."""
        taken = copy(self)
        taken._strays = dict(self._strays)  # noqa: SLF001 - its own
        return taken

    def change(self, added: Iterable[str], removed: Iterable[str]) -> bool:
        """Take the client's change, as URIs; returns whether anything is different now."""
        gone = {_folder_path(uri) for uri in removed}
        come = [path for uri in added if (path := _folder_path(uri)) is not None]
        before = self.roots
        kept = [path for path in before if path not in gone]
        self._set([*kept, *(path for path in come if path not in kept)])
        return self.roots != before

    def path_of(self, uri: str, language: str = "") -> str:
        """The path of a document."""
        file = _file(uri)
        if file is not None:
            inside = self._inside(Path(file))
            if inside is not None:
                if (stray := self._strays.pop(inside, None)) is not None:
                    self._strays[self._free(inside)] = stray  # the workspace has a file of this name by now
                return inside
        return self._stray(uri, language)

    def uri_of(self, path: str) -> str | None:
        """The URI of a path; None for one that leads out of every root."""
        if path in self._strays:
            return self._strays[path]
        parts = PurePosixPath(path).parts
        if not parts or ".." in parts or PurePosixPath(path).is_absolute():
            return None
        for folder in self._folders:
            if len(self._folders) == 1:
                return _uri(folder.path.joinpath(*parts))
            first, *below = parts
            if folder.name == first and below:
                return _uri(folder.path.joinpath(*below))
        return None

    def outside(self, path: str) -> str | None:
        """The file of a document, or of a notebook's cell, that is in no root."""
        return unquote(urlsplit(self._strays[path]).path) or None if path in self._strays else None

    def holds(self, path: str) -> bool:
        """Whether a path stays below its root when every link on the way is followed."""
        uri = self.uri_of(path)
        file = _file(uri) if uri else None
        if file is None:
            return path in self._strays
        try:
            real = Path(file).resolve()
        except (OSError, RuntimeError):
            return False
        return any(real.is_relative_to(each.path.resolve()) for each in self._folders)

    def real(self, path: str) -> str | None:
        """Where the links of a path lead, as a path of the workspace; None where they lead out."""
        uri = self.uri_of(path)
        file = _file(uri) if uri else None
        if file is None:
            return None
        real = Path(file).resolve()
        root = next((each.path.resolve() for each in self._folders if real.is_relative_to(each.path.resolve())), None)
        return real.relative_to(root).as_posix() if root is not None else None

    def exists(self, path: str) -> bool:
        """Whether a path names a file on the disk."""
        uri = self.uri_of(path)
        file = _file(uri) if uri else None
        return file is not None and Path(file).is_file()

    def in_a_root(self, uri: str) -> bool:
        """Whether a URI names a file below a root."""
        file = _file(uri)
        return file is not None and self._inside(Path(file)) is not None

    def belongs(self, uri: str) -> bool:
        """Whether a document is of the workspace: a file below a root, or a cell or another view of one."""
        path = unquote(urlsplit(uri).path)
        return self.in_a_root(uri) or (path.startswith("/") and self._inside(Path(path)) is not None)

    def forget(self, uri: str) -> None:
        """A document that is in no root has been closed."""
        self._strays = {path: each for path, each in self._strays.items() if each != uri}

    def _set(self, roots: Iterable[Path]) -> None:
        real: dict[Path, Path] = {}
        for path in roots:
            real.setdefault(path.resolve(), path)
        names: dict[str, Path] = {}
        for resolved, path in real.items():
            name, number = resolved.name, 2
            while name in names:
                name, number = f"{resolved.name}-{number}", number + 1
            names[name] = path
        self._folders = tuple(Folder(path, name) for name, path in names.items())

    def _inside(self, file: Path) -> str | None:
        for folder in sorted(self._folders, key=lambda each: len(each.path.parts), reverse=True):
            if file != folder.path and file.is_relative_to(folder.path):
                below = file.relative_to(folder.path).as_posix()
                return below if len(self._folders) == 1 else f"{folder.name}/{below}"
        return None

    def _stray(self, uri: str, language: str) -> str:
        known = next((path for path, each in self._strays.items() if each == uri), None)
        if known is not None:
            return known
        parts = urlsplit(uri)
        name = PurePosixPath(unquote(parts.path)).name or "untitled"
        if parts.fragment:
            name += "-" + quote(parts.fragment, safe="")
        ending = _ENDINGS.get(language, "")
        if ending and not name.endswith(ending):
            name += ending
        path = self._free(name)
        self._strays[path] = uri
        return path

    def _free(self, name: str) -> str:
        """A path that neither a document outside the roots has nor a file of the workspace."""
        path, number = name, 1
        while path in self._strays or self.exists(path):
            number += 1
            path = f"{number}-{name}"
        return path


def roots_of(params: dict[str, Any]) -> list[Path]:
    """The roots named in `initialize`: the folders, else rootUri, else rootPath."""
    uris = [text_at(each, "uri") for each in as_list(at(params, "workspaceFolders"))] or [text_at(params, "rootUri")]
    paths = [path for uri in uris if (path := _folder_path(uri)) is not None]
    old = text_at(params, "rootPath")
    return paths or ([Path(old)] if old else [])


def _file(uri: str) -> str | None:
    return to_fs_path(uri) if uri.startswith("file:") else None


def _uri(file: Path) -> str:
    return str(from_fs_path(str(file)))


def _folder_path(uri: str) -> Path | None:
    found = _file(uri)
    return Path(found.rstrip("/") or "/") if found else None
