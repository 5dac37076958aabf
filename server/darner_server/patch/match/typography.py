"""What came into a text on its way here, and no author meant: HTML entities, curly quotes, odd blanks and the like."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from darner_server.patch.edit import Refusal
from darner_server.patch.lazy_pattern import lazy_pattern
from darner_server.patch.match.splices import spliced
from darner_server.patch.reply import line_numbers, special_tokens, wrappers
from darner_server.patch.text.file_types import (
    COMPONENTS,
    DOCUMENTS,
    HTML,
    SETTINGS,
    TABLES,
    TAGGED,
    TEMPLATES,
    TRANSLATIONS,
    XML,
    YAML,
)
from darner_server.patch.text.normalize import TYPOGRAPHIC, plain
from darner_server.patch.text.stray_characters import stray_character

if TYPE_CHECKING:
    from collections.abc import Sequence

    from darner_server.patch.edit import Edit, Splice
    from darner_server.patch.text.indexed_text import Document

_PROSE = (
    *(
        *DOCUMENTS,
        *HTML,
        *XML,
        *TEMPLATES,
        *TABLES,
        *TRANSLATIONS,
        ".erb",
        ".tex",
        ".srt",
        ".json",
        ".jl",
        ".agda",
        ".lean",
    ),
    ".raku",
)
_MIXED = (*COMPONENTS, *SETTINGS, *YAML, ".astro", ".php")
_DOCUMENTS = lazy_pattern(
    r"licen[cs]e|readme|changelog|changes|authors|notice|copying|contribut|news|todo|install|history"
)
_MARKUP = (*TAGGED, *DOCUMENTS, *TEMPLATES, ".astro", ".php", ".erb", ".po")
_QUOTED = lazy_pattern(
    r"\"\"\"[\s\S]*?\"\"\"|'''[\s\S]*?'''|/\*[\s\S]*?\*/|<!--[\s\S]*?-->|<<[-~]?['\"]?([A-Z]\w*)['\"]?[\s\S]*?^\s*\1$|"
    r"`(?:[^`\\]|\\.)*`|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|(?:(?<=\s)|^)(?:#|//|--\s|;).*",
    re.MULTILINE,
)
_STRING = lazy_pattern(r"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|`[^`]*`")
_DELIMITS = lazy_pattern(
    r"(?:[=(,\[{:]|^\s*-|\breturn)\s*([\u2018\u201c\u201e\u201a])|"
    r"^[ \t]*([\u00a0\u2002-\u200a\u202f\u3000\u200b\ufeff])|"
    r"[:=]\s*([\u00a0\u202f\u200b\u2060\ufeff])|([\u200b\u2060\ufeff])\s*[:=]|^\s*([\u2010-\u2015\u2212])\s",
    re.MULTILINE,
)
_ESCAPED = lazy_pattern(r"&(?:lt|gt|amp|quot|#39|#x27);")
_OPERATOR = lazy_pattern(r"&amp;&amp;|[=-]&gt;|&[lg]t;=|\s&[lg]t;\s|(?<=\w)&lt;\w+&gt;")
_TAG = lazy_pattern(r"&lt;[/!?]?\w")


def stray(made: Sequence[Splice], document: Document, edit: Edit) -> Refusal | None:
    """Return what no author can mean in new text: what its file has nowhere, or its lines numbered; else None."""
    new = _new(made)
    path = (edit.path or "").lower()
    if line_numbers.copied(new.split("\n"), document.bodies, path):
        return line_numbers.PROBLEM
    if wrappers.is_fenced(edit):
        return wrappers.FENCED
    if not path.endswith(_MARKUP) and (token := special_tokens.stray(new, document.text)) is not None:
        return Refusal("characters", f"the replacement contains {token}, a special token of the model")
    if "&" in new and (entity := _entity(new, document.text, edit, path)) is not None:
        return Refusal("characters", f"the replacement contains {entity}, as if it had been escaped for HTML")
    if (odd := stray_character(new, document.text, prose=path.endswith(_PROSE))) is not None:
        return Refusal("characters", f"the replacement contains {odd}")
    if new.isascii():
        return None
    fresh = {sign for sign in new if sign in TYPOGRAPHIC} - set(document.text)
    sign = _in_code(fresh, made, document, path) if fresh else None
    if sign is None:
        return None
    reason = (
        f"the replacement contains the typographic sign {sign!r} (U+{ord(sign):04X}) in code; the plain one is needed"
    )
    return Refusal("characters", reason)


def level(new: list[str], old: list[str], path: str) -> list[str]:
    """Leave lines as they were that differ from old ones by typographic signs alone, which those do not have."""
    if path.lower().endswith(_PROSE) or all(body.isascii() for body in new):
        return new
    there = {body: body for body in old if body.isascii()}
    known = set(old)
    return [body if body in known else there.get(plain(body), body) for body in new]


def plainly(new: list[str], document: Document) -> list[str]:
    """Write the new lines of an edit whose search text had typographic signs for plain ones as the file is written."""
    text = document.text
    return ["".join(TYPOGRAPHIC.get(sign, sign) if sign not in text else sign for sign in body) for body in new]


def _in_code(fresh: set[str], made: Sequence[Splice], document: Document, path: str) -> str | None:
    """Return a sign that is in code, outside strings and comments, where no language has it."""
    name = path.rsplit("/", 1)[-1]
    if path.endswith(_PROSE) or _DOCUMENTS.match(name):
        return None
    if path.endswith(_MIXED) or "." not in name.lstrip(".") or name.startswith(".env"):
        found = (next(group for group in each.groups() if group) for each in _DELIMITS.finditer(_new(made)))
        return next((sign for sign in found if sign in fresh), None)
    text = spliced(document.text, tuple(made))
    bare = _QUOTED.sub("", text.replace("\r\n", "\n"))
    return next((sign for sign in bare if sign in fresh), None)


def _new(made: Sequence[Splice]) -> str:
    return "".join(splice.text for splice in made)


def _entity(new: str, text: str, edit: Edit, path: str) -> str | None:
    """Return what new text has only in its HTML form, or None.

    A model that escapes its answer escapes all of it; only the search text may have nothing to escape. Within quotes an
    entity is meant, unless it is an operator's.
    """
    if re.search(r"[<>]|&(?!\w+;|#)", f"{edit.before}{edit.after}"):
        return None
    found = _OPERATOR.search(new)
    if found is None and path.endswith(TAGGED):
        found = _TAG.search(new) if not text.strip() else None
    if found is None and not path.endswith(_MARKUP):
        found = _ESCAPED.search(_STRING.sub("", new))
    return None if found is None or found[0] in text else found[0]
