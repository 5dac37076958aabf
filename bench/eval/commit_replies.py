"""Real commits written as replies in every format, with the mistakes models make, and applied.

The tree after must be the commit's tree, or the reply refused; a wrong tree never. DARNER_CASES names the folder with
the list of commits, DARNER_EVAL_REPOS the folder with their bare repositories, <owner>+<name>/repo.
`replies(commit, seed)` is made to be used by others too.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from pathlib import Path
from typing import TYPE_CHECKING

from darner_server.patch import Parser, apply_reply

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_CASES = Path(os.environ.get("DARNER_CASES", Path(__file__).resolve().parents[3] / "shared" / "cases"))
_CONTEXT = 3
FORMATS = ("search-replace", "apply-patch", "unified-diff", "whole", "find-replace")


@dataclass(frozen=True, slots=True)
class Commit:
    name: str
    instruction: str
    before: dict[str, str]
    after: dict[str, str | None]


@dataclass(frozen=True, slots=True)
class Hunk:
    """Lines as a model would write them; `start` is the old line (from 1)."""

    path: str
    start: int
    lines: tuple[tuple[str, str], ...]
    new_start: int = 1
    section: str = ""
    wrong_numbers: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    reply_format: str
    distortion: str
    text: str


def commits(repos: Path) -> Iterator[Commit]:
    """Yield the listed commits with the files they change."""
    with gzip.open(_CASES / "commits.jsonl.gz", "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    for row in rows:
        folder = repos / row["repo"].replace("/", "+") / "repo"
        before = {path: _file(folder, row["parent"], path) for path in row["files"]}
        after = {path: _file(folder, row["commit"], path) for path in row["files"]}
        old = {path: text for path, text in before.items() if text is not None}
        if old or any(after.values()):
            yield Commit(row["id"], row["instruction"], old, after)


def _file(folder: Path, revision: str, path: str) -> str | None:
    shown = subprocess.run(["git", "--git-dir", folder, "show", f"{revision}:{path}"], capture_output=True, check=False)
    return shown.stdout.decode("utf-8") if shown.returncode == 0 else None


def hunks(commit: Commit) -> list[Hunk]:
    """Return what the commit changes in files that stay, three lines around each change."""
    found: list[Hunk] = []
    for path, text in commit.before.items():
        becomes = commit.after[path]
        if becomes is None:
            continue
        old, new = _lines(text), _lines(becomes)
        for group in SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(_CONTEXT):
            lines: list[tuple[str, str]] = []
            for tag, first, last, begin, end in group:
                if tag == "equal":
                    lines += [(" ", line) for line in old[first:last]]
                    continue
                lines += [("-", line) for line in old[first:last]]
                lines += [("+", line) for line in new[begin:end]]
            section = _section(old, group[0][1])
            found.append(Hunk(path, group[0][1] + 1, tuple(lines), group[0][3] + 1, section))
    return found


def _lines(text: str) -> list[str]:
    return text.removesuffix("\n").split("\n") if text else []


def _section(old: list[str], at: int) -> str:
    """Return the last line above that begins in the first column with a letter, as diff tools do."""
    return next((line for line in reversed(old[:at]) if line[:1].isalpha()), "")


# Distortions: each takes a hunk and a source of chance. Lines that come are left right unless all are moved alike.


def _clean(hunk: Hunk, _chance: random.Random) -> Hunk:
    return hunk


def _each(hunk: Hunk, chance: random.Random, share: float, change: Callable[[str], str]) -> Hunk:
    lines = [(op, change(line) if op != "+" and chance.random() < share else line) for op, line in hunk.lines]
    return replace(hunk, lines=tuple(lines))


def _trailing(hunk: Hunk, chance: random.Random) -> Hunk:
    return _each(hunk, chance, 0.3, lambda line: line.rstrip() + " " * chance.randint(0, 4))


def _tabs(hunk: Hunk, _chance: random.Random) -> Hunk:
    def change(line: str) -> str:
        rest = line.lstrip(" \t")
        blanks = line[: len(line) - len(rest)]
        if "\t" in blanks:
            return blanks.replace("\t", "    ") + rest
        return "\t" * (len(blanks) // 4) + " " * (len(blanks) % 4) + rest

    if not any(op != "+" and line[:1] in (" ", "\t") for op, line in hunk.lines):
        return hunk  # nothing would tell that the new lines are indented otherwise
    return replace(hunk, lines=tuple((op, change(line)) for op, line in hunk.lines))


def _shifted(hunk: Hunk, chance: random.Random) -> Hunk:
    content = [line for _, line in hunk.lines if line.strip()]
    common = min((line[: len(line) - len(line.lstrip(" \t"))] for line in content), key=len, default="")
    if not all(line.startswith(common) for line in content):
        return hunk
    if common and chance.random() < 0.7:
        return replace(hunk, lines=tuple((op, line.removeprefix(common)) for op, line in hunk.lines))
    return replace(hunk, lines=tuple((op, "    " + line if line.strip() else line) for op, line in hunk.lines))


def _one_indent(hunk: Hunk, chance: random.Random) -> Hunk:
    there = [number for number, (op, line) in enumerate(hunk.lines) if op != "+" and line.strip()]
    if not there:
        return hunk
    at = chance.choice(there)
    lines = list(hunk.lines)
    op, line = lines[at]
    lines[at] = (op, line[1:] if line.startswith((" ", "\t")) and chance.random() < 0.5 else " " + line)
    return replace(hunk, lines=tuple(lines))


def _numbers(hunk: Hunk, chance: random.Random) -> Hunk:
    return replace(
        hunk,
        start=max(1, hunk.start + chance.randint(-30, 30)),
        wrong_numbers=(chance.randint(0, 9), chance.randint(0, 9)),
    )


def _less_context(hunk: Hunk, chance: random.Random) -> Hunk:
    lines = list(hunk.lines)
    start = hunk.start
    for _ in range(chance.randint(1, 3)):
        if lines and lines[0][0] == " ":
            del lines[0]
            start += 1
        if lines and lines[-1][0] == " ":
            del lines[-1]
    return replace(hunk, lines=tuple(lines), start=start)


def _missing_line(hunk: Hunk, chance: random.Random) -> Hunk:
    old = [number for number, (op, _) in enumerate(hunk.lines) if op != "+"]
    inner = [number for number in old[1:-1] if hunk.lines[number][0] == " "]
    if not inner:
        return hunk
    lines = list(hunk.lines)
    del lines[chance.choice(inner)]
    return replace(hunk, lines=tuple(lines))


def _other_word(hunk: Hunk, chance: random.Random) -> Hunk:
    there = [number for number, (op, line) in enumerate(hunk.lines) if op != "+" and len(line.split()) > 1]
    if not there:
        return hunk
    at = chance.choice(there)
    op, line = hunk.lines[at]
    words = line.split(" ")
    which = chance.choice([number for number, word in enumerate(words) if word])
    words[which] = words[which] + "x"
    lines = list(hunk.lines)
    lines[at] = (op, " ".join(words))
    return replace(hunk, lines=tuple(lines))


def _typographic(hunk: Hunk, chance: random.Random) -> Hunk:
    return _each(hunk, chance, 0.5, lambda line: line.replace("'", "\u2019").replace(" - ", " \u2013 "))


def _escaped(hunk: Hunk, _chance: random.Random) -> Hunk:
    lines = [(op, line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")) for op, line in hunk.lines]
    return replace(hunk, lines=tuple(lines))


def _elided(hunk: Hunk, _chance: random.Random) -> Hunk:
    """Replace the middle of the longest run of kept lines by dots."""
    lines = list(hunk.lines)
    best, at = 0, 0
    run = 0
    for number, (op, _) in enumerate([*lines, ("-", "")]):
        if op == " ":
            run += 1
            continue
        if run > best:
            best, at = run, number - run
        run = 0
    if best < 3:
        return hunk
    lines[at + 1 : at + best - 1] = [(" ", "...")]
    return replace(hunk, lines=tuple(lines))


DISTORTIONS: dict[str, Callable[[Hunk, random.Random], Hunk]] = {
    "none": _clean,
    "trailing blanks": _trailing,
    "tabs for spaces": _tabs,
    "indentation shifted": _shifted,
    "one line's indentation": _one_indent,
    "wrong numbers": _numbers,
    "less context": _less_context,
    "a line left out": _missing_line,
    "a word changed": _other_word,
    "typographic quotes": _typographic,
    "HTML entities": _escaped,
    "dots for lines": _elided,
    "line numbers copied": _clean,
    "CRLF": _clean,
    "cut off": _clean,
}


def render(commit: Commit, reply_format: str, distortion: str, seed: int) -> str | None:
    """Return the commit as a reply; None if the format cannot have this distortion."""
    chance = random.Random(f"{seed}/{commit.name}/{reply_format}/{distortion}")  # noqa: S311 - seeded on purpose
    if reply_format == "whole":
        text = _whole(commit, distortion)
    else:
        bent = [DISTORTIONS[distortion](hunk, chance) for hunk in hunks(commit)]
        text = _WRITERS[reply_format](commit, bent, distortion)
    if text is None:
        return None
    if distortion == "CRLF":
        return text.replace("\n", "\r\n")
    if distortion == "cut off":
        return text[: chance.randint(len(text) // 3, max(len(text) // 3, len(text) - 12))]
    return f"Here is the change.\n\n{text}\nThat is all.\n"


def replies(commit: Commit, seed: int) -> Iterator[Reply]:
    """Yield the commit in every format with every distortion it can have."""
    for reply_format in FORMATS:
        for distortion in DISTORTIONS:
            text = render(commit, reply_format, distortion, seed)
            if text is not None:
                yield Reply(reply_format, distortion, text)


def _halves(hunk: Hunk) -> tuple[list[str], list[str]]:
    return [line for op, line in hunk.lines if op != "+"], [line for op, line in hunk.lines if op != "-"]


def _joined(lines: list[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _search_replace(commit: Commit, bent: list[Hunk], distortion: str) -> str | None:
    out: list[str] = []
    for hunk in bent:
        old, new = _halves(hunk)
        if distortion == "line numbers copied":
            old = [f"{hunk.start + number:4} | {line}" for number, line in enumerate(old)]
        hint = f":start_line:{hunk.start}\n-------\n" if distortion == "wrong numbers" else ""
        out.append(
            f"{hunk.path}\n`````\n<<<<<<< SEARCH\n{hint}{_joined(old)}=======\n{_joined(new)}>>>>>>> REPLACE\n`````\n"
        )
    if any(text is None for text in commit.after.values()):
        return None  # the format cannot delete a file
    for path, text in commit.after.items():
        if path not in commit.before:
            out.append(f"{path}\n`````\n<<<<<<< SEARCH\n=======\n{text or ''}>>>>>>> REPLACE\n`````\n")
    return "\n".join(out)


def _apply_patch(commit: Commit, bent: list[Hunk], distortion: str) -> str | None:
    if distortion in ("line numbers copied", "wrong numbers"):
        return None
    out, path = ["*** Begin Patch"], ""
    for hunk in bent:
        if hunk.path != path:
            path = hunk.path
            out.append(f"*** Update File: {path}")
        # An anchor is where the place stands, so it is told anew for a hunk that has lost lines above.
        out.append(f"@@ {_section(_lines(commit.before[path]), hunk.start - 1)}".rstrip())
        out += [op + line for op, line in hunk.lines]
    for path, text in commit.after.items():
        if text is None:
            out.append(f"*** Delete File: {path}")
        elif path not in commit.before:
            out.append(f"*** Add File: {path}")
            out += [f"+{line}" for line in text.removesuffix("\n").split("\n")]
    return "\n".join([*out, "*** End Patch", ""])


def _unified(commit: Commit, bent: list[Hunk], distortion: str) -> str | None:
    if distortion == "line numbers copied":
        return None
    out, path = ["```diff"], ""
    for hunk in bent:
        if hunk.path != path:
            path = hunk.path
            out += [f"--- a/{path}", f"+++ b/{path}"]
        old, new = _halves(hunk)
        counts = hunk.wrong_numbers or (len(old), len(new))
        out.append(f"@@ -{hunk.start},{counts[0]} +{hunk.new_start},{counts[1]} @@ {hunk.section[:80]}".rstrip())
        out += [op + line for op, line in hunk.lines]
    for path, text in commit.after.items():
        content = text if text is not None else commit.before[path]
        if text is not None and path in commit.before:
            continue
        lines = content.removesuffix("\n").split("\n")
        made = text is not None
        out += ["--- /dev/null", f"+++ b/{path}"] if made else [f"--- a/{path}", "+++ /dev/null"]
        out.append(f"@@ -0,0 +1,{len(lines)} @@" if made else f"@@ -1,{len(lines)} +0,0 @@")
        out += [("+" if made else "-") + line for line in lines]
    return "\n".join([*out, "```", ""])


def _find_replace(commit: Commit, bent: list[Hunk], distortion: str) -> str | None:
    if distortion in ("line numbers copied", "wrong numbers") or set(commit.after) != set(commit.before):
        return None
    if any(text is None for text in commit.after.values()):
        return None
    if any(not _halves(hunk)[0] for hunk in bent):
        return None  # without a text to find, a pair means the file's beginning
    pairs = [
        {"path": hunk.path, "old_string": _joined(_halves(hunk)[0]), "new_string": _joined(_halves(hunk)[1])}
        for hunk in bent
    ]
    return json.dumps(pairs, indent=1) + "\n"


def _whole(commit: Commit, distortion: str) -> str | None:
    if distortion not in ("none", "dots for lines", "CRLF", "cut off"):
        return None
    if any(text is None for text in commit.after.values()):
        return None
    out: list[str] = []
    for path, text in commit.after.items():
        shown = text or ""
        if distortion == "dots for lines" and path in commit.before:
            shown = _with_gaps(commit.before[path], shown, path)
        out.append(f"{path}\n``````\n{shown}{'' if shown.endswith(chr(10)) else chr(10)}``````\n")
    return "\n".join(out)


def _with_gaps(before: str, after: str, path: str) -> str:
    """Leave out the middle of every long run of lines that stay, as models do with whole files."""
    old, new = before.split("\n"), after.split("\n")
    mark = "# ... existing code ..." if path.endswith(".py") else "// ... existing code ..."
    out: list[str] = []
    for tag, _, _, begin, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        run = new[begin:end]
        if tag == "equal" and len(run) > 8:
            run = [*run[:3], mark, *run[-3:]]
        out += run
    return "\n".join(out)


_WRITERS: dict[str, Callable[[Commit, list[Hunk], str], str | None]] = {
    "search-replace": _search_replace,
    "apply-patch": _apply_patch,
    "unified-diff": _unified,
    "find-replace": _find_replace,
}


def verdict(commit: Commit, reply: Reply) -> str:
    """Apply a reply and compare the tree. Of a cut-off reply, the edits must be the first of the commit's own."""
    if reply.distortion == "cut off" and not _is_beginning(commit, reply):
        return "wrong"
    applied = apply_reply(reply.text, commit.before, request=commit.instruction)
    if applied.refused:
        return "refused"
    wanted = {path: text for path, text in commit.after.items() if text is not None}
    got = {path: text for path, text in applied.files.items() if text is not None}
    if got == wanted:
        return "right"
    return "part" if reply.distortion == "cut off" and _is_beginning(commit, reply, cut_off=False) else "wrong"


