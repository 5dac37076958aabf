"""Is the definition that the next statement uses in the context: public repositories of many languages.

DARNER_EVAL_REPOS names a folder with git mirrors; the newest commit of each is taken. A case is a statement of a
function in code, no test: the cursor is before it, and the rest of the function is taken out. What it should be shown
are the definitions, in other files, of the names that the statement uses. Definitions are found by patterns, one or two
a language, which know nothing of darner's parsers; only a name that is defined once in all of the repository counts.
A name is visible if it is in the file above the cursor, imports included. Every figure is the share of definitions
whose line is in the context at 2k, 8k and 32k tokens.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import re
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from eval.context_eval import Repository, lines_shown, mirror_of

from darner_context.index import ContextRequest, Focus, Index
from darner_context.languages.table import language_of
from darner_context.syntax.definitions import enclosing
from darner_context.text.tokenizer import tokenizer
from darner_context.workspace.file_kind import test_path

if TYPE_CHECKING:
    from collections.abc import Iterator

_TYPES = r"\b(?:class|interface|enum|record|struct|object|trait|protocol|actor|module)\s+([A-Za-z_]\w+)"
_MEMBER = (
    r"^[ \t]+(?:(?:public|protected|private|internal|static|final|abstract|virtual|override|async|sealed)\s+)+"
    r"[\w<>\[\],.? ]*?\b(\w+)\s*(?:<[^>]*>)?\("
)
_PATTERNS = {
    "python": r"^\s*(?:async\s+)?(?:def|class)\s+(\w+)",
    "go": r"^(?:func\s+(?:\([^)]*\)\s*)?|type\s+)(\w+)",
    "rust": r"\b(?:fn|struct|enum|trait|type|macro_rules!)\s+(\w+)",
    "typescript": rf"\b(?:function\*?|type)\s+(\w+)|{_TYPES}|^export\s+const\s+(\w+)",
    "java": f"{_TYPES}|{_MEMBER}",
    "csharp": f"{_TYPES}|{_MEMBER}",
    "kotlin": rf"{_TYPES}|\bfun\s+(?:<[^>]*>\s*)?(?:[\w<>?*, ]+\.)?(\w+)",
    "swift": rf"{_TYPES}|\bfunc\s+(\w+)|\btypealias\s+(\w+)",
    "php": rf"{_TYPES}|\bfunction\s+&?(\w+)",
    "ruby": r"^\s*(?:def\s+(?:self\.)?|class\s+|module\s+)(\w+)",
    "elixir": r"^\s*(?:defp?|defmacrop?|defmodule)\s+([\w.]+)",
    "c": r"^(?:[A-Za-z_][\w \t*]*?[\s*])(\w+)\s*\([^;]*$|\b(?:struct|enum|union)\s+(\w+)\s*\{|^#\s*define\s+(\w+)",
    "cpp": rf"{_TYPES}[^;]*$|^[ \t]*(?:[\w:<>,*&]+[ \t]+)+[*&]?(\w+)\s*\([^;]*$|^#\s*define\s+(\w+)",
}
_REPOSITORIES = {
    "python": "pallets/flask psf/requests python-poetry/poetry", "go": "gin-gonic/gin caddyserver/caddy",
    "rust": "tokio-rs/axum BurntSushi/ripgrep", "typescript": "vuejs/core honojs/hono",
    "java": "google/gson square/javapoet", "kotlin": "square/okhttp square/moshi",
    "csharp": "App-vNext/Polly serilog/serilog", "php": "guzzle/guzzle slimphp/Slim",
    "ruby": "sinatra/sinatra jekyll/jekyll", "c": "jqlang/jq redis/hiredis",
    "cpp": "gabime/spdlog nlohmann/json", "swift": "Alamofire/Alamofire vapor/vapor", "elixir": "elixir-plug/plug",
}  # fmt: skip
_BUDGETS = (2_000, 8_000, 32_000)
_SHORTEST = 4  # characters of a name
_NAME = re.compile(r"[A-Za-z_]\w+")
_USED = re.compile(r"(?<!\.)\b([A-Z]\w+)|\b([A-Za-z_]\w+)[!?]?(?:\(|::)")  # a type, or what is called
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'|(?://|# ).*")
_NO_CODE = re.compile(r"(?:^|/)(?:docs?|examples?|bench\w*|samples?|third_party|vendor|single_include|__tests__)/")
_COPIES = re.compile(r"(?:^|/)(?:single_include|third_party|vendor|bundled)/")
_COMMENT = re.compile(r"\s*(?://|#|\*|/\*|--|\"\"\"|import\b|using\b|use\b|from\b)")


@dataclass(frozen=True, slots=True)
class Case:
    """A cursor, the lines that are taken out, and the definitions that the first of them uses (path, line)."""

    path: str
    first: int
    last: int
    gold: tuple[tuple[str, str, int], ...]  # name, path, line


def cases(root: Path, files: list[str], language: str, count: int) -> Iterator[Case]:
    """Choose cases of one repository, the same in every run."""
    texts = {
        path: (root / path).read_bytes().decode("utf-8", "replace").split("\n")
        for path in files
        if _of(path, language) == language and not _COPIES.search(path) and (root / path).is_file()
    }
    pattern = re.compile(_PATTERNS[language])
    defined: dict[str, tuple[str, int]] = {}
    often: Counter[str] = Counter()
    for path, lines in texts.items():
        for number, line in enumerate(lines, 1):
            for found in pattern.finditer(line):
                name = next(filter(None, found.groups()), "").rpartition(".")[2]
                often[name] += 1
                defined[name] = path, number
    code = {path for path in texts if not test_path(path) and not _NO_CODE.search(path)}
    unique = {
        name: place
        for name, place in defined.items()
        if often[name] == 1 and len(name) >= _SHORTEST and place[0] in code
    }
    spots = [(path, number) for path in sorted(code) for number in _statements(texts[path])]
    random.Random(7).shuffle(spots)  # noqa: S311 - a choice that must repeat
    taken = 0
    for path, number in spots:
        line = texts[path][number - 1]
        if taken == count or _COMMENT.match(line) or pattern.search(line):
            continue
        names = [str(found[1] or found[2]) for found in _USED.finditer(_QUOTED.sub(" ", line))]
        gold = tuple(
            (name, *unique[name]) for name in dict.fromkeys(names) if name in unique and unique[name][0] != path
        )
        if gold and (around := enclosing(path, "\n".join(texts[path]), number)) and around.start_line < number:
            taken += 1
            yield Case(path, number, around.end_line, gold)


def _statements(lines: list[str]) -> Iterator[int]:
    """Number the lines that are in no string over several lines."""
    inside = False
    for number, line in enumerate(lines, 1):
        marks = line.count('"""') + line.count("'''")
        if not inside and not marks:
            yield number
        inside ^= marks % 2 == 1


