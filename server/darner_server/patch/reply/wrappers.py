"""What a reply wraps a text in and is no part of it: a fence of its own, CDATA, tags, sentences around a bare text."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from darner_server.patch.edit import Refusal
from darner_server.patch.lazy_pattern import lazy_pattern
from darner_server.patch.reply.reasoning import is_preface
from darner_server.patch.text.file_types import HTML, XML, is_code, is_prose

if TYPE_CHECKING:
    from darner_server.patch.edit import Edit

FENCED = Refusal("unclear-fence", "the replacement is in a fence of its own, which is no part of the file")
_FENCE = lazy_pattern(r"(`{3,}|~{3,})[ \t]*[\w+#.:/-]*\s*")
_TAGGED = lazy_pattern(
    r"\s*<(\w*artifact|bolt\w+|lov-\w+|dyad-\w+|v0-\w+|code_?change|file_?\w*|document|snippet)\b[^<>]*>.*",
    re.IGNORECASE,
)
_LANGUAGES = lazy_pattern(
    r"python|py|javascript|js|typescript|ts|jsx|tsx|java|go|golang|rust|ruby|bash|sh|shell|c|cpp|csharp|php|html|css|json|"
    r"yaml|xml|sql|kotlin|swift|toml"
)
_CALLS = lazy_pattern(r"\s*</?(?:read|list|search|execute|ask|run|view|find|grep|attempt)_\w+>.*")
_SAID = lazy_pattern(
    r"(?=.*[a-z])[A-Z\u00c0-\u00dd][\w'\u2019]*(?:,?\s[\w'\u2019`()-]+)*\s?[.!?:]?(?:\s[A-Z][\w'\u2019 ,`()-]*[.!?:]?)*"
)
_MARKUP = (*HTML, *XML, ".plist", ".csproj")
_FAREWELL = lazy_pattern(
    r"[*_> ]*(?:note(?::| that\b)|notes:|explanation:|i hope|hope this|let me know|"
    r"this (?:change|code|version|will|adds|makes|should)|the (?:change|code) (?:above|now)"
    r"|i(?:'|\u2019)ve |i have |i (?:changed|added|removed|updated)|changes(?: made)?:|feel free|you can now)(?!\w).*",
    re.IGNORECASE,
)


def unwrapped(edit: Edit) -> Edit:
    """Take a whole text out of the fence or the CDATA section around all of it, and from under a language's name."""
    if edit.kind not in ("whole", "create") or not edit.after or is_prose(edit.path or ""):
        return edit
    lines = edit.after.split("\n")
    content = [number for number, line in enumerate(lines) if line.strip()]
    if len(content) < 2:  # noqa: PLR2004 - a first line and a last one
        return edit
    first, last = content[0], content[-1]
    if _LANGUAGES.fullmatch(lines[first]) and is_code(edit.path or "") and content[1] == first + 1:
        return replace(edit, after="\n".join(lines[first + 1 :]))  # the word that belongs behind the fence's mark
    cdata = not (edit.path or "").lower().endswith(_MARKUP) and lines[first].strip() == "<![CDATA["
    if _is_pair(lines[first], lines[last]) or (cdata and lines[last].strip() == "]]>"):
        return replace(edit, after="".join(f"{line}\n" for line in lines[first + 1 : last]))
    return edit


def is_fenced(edit: Edit) -> bool:
    """Return whether the new text of a part is in a fence, and the old one is not."""
    if is_prose(edit.path or "") or edit.kind in ("whole", "create"):
        return False
    old, new = ([line for line in (text or "").split("\n") if line.strip()] for text in (edit.before, edit.after))
    return len(new) > 1 and _is_pair(new[0], new[-1]) and not any(_FENCE.fullmatch(line) for line in old)


def is_said(lines: list[str], path: str | None) -> bool:
    """Return whether a text is a model's remark ("No changes are needed."), and the file holds no prose."""
    content = [line.strip() for line in lines if line.strip()]
    return not is_prose(path or "") and bool(content) and all(_SAID.fullmatch(line) for line in content)


def around(lines: list[str], path: str | None) -> Refusal | None:
    """Describe what is around the text of a reply that has no fence; None if nothing seems to."""
    content = [line for line in lines if line.strip()]
    if (tag := _TAGGED.fullmatch(content[0])) is not None and any(
        f"</{tag[1].lower()}" in line.lower() for line in lines
    ):
        return Refusal("unsupported", f"the reply writes a file in <{tag[1]}>, which is unknown")
    if any(_CALLS.fullmatch(line) for line in lines):
        return Refusal("no-edit", "the reply calls a tool and contains no edit")
    if is_prose(path or ""):
        return None
    paragraphs = "\n".join(lines).strip().split("\n\n")
    if len(paragraphs) > 1 and (_is_preface(paragraphs[0]) or _FAREWELL.fullmatch(paragraphs[-1].replace("\n", " "))):
        reason = "the reply has sentences around a text without a fence, so the text cannot be identified"
        return Refusal("unclear-fence", reason)
    return None


def _is_preface(paragraph: str) -> bool:
    return "\n" not in paragraph and is_preface(paragraph) and paragraph.rstrip().endswith((":", ".", "!"))


def _is_pair(first: str, last: str) -> bool:
    opened = _FENCE.fullmatch(first)
    return opened is not None and last.strip() == opened[1]
