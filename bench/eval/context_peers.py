"""Peers of the context on the cases of context_eval.py and localise.py: run by them in an environment of their own.

Aider's RepoMap 0.86, BM25 over chunks of thirty lines (bm25s), and a plain search for the identifiers at the place.
Reads one JSON object a line on stdin (a repository with its files, and cases in it) and prints one a case: for each
peer and budget the lines shown by path. Aider goes up to 15 % over its budget; nothing is taken away for that.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Callable  # noqa: TC003 - run alone, by another interpreter
from functools import cache, partial
from pathlib import Path
from typing import Any

from darner_context.text.tokenizer import tokenizer

_WORD = re.compile(r"[A-Za-z_]\w{2,}")
_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_NO_CODE = re.compile(
    r"(?:^|/)(?:tests?|testing|testsuite|__tests__|spec|docs?|examples?|bench\w*)/|(?:^|/)(?:test_|conftest)[^/]*$"
    r"|(?:_test|_spec|[.-]test|[.-]spec|Tests?)\.\w+$|\.(?:md|rst|txt|html|css|json|ya?ml|toml|lock)$"
)
_CHUNK = 30  # lines
_AROUND = 4  # lines shown on both sides of a line that the plain search finds
Shown = dict[str, list[list[int]]]


@cache
def _tokens(line: str) -> int:
    return tokenizer("o200k_base").count(line)


class Workspace:
    """The lines of all files, as text and as tokens."""

    def __init__(self, root: Path, files: list[str]) -> None:
        self.root = root
        self.lines: dict[str, list[str]] = {}
        for path in files:
            try:
                self.lines[path] = (root / path).read_bytes().decode("utf-8", "replace").split("\n")
            except OSError:
                continue

    def tokens(self, path: str, first: int, last: int) -> int:
        return sum(_tokens(line + "\n") for line in self.lines[path][first - 1 : last])


class Bm25:
    def __init__(self, workspace: Workspace, *, code: bool = False) -> None:
        import bm25s  # noqa: PLC0415 - a peer that may be missing

        self._workspace = workspace
        self._chunks = [
            (path, first, min(first + _CHUNK - 1, len(lines)))
            for path, lines in workspace.lines.items()
            for first in range(1, len(lines) + 1, _CHUNK)
            if not (code and _NO_CODE.search(path))
        ]
        texts = [_words("\n".join(workspace.lines[path][a - 1 : b])) or ["-"] for path, a, b in self._chunks]
        self._engine = bm25s.BM25()
        self._engine.index(texts, show_progress=False)

    def shown(self, case: dict[str, Any]) -> dict[int, Shown]:
        query = _words(case["near"] + "\n" + case["instruction"]) or ["-"]
        found, _ = self._engine.retrieve([query], k=min(3000, len(self._chunks)), show_progress=False)
        order = [self._chunks[int(number)] for number in found[0]]
        return {budget: _fill(self._workspace, order, case["file"], budget) for budget in case["budgets"]}


class Search:
    """Lines with the identifiers of the place, the rarest identifiers first."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._where: dict[str, list[tuple[str, int]]] = {}
        for path, lines in workspace.lines.items():
            for number, line in enumerate(lines, 1):
                for word in set(_WORD.findall(line)):
                    self._where.setdefault(word, []).append((path, number))

    def shown(self, case: dict[str, Any]) -> dict[int, Shown]:
        wanted = set(_WORD.findall(case["near"] + "\n" + case["instruction"]))
        names = sorted(wanted & self._where.keys(), key=lambda name: (len(self._where[name]), name))
        lines = self._workspace.lines
        order = [
            (path, max(1, number - _AROUND), min(len(lines[path]), number + _AROUND))
            for name in names
            for path, number in self._where[name][:200]
        ]
        return {budget: _fill(self._workspace, order, case["file"], budget) for budget in case["budgets"]}


