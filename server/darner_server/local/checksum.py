"""Whether a file is the model it should be; remembered, so that only the first look reads a gigabyte."""

import hashlib
import json
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from darner_context.system.private_files import private_opener
from darner_server.local.cancellable_thread import Reporter
from darner_server.local.models import LocalModel

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class ChecksumRecord:
    """The record of files found right before, by size and time of change."""

    file: Path | None  # None: nothing is remembered

    def knows(self, path: Path, model: LocalModel) -> bool:
        """Whether this very file was once found right and has not changed since."""
        stamp = _stamp(path)
        return stamp is not None and self._entries().get(str(path.absolute())) == [*stamp, model.sha256]

    def add(self, path: Path, model: LocalModel) -> None:
        """Remember a file as right. Two processes that write at once lose one entry, which costs one more look."""
        stamp = _stamp(path)
        if stamp is None or self.file is None:
            return
        entries = self._entries()
        entries[str(path.absolute())] = [*stamp, model.sha256]
        draft = self.file.with_name(f"{self.file.name}.{os.getpid()}")
        with suppress(OSError):  # a folder that is read-only or full: the next start looks again
            with open(draft, "w", encoding="utf-8", opener=private_opener) as file:
                json.dump(entries, file, indent=1)
            draft.replace(self.file)

    def _entries(self) -> dict[str, list[object]]:
        try:
            found: object = json.loads(self.file.read_text(encoding="utf-8")) if self.file else None
        except (OSError, ValueError):
            return {}
        return cast("dict[str, list[object]]", found) if isinstance(found, dict) else {}


def fault(path: Path, model: LocalModel, memory: ChecksumRecord, reporter: Reporter) -> str | None:
    """Why `path` is not the model's file, or None if it is. Reads the file unless it is remembered."""
    try:
        size = path.stat().st_size
        if not path.is_file():
            return f"{path} is not a file"
        if size != model.size:
            return f"{path} has {size:,} bytes, {model.name} has {model.size:,}"
        if memory.knows(path, model):
            return None
        digest = hashlib.sha256()
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
                reporter.report(file.tell(), size)
    except FileNotFoundError:
        return f"{path} does not exist"
    except OSError as error:
        return f"{path} cannot be read: {error.strerror}"
    if digest.hexdigest() != model.sha256:
        return f"{path} has the right size but the wrong sha256 ({digest.hexdigest()[:12]}…)"
    memory.add(path, model)
    return None


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns
