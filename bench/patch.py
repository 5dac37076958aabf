"""Applying 50 blocks to 10,000 lines, exact and with differences to bridge, and reading a streamed reply.

DARNER_PEERS names a Python with aider-chat 0.86 and codex-apply-patch 0.4 installed; they do the same work in the same
run. Times are the best of several rounds, in milliseconds of this machine; compare them with each other only.
"""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from darner_server.patch import Applier, Edit, Located, Parser, unified_diff

if TYPE_CHECKING:
    from collections.abc import Callable

_BLOCKS, _LINES, _SIZE = 50, 10_000, 9
_ROUNDS = 9


def _file() -> list[str]:
    chance = random.Random(1)  # noqa: S311 - seeded on purpose
    lines: list[str] = []
    for number in range(_LINES // 10):
        lines.append(f"def function_{number}(a, b):")
        lines += [f"    value = compute(a, b, {chance.randrange(300)})" for _ in range(8)]
        lines.append("")
    return lines


def _hunks(lines: list[str]) -> list[tuple[list[str], list[str]]]:
    found: list[tuple[list[str], list[str]]] = []
    for number in range(_BLOCKS):
        old = lines[number * 200 : number * 200 + _SIZE]
        found.append((old, [*old[:4], "    value = changed(a)", "    again(value)", *old[5:]]))
    return found


def _joined(lines: list[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _blocks(hunks: list[tuple[list[str], list[str]]]) -> str:
    return "\n".join(
        f"mod.py\n```python\n<<<<<<< SEARCH\n{_joined(old)}=======\n{_joined(new)}>>>>>>> REPLACE\n```\n"
        for old, new in hunks
    )


def _patch(hunks: list[tuple[list[str], list[str]]]) -> str:
    out = ["*** Begin Patch", "*** Update File: mod.py"]
    for old, new in hunks:
        out += ["@@", *(" " + line for line in old[:4]), "-" + old[4]]
        out += ["+" + line for line in new[4:6]]
        out += [" " + line for line in old[5:]]
    return "\n".join([*out, "*** End Patch"]) + "\n"


DIFFERENCES: dict[str, Callable[[str], str]] = {
    "exact": lambda line: line,
    "trailing blanks": lambda line: line + "  ",
    "indentation shifted": lambda line: "  " + line if line else line,
    "tabs for blanks": lambda line: line.replace("    ", "\t"),
    "typographic": lambda line: line.replace("(a, b", "(a,\u00a0b"),
}


def _read(reply: str) -> list[Edit]:
    parser = Parser()
    return [*parser.feed(reply), *parser.close()]


def _apply(text: str, edits: list[Edit]) -> tuple[float, str]:
    best, result = float("inf"), ""
    for _ in range(_ROUNDS):
        start = time.perf_counter()
        applier = Applier({"mod.py": text})
        placed = [applier.apply(edit) for edit in edits]
        result = applier.changed["mod.py"] or ""
        best = min(best, time.perf_counter() - start)
        assert all(isinstance(each, Located) for each in placed)
    return best * 1000, result


def _token(reply: str) -> tuple[float, int]:
    """Return microseconds a token for a reply fed token by token."""
    tokens = re.findall(r"\s?\w+|\s+|[^\w\s]", reply)
    best = float("inf")
    for _ in range(_ROUNDS):
        parser = Parser()
        start = time.perf_counter()
        for token in tokens:
            parser.feed(token)
        parser.close()
        best = min(best, time.perf_counter() - start)
    return best / len(tokens) * 1e6, len(tokens)


def _peers(task: dict[str, object]) -> dict[str, dict[str, object]]:
    python = os.environ.get("DARNER_PEERS")
    if not python:
        return {}
    script = Path(__file__).with_name("patch_peers.py")
    ran = subprocess.run([python, script], input=json.dumps(task), capture_output=True, text=True, check=True)
    answer: dict[str, dict[str, object]] = json.loads(ran.stdout.splitlines()[-1])
    return answer


def main() -> int:
    lines = _file()
    text = _joined(lines)
    hunks = _hunks(lines)
    expected = text
    for old, new in hunks:
        expected = expected.replace(_joined(old), _joined(new), 1)
    rows: dict[str, dict[str, object]] = {}
    for name, change in DIFFERENCES.items():
        bent = [([change(line) for line in old], [change(line) for line in new]) for old, new in hunks]
        took, result = _apply(text, _read(_blocks(bent)))
        rows[name] = {"ms": round(took, 2), "right": result == expected if name == "exact" else None}
        task: dict[str, object] = {
            "text": text,
            "blocks": _blocks(bent),
            "patch": _patch(bent),
            "expected": expected,
            "rounds": 1,
        }
        rows[name]["peers"] = _peers(task)
    took, result = _apply(text, _read(_patch(hunks)))
    rows["apply_patch, exact"] = {"ms": round(took, 2), "right": result == expected}
    start = time.perf_counter()
    unified_diff({"mod.py": text}, {"mod.py": expected})
    rows["unified diff of the texts"] = {"ms": round((time.perf_counter() - start) * 1000, 2)}
    token, count = _token(_blocks(hunks))
    figures = {"blocks": _BLOCKS, "lines": _LINES, "apply": rows, "token_us": round(token, 3), "tokens": count}
    if "--json" in sys.argv[1:]:
        print(json.dumps(figures, indent=1))
        return 0
    print(f"{_BLOCKS} blocks into {_LINES} lines, milliseconds")
    for name, row in rows.items():
        print(f"{name:28}{row['ms']:>9}   {json.dumps(row.get('peers') or {})}")
    print(f"a streamed token: {token:.3f} µs ({count} tokens)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
