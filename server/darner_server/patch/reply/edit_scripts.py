"""Texts in a fence that describe a change to a file in a form darner does not carry out: rejected, never written."""

from __future__ import annotations

import re

from darner_server.patch.lazy_pattern import lazy_pattern
from darner_server.patch.text.file_types import CODE, DOCUMENTS, TAGGED, YAML

_ED, _SED, _JSON = "an ed script", "a sed script", "a JSON patch"
_INFOS = {"ed": _ED, "ex": _ED, "sed": _SED, "jsonpatch": _JSON, "json-patch": _JSON}
_ED_INPUT = lazy_pattern(r"(?:\d+|\$|/[^/]*/|\.)?(?:,(?:\d+|\$))?[aci]")
_SUBSTITUTION = lazy_pattern(r"\s*(?:\d+(?:,\d+|,\$)?|%|\$)?s(?P<mark>[/|#,@!]).+(?P=mark).*(?P=mark)[gimpI\d]*;?\s*")
_NORMAL = lazy_pattern(r"\d+(?:,\d+)?[acd]\d+(?:,\d+)?")
_CONTEXT = lazy_pattern(r"\*{3} \d+(?:,\d+)? \*{4}|-{3} \d+(?:,\d+)? -{4}|\*{15}")
_PAIRED = lazy_pattern(
    r"<(search|find|old|old_str(?:ing)?|old_text|original|before)>.*</\1>\s*"
    r"<(replace|replacement|new|new_str(?:ing)?|new_text|updated|after)>",
    re.DOTALL | re.IGNORECASE,
)
_MARKUP = (*TAGGED, ".xsd", ".xsl", ".plist")
_CODE = (*CODE, ".sh")
_PROSE = (*DOCUMENTS, ".mdc", ".org", ".diff", ".patch")
_OPERATION = lazy_pattern(
    r"\s*\[\s*\{\s*\"op\"\s*:\s*\"(?:add|remove|replace|move|copy|test)\"\s*,\s*\"(?:path|from)\"\s*:\s*\"/"
)
_CALLED = lazy_pattern(r"\bdefault_api\.\w+\(")
_WORDS = lazy_pattern(r"\[-[^\]]+-\]\{\+[^}]+\+\}")
_CONFLICT = lazy_pattern(r"(?:<{7}|>{7}) \S.*")


def foreign(lines: list[str], info: str, path: str | None) -> str | None:
    """Name the kind of script that a fence holds; None if it is a file's text."""
    content = [line.strip() for line in lines if line.strip()]
    name = (path or "").lower()
    word = info.split(maxsplit=1)[0].lower() if info.split() else ""
    if not content or (word and name.endswith(f".{word}")):
        return None
    if word in _INFOS:
        return _INFOS[word]
    if name.endswith((*_PROSE, ".sed", ".ed", ".awk")):
        return None
    if name.endswith(_CODE) and re.fullmatch(r"<[^\W\d][\w:]*(?:\s[^<>]*)?>.*", content[0]):
        return "an edit in tags"
    if word == "tool_code" or _CALLED.search("\n".join(lines)):
        return "a call of a tool in code"
    return _by_lines(content) or _by_text("\n".join(lines), markup=name.endswith(_MARKUP))


def _by_lines(content: list[str]) -> str | None:
    if all(_SUBSTITUTION.fullmatch(line) for line in content):
        return _SED
    if any(_NORMAL.fullmatch(line) for line in content) and any(line.startswith(("< ", "> ")) for line in content):
        return "a diff without file headers"
    if sum(_CONTEXT.fullmatch(line) is not None for line in content) > 1:
        return "a context diff"
    if content[-1] in ("w", "q", "wq", "Q") and any(_ED_INPUT.fullmatch(line) for line in content):
        return _ED
    if any(_WORDS.search(line) for line in content):
        return "a diff by words"
    conflict = {line[0] for line in content if _CONFLICT.fullmatch(line)}
    return "a text with conflict marks" if conflict == {"<", ">"} and "=======" in content else None


def _by_text(text: str, *, markup: bool) -> str | None:
    if not markup and _PAIRED.search(text):
        return "an edit in tags"
    return _JSON if _OPERATION.match(text) else None


def is_signed(lines: list[str], info: str, path: str | None) -> bool:
    """Return whether every line has the sign of a diff (+, -, blank): by the fence, or by several of them."""
    content = [line for line in lines if line.strip()]
    marks = {line[0] for line in content}
    if not {"+", "-"} & marks:
        return False
    word = info.split(maxsplit=1)[0].lower() if info.split() else ""
    if word in ("diff", "patch", "udiff"):
        return True
    prose = (path or "").lower().endswith((*_PROSE, *YAML)) or word in ("yaml", "yml", "markdown", "md")
    return marks <= {"+", "-", " "} and "+" in marks and len(marks) > 1 and (not prose or marks == {"+", "-", " "})