def _of(path: str, wanted: str) -> str:
    """Name the language of a file; headers are of the language that the repository is chosen for."""
    if path.endswith(".h") and wanted == "cpp":
        return wanted
    language = language_of(path) or ""
    return "typescript" if language == "tsx" else language


def measure(root: Path, index: Index, chosen: list[Case]) -> dict[str, list[float]]:
    """Sum up the definitions that are shown, by whether their names are visible; the first number counts them."""
    sums: dict[str, list[float]] = {"not visible": [0.0] * 4, "visible": [0.0] * 4}
    for case in chosen:
        above = (root / case.path).read_bytes().decode("utf-8", "replace").split("\n")[: case.first - 1]
        seen = set(_NAME.findall("\n".join(above)))
        focus = Focus(case.path, case.first, case.first)
        shown = [
            lines_shown(
                index.context(ContextRequest("", focus, budget, hidden=(case.first, case.last)), _COUNTER).snippets,
                root,
            )
            for budget in _BUDGETS
        ]
        for name, path, line in case.gold:
            row = sums["visible" if name in seen else "not visible"]
            row[0] += 1
            for place, lines in enumerate(shown, 1):
                row[place] += line in lines.get(path, set[int]())
    return sums


_COUNTER = tokenizer("o200k_base")


async def run(arguments: argparse.Namespace, mirrors: Path, folder: Path) -> None:
    print(f"{'':12}{'':26}{'':13}{'n':>4}      2k    8k   32k")
    for language in arguments.languages:
        for repo in _REPOSITORIES[language].split():
            mirror = mirror_of(mirrors, repo)
            if mirror is None:
                print(f"no mirror of {repo}: it is left out")
                continue
            repository = Repository(mirror, folder)
            try:
                index = await repository.at("HEAD")
            except subprocess.CalledProcessError:
                print(f"the copy of {repo} lacks files: it is left out")
                continue
            chosen = list(cases(repository.root, repository.files(), language, arguments.count))
            for kind, (count, *hits) in measure(repository.root, index, chosen).items():
                cells = "  ".join(f"{each / count:4.2f}" if count else "   -" for each in hits)
                print(f"{language:12}{repo:26}{kind:13}{count:4.0f}    {cells}", flush=True)
            await repository.close()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else None)
    parser.add_argument("languages", nargs="*", choices=[*_REPOSITORIES, []], help="all, if none is named")
    parser.add_argument("--count", type=int, default=60, help="statements of each repository")
    arguments = parser.parse_args()
    arguments.languages = arguments.languages or list(_REPOSITORIES)
    mirrors = os.environ.get("DARNER_EVAL_REPOS")
    if not mirrors or not Path(mirrors).is_dir():
        print("language_eval: no repositories; DARNER_EVAL_REPOS names a folder with their git mirrors")
        return 0
    with tempfile.TemporaryDirectory(prefix="darner-eval-") as folder:
        asyncio.run(run(arguments, Path(mirrors), Path(folder)))
    return 0


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    sys.exit(main())
