"""Aider's and a Codex-style applier on the work of patch.py: run by it in an environment of their own.

Reads one JSON object on stdin, prints one: milliseconds by peer, and whether the peer's text is the expected one.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable  # noqa: TC003 - run alone, by another interpreter
from functools import partial
from typing import Any


def _best(work: Callable[[], str], rounds: int) -> tuple[float, str]:
    best, text = float("inf"), ""
    for _ in range(rounds):
        start = time.perf_counter()
        text = work()
        best = min(best, time.perf_counter() - start)
    return best * 1000, text


def _aider(task: dict[str, Any]) -> str:
    from aider.coders import editblock_coder as aider  # noqa: PLC0415 - a peer that may be missing

    text: str = task["text"]
    for _, before, after in aider.find_original_update_blocks(task["blocks"]):
        text = aider.replace_most_similar_chunk(text, before, after) or text
    return text


def _codex(task: dict[str, Any]) -> str:
    import codex_apply_patch  # noqa: PLC0415 - a peer that may be missing

    result = codex_apply_patch.apply_patch_in_memory(task["patch"], {"mod.py": task["text"]})
    files: dict[str, str] = result.modified_files if hasattr(result, "modified_files") else result.files
    return next(iter(files.values()))


def main() -> None:
    task = json.load(sys.stdin)
    found: dict[str, object] = {}
    for name, peer in (("aider", _aider), ("codex-apply-patch", _codex)):
        if name.startswith("codex") and not task["patch"]:
            continue
        try:
            took, text = _best(partial(peer, task), task["rounds"])
        except Exception as error:  # noqa: BLE001 - a peer's failure is a figure too
            found[name] = {"error": f"{type(error).__name__}: {error}"[:200]}
            continue
        found[name] = {"ms": round(took, 2), "right": text == task["expected"]}
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
