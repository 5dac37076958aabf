"""The first source of a model file: the Hugging Face hub.

The library, which knows the hub's address and headers, runs in a process of its own (this file as a program), so that
the download can be stopped at any byte.
"""

import importlib
import importlib.util
import os
import sys
from pathlib import Path
from typing import Any

from darner_context.system import child_environment
from darner_context.system.private_files import private_folder
from darner_server.local.cancellable_thread import Progress
from darner_server.local.download_process import run, watched
from darner_server.local.models import LocalModel

_FAILED = "failed: "


async def from_hub(model: LocalModel, work: Path, progress: Progress) -> Path | str:
    """Fetch the whole file into the work folder, resuming an earlier run; a str is the reason of a failure.

    The file is not verified yet.
    """
    if importlib.util.find_spec("huggingface_hub") is None:
        return "huggingface_hub is not installed"
    folder = work / "hub"
    private_folder(folder)
    facts = (model.hub_repo, model.file, str(model.size), model.sha256, str(folder))
    program = child_environment.python("darner_server.local.hub", *facts)
    async with watched(folder, model.size, progress):
        code, output = await run(program, prefixes=("HF_",), environ={"HF_HUB_DISABLE_TELEMETRY": "1"})
    if code == 0:
        return folder / model.file
    said = [line.removeprefix(_FAILED) for line in output.split("\n") if line.startswith(_FAILED)]
    return said[-1] if said else f"the download ended with code {code}"


def main(repo: str, file: str, size: str, sha256: str, folder: str) -> int:
    """Download, or return the reason of a failure on one line."""
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
    partial = Path(folder) / file
    while (before := _size(partial)) < int(size):
        stopped = "the answer ended"
        try:
            _continue(hub, url, partial)
        except Exception as error:  # noqa: BLE001 - as above
            stopped = str(error)
        if _size(partial) <= before:
            return _fail(f"the download stopped at {before:,} of {int(size):,} bytes ({stopped})")
    return 0


def _continue(hub: Any, url: str, partial: Path) -> None:  # noqa: ANN401 - the library's module
    """Append what is missing. (The library's own download starts from the beginning in every process.)."""
    have = _size(partial)
    headers = {**hub.utils.build_hf_headers(), "Range": f"bytes={have}-", "Accept-Encoding": "identity"}
    with hub.get_session().stream("GET", url, headers=headers, follow_redirects=True, timeout=30.0) as answer:
        answer.raise_for_status()
        with partial.open("ab" if answer.status_code == 206 else "wb") as out:  # noqa: PLR2004 - HTTP: the rest only
            for chunk in answer.iter_bytes():
                out.write(chunk)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _fail(reason: str) -> int:
    sys.stdout.write(_FAILED + " ".join(reason.split()) + "\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
