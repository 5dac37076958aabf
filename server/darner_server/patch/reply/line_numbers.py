"""Line numbers that a reply copied from a listing: dropped if they cannot be the text's own, else rejected."""

from __future__ import annotations

import re
from dataclasses import replace

from darner_server.patch.edit import Edit, Refusal
from darner_server.patch.lazy_pattern import lazy_pattern
from darner_server.patch.text.file_types import MARKDOWN, TABLES

PROBLEM = Refusal("line-numbers", "its lines begin with numbers that may belong to the text or to the reply")
_LINE = lazy_pattern(
    r"\s*(?P<head>[Ll]|[Ll]ine |[\[(<]|//\s?|#\s?)?(?P<number>\d+)"
    r"(?P<mark>\t| *(?:[\])>]:?|[|│┊┆→:.;-])[|\t]?|\s*$| (?=\s*\S))(?P<rest>.*)"
)
_OF_LISTINGS = ("|", "│", "┊", "┆", "→", "\t")  # what follows a line's number and seldom any other
_SURE = lazy_pattern(r"\s?[|│→]|\t")
_SEVERAL = 2  # lines: one number alone may be anything
_MANY = 3  # lines, where the mark after the number means little
_COUNTED = (*MARKDOWN, *TABLES, ".txt", ".rst", ".log", ".dat", ".po", ".srt")


def unnumbered(edit: Edit) -> Edit:
    """Drop the numbers that each line of a new text begins with; a malformed edit if they may be the text's own."""
    if edit.after is None or edit.kind not in ("whole", "create", "replace", "insert"):
        return edit
    if edit.before or edit.kind == "insert":
        return _malformed(edit) if _is_listing(edit.after.split("\n"), edit) else edit
    lines = _without(edit.after.split("\n"), edit.path)
    if lines is None:
        return _malformed(edit)
    after = "\n".join(lines)
    return edit if after == edit.after else replace(edit, after=after)


def copied(new: list[str], old: list[str], path: str) -> bool:
    """Return whether new lines are lines of the old text with numbers before them, at least half of them.

    In a file that people read they may become a list: `1.`.
    """
    found = _numbered(new)
    listed = path.lower().endswith(_COUNTED) and all(each["mark"].strip() in (".", ")") for each in found)
    if len(found) < _SEVERAL or listed:
        return False
    there = {body.strip() for body in old if body.strip()}
    known = sum(each["rest"].strip() in there for each in found)
    return known >= _SEVERAL and 2 * known >= len(found)


def _malformed(edit: Edit) -> Edit:
    return Edit(edit.path, kind="malformed", problem=PROBLEM, format=edit.format, readings=edit.readings)


def _is_listing(lines: list[str], edit: Edit) -> bool:
    """Return whether a part of a file is numbered as only listings are, and what it replaces is not."""
    if (edit.path or "").lower().endswith(_COUNTED) or _numbered((edit.before or "").split("\n")):
        return False
    found = _numbered(lines)
    return len(found) >= _SEVERAL and all(
        each["mark"].lstrip(" ")[:1] in _OF_LISTINGS or (each["head"] or "").lower() in ("l", "line ") for each in found
    )


def _without(lines: list[str], path: str | None) -> list[str] | None:
    """Return the lines of a whole text without their numbers, or None if it is unsure whose those are."""
    found = _numbered(lines)
    if len(found) < _SEVERAL or (path or "").lower().endswith(_COUNTED):
        return lines
    marks = {each["mark"] for each in found}
    headed = any(each["head"] for each in found)
    if headed or len(marks) > 1 or not all(_SURE.fullmatch(mark) for mark in marks):
        telling = all(each["mark"].strip() in (":", *_OF_LISTINGS) or "\t" in each["mark"] for each in found)
        words = sum(re.search(r"[^\W\d]", each["rest"]) is not None for each in found)
        return None if telling or (len(found) >= _MANY and 2 * words >= len(found)) else lines
    rests = {number: each["rest"] for number, each in zip(_content(lines), found, strict=True)}
    spaced = all(rest.startswith(" ") or not rest for rest in rests.values())
    return [rests.get(number, "").removeprefix(" " if spaced else "") for number in range(len(lines))]


def _numbered(lines: list[str]) -> list[re.Match[str]]:
    """Return how each significant line begins with a number, one more than the line before; else nothing."""
    found: list[re.Match[str]] = []
    for number in _content(lines):
        match = _LINE.fullmatch(lines[number])
        if match is None or (found and int(match["number"]) != int(found[-1]["number"]) + 1):
            return []
        if found and match["head"] != found[0]["head"]:
            return []
        found.append(match)
    return found


def _content(lines: list[str]) -> list[int]:
    return [number for number, line in enumerate(lines) if line.strip()]
