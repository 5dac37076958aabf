"""Four patches over two small servers: where each request goes, and why."""

import asyncio
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from darner_server.local.server import Running, StartFailed, ensure_server, stop_server
from darner_server.user_directories import cache_folder

MODEL = "qwen2.5-coder-0.5b"
DARNER = Path(sys.executable).with_name("darner")
TASK = ["return the larger one", "small.py:1-2"]


async def main() -> int:
    """Run the four; returns 0 if each exit code was the expected one."""
    with tempfile.TemporaryDirectory(prefix="darner-fallback-") as folder:
        home = Path(folder)
        servers = [await start(home, name, window) for name, window in (("fast", 2048), ("gpu", 16384))]
        if any(isinstance(each, StartFailed) for each in servers):
            say("; ".join(str(each) for each in servers if isinstance(each, StartFailed)))
            return 3
        config = endpoints_file(home, [each for each in servers if isinstance(each, Running)])
        work = workspace(home)
        codes = []
        say("1. a small task")
        codes.append(patch(work, config, *TASK))
        say("2. a task with a larger context")
        codes.append(patch(work, config, "return the sum of all parts plus one", "large.py:4-5"))
        say("3. the small task, the first server stopped")
        await stop_server(home, "fast")
        codes.append(patch(work, config, *TASK))
        say("4. the small task, both servers stopped")
        await stop_server(home, "gpu")
        codes.append(patch(work, config, *TASK))
        return 0 if all(code in {0, 1} for code in codes[:3]) and codes[3] == 3 else 1  # noqa: PLR2004 - the exit code of the contract


async def start(home: Path, name: str, window: int) -> Running | StartFailed:
    """A server of its own name and window."""
    return await ensure_server(MODEL, state_dir=home, cache_dir=cache_folder(), name=name, n_ctx=window)


def endpoints_file(home: Path, servers: list[Running]) -> Path:
    """The endpoints file that names both; the keys go by the environment."""
    tables = [
        f'[[endpoints]]\nname = "{name}"\nkind = "llamacpp"\nbase_url = "{server.base_url}"\nmodel = "{server.model}"\n'
        f'api_key_env = "KEY_{name.upper()}"\n'
        for name, server in zip(("fast", "gpu"), servers, strict=True)
    ]
    KEYS.update({f"KEY_{name.upper()}": server.api_key for name, server in zip(("fast", "gpu"), servers, strict=True)})
    path = home / "endpoints.toml"
    path.write_text("\n".join(tables), encoding="utf-8")
    return path


PART = '''\
def {name}(order):
    """{name} of an order, in cents, with the discount of its kind."""
    price = order.price_of("{name}") * order.count_of("{name}")
    return price - order.discount_of("{name}")


'''
KEYS: dict[str, str] = {}


def workspace(home: Path) -> Path:
    """A few lines to change, and a module large enough to overflow the small window."""
    work = home / "work"
    work.mkdir()
    (work / "small.py").write_text("def larger(a, b):\n    return a\n", encoding="utf-8")
    names = [f"part_{number}" for number in range(40)]
    bodies = "".join(PART.format(name=name) for name in names)
    (work / "parts.py").write_text(bodies, encoding="utf-8")
    calls = " + ".join(f"{name}(order)" for name in names)
    large = f"from parts import {', '.join(names)}\n\n\ndef total(order):\n    return {calls}\n"
    (work / "large.py").write_text(large, encoding="utf-8")
    return work


def patch(work: Path, config: Path, instruction: str, place: str) -> int:
    """Run darner as a user would; its words show the route."""
    command = [str(DARNER), "patch", instruction, place, "--root", str(work), "--config", str(config)]
    code = subprocess.run(command, cwd=work, env={**os.environ, **KEYS}, check=False).returncode  # noqa: S603 - our own command
    say(f"exit code {code}")
    return code


def say(text: str) -> None:
    """A line between the steps."""
    sys.stdout.write(f"== {text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
