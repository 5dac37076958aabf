"""Apply the collected replies and compare: right, wrong or refused, by source and format.

The cases lie outside the project: DARNER_CASES names their folder. Each is applied whole and cut into pieces of 1, 3, 7
and 64 characters and at every line; the result must be the same.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from darner_server.patch import Applied, Applier, Parser, apply_reply, unified_diff

_CASES = Path(os.environ.get("DARNER_CASES", Path(__file__).resolve().parents[3] / "shared" / "cases"))
_CUTS = (1, 3, 7, 64)

# Expectations that are wrong by our rules, and why. They count as they come out; this only explains.
_FIRST = "the search text stands twice, and the expected text changes the first: an ambiguous edit is refused"
_JUDGED: dict[str, str] = {
    "aider-history/da5ea3a": "two blank lines that the edit does not change gain blanks; ours stay as they are",
    "aider-history/a2eb6e7": _FIRST,
    "aider-history/a2882f4": _FIRST,
    "aider-history/3caac42": "the reply also shows a commit of twelve other files, as a diff, which are not there",
    "cline/should-handle-line-trimmed-match-replacement-case-correctly": "one word, other at both ends: a likeness",
    "roo-multisearchreplace/should-handle-content-with-line-numbers-at-the-last-line": "the replacement begins with a "
    "blank line, and the expected text has lost it",
    "roo-old-searchreplacediffs/line-number-stripping-line-number-stripping-should-handle-mix-of-line-numbered-and"
    "-pipe-on": "the replacement is the search text with line numbers, which never reach a file",
    "continue-find-replace/executemultifindandreplace-should-handle-empty-old-string-as-insertion-at-"
    "beginning": "an empty search text does not say where in a file that has text: other tools refuse it too",
    "continue-lazy/no-lazy-single-class.js": "the expected text is indented by three blanks where the reply has four",
}


def _rows(name: str, part: str) -> list[dict[str, Any]]:
    """The cases with `part` in their names."""
    with gzip.open(_CASES / name, "rt", encoding="utf-8") as file:
        return [row for row in map(json.loads, file) if part in row["name"]]


def _show(case: dict[str, Any], verdict: str, applied: Applied, *, wanted: bool) -> None:
    if wanted:
        print(f"{case['name']}: {verdict}\n{unified_diff(case.get('expected_files') or {}, applied.files)}")


def _levelled(text: str | None) -> str | None:
    """Some peers compare without trailing blanks on blank lines and without the file's end."""
    if text is None:
        return None
    return "\n".join(line if line.strip() else "" for line in text.split("\n")).rstrip()


def _verdict(case: dict[str, Any], applied: Applied) -> str:
    wants_error = case.get("expected_error") is not None
    expected: dict[str, str | None] = case.get("expected_files") or {}
    if applied.refused:
        return "refused"
    if wants_error:
        return "wrong"
    level = _levelled if "ignore trailing" in case["options"].get("compare", "") else str
    for path in {*expected, *applied.files}:
        want, got = expected.get(path), applied.files.get(path)
        if (want is None) != (got is None) or (want is not None and level(want) != level(got or "")):
            return "wrong"
    return "right"


def _cut(text: str, size: int) -> list[str]:
    if not size:
        return re.findall(r"[^\n]*\n|[^\n]+", text)
    return [text[at : at + size] for at in range(0, len(text), size)]


def _streamed(case: dict[str, Any], size: int) -> dict[str, str | None]:
    target = case["options"].get("target")
    parser = Parser(target=target)
    applier = Applier(case["original_files"], target=target)
    for piece in _cut(case["edit_text"], size):
        for edit in parser.feed(piece):
            applier.apply(edit)
    for edit in parser.close():
        applier.apply(edit)
    return applier.changed


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--json", action="store_true", help="one JSON object instead of tables")
    options.add_argument(
        "--case", default="", help="only the cases with this in their names; shows what differs in each"
    )
    chosen = options.parse_args()
    table: dict[tuple[str, str, str], Counter[str]] = {}
    odd: list[tuple[str, str, str]] = []
    differing: list[str] = []
    for case in _rows("apply.jsonl.gz", chosen.case):
        target = case["options"].get("target")
        applied = apply_reply(case["edit_text"], case["original_files"], target=target)
        verdict = _verdict(case, applied)
        error = case.get("expected_error") is not None
        group = "policy" if case["policy"] else "refusal" if error else "edit"
        key = (case["source"]["repo"], case["format"], group)
        table.setdefault(key, Counter())[verdict] += 1
        if verdict != ("refused" if error else "right") and not case["policy"]:
            reason = applied.refused[0].reason if applied.refused else "the text differs"
            odd.append((case["name"], verdict, reason))
        _show(case, verdict, applied, wanted=bool(chosen.case))
        if any(_streamed(case, size) != applied.changed for size in (*_CUTS, 0)):
            differing.append(case["name"])
    totals = {group: Counter[str]() for group in ("edit", "refusal", "policy")}
    for (_, _, group), counts in table.items():
        totals[group].update(counts)
    figures = {
        "totals": {group: dict(counts) for group, counts in totals.items()},
        "right_share_of_edits": round(totals["edit"]["right"] / max(1, totals["edit"].total()), 4),
        "refused_share_of_refusals": round(totals["refusal"]["refused"] / max(1, totals["refusal"].total()), 4),
        "wrong": totals["edit"]["wrong"] + totals["refusal"]["wrong"],
        "wrong_policy": totals["policy"]["wrong"],
        "differing_by_chunks": differing,
        "odd": [{"case": name, "verdict": verdict, "why": _JUDGED.get(name, why)} for name, verdict, why in odd],
    }
    if chosen.json:
        sys.stdout.write(json.dumps(figures, indent=1) + "\n")
        return 0
    print(f"{'source':24}{'format':30}{'expects':10}{'right':>7}{'wrong':>7}{'refused':>9}")
    for (source, form, group), counts in sorted(table.items()):
        print(f"{source:24}{form:30}{group:10}{counts['right']:7}{counts['wrong']:7}{counts['refused']:9}")
    for name, value in figures.items():
        if name != "odd":
            print(f"{name}: {value}")
    print("\nNot as expected (policy cases apart):")
    for name, verdict, reason in odd:
        judged = _JUDGED.get(name)
        print(f"- {name}: {verdict}. {'Judged wrong in the data: ' + judged if judged else reason}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
