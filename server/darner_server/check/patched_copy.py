"""Writing a patch into a copy: into none of its folders that is a link, since that may lead anywhere."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)


def apply_changes(copy: str, changes: Mapping[str, bytes | None]) -> None:
    """Give each file its new content, with its permissions kept; None deletes. Raises OSError."""
    for path, content in changes.items():
        handle = os.open(copy, _FOLDER)
        try:
            *folders, name = path.split("/")
            for folder in folders:
                if content is not None:
                    try:
                        os.mkdir(folder, dir_fd=handle)
                    except FileExistsError:
                        pass
                below = os.open(folder, _FOLDER, dir_fd=handle)
                os.close(handle)
                handle = below
            _replace(handle, name, content)
        finally:
            os.close(handle)


def _replace(folder: int, name: str, content: bytes | None) -> None:
    mode = 0o666
    try:
        mode = os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode & 0o777
        os.unlink(name, dir_fd=folder)
    except FileNotFoundError:
        pass
    if content is None:
        return
    target = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode, dir_fd=folder)
    with open(target, "wb") as file:
        file.write(content)
