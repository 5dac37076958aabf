"""What a process that dies while it writes a patch leaves behind, and how the next one puts it right.

Before the first file is touched, a journal in the user's state folder records the planned changes; it is removed when
all of it is done or reverted.
"""

import json
import os
import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Literal

from darner_context.system.private_files import private_folder, private_opener
from darner_server.directory_handles import DirectoryHandle, OpenFolders
from darner_server.process_alive import alive


@dataclass(frozen=True, slots=True)
class Planned:
    """One file: where its new content waits, where its old one is kept, and the new one's digest (None: a removal)."""

    file: str
    fresh: str
    saved: str
    existed: bool
    digest: str | None


@dataclass(frozen=True, slots=True)
class Settled:
    """What was done about patches that were cut off: files as before, and changed ones with where they were kept."""

    back: tuple[str, ...] = ()
    changed: tuple[tuple[str, str], ...] = ()


# A restored file, one that the patch had not reached yet, and one that has changed since.
_Outcome = Literal["restored", "untouched", "changed"]


def digest(data: bytes | None) -> str | None:
    """Return the digest of a content; None for a file that is not there."""
    return None if data is None else blake2b(data, digest_size=16).hexdigest()


def begin(journals: Path | None, root: Path, plan: Sequence[Planned], folders: Sequence[Path]) -> Path | None:
    """Record the planned changes; None if that fails, and the patch continues without a record."""
    if journals is None:
        return None
    path = journals / f"{_key(root)}.{os.getpid()}.{secrets.token_hex(4)}.json"
    content = {"files": [asdict(each) for each in plan], "folders": [str(each) for each in folders]}
    try:
        _own(journals)
        with open(path, "x", encoding="utf-8", opener=private_opener) as file:
            json.dump(content, file)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        return None
    return path


def end(journal: Path | None) -> None:
    """All is done, or as it was."""
    if journal is not None:
        with suppress(OSError):
            journal.unlink()


def unfinished(journals: Path, root: Path) -> list[Path]:
    """The journals of this root whose processes are no more; none from a folder where others could leave some."""
    try:
        if not journals.is_dir():
            return []
        _own(journals)
    except OSError:
        return []
    found = sorted(journals.glob(f"{_key(root)}.*.json"))
    return [each for each in found if (pid := each.name.split(".")[1]).isdecimal() and not alive(int(pid))]


def settle(journals: Path, root: Path) -> Settled:
    """Revert an interrupted patch; a patch that was written completely stays. A file changed since is left as it is.

    So is one whose folder has become a link since: nothing is touched behind it.
    """
    back: list[str] = []
    changed: list[tuple[str, str]] = []
    for journal in unfinished(journals, root):
        plan, folders = _read(journal)
        with OpenFolders(root.resolve()) as held:
            places = [(each, _folder_of(each.file, held)) for each in plan]
            if not all(folder is not None and _is_new(each, folder) for each, folder in places):
                for each, folder in reversed(places):
                    outcome = _restore(each, folder)
                    back += [each.file] if outcome == "restored" else []
                    changed += [(each.file, each.saved)] if outcome == "changed" else []
            else:
                for each, folder in places:
                    _remove(each.saved, folder)
            for each, folder in places:
                _remove(each.fresh, folder)
            for path in reversed(folders):
                above = _folder_of(str(path), held)
                with suppress(OSError):
                    if above is not None:
                        os.rmdir(above.at(path.name), dir_fd=above.fd)
        end(journal)
    return Settled(tuple(dict.fromkeys(back)), tuple(changed))


def _own(journals: Path) -> None:
    """Make the folder private, and the one around it: its writers decide which files are removed. Raises OSError."""
    private_folder(journals.parent)
    private_folder(journals)


def _folder_of(file: str, held: OpenFolders) -> DirectoryHandle | None:
    """The folder of a file; None where it is missing, or a link by now."""
    try:
        return held.folder(Path(file).parent)
    except OSError:
        return None


def _restore(planned: Planned, folder: DirectoryHandle | None) -> _Outcome:
    """Put a file back as it was before the patch."""
    if folder is None:
        return "changed" if planned.existed else "untouched"
    file, saved = Path(planned.file).name, Path(planned.saved).name
    if folder.stat(saved) is not None:
        if folder.content(file) == folder.content(saved):
            folder.remove(saved)
            return "untouched"
        if not _is_new(planned, folder):
            return "changed"
        folder.replace(saved, file)
        return "restored"
    fresh = folder.stat(Path(planned.fresh).name) is not None
    if planned.existed or planned.digest is None or fresh or not _is_new(planned, folder):
        return "untouched"
    folder.remove(file)
    return "restored"


def _remove(path: str, folder: DirectoryHandle | None) -> None:
    if folder is not None:
        folder.remove(Path(path).name)


def _is_new(planned: Planned, folder: DirectoryHandle) -> bool:
    return digest(folder.content(Path(planned.file).name)) == planned.digest


def _read(journal: Path) -> tuple[list[Planned], list[Path]]:
    """A journal that is itself cut off comes from before the first file was touched."""
    try:
        with open(journal, "rb", opener=private_opener) as file:
            content = json.load(file)
        return [Planned(**each) for each in content["files"]], [Path(each) for each in content["folders"]]
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return [], []


def _key(root: Path) -> str:
    return blake2b(os.fsencode(root.resolve()), digest_size=8).hexdigest()
