"""Which commands of which repositories the user has trusted: by their hash, in darner's own state folder.

A command that changes is another one, and so is the same command in another folder: a new clone is not trusted.
"""

import json
import os
from hashlib import sha256
from pathlib import Path

from darner_context.request import Unreadable
from darner_context.system.private_files import private_folder, private_opener
from darner_context.system.regular_file import read_plain

_MOST = 4_000_000  # bytes of the record


def is_trusted(command: str, root: Path, state: Path) -> bool:
    """Whether the user has trusted this command in this folder."""
    held = read_plain(_file(state), _MOST)
    return not isinstance(held, Unreadable) and _hash(command, root) in _hashes(held)


def trust(command: str, root: Path, state: Path) -> None:
    """Record that the user trusts this command in this folder. Raises OSError."""
    if is_trusted(command, root, state):
        return
    private_folder(state)
    line = json.dumps({"sha256": _hash(command, root), "root": os.fspath(root.resolve())}) + "\n"
    with open(_file(state), "a", encoding="ascii", opener=_appender) as file:
        file.write(line)


def _appender(path: str, flags: int) -> int:
    return private_opener(path, flags)


def _file(state: Path) -> Path:
    return state / "trusted-checks.jsonl"


def _hash(command: str, root: Path) -> str:
    found = root.resolve().stat()  # a folder that was deleted and cloned again is another one
    whole = json.dumps([os.fspath(root.resolve()), found.st_dev, found.st_ino, command])
    return sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()


def _hashes(held: bytes) -> set[str]:
    found: set[str] = set()
    for line in held.split(b"\n"):
        try:
            found.add(str(json.loads(line)["sha256"]))
        except (ValueError, LookupError, TypeError):
            continue  # torn
    return found
