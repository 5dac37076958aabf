"""A scripted endpoint as a program. The first line of its output is its URL; it ends by a signal.

GET /_requests answers with the log of requests, GET /_continue ends a pause (one of the script's faults).
"""

import argparse
import asyncio
import json
import os
import signal
import sys
from pathlib import Path

from darner_clients.testing import Script, ScriptedEndpoint, script_from_json


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m darner_clients.testing", description=__doc__)
    parser.add_argument("--script", type=Path, help="a JSON file with the fields of Script")
    parser.add_argument("--port", type=int, default=0, help="0: any free port")
    parser.add_argument("--stdin", action="store_true", help="end when the standard input ends")
    chosen = parser.parse_args()
    script = script_from_json(json.loads(chosen.script.read_text("utf-8"))) if chosen.script else Script()
    asyncio.run(_serve(script, chosen.port, stdin=chosen.stdin))


async def _serve(script: Script, port: int, *, stdin: bool) -> None:
    loop = asyncio.get_running_loop()
    over = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, over.set)
    async with ScriptedEndpoint(script, port=port) as scripted:
        sys.stdout.write(scripted.url + "\n")
        sys.stdout.flush()
        if stdin:
            loop.add_reader(0, lambda: None if os.read(0, 4096) else over.set())
        await over.wait()


if __name__ == "__main__":
    main()