class Aider:
    def __init__(self, workspace: Workspace) -> None:
        from aider import repomap  # noqa: PLC0415 - a peer that may be missing

        class Recording(repomap.RepoMap):  # type: ignore[misc] # a peer without types
            """Remembers which lines each rendered map shows."""

            known: dict[tuple[str, str], list[int]]
            ranked: object

            def render_tree(self, abs_fname: str, rel_fname: str, lois: list[int]) -> str:
                text: str = super().render_tree(abs_fname, rel_fname, lois)
                if (rel_fname, text) not in self.known:
                    context = self.tree_context_cache[rel_fname]["context"]
                    self.known[rel_fname, text] = [number + 1 for number in sorted(context.show_lines)]
                self.now[rel_fname] = self.known[rel_fname, text]
                return text

            def to_tree(self, tags: object, chat_rel_fnames: object) -> str:
                self.now: dict[str, list[int]] = {}
                text: str = super().to_tree(tags, chat_rel_fnames)
                self.made[text] = self.now
                return text

            def get_ranked_tags(self, *args: object, **_: object) -> object:
                if self.ranked is None:
                    self.ranked = super().get_ranked_tags(*args)
                return self.ranked

        class Model:
            def token_count(self, text: str) -> int:
                return tokenizer("o200k_base").count(text)

        self._workspace = workspace
        self._map = Recording(root=str(workspace.root), main_model=Model(), io=_Quiet())

    def shown(self, case: dict[str, Any]) -> dict[int, Shown]:
        root = self._workspace.root
        others = [str(root / path) for path in self._workspace.lines if path != case["file"]]
        named = set(_WORD.findall(case["near"] + "\n" + case["instruction"]))
        if not case["file"]:
            return self._maps([], others, named, case["budgets"])
        focus = root / case["file"]
        kept = focus.read_bytes()
        lines = kept.split(b"\n")
        for number in range(*case["hidden"]):
            lines[number - 1] = b""
        focus.write_bytes(b"\n".join(lines))
        answer = self._maps([str(focus)], others, named, case["budgets"])
        focus.write_bytes(kept)
        return answer

    def _maps(self, chat: list[str], others: list[str], named: set[str], budgets: list[int]) -> dict[int, Shown]:
        self._map.ranked, self._map.made, self._map.known = None, {}, {}
        answer: dict[int, Shown] = {}
        for budget in budgets:
            text = self._map.get_ranked_tags_map_uncached(chat, others, budget, set(), named)
            made = self._map.made.get(text, {})
            answer[budget] = {path: [[number, number] for number in shown] for path, shown in made.items()}
        return answer


class _Quiet:
    """Stands for Aider's terminal."""

    def read_text(self, path: str, **_: object) -> str:
        return Path(path).read_bytes().decode("utf-8", "replace")

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *_, **__: None


def _words(text: str) -> list[str]:
    return [part.lower() for word in _WORD.findall(text) for part in (word, *_PART.findall(word))]


def _fill(workspace: Workspace, order: list[tuple[str, int, int]], focus: str, budget: int) -> Shown:
    shown: Shown = {}
    taken: set[tuple[str, int]] = set()
    left = budget
    for path, first, last in order:
        if path == focus or (path, first) in taken:
            continue
        fresh = [number for number in range(first, last + 1) if (path, number) not in taken]
        cost = sum(_tokens(workspace.lines[path][number - 1] + "\n") for number in fresh)
        if cost > left:
            if left < 20:
                break
            continue
        left -= cost
        taken.update((path, number) for number in fresh)
        shown.setdefault(path, []).append([first, last])
    return shown


def main() -> None:
    out = sys.stdout
    sys.stdout = sys.stderr
    failed = Counter[str]()
    for row in sys.stdin:
        task = json.loads(row)
        workspace = Workspace(Path(task["root"]), task["files"])
        peers: dict[str, Bm25 | Search | Aider] = {}
        kinds = (("aider", Aider), ("bm25", Bm25), ("bm25-code", partial(Bm25, code=True)), ("search", Search))
        for name, peer in kinds:
            if name not in task["peers"]:
                continue
            try:
                peers[name] = peer(workspace)
            except ImportError:
                failed[name] += 1
        for case in task["cases"]:
            answer = {name: peer.shown(case) for name, peer in peers.items() if not case["quick"] or name != "aider"}
            out.write(json.dumps(answer) + "\n")
            out.flush()


if __name__ == "__main__":
    main()
