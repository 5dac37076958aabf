"""Writing a patch into a copy: into none of its folders that is a link, since that may lead anywhere."""

import os
import shutil
from collections.abc import Mapping
from contextlib import suppress

_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)


def apply(copy: str, changes: Mapping[str, str | None]) -> None:
    """Replace each file by the content of another one, with its permissions kept; None deletes. Raises OSError."""
    for path, source in changes.items():
        handle = os.open(copy, _FOLDER)
        try:
            *folders, name = path.split("/")
            for folder in folders:
                if source is not None:
                    with suppress(FileExistsError):
                        os.mkdir(folder, dir_fd=handle)
                below = os.open(folder, _FOLDER, dir_fd=handle)
                os.close(handle)
                handle = below
            _replace(handle, name, source)
        finally:
            os.close(handle)


def _replace(folder: int, name: str, source: str | None) -> None:
    mode = 0o666
    with suppress(FileNotFoundError):
        mode = os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode & 0o777
        os.unlink(name, dir_fd=folder)
    if source is None:
        return
    target = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode, dir_fd=folder)
    with open(source, "rb") as held, open(target, "wb") as file:
        shutil.copyfileobj(held, file)
