"""A named pipe through which a test hears from a program."""

import asyncio
import os
from pathlib import Path
from typing import Any, TextIO


async def open_fifo(pipe: Path, program: "asyncio.Future[Any]") -> TextIO:
    """Open a pipe for reading once the program opens it for writing.

    Fails if `program` is done before: the thread that opens the pipe would wait for ever, and the test with it.
    """
    opened = asyncio.ensure_future(asyncio.to_thread(pipe.open))
    await asyncio.wait([program, opened], return_when=asyncio.FIRST_COMPLETED)
    if opened.done():
        return await opened
    os.close(os.open(pipe, os.O_RDWR))
    (await opened).close()
    raise AssertionError("the program ended before it opened the pipe")
