"""How much of what an edit needs is in the context, beside Aider's RepoMap, BM25 over chunks and a plain search.

The cases lie outside the project: DARNER_CASES names their folder, DARNER_EVAL_REPOS one with git mirrors of the
repositories (owner+name, owner/name or name). The peers run in the same run, on the same cases, in the Python that
DARNER_PEERS names (aider-chat 0.86, bm25s, bpe-openai); without it such an environment is made, and thrown away.

Retrieval: the cursor stands before a statement, which is taken out with all that follows in its function; is the line
of each definition that it uses in the context, and its whole body? Commits: the cursor stands at the first hunk, the
message is the instruction; are the places of the hunks in other files in the context, also with the budget "auto"? The
last table: the share of a prompt that is still its beginning when the cursor moves five lines.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from darner_clients.auto_budget import MOST
from darner_context.index import ContextRequest, Focus, Index, Snippet
from darner_context.languages.table import language_of
from darner_context.prompt import assemble
from darner_context.secrets.masks import Masks
from darner_context.text.tokenizer import tokenizer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

CASES = Path(os.environ.get("DARNER_CASES", Path(__file__).resolve().parents[3] / "shared" / "cases"))
_BUDGETS = (2_000, 8_000, 32_000)
_COMMIT_BUDGETS = (8_000, 32_000)
_PEERS = ("aider", "bm25", "search")
_NEAR = 20  # lines before the cursor that the peers are asked with
Lines = dict[str, set[int]]
Figures = dict[str, dict[str, list[float]]]


def rows_of(name: str) -> list[dict[str, Any]]:
    with gzip.open(CASES / name, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def mirror_of(mirrors: Path, repo: str) -> Path | None:
    owner, _, name = repo.partition("/")
    tried = (f"{owner}+{name}/repo", f"{owner}+{name}", f"{owner}+{name}.git", repo, f"{repo}.git", name, f"{name}.git")
    for each in tried:
        if (mirrors / each / "HEAD").exists() or (mirrors / each / ".git").exists():
            return mirrors / each
    return None


class Peers:
    """The peers' process; None for answers where it could not be started."""

    def __init__(self, folder: Path, chosen: tuple[str, ...]) -> None:
        self._chosen = chosen
        self._process: subprocess.Popen[str] | None = None
        python = os.environ.get("DARNER_PEERS") or (_environment(folder) if chosen else None)
        if python and chosen:
            here = Path(__file__)
            path = str(here.parents[2] / "context")
            self._process = subprocess.Popen(
                [python, str(here.with_name("context_peers.py"))],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                env={**os.environ, "PYTHONPATH": path},
            )

    def ask(self, root: Path, files: list[str], cases: list[dict[str, Any]]) -> Iterator[dict[str, dict[int, Lines]]]:
        if self._process is None or self._process.stdin is None or self._process.stdout is None:
            yield from ({} for _ in cases)
            return
        task = {"root": str(root), "files": files, "peers": self._chosen, "cases": cases}
        self._process.stdin.write(json.dumps(task) + "\n")
        self._process.stdin.flush()
        for _ in cases:
            answer = json.loads(self._process.stdout.readline() or "{}")
            yield {name: {int(size): _ranges(shown) for size, shown in each.items()} for name, each in answer.items()}

    def close(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()


def _environment(folder: Path) -> str | None:
    python = str(folder / "peers" / "bin" / "python")
    packages = ("aider-chat>=0.86,<0.87", "bm25s", "bpe-openai")
    try:
        subprocess.run([sys.executable, "-m", "venv", str(folder / "peers")], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", *packages], check=True)
    except (OSError, subprocess.CalledProcessError):
        sys.stderr.write("The peers could not be installed: our own figures only.\n")
        return None
    return python


def _ranges(shown: dict[str, list[list[int]]]) -> Lines:
    return {path: {n for first, last in runs for n in range(first, last + 1)} for path, runs in shown.items()}


def lines_shown(snippets: Iterable[Snippet], root: Path) -> Lines:
    """The lines that snippets show; in an outline, those whose text is there."""
    shown: Lines = {}
    for each in snippets:
        held = shown.setdefault(each.path, set())
        if each.kind != "outline":
            held.update(range(each.start_line, each.end_line + 1))
            continue
        text = (root / each.path).read_bytes().decode("utf-8", "replace").split("\n")
        number = each.start_line
        for line in each.text.split("\n")[:-1]:
            if line == "...":
                continue
            while number <= each.end_line and text[number - 1].rstrip("\r") != line.rstrip("\r"):
                number += 1
            held.add(number)
            number += 1
    return shown


class Repository:
    """A checkout that moves from commit to commit, and its index."""

    def __init__(self, mirror: Path, folder: Path) -> None:
        self.root = folder / mirror.name if mirror.name != "repo" else folder / mirror.parent.name
        self._cache = folder / "cache"
        self._index: Index | None = None
        if not self.root.exists():
            self._git("clone", "-q", "-n", "--shared", str(mirror), str(self.root), at=folder)

    async def at(self, commit: str) -> Index:
        self._git("checkout", "-q", "--force", commit)
        if self._index is None:
            self._index = Index([self.root], cache_dir=self._cache, workers=2)
        await self._index.refresh()
        return self._index

    def files(self) -> list[str]:
        return [path for path in self._git("ls-files", "-z").split("\0") if path and language_of(path)]

    async def close(self) -> None:
        if self._index is not None:
            await self._index.close()

    def _git(self, *words: str, at: Path | None = None) -> str:
        ran = subprocess.run(["git", *words], cwd=at or self.root, check=True, capture_output=True)
        return ran.stdout.decode("utf-8", "surrogateescape")


def _near(root: Path, path: str, line: int) -> str:
    lines = (root / path).read_bytes().decode("utf-8", "replace").split("\n")
    return "\n".join(lines[max(0, line - 1 - _NEAR) : line - 1])


def _note(figures: Figures, keys: Iterable[str], name: str, values: list[float]) -> None:
    for key in keys:
        held = figures.setdefault(key, {}).setdefault(name, [0.0] * (len(values) + 1))
        for place, value in enumerate((1.0, *values)):
            held[place] += value


async def retrieval(repository: Repository, rows: list[dict[str, Any]], peers: Peers, every: int, out: Figures) -> None:
    counter = tokenizer("o200k_base")
    index = await repository.at(rows[0]["commit"])
    cases = [
        {"file": row["file"], "near": _near(repository.root, row["file"], row["line"]), "instruction": "",
         "hidden": [row["line"], row["hide_to_line"] + 1], "budgets": _BUDGETS, "quick": number % every != 0}
        for number, row in enumerate(rows)
    ]  # fmt: skip
    answers = list(peers.ask(repository.root, repository.files(), cases))  # before ours: Aider's touch the files
    for row, theirs in zip(rows, answers, strict=True):
        hidden = (row["line"], row["hide_to_line"])
        ours: dict[int, Lines] = {}
        for budget in _BUDGETS:
            request = ContextRequest("", Focus(row["file"], row["line"], row["line"]), budget, hidden=hidden)
            bundle = index.context(request, counter)
            assert bundle.tokens <= budget
            ours[budget] = lines_shown(bundle.snippets, repository.root)
        for gold in row["gold"]:
            seen = "visible" if gold["in_prefix"] else "not visible"
            keys = ["all", seen, row["language"], *(["ambiguous"] if row["set"] == "ambiguous" else [])]
            body = range(gold["line"], gold["end_line"] + 1)
            for name, shown in {"darner": ours, **theirs}.items():
                held = [shown[budget].get(gold["file"], set[int]()) for budget in _BUDGETS]
                values = [float(gold["line"] in each) for each in held] + [
                    float(each.issuperset(body)) for each in held
                ]
                _note(out, keys, name, values)


async def commits(
    repository: Repository, rows: list[dict[str, Any]], peers: Peers, out: Figures, chosen: Figures
) -> None:
    counter = tokenizer("o200k_base")
    for row in rows:
        index = await repository.at(row["parent"])
        first = row["hunks"][0]
        line = first["old_start"] + min(3, first["old_lines"] // 2)
        near = _near(repository.root, first["file"], line) if (repository.root / first["file"]).exists() else ""
        case = {"file": first["file"], "near": near, "instruction": row["instruction"], "hidden": [1, 1],
                "budgets": _COMMIT_BUDGETS, "quick": False}  # fmt: skip
        others = [hunk for hunk in row["hunks"][1:] if hunk["file"] != first["file"]]
        others = [hunk for hunk in others if (repository.root / hunk["file"]).exists()]
        if not others or not near:
            continue
        theirs = next(iter(peers.ask(repository.root, repository.files(), [case])))
        ours: dict[int, Lines] = {}
        for budget in _COMMIT_BUDGETS:
            bundle = index.context(
                ContextRequest(row["instruction"], Focus(first["file"], line, line), budget), counter
            )
            assert bundle.tokens <= budget
            ours[budget] = lines_shown(bundle.snippets, repository.root)
        focus = Focus(first["file"], line, line)
        auto = index.context(ContextRequest(row["instruction"], focus, MOST, selective=True), counter)
        auto_lines = lines_shown(auto.snippets, repository.root)
        keys = dict.fromkeys(("all", row["language"], str(row.get("split", "all"))))
        _note(chosen, keys, "tokens", [float(auto.tokens)])
        for hunk in others:
            changed = changed_lines(hunk["old_start"], hunk["old_lines"])
            _note(chosen, keys, "places", [float(not changed.isdisjoint(auto_lines.get(hunk["file"], set[int]())))])
        for name, shown in {"darner": ours, **theirs}.items():
            for hunk in others:
                held = [shown[budget].get(hunk["file"], set[int]()) for budget in _COMMIT_BUDGETS]
                values = [
                    float(not each.isdisjoint(changed_lines(hunk["old_start"], hunk["old_lines"]))) for each in held
                ]
                _note(out, ("all", row["language"]), name, values)


def changed_lines(first: int, size: int, around: int = 3) -> set[int]:
    """The old lines that a hunk changes, without its lines of surroundings."""
    around = around if size > 2 * around else 0
    last = first + max(size, 1) - around
    return set(range(first + around, last)) or {first}


async def prefixes(repository: Repository, rows: list[dict[str, Any]], shares: dict[int, list[float]]) -> None:
    counter = tokenizer("o200k_base")
    index = await repository.at(rows[0]["commit"])
    for row in rows:
        for budget in _COMMIT_BUDGETS:
            texts: list[str] = []
            for line in (row["line"], row["line"] + 5):
                bundle = index.context(ContextRequest("add a check", Focus(row["file"], line, line), budget), counter)
                prompt = assemble(
                    rules="", project="", bundle=bundle, instruction="add a check", tokenizer=counter, hide=Masks().hide
                )
                texts.append(prompt.messages[-1][1])
            common = next((place for place, (one, other) in enumerate(zip(*texts, strict=False)) if one != other), -1)
            shares.setdefault(budget, []).append(counter.count(texts[1][:common]) / counter.count(texts[1]))


def _table(title: str, columns: Iterable[str], figures: Figures) -> None:
    print(f"\n{title}\n{'':14}{'':10}{'n':>5}  {'  '.join(f'{each:>6}' for each in columns)}")
    for key in sorted(figures, key=lambda each: (each != "all", each)):
        for name, (count, *sums) in figures[key].items():
            cells = "  ".join(f"{value / count:6.2f}" for value in sums)
            print(f"{key if name == 'darner' else '':14}{name:10}{count:5.0f}  {cells}")


def by_repository(rows: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["repo"], []).append(row)
    return found


async def run(arguments: argparse.Namespace, mirrors: Path, folder: Path) -> None:
    found, changed, chosen = Figures(), Figures(), Figures()
    shares: dict[int, list[float]] = {}
    peers = Peers(folder, tuple(arguments.peers))
    retrieving, committing = by_repository(rows_of("retrieval.jsonl.gz")), by_repository(rows_of("commits.jsonl.gz"))
    for repo in sorted({*retrieving, *committing} & set(arguments.repos or {*retrieving, *committing})):
        mirror = mirror_of(mirrors, repo)
        if mirror is None:
            print(f"no mirror of {repo}: its cases are left out")
            continue
        repository = Repository(mirror, folder)
        if rows := retrieving.get(repo):
            await retrieval(repository, rows, peers, arguments.aider_every, found)
            await prefixes(repository, rows[::3], shares)
        await commits(repository, committing.get(repo, [])[:: arguments.commits_every], peers, changed, chosen)
        await repository.close()
    peers.close()
    _table("Definitions that the next statement uses", [*(f"line {size // 1000}k" for size in _BUDGETS),
           *(f"body {size // 1000}k" for size in _BUDGETS)], found)  # fmt: skip
    _table("A commit's hunks in other files", [f"at {size // 1000}k" for size in _COMMIT_BUDGETS], changed)
    print("\nThe same with the budget auto, and the mean tokens of its snippets")
    for key, kinds in chosen.items():
        (count, hits), (answers, tokens) = kinds["places"], kinds["tokens"]
        print(f"{key:14}{count:5.0f}  {hits / count:6.2f}  {tokens / answers:8.0f}")
    print("\nPrompt tokens in the common beginning, the cursor five lines lower")
    kept = {
        size: {"median": statistics.median(each), "worst tenth": sorted(each)[len(each) // 10],
               "at least 80 %": sum(share >= 0.8 for share in each) / len(each)}
        for size, each in shares.items()
    }  # fmt: skip
    for size, row in kept.items():
        print(f"{size // 1000}k  " + "  ".join(f"{name} {value:.2f}" for name, value in row.items()))
    print(json.dumps({"retrieval": found, "commits": changed, "auto": chosen, "prefix": kept}))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else None)
    parser.add_argument("--peers", nargs="*", choices=_PEERS, default=_PEERS, help="which peers; none for no peer")
    parser.add_argument("--aider-every", type=int, default=4, help="ask Aider in every n-th retrieval case only")
    parser.add_argument("--commits-every", type=int, default=4, help="take every n-th commit")
    parser.add_argument("--repos", nargs="*", help="only the cases of these repositories, as owner/name")
    arguments = parser.parse_args()
    mirrors = os.environ.get("DARNER_EVAL_REPOS")
    if not (CASES / "retrieval.jsonl.gz").exists():
        print(f"context_eval: no cases in {CASES}; DARNER_CASES names their folder")
        return 0
    if not mirrors or not Path(mirrors).is_dir():
        print("context_eval: no repositories; DARNER_EVAL_REPOS names a folder with their git mirrors")
        return 0
    with tempfile.TemporaryDirectory(prefix="darner-eval-") as folder:
        asyncio.run(run(arguments, Path(mirrors), Path(folder)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
