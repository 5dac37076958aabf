"""The last patches that were written below a root: what each file was before, and a digest of what it became.

They are in the user's state folder, for the user alone.
"""

import json
import os
from base64 import b85decode, b85encode
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from time import time_ns
from typing import Any

from darner_context.system.private_files import private_file, private_folder, private_opener
from darner_server.engine.save import Encoded
from darner_server.journal import digest
from darner_server.user_directories import state_folder

MOST = 10  # patches of one root
_LARGEST = 20_000_000  # bytes of a patch's files: a larger one is not kept


@dataclass(frozen=True, slots=True)
class WrittenPatch:
    """The content of each file before the patch (None: there was none), and the digest of it after (None: removed)."""

    record: Path
    before: Mapping[str, bytes | None]
    after: Mapping[str, str | None]


def remember(root: Path, patch: Encoded) -> None:
    """Keep what a patch replaced; a patch is not held up by a state folder that cannot be written."""
    if sum(len(content or b"") for content in patch.expected.values()) > _LARGEST:
        return
    rows = {
        path: {"before": None if old is None else b85encode(old).decode(), "after": digest(patch.changes[path])}
        for path, old in patch.expected.items()
    }
    with suppress(OSError):
        private_folder(_folder(root).parent)
        folder = private_folder(_folder(root))
        draft = folder / f"draft.{os.getpid()}"
        with open(draft, "w", encoding="utf-8", opener=private_opener) as file:
            json.dump({"root": str(root.resolve()), "files": rows}, file)
        draft.replace(folder / f"{time_ns():020}.json")
        records = _records(root)
        for record in records[:-MOST]:
            record.unlink(missing_ok=True)
        for record in records[-MOST:]:
            private_file(record)


def last_patch(root: Path) -> WrittenPatch | None:
    """The newest patch that was written below the root and not taken back; one that cannot be read is passed over."""
    for record in reversed(_records(root)):
        try:
            data: Any = json.loads(record.read_text(encoding="utf-8"))
            rows: dict[str, dict[str, str | None]] = data["files"]
            before = {path: None if row["before"] is None else b85decode(row["before"]) for path, row in rows.items()}
            return WrittenPatch(record, before, {path: row["after"] for path, row in rows.items()})
        except (OSError, ValueError, LookupError, TypeError, AttributeError):
            record.unlink(missing_ok=True)
    return None


def forget(patch: WrittenPatch) -> None:
    """It is taken back: the one before it is the last now."""
    patch.record.unlink(missing_ok=True)


def _folder(root: Path) -> Path:
    name = blake2b(os.fsencode(root.resolve()), digest_size=8).hexdigest()
    return state_folder() / "written" / name


def _records(root: Path) -> list[Path]:
    return sorted(_folder(root).glob("[0-9]*.json"))
