"""From words alone to the place: does `darner context` without a path show what a fix changed, beside BM25 and others?

Cases: issues with their fixes (localise.jsonl.gz), commits by their message (commits.jsonl.gz), and commits that this
script takes from the history of repositories (--history owner/name …), each by the whole of its message. DARNER_CASES
names the folder of the two files, DARNER_EVAL_REPOS one with git mirrors, DARNER_PEERS the peers' Python, as for
context_eval.py. The peers get the same words in the same run: BM25 over chunks of thirty lines with and without tests
and documents, a search for the identifiers, and Aider's map (its files are in no order, so their ranks say nothing).

Half of the cases, by a hash of their ids, are for development; the others are held out: nothing is tuned by them, and
their failures are not read. The table has both halves of every kind.

A file's rank is where its first snippet is, at the largest budget. A hunk is in the context if all lines that it
changes are shown. The last columns: files shown at 8k (median), milliseconds of an answer that is not the first (median
and the slowest of a hundred), snippets whose lines are not the file's.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
from hashlib import blake2b
from pathlib import Path
from time import perf_counter
from typing import Any

from eval.context_eval import (
    CASES,
    Lines,
    Peers,
    Repository,
    by_repository,
    changed_lines,
    lines_shown,
    mirror_of,
    rows_of,
)

from darner_context.index import ContextBundle, ContextRequest, Index
from darner_context.languages.table import language_of
from darner_context.text.lines import split_lines
from darner_context.text.tokenizer import tokenizer
from darner_context.workspace.file_kind import test_path

_BUDGETS = (2_000, 8_000, 32_000)
_RANKS = (1, 3, 5, 10)
_PEERS = ("bm25", "bm25-code", "search", "aider")
_FIX = re.compile(r"\b(?:fix|bug|regress|crash|incorrect|wrong|broken|error)", re.IGNORECASE)
_CHORE = re.compile(r"(?i)\b(?:bump|lint|typo|release|merge|revert|reformat|pre-commit)\b")
_TRAILER = re.compile(r"(?im)^(?:[\w-]+-by|change-id|backport|\(cherry|---).*$")
_NO_CODE = re.compile(r"(?:^|/)(?:docs?|examples?|bench\w*|testdata|testsuite)/|\.(?:md|rst|txt|json|ya?ml|toml)$")
_LOG = "%x01%H%x02%P%x02%B%x03"
_LEAST, _MOST = 110, 4_000  # characters of a message
_DEEP = 2_500  # commits looked at


def history(mirror: Path, repo: str, count: int) -> list[dict[str, Any]]:
    """Commits that mend something in one to three files of code, and have something to say about it."""
    log = _git(mirror, "log", "--no-merges", "-n", str(_DEEP), f"--format={_LOG}", "--numstat")
    fitting: list[tuple[str, str, str, list[str]]] = []
    for record in log.split("\x01")[1:]:
        head, _, stat = record.partition("\x03")
        commit, parents, message = head.split("\x02")
        message = _TRAILER.sub("", message).strip()
        files = [line.split("\t")[2] for line in stat.split("\n") if line.count("\t") == 2]
        code = [each for each in files if language_of(each) and not _NO_CODE.search(each) and not test_path(each)]
        if (
            len(parents.split()) == 1
            and _FIX.search(message)
            and not _CHORE.search(message.partition("\n")[0])
            and len(message) >= _LEAST
            and 1 <= len(code) <= 3
            and len(files) <= 12
            and not any("=>" in each for each in code)
        ):
            fitting.append((commit, parents.strip(), message[:_MOST], code))
    random.Random(7).shuffle(fitting)  # noqa: S311 - a choice that must repeat
    fitting.sort(key=lambda each: -min(len(each[2]), 400))
    found: list[dict[str, Any]] = []
    for commit, parent, message, code in fitting:
        hunks = _hunks(_git(mirror, "diff", "-U0", parent, commit, "--", *code))
        if 1 <= len(hunks) <= 10 and len(found) < count:
            found.append({"id": f"{repo}@{commit[:10]}", "repo": repo, "base_commit": parent,
                          "problem_statement": message, "gold_hunks": hunks})  # fmt: skip
    return found


def _git(mirror: Path, *words: str) -> str:
    ran = subprocess.run(["git", "--git-dir", str(mirror), *words], check=True, capture_output=True)
    return ran.stdout.decode("utf-8", "replace")


def _hunks(diff: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    path: str | None = None
    for line in diff.split("\n"):
        if line.startswith("--- "):
            path = line[6:] if line.startswith("--- a/") else None
        elif path and (numbers := re.match(r"@@ -(\d+)(?:,(\d+))? ", line)):
            found.append({"file": path, "start": int(numbers[1]), "lines": int(numbers[2] or 1)})
    return found


def _wrong(bundle: ContextBundle, root: Path) -> int:
    """Count the snippets whose lines are not the file's, in their order."""
    wrong = 0
    for each in bundle.snippets:
        lines = split_lines((root / each.path).read_bytes().decode("utf-8", "replace"))
        held, shown = lines[each.start_line - 1 : each.end_line], split_lines(each.text)
        following = iter(held)
        if each.kind == "outline":
            wrong += not all(line == "...\n" or line in following for line in shown)
        else:
            wrong += shown != held
    return wrong


