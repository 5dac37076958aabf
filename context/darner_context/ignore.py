"""gitignore rules: nested, negated, global; one regular expression for each run of rules of one kind."""

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

FILES = (".gitignore", ".darnerignore")


@dataclass(frozen=True, slots=True)
class Rules:
    """Rules of one ignore file, for paths relative to its folder ("a/b.py"; a folder ends in "/")."""

    runs: tuple[tuple[re.Pattern[str], bool], ...]

    def verdict(self, path: str) -> bool | None:
        """True: ignored; False: taken back by a negated rule; None: nothing said."""
        return next((ignored for pattern, ignored in self.runs if pattern.match(path)), None)


def parse_rules(lines: Iterable[str]) -> Rules:
    """Later rules win, so the runs are tried from the last."""
    wanted = [line for line in lines if line.strip() and not line.startswith("#")]
    if not wanted:
        return Rules(())
    from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern  # noqa: PLC0415 - a first context needs no rules

    runs: list[tuple[list[str], bool]] = []
    for line in wanted:
        try:
            found, ignored = GitIgnoreSpecPattern.pattern_to_regex(line)
            source = found.decode() if isinstance(found, bytes) else found
            if source is None or ignored is None:
                continue
            # a rule speaks of the folder itself; what lies below it is passed over with it
            source = re.sub(r"\(\?P<\w+>/\)", "/$", source)
            source = source if source.startswith(("^", ".")) else f".*{source}"
            re.compile(source)
        except (ValueError, re.error):
            continue  # git passes over what it cannot read, too
        if not runs or runs[-1][1] != ignored:
            runs.append(([], ignored))
        runs[-1][0].append(source)
    return Rules(tuple((re.compile("|".join(f"(?:{each})" for each in run)), kind) for run, kind in reversed(runs)))


def read_rules(folder: Path) -> Rules | None:
    """Rules of the ignore files in a folder, None where there are none."""
    lines = [line for name in FILES for line in _lines(folder / name)]
    return parse_rules(lines) if lines else None


def global_rules(root: Path, extra: Sequence[str]) -> Rules:
    """Rules of git's global excludes, of the repository's `info/exclude` and of the settings."""
    home = Path(os.environ.get("HOME") or Path("~").expanduser())
    config = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config") / "git"
    excludes = config / "ignore"
    for source in (config / "config", home / ".gitconfig"):
        for line in _lines(source):
            key, _, value = line.strip().partition("=")
            if key.strip().lower() == "excludesfile":
                name = value.strip().strip('"')
                excludes = home / name[2:] if name.startswith("~/") else Path(name)
    return parse_rules([*_lines(excludes), *_lines(root / ".git" / "info" / "exclude"), *extra])


def ignored(path: str, rules: Sequence[tuple[str, Rules]]) -> bool:
    """Whether a path is ignored by rules given outermost first, each with the prefix of its folder ("" or "a/b/")."""
    for prefix, each in reversed(rules):
        verdict = each.verdict(path[len(prefix) :])
        if verdict is not None:
            return verdict
    return False


def _lines(path: Path) -> list[str]:
    try:
        return re.split(r"\r\n|\n|\r", path.read_bytes()[:1_000_000].decode("utf-8", "replace"))
    except OSError:
        return []
