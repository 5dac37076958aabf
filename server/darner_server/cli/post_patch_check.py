"""The workspace's own check command on a patch that was just written; if it fails, the files are restored."""

import asyncio
import os
import re
import signal
import stat
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from darner_context.secrets.scanner import secrets_of
from darner_server.cli.recovery import journals
from darner_server.file_writer import Unwritten, set_mode, write

_SHOWN = 8_192  # bytes of the end of its output that are kept


@dataclass(frozen=True, slots=True)
class Checked:
    """How the command ended and the end of its output."""

    code: int
    output: str


@dataclass(frozen=True, slots=True)
class Kept:
    """Files as they were: bytes and permissions, None for one that was not there."""

    root: Path
    files: dict[str, tuple[bytes, int] | None]

    @classmethod
    def of(cls, root: Path, paths: Iterable[str]) -> Self:
        """Read the files as they are now."""
        return cls(root, {path: _read(root / path) for path in paths})

    def put_back(self) -> Unwritten | None:
        """Write them as they were, whatever the check did to them."""
        for path, kept in self.files.items():
            if kept is not None:
                set_mode(self.root, path, kept[1])  # it may be read-only by now
        done = write(self.root, {path: kept and kept[0] for path, kept in self.files.items()}, journals=journals())
        if isinstance(done, Unwritten):
            return done
        for path, kept in self.files.items():
            if kept is not None:
                set_mode(self.root, path, kept[1])
        return None


def _read(path: Path) -> tuple[bytes, int] | None:
    return (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) if path.is_file() else None


def keyless(environ: Mapping[str, str], keys: Sequence[str]) -> dict[str, str]:
    """An environment without what gives access to anything: by a variable's name, or by a key or password in it."""
    return {
        name: value
        for name, value in environ.items()
        if not _NAMES_KEY.search(name)
        and not _PASSWORD.search(value)
        and not any(key in value for key in keys)
        and not secrets_of(f"{name}={value}\n")
    }


_NAMES_KEY = re.compile(
    r"secret|token(?!iz)|passw|passphrase|credential|webhook|askpass|auth_sock|cookie|connection_?string|database_url|"
    r"pass[0-9]*$|(?:key|keys|pwd|(?<![a-z])(?:pass|pw|creds?|auth|pat|jwt|bearer|dsn|netrc))(?:_|[0-9]*$)(?<!^pwd)(?<!^oldpwd)",
    re.IGNORECASE,
)
_PASSWORD = re.compile(r"\b[a-z][a-z0-9+.-]*://[^/\s@]*:[^/\s@]+@", re.IGNORECASE)


async def run_check(command: str, root: Path, environ: Mapping[str, str]) -> Checked:
    """Run the command in the user's shell at the root. Cancelled, it ends with all that it started."""
    starting = asyncio.ensure_future(
        asyncio.create_subprocess_shell(
            command,
            cwd=root,
            env=environ,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
        )
    )
    output = b""
    try:
        process = await asyncio.shield(starting)  # cut short, asyncio would end the shell and wait for its children
        assert process.stdout is not None  # noqa: S101 - a pipe was requested
        while data := await process.stdout.read(65_536):
            output = (output + data)[-_SHOWN:]
        return Checked(await process.wait(), output.decode(errors="replace"))
    finally:
        process = await starting
        if process.returncode is None:
            _end(process)
            await process.wait()


def _end(process: asyncio.subprocess.Process) -> None:
    if os.name == "posix":
        os.killpg(process.pid, signal.SIGKILL)  # a session of its own, so its children too
    else:
        process.kill()
