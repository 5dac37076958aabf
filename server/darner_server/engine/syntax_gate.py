"""The syntax gate: no hunk is shown that adds syntax errors, and no large file is parsed whole for each hunk."""

import re

from darner_context.languages.table import language_of
from darner_context.syntax.faults import new_faults, parses
from darner_context.syntax.incremental import changed_range

LARGE = 20_000  # characters: a file from here on is first judged by the top-level pieces around the change
_JSON = (".ipynb", ".geojson", ".topojson", ".webmanifest", ".avsc", ".sarif", "pipfile.lock", "composer.lock")
_COMMENTED = re.compile(
    r"\.(?:jsonc|code-workspace|code-snippets)$|(?:^|/)(?:[tj]sconfig[\w.-]*\.json|\.(?:vscode|devcontainer)/.*\.json)$"
)
_REMARK = re.compile(r'"(?:[^"\\\r\n]|\\.)*"|//[^\r\n]*|/\*[\s\S]*?\*/')
_TRAILING = re.compile(r'"(?:[^"\\\r\n]|\\.)*"|,(?=\s*[}\]])')
_TOP = re.compile(r"(?:\A|(?<=\n\n))(?=[A-Za-z_@#/$<\"'])")  # a line that begins at the margin, after an empty one


def syntax_gate(path: str, before: str, after: str) -> str | None:
    """Why a hunk must not be shown: the syntax errors it would add. None when it adds none."""
    path, before, after = _as_known(path, before, after)
    if len(after) > LARGE and not new_faults(path, *_pieces(before, after)):
        return None
    return whole_gate(path, before, after)


def final_gate(path: str, before: str, after: str) -> str | None:
    """What no piece of a large file can show, such as a string that now ends elsewhere.

    Python's compiler has seen the pieces. It is slow, and stops every thread: it runs again only in doubt.
    """
    path, before, after = _as_known(path, before, after)
    if language_of(path) == "python" and parses(path, after):
        return None
    return whole_gate(path, before, after)


def whole_gate(path: str, before: str, after: str) -> str | None:
    """The syntax errors that a change adds, always by the whole text."""
    path, before, after = _as_known(path, before, after)
    faults = new_faults(path, before, after)
    if not faults:
        return None
    first = faults[0]
    more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    return f"it would add a syntax error at line {first.line}: {first.message}{more}"


def _as_known(path: str, before: str, after: str) -> tuple[str, str, str]:
    """Give a file that is JSON by another name to the grammar as JSON, without the comments that it may have."""
    name = path.lower()
    if name.endswith(_JSON):
        return f"{path}.json", before, after
    if _COMMENTED.search(name):
        return f"{path}.json", _bare(before), _bare(after)
    return path, before, after


def _bare(text: str) -> str:
    """Blank out comments and commas before a closing bracket; every line keeps its number."""

    def blank(found: re.Match[str]) -> str:
        return found[0] if found[0].startswith('"') else re.sub(r"[^\r\n]", " ", found[0])

    return _TRAILING.sub(blank, _REMARK.sub(blank, text))


def _pieces(before: str, after: str) -> tuple[str, str]:
    """The top-level pieces of both texts in which they differ."""
    first, last, _ = changed_range(before, after)
    start = max((found.start() for found in _TOP.finditer(before, 0, first)), default=0)
    following = _TOP.search(before, last)
    end = following.start() if following else len(before)
    return before[start:end], after[start : len(after) - (len(before) - end)]
