"""The first source of a model file: the Hugging Face hub.

The library runs in a process of its own (this file as a program), so that it can be stopped at any byte, keeps its bars
and telemetry to itself, and is not even imported where nothing has to be fetched.
"""

import importlib
import importlib.util
import os
import sys
from pathlib import Path
from typing import Any

from darner_server.local.fetching import run, watched
from darner_server.local.models import LocalModel
from darner_server.local.stoppable import Progress

_QUIET = {
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "HF_HUB_DISABLE_XET": "1",  # plain HTTP leaves a partial file that the next run continues
}
_FAILED = "failed: "


async def from_hub(model: LocalModel, work: Path, progress: Progress) -> Path | str:
    """Fetch the whole file into the work folder, going on where an earlier run stopped; a str says why not.

    The file is not verified yet.
    """
    if importlib.util.find_spec("huggingface_hub") is None:
        return "huggingface_hub is not installed"
    folder = work / "hub"
    folder.mkdir(parents=True, exist_ok=True)
    argv = [
        sys.executable,
        "-P",
        "-m",
        "darner_server.local.hub",
        model.hub_repo,
        model.file,
        str(model.size),
        model.sha256,
    ]
    async with watched(folder, model.size, progress):
        code, output = await run([*argv, str(folder)], environ=_QUIET)
    if code == 0:
        return folder / model.file
    said = [line.removeprefix(_FAILED) for line in output.split("\n") if line.startswith(_FAILED)]
    return said[-1] if said else f"the download ended with code {code}"


def main(repo: str, file: str, size: str, sha256: str, folder: str) -> int:
    """Download, or say on one line why not."""
    if os.environ.get("HF_HUB_OFFLINE", "").upper() in {"1", "ON", "YES", "TRUE"}:
        return _fail("switched off by HF_HUB_OFFLINE")
    hub: Any = importlib.import_module("huggingface_hub")  # slow, and only used here
    url = str(hub.hf_hub_url(repo, file))
    try:
        # One look without retries: the library itself tries for 20 seconds on a machine that is offline.
        answer = hub.get_session().head(url, timeout=5.0, follow_redirects=False)
    except Exception as error:  # noqa: BLE001 - whatever the library's transport raises means the same to us
        return _fail(f"{url.split('/')[2]} cannot be reached ({error})")
    if answer.status_code >= 400:  # noqa: PLR2004 - HTTP
        return _fail(f"{url} answers {answer.status_code}")
    told = answer.headers.get("x-linked-size"), answer.headers.get("x-linked-etag", "").strip('"')
    if told[0] not in {None, size} or told[1] not in {"", sha256}:
        return _fail(f"{repo} now holds another {file} than the one darner knows")
    try:
        hub.hf_hub_download(repo, file, local_dir=folder)
    except Exception as error:  # noqa: BLE001 - its tree of errors is wide; each means "not from here"
        return _fail(f"{type(error).__name__}: {error}")
    return 0


def _fail(reason: str) -> int:
    sys.stdout.write(_FAILED + " ".join(reason.split()) + "\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