class Figures:
    """What was measured, by kind of case and by who answered."""

    def __init__(self) -> None:
        self.ranks: dict[str, dict[str, list[tuple[int, int]]]] = {}  # of the first and of the last gold file
        self.inside: dict[str, dict[str, list[list[float]]]] = {}
        self.files: list[int] = []
        self.times: list[float] = []
        self.wrong = 0

    def note(self, keys: list[str], name: str, gold: list[dict[str, Any]], shown: dict[int, Lines]) -> None:
        order = list(shown[_BUDGETS[-1]])
        places = [order.index(path) + 1 if path in order else 999 for path in {each["file"] for each in gold}]
        inside = [
            sum(_changed(each) <= lines.get(each["file"], set[int]()) for each in gold) / len(gold)
            for lines in (shown[size] for size in _BUDGETS)
        ]
        for key in keys:
            self.ranks.setdefault(key, {}).setdefault(name, []).append((min(places), max(places)))
            self.inside.setdefault(key, {}).setdefault(name, []).append(inside)

    def table(self) -> None:
        columns = [*(f"first {each}" for each in _RANKS), "all in 10", *(f"hunks {each // 1000}k" for each in _BUDGETS)]
        print(f"\n{'':14}{'':10}{'n':>4}  {'  '.join(f'{each:>9}' for each in columns)}")
        for key in sorted(self.ranks):
            for name, ranks in self.ranks[key].items():
                inside = self.inside[key][name]
                shares = [sum(first <= each for first, _ in ranks) / len(ranks) for each in _RANKS]
                shares.append(sum(last <= 10 for _, last in ranks) / len(ranks))
                shares += [statistics.mean(row[place] for row in inside) for place in range(len(_BUDGETS))]
                cells = "  ".join(f"{each:9.2f}" for each in shares)
                print(f"{key if name == 'darner' else '':14}{name:10}{len(ranks):4}  {cells}")
        times = sorted(self.times)
        print(
            f"\nfiles at 8k: {statistics.median(self.files):.0f}, fewest {min(self.files)}; an answer: "
            f"{statistics.median(times) * 1000:.0f} ms, the slowest of a hundred "
            f"{times[min(len(times) - 1, int(len(times) * 0.99))] * 1000:.0f} ms; not the file's lines: {self.wrong}"
        )


def _changed(hunk: dict[str, Any]) -> set[int]:
    return changed_lines(int(hunk["start"]), int(hunk["lines"]), int(hunk.get("around", 3)))


def half_of(case: str) -> str:
    """Name the half of the cases that one is in, by its id."""
    return "dev" if blake2b(case.encode(), digest_size=1).digest()[0] % 2 else "out"


def answer(index: Index, text: str, budget: int) -> ContextBundle:
    bundle = index.context(ContextRequest(text, None, budget), tokenizer("o200k_base"))
    assert bundle.tokens <= budget
    return bundle