def _is_beginning(commit: Commit, reply: Reply, *, cut_off: bool = True) -> bool:
    full = render(commit, reply.reply_format, "none", 0)
    parser, cut = Parser(), Parser()
    edits = [*parser.feed(full or ""), *parser.close()]
    some = [*cut.feed(reply.text), *cut.close(cut_off=cut_off)]
    return some == edits[: len(some)]


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--first", type=int, default=None, help="only so many commits")
    options.add_argument("--show", action="store_true", help="name every wrong tree")
    chosen = options.parse_args()
    repos = os.environ.get("DARNER_EVAL_REPOS")
    if not repos:
        print("DARNER_EVAL_REPOS is not set: it names the folder of bare repositories", file=sys.stderr)
        return 2
    table: dict[tuple[str, str], Counter[str]] = {}
    wrong: list[str] = []
    for number, commit in enumerate(commits(Path(repos))):
        if chosen.first is not None and number >= chosen.first:
            break
        for reply in replies(commit, chosen.seed):
            found = verdict(commit, reply)
            table.setdefault((reply.distortion, reply.reply_format), Counter())[found] += 1
            if found == "wrong":
                wrong.append(f"{commit.name} {reply.reply_format} {reply.distortion}")
    total: Counter[str] = sum(table.values(), Counter[str]())
    if chosen.json:
        rows = {f"{distortion}/{form}": dict(counts) for (distortion, form), counts in table.items()}
        sys.stdout.write(json.dumps({"total": dict(total), "rows": rows, "wrong": wrong}, indent=1) + "\n")
        return 0
    print(f"{'distortion':26}{'format':18}{'right':>8}{'refused':>9}{'part':>6}{'wrong':>7}{'right %':>9}")
    for (distortion, form), counts in sorted(table.items()):
        share = 100 * counts["right"] / counts.total()
        print(
            f"{distortion:26}{form:18}{counts['right']:8}{counts['refused']:9}{counts['part']:6}{counts['wrong']:7}{share:9.1f}"
        )
    print(f"\nall: {dict(total)}")
    if chosen.show:
        print("\n".join(wrong))
    return 0


if __name__ == "__main__":
    sys.exit(main())
