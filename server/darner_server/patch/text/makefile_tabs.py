"""Recipes in a Makefile begin with a tab, which models write as blanks."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from darner_server.patch.lazy_pattern import lazy_pattern
from darner_server.patch.text import lines
from darner_server.patch.text.normalize import indent

if TYPE_CHECKING:
    from darner_server.patch.edit import Splice

_NAMES = lazy_pattern(r"(?:.*/)?(?:(?:gnu|bsd)?makefile(?:\.[\w-]+)?|[^/]*\.(?:mk|mak|make))", re.IGNORECASE)
_RULE = lazy_pattern(r"[^\s#:=][^=#]*?::?(?!=)(?:\s|$)|[^\s#:=][^=#]*?::?(?!=)[^=]*$")
_ASSIGNMENT = lazy_pattern(r"\s+[\w.-]+\s+[:?+!]{0,3}=\s|\s+(?:export|include|define|override)\b")
_BETWEEN = lazy_pattern(r"#|ifn?(?:eq|def)\b|else\b|endif\b")


def is_makefile(path: str) -> bool:
    """Return whether a file's name is a Makefile's."""
    return _NAMES.fullmatch(path) is not None


def recipes(bodies: list[str], above: list[str] | None = None) -> list[str]:
    """Begin the lines of recipes with a tab where they begin with blanks. `above` are the lines before them."""
    inside = continued = False
    base = ""
    out: list[str] = []
    for number, body in enumerate([*(above or ()), *bodies], -len(above or ())):
        text = body
        if body.startswith("\t"):
            inside = True
        elif body.startswith(" ") and body.strip():
            if inside and not continued and not _ASSIGNMENT.match(body):
                base = base if base and body.startswith(base) else indent(body)
                text = "\t" + body.removeprefix(base)
        elif body.strip() and not _BETWEEN.match(body) and not continued:
            inside, base = _RULE.match(body) is not None, ""
        continued = body.rstrip().endswith("\\")
        if number >= 0:
            out.append(text)
    return out


def retabbed(text: str, made: tuple[Splice, ...]) -> tuple[Splice, ...]:
    """Do so in new text, by what is above it."""
    if ".RECIPEPREFIX" in text:
        return made
    found: list[Splice] = []
    for splice in made:
        above = lines.bodies(lines.split(text[: splice.start]))
        begun = splice.start > 0 and text[splice.start - 1] not in "\r\n"
        new = lines.split(splice.text)
        tail, head = (new[1:], new[:1]) if begun else (new, [])
        if begun and head:
            above[-1] += lines.body(head[0])
        bodies = recipes(lines.bodies(tail), above)
        joined = "".join(body + lines.ending(raw) for body, raw in zip(bodies, tail, strict=True))
        found.append(replace(splice, text="".join(head) + joined))
    return tuple(found)