async def measure(repository: Repository, rows: list[dict[str, Any]], peers: Peers, out: Figures) -> None:
    for row in rows:
        index = await repository.at(row["base_commit"])
        root, text = repository.root, row["problem_statement"]
        gold = [each for each in row["gold_hunks"] if (root / each["file"]).is_file()]
        if not gold:
            continue
        ours: dict[int, Lines] = {}
        for budget in _BUDGETS:
            begin = perf_counter()
            bundle = answer(index, text, budget)
            out.times += [perf_counter() - begin] if budget != _BUDGETS[0] else []
            out.files += [len({each.path for each in bundle.snippets})] if budget == 8_000 else []
            out.wrong += _wrong(bundle, root)
            ours[budget] = lines_shown(bundle.snippets, root)
        case = {"file": "", "near": "", "instruction": text, "hidden": [1, 1], "budgets": _BUDGETS, "quick": False}
        theirs = next(iter(peers.ask(root, repository.files(), [case])))
        for name, shown in {"darner": ours, **theirs}.items():
            out.note(["all", row["kind"], f"{row['kind'][:10]} {half_of(row['id'])}"], name, gold, shown)


def cases(arguments: argparse.Namespace, mirrors: Path) -> list[dict[str, Any]]:
    """All cases of one form, each with its kind."""
    found: list[dict[str, Any]] = []
    if "issues" in arguments.cases:
        found += [{**row, "kind": "issues"} for row in rows_of("localise.jsonl.gz")[:: arguments.every]]
    if "commits" in arguments.cases:
        for row in rows_of("commits.jsonl.gz")[:: arguments.every]:
            hunks = [
                {"file": each["file"], "start": each["old_start"], "lines": each["old_lines"]} for each in row["hunks"]
            ]
            found.append({"id": row["id"], "repo": row["repo"], "base_commit": row["parent"], "gold_hunks": hunks,
                          "problem_statement": row["instruction"], "kind": f"message {row['language']}"})  # fmt: skip
    for repo in arguments.history:
        mirror = mirror_of(mirrors, repo)
        for row in history(mirror, repo, arguments.count) if mirror else []:
            hunks = [{**each, "around": 0} for each in row["gold_hunks"]]
            found.append({**row, "gold_hunks": hunks, "kind": repo.partition("/")[2][:13]})
    return found


async def run(arguments: argparse.Namespace, mirrors: Path, folder: Path) -> None:
    out, peers = Figures(), Peers(folder, tuple(arguments.peers))
    for repo, rows in by_repository(cases(arguments, mirrors)).items():
        mirror = mirror_of(mirrors, repo)
        if mirror is None:
            print(f"no mirror of {repo}: its cases are left out")
            continue
        repository = Repository(mirror, folder)
        await measure(repository, rows, peers, out)
        await repository.close()
    peers.close()
    out.table()
    print(json.dumps({"ranks": out.ranks, "inside": out.inside}))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else None)
    parser.add_argument("--cases", nargs="*", choices=("issues", "commits"), default=("issues", "commits"))
    parser.add_argument("--every", type=int, default=1, help="take every n-th of these cases")
    parser.add_argument("--history", nargs="*", default=(), help="take commits of these repositories too: owner/name")
    parser.add_argument("--count", type=int, default=10, help="how many commits of each")
    parser.add_argument("--peers", nargs="*", choices=_PEERS, default=_PEERS, help="which peers; none for no peer")
    arguments = parser.parse_args()
    mirrors = os.environ.get("DARNER_EVAL_REPOS")
    if not mirrors or not Path(mirrors).is_dir():
        print("localise: no repositories; DARNER_EVAL_REPOS names a folder with their git mirrors")
        return 0
    if arguments.cases and not (CASES / "localise.jsonl.gz").exists():
        print(f"localise: no cases in {CASES}; DARNER_CASES names their folder")
        return 0
    with tempfile.TemporaryDirectory(prefix="darner-eval-") as folder:
        asyncio.run(run(arguments, Path(mirrors), Path(folder)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
