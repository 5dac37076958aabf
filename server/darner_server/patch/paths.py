"""File names as models write them."""

from __future__ import annotations

from darner_server.patch.lazy_pattern import lazy_pattern
from darner_server.patch.protected_paths import holds_unseen

_GAP = lazy_pattern(r"[…⋯‥⋮]|(?<!\[)\.{3}|\.{3}\]")  # in a shortened name; `[...slug]` is a route of Next.js
_DEVICE = lazy_pattern(r"(?:con|prn|aux|nul|com[0-9\u00b9\u00b2\u00b3]|lpt[0-9\u00b9\u00b2\u00b3])(?:\.|$)")
_ELSEWHERE = lazy_pattern(r"~[\w.-]*/|\$(?:\{\w+\}|[A-Z_]{2,})/|%?\w+%/")


def unfit_for_new(path: str) -> str | None:
    """Why no new file should be named so: readers do not see all of it, or Windows takes it for another."""
    if is_example(path) or _GAP.search(path):
        return f"{path} stands for a name but is not one; name the file"
    for name in path.split("/"):
        if _DEVICE.match(name.lower().replace(" ", "")):
            return f"{name} is a device on Windows; choose another name"
        if ":" in name:
            return f"{name} contains a colon, which names a part of another file on Windows; choose another name"
        if name.endswith((".", " ")):
            return f"{name} ends in a dot or a blank, which Windows drops; choose another name"
        if name.startswith("--") or path.startswith("-"):
            return f"{name} begins with a dash, which commands read as an option; choose another name"
        if holds_unseen(name):
            return f"{name} contains invisible characters, or some that reverse the text; choose another name"
    return None


def is_elsewhere(path: str) -> bool:
    """Whether a path begins with a home folder or a variable, as a shell would fill it in (~/a, $HOME/a, %TEMP%/a)."""
    return _ELSEWHERE.match(path) is not None


def is_example(path: str) -> bool:
    """Whether a name is only an example of one, as documentation has it (path/to/file.py)."""
    return path.startswith("path/to/") or path in ("path/to", "your_file.py", "filename.ext", "file.ext")


def is_absolute(path: str) -> bool:
    """Whether a normal path begins at the top of a disk, or of one of Windows' disks."""
    return path.startswith("/") or path[1:2] == ":"


def normal(path: str) -> str | None:
    """Return `path` as a POSIX path below the root (an absolute one keeps its slash), or None if it climbs out."""
    path = path.strip().strip("`'\"<>").strip().replace("\\", "/")
    absolute = path.startswith("/")
    parts: list[str] = []
    for part in path.split("/"):
        if part in ("", "."):
            continue
        if part == "..":
            if not parts:
                return None
            parts.pop()
        else:
            parts.append(part)
    if not parts:
        return None
    return ("/" if absolute else "") + "/".join(parts)
