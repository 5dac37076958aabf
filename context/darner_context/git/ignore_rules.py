"""gitignore rules as git reads them, matched in a time that no rule can make long.

Rules and paths are compared byte by byte, as git does: each character stands for one byte.
"""

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from darner_context.git.wildmatch import expression


@dataclass(frozen=True, slots=True)
class Rules:
    """Rules of one folder, for paths relative to it ("a/b.py"; a folder ends in "/"); the last ones first."""

    runs: tuple[tuple[re.Pattern[str] | None, re.Pattern[str] | None, bool], ...]  # of files, of folders

    def verdict(self, path: str) -> bool | None:
        """True: ignored; False: included again by a negated rule; None: no rule applies."""
        said = as_bytes(path.removesuffix("/"))
        folder = path.endswith("/")
        for of_files, of_folders, ignored in self.runs:
            pattern = of_folders if folder else of_files
            if pattern is not None and pattern.fullmatch(said):
                return ignored
        return None


EVERYTHING = ("*",)


def parse_rules(lines: Iterable[str], *, fold: bool = False) -> Rules:
    """Read rules, of which later ones win; with `fold` capital letters are as good as small ones (core.ignorecase)."""
    runs: list[tuple[list[str], list[str], bool]] = []
    for line in lines:
        found = _rule(line)
        if found is None:
            continue
        source, only_folders, ignored = found
        if not runs or runs[-1][2] != ignored:
            runs.append(([], [], ignored))
        runs[-1][1].append(source)
        if not only_folders:
            runs[-1][0].append(source)
    flags = re.ASCII | re.DOTALL | (re.IGNORECASE if fold else 0)
    return Rules(
        tuple((_joined(files, flags), _joined(folders, flags), kind) for files, folders, kind in reversed(runs))
    )


def ignored(path: str, rules: Sequence[tuple[str, Rules]]) -> bool:
    """Whether a path is ignored by rules given outermost first, each with the prefix of its folder ("" or "a/b/")."""
    for prefix, each in reversed(rules):
        verdict = each.verdict(path[len(prefix) :])
        if verdict is not None:
            return verdict
    return False


def lines_of(data: bytes) -> list[str]:
    """The lines of a file of rules, a character a byte."""
    text = data.removeprefix(b"\xef\xbb\xbf").decode("latin-1")
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    return [line.partition("\0")[0] for line in lines] if "\0" in text else lines


def as_bytes(text: str) -> str:
    """A text with a character for each of its bytes."""
    return text if text.isascii() else os.fsencode(text).decode("latin-1")


def _joined(sources: Sequence[str], flags: int) -> re.Pattern[str] | None:
    return re.compile("|".join(sources), flags) if sources else None


def _rule(line: str) -> tuple[str, bool, bool] | None:
    """A rule as a regular expression, whether it is of folders only, and whether it ignores; None for no rule."""
    line = _trimmed(line) if line.endswith(" ") else line
    if not line or line.startswith("#"):
        return None
    ignores = not line.startswith("!")
    line = line if ignores else line[1:]
    only_folders = line.endswith("/")
    line = line[:-1] if only_folders else line
    anchored = "/" in line
    source = expression(line.removeprefix("/"), anchored=anchored) if line.strip("/") else None
    return None if source is None else (source if anchored else f"(?:.*/)?{source}", only_folders, ignores)


def _trimmed(line: str) -> str:
    """A line without the blanks at its end; the first one may be kept by a backslash."""
    bare = line.rstrip(" ")
    return bare + " " if (len(bare) - len(bare.rstrip("\\"))) % 2 else bare
