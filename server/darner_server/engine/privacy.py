"""Whether what an editor has open may be sent, whatever it is called there. In doubt it may not."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from darner_context.index import Index
from darner_context.secrets.file_names import secret_name
from darner_context.workspace.ignored_outside_roots import ignored_in, repository_top
from darner_server.document_origin import Origin
from darner_server.settings import SettingsError, load_workspace

_SECRET = "may contain secrets, so nothing of it is sent"  # noqa: S105 - a sentence
_IGNORED = "is ignored, so nothing of it is sent"
_UNREADABLE = "has a URI that darner cannot read, so nothing of it is sent"
_PARTS = re.compile(r"[/:!]+")


def withheld(index: Index, path: str, origin: Origin | None) -> str | None:
    """Why nothing of a document is sent, None if it may be. `origin` is None for a file of the workspace by its path.

    Asks the disk, and at times git.
    """
    if origin is None:
        why = _of_workspace(index, path)
    elif not origin.readable:
        why = _UNREADABLE
    else:
        why = _of_document(index, origin)
    return why and f"{path} {why}"


def _of_document(index: Index, origin: Origin) -> str | None:
    try:
        return next((why for place in origin.places if (why := _of_place(index, place, origin)) is not None), None)
    except (OSError, RuntimeError, ValueError):  # a folder that may not be looked into, links that go round
        return _UNREADABLE


def _of_workspace(index: Index, path: str) -> str | None:
    if index.may_hold_secrets(path):
        return _SECRET
    return _IGNORED if index.ignores(path) else None


def _of_place(index: Index, place: str, origin: Origin) -> str | None:
    path = Path(place)
    if not path.is_absolute():
        if secret_name(place):
            return _SECRET
        return _somewhere(index, place, origin) if origin.view and "/" in place else None
    real = path.resolve()
    for file in dict.fromkeys((path, path.parent.resolve() / path.name, real)):
        if (why := _of_file(index, file, origin)) is not None:
            return why
    root = next(_roots(index, (path, real), origin), None)
    if not origin.view or (_is_plain(path) and (root is not None or _is_there(path.parent))):
        return None
    root = next(_roots(index, (path,), origin), None)
    return _somewhere(index, str(path.relative_to(root)) if root is not None else place, origin)


def _of_file(index: Index, file: Path, origin: Origin) -> str | None:
    """What holds for an absolute path: the rules of the roots it is in, else those where it is."""
    roots = [(name, root) for name, root in index.folders.items() if root in file.parents]
    for name, root in roots:
        inner = file.relative_to(root).as_posix()
        if (why := _of_workspace(index, f"{name}/{inner}" if name else inner)) is not None:
            return why
    if not roots and secret_name(file.as_posix()):
        return _SECRET
    bases = [each for each in origin.left if each in file.parents]
    if not roots and not bases:
        top = repository_top(file.parent)
        bases = [top] if top is not None else []
    return _IGNORED if any(_ignored_below(base, file.relative_to(base).as_posix()) for base in bases) else None


def _somewhere(index: Index, names: str, origin: Origin) -> str | None:
    """What holds for the end of a path, however long it is, in any root."""
    parts = [each for each in _PARTS.split(names) if each]
    ends = ["/".join(parts[start:]) for start in range(len(parts))]
    if any(map(secret_name, ends)):
        return _SECRET
    shown = [f"{name}/{end}" if name else end for name in index.folders for end in ends]
    if any(map(index.ignores, shown)) or any(_ignored_below(base, end) for base in origin.left for end in ends):
        return _IGNORED
    return None


def _ignored_below(base: Path, inner: str) -> bool:
    try:
        own = load_workspace(base).ignore
    except SettingsError:
        return True
    return ignored_in(base, own, inner)


def _roots(index: Index, paths: Iterable[Path], origin: Origin) -> Iterator[Path]:
    """The roots, past ones too, that a path is in."""
    return (root for root in (*index.folders.values(), *origin.left) if any(root in each.parents for each in paths))


def _is_plain(path: Path) -> bool:
    """Whether nothing in a path is of a URI's own making, such as `.git//0/` or `x.jar!/`."""
    odd = ".git" in path.parts or any(set(":!") & set(part) for part in path.parts[1:])
    return not odd and not any(each.is_file() for each in path.parents)


def _is_there(folder: Path) -> bool:
    return folder != folder.parent and folder.is_dir()
