"""Diagnostics in the output of checkers, and which of them are new: by file, code and message, not by line."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

_COLOUR = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_PATH = r"(?P<path>(?:[A-Za-z]:)?[^\s:(][^:(\n]*?)"
_PLACE = rf"{_PATH}:(?P<line>\d+):\d+"
_FORMS = (
    # ruff and ty, concise, and cargo, short: a.py:3:1: F401 message; a.py:3:1: error[code] message
    re.compile(rf"^{_PLACE}: (?:(?P<level>error|warning|note|info|help)(?:\[(?P<code>[\w-]+)\])?:? )?(?P<message>.+)$"),
    # that of pyright: /work/a.py:3:1 - error: message (code)
    re.compile(rf"^\s*{_PLACE} - (?P<level>error|warning|information): (?P<message>.+?)(?: \((?P<code>\w+)\))?$"),
    # that of tsc: a.ts(3,1): error TS2322: message
    re.compile(rf"^{_PATH}\((?P<line>\d+),\d+\): (?P<level>error|warning) (?P<code>TS\d+): (?P<message>.+)$"),
)
_LEVELS = frozenset({"error", None})
_RUFF = re.compile(r"^(?P<code>[A-Z]{1,5}\d{1,4}|invalid-syntax|SyntaxError):? (?:\[\*\] )?(?P<message>.+)$")


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """An error that a checker reports. The path is relative to the workspace where it is inside."""

    path: str
    line: int
    code: str
    message: str

    @property
    def key(self) -> tuple[str, str, str]:
        """What stays the same if lines are added above it."""
        return self.path, self.code, re.sub(r"\bline \d+", "line", self.message)

    def __str__(self) -> str:
        code = f"{self.code}: " if self.code else ""
        return f"{self.path}:{self.line}: {code}{self.message}"


def read(output: str, folders: tuple[str, ...]) -> list[Diagnostic]:
    """The errors in a checker's output; warnings do not count. Full paths are those in one of the `folders`."""
    return list(_read(output, folders))


def new(before: list[Diagnostic], after: list[Diagnostic]) -> list[Diagnostic]:
    """Those that were not there before: of equal ones, as many as there are more."""
    known = Counter(each.key for each in before)
    found: list[Diagnostic] = []
    for each in after:
        if known[each.key] > 0:
            known[each.key] -= 1
        else:
            found.append(each)
    return found


def _read(output: str, folders: tuple[str, ...]) -> Iterator[Diagnostic]:
    for line in _COLOUR.sub("", output).split("\n"):
        text = line.rstrip().removeprefix("vet: ")
        found = next((match for form in _FORMS if (match := form.match(text))), None)
        if found is None:
            continue
        groups = found.groupdict()
        if groups.get("level") not in _LEVELS:
            continue
        code, message = groups.get("code") or "", groups["message"]
        if not code and (ruff := _RUFF.match(message)):
            code, message = ruff["code"], ruff["message"]
        yield Diagnostic(_relative(groups["path"], folders), int(groups["line"]), code, message)


def _relative(path: str, folders: tuple[str, ...]) -> str:
    path = path.replace("\\", "/")
    for folder in folders:
        path = path.removeprefix(f"{folder.rstrip('/')}/")
    return path.removeprefix("./")
