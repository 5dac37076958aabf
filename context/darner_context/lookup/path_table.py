"""All paths of the workspace, by name and by folder."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from posixpath import dirname, join, normpath

_MANY = 12  # paths of one name that are simply tried one after the other
MOST = 60  # files of a package that an import stands for


class PathTable:
    """The paths of the workspace; `read` gives the text of a file, None where it cannot be read."""

    def __init__(self, paths: Iterable[str], read: Callable[[str], str | None]) -> None:
        self.all = dict.fromkeys(paths)
        self.read = read
        self.by_name: dict[str, list[str]] = {}
        self._folders: dict[str, dict[str, list[str]]] = {}
        for path in self.all:
            name = path[path.rfind("/") + 1 :]
            if name in self.by_name:
                self.by_name[name].append(path)
            else:
                self.by_name[name] = [path]

    @cached_property
    def by_folder(self) -> dict[str, list[str]]:
        """The same by folder; most languages never ask."""
        found: dict[str, list[str]] = {}
        for path in self.all:
            found.setdefault(path.rpartition("/")[0], []).append(path)
        return found

    @cached_property
    def _folders_by_name(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for folder in self.by_folder:
            found.setdefault(folder.rpartition("/")[2], []).append(folder)
        return found

    def ending(self, tail: str, near: str) -> list[str]:
        """List paths that end in some folders and a name, the nearest to `near` first."""
        tail = tail.strip("/")
        above, _, name = tail.rpartition("/")
        tried: Sequence[str] = self.by_name.get(name, ())
        if not tried:
            return []
        if above and len(tried) > _MANY:
            tried = self._within(name).get(above.rpartition("/")[2], ())
        found = [each for each in tried if each == tail or each.endswith("/" + tail)]
        return sorted(found, key=_nearness(near))[:MOST] if len(found) > 1 else found

    def folders_ending(self, tail: str, near: str) -> list[str]:
        """List folders with source in them whose paths end in some folders, the nearest to `near` first."""
        tail = tail.strip("/")
        tried = self._folders_by_name.get(tail.rpartition("/")[2], ()) if tail else ()
        found = [each for each in tried if each == tail or each.endswith("/" + tail)]
        return sorted(found, key=_nearness(near))

    def _within(self, name: str) -> dict[str, list[str]]:
        """Group the many paths of one name, __init__.py above all, by the names of their folders."""
        found = self._folders.get(name)
        if found is None:
            found = self._folders[name] = {}
            for each in self.by_name[name]:
                found.setdefault(dirname(each).rpartition("/")[2], []).append(each)
        return found

    def relative(self, path: str, module: str) -> list[str]:
        """The file at a path relative to the folder of another one."""
        target = normpath(join(dirname(path), module))
        return [target] if target in self.all else []


def ancestors(path: str) -> Iterator[str]:
    """The folders that a file is in, the innermost first, the workspace ("") last."""
    parts = path.split("/")[:-1]
    for size in range(len(parts), -1, -1):
        yield "/".join(parts[:size])


def _nearness(near: str) -> Callable[[str], tuple[int, int, str]]:
    return lambda each: (-_shared(each, near), len(each), each)


def _shared(one: str, other: str) -> int:
    count = 0
    for left, right in zip(one.split("/"), other.split("/"), strict=False):
        if left != right:
            break
        count += 1
    return count
