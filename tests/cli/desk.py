"""The real command in a process of its own, in an empty home folder."""

import asyncio
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DARNER = Path(sys.executable).with_name("darner")


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def events(self) -> list[dict[str, Any]]:
        """The JSON lines of stdout."""
        return [json.loads(line) for line in self.out.split("\n") if line]


@dataclass(frozen=True, slots=True)
class Desk:
    """A folder to work in, and a home without settings."""

    folder: Path

    @property
    def root(self) -> Path:
        """The workspace."""
        return self.folder / "work"

    def put(self, files: Mapping[str, str | bytes]) -> None:
        """Write files below the root."""
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text if isinstance(text, bytes) else text.encode())

    def texts(self) -> dict[str, bytes]:
        """Every file below the root."""
        return {
            path.relative_to(self.root).as_posix(): path.read_bytes() for path in self.root.rglob("*") if path.is_file()
        }

    def environ(self, **more: str) -> dict[str, str]:
        """An environment that knows nothing of the machine's user."""
        home = str(self.folder / "home")
        measured = {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}
        return {
            "PATH": os.environ["PATH"],
            "HOME": home,
            "DARNER_KEYRING": "off",
            "DARNER_DAEMON": "0",
            "LANG": "C.UTF-8",
            **measured,
            **more,
        }

    async def start(self, *arguments: str, **environ: str) -> asyncio.subprocess.Process:
        """Start `darner` with pipes; stdin stays open."""
        self.root.mkdir(parents=True, exist_ok=True)
        (self.folder / "home").mkdir(exist_ok=True)
        pipe = asyncio.subprocess.PIPE
        return await asyncio.create_subprocess_exec(
            DARNER, *arguments, cwd=self.root, env=self.environ(**environ), stdin=pipe, stdout=pipe, stderr=pipe
        )

    async def run(self, *arguments: str, stdin: str | bytes | None = None, **environ: str) -> Ran:
        """Run `darner` to its end. Without `stdin` its standard input stays open and silent."""
        process = await self.start(*arguments, **environ)
        if stdin is not None:
            out, err = await process.communicate(stdin if isinstance(stdin, bytes) else stdin.encode())
        else:
            assert process.stdout is not None
            assert process.stderr is not None
            out, err = await asyncio.gather(process.stdout.read(), process.stderr.read())
            await process.wait()
            assert process.stdin is not None
            process.stdin.close()
        assert b"Traceback" not in err, err.decode()
        return Ran(process.returncode or 0, out.decode(), err.decode())
