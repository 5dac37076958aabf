"""Running a program that fetches something into a folder, seen from outside: bytes so far, and how it ended."""

import asyncio
import os
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from darner_context.system import child_environment
from darner_server.local.cancellable_thread import Progress

_NETWORK = (
    *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "NETRC"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"),
)
_EVERY = 0.2  # seconds between two looks at the folder


async def run(argv: Sequence[str], *, prefixes: tuple[str, ...], environ: Mapping[str, str]) -> tuple[int, str]:
    """Run to the end and return the exit code and the output; leaving early (cancellation) ends the program.

    It hears of proxies and certificates, and of the user's variables whose names begin with one of the prefixes.
    """
    process = await asyncio.create_subprocess_exec(
        *argv,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        cwd=child_environment.NEUTRAL,
        env={**child_environment.environment(_NETWORK, prefixes=prefixes), **environ},
        umask=0o077,
        start_new_session=True,  # Ctrl-C reaches us, and we end it
    )
    try:
        output, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return process.returncode or 0, output.decode(errors="replace")


@asynccontextmanager
async def watched(folder: Path, total: int, progress: Progress) -> AsyncGenerator[None]:
    """At the same time report how many bytes are in the folder: never fewer than before, never more than `total`."""

    async def look() -> None:
        most = -1
        while True:
            size = min(bytes_below(folder), total)
            if size > most:
                most = size
                progress(most, total)
            await asyncio.sleep(_EVERY)

    async with asyncio.TaskGroup() as group:
        task = group.create_task(look())
        try:
            yield
        finally:
            task.cancel()


def bytes_below(folder: Path) -> int:
    """The sizes of all files in the folder and below; a file that vanishes at that moment counts nothing."""
    size = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            try:
                size += (Path(parent) / name).stat().st_size
            except OSError:
                continue
    return size
