"""Definitions seen by plain text: what a snippet defines, and which lines of a file define the same."""

from __future__ import annotations

import re

from darner_server.patch.fold import indent

_WORDS = re.compile(
    r"(?:(?:export|default|declare|pub(?:\([^)]*\))?|public|private|protected|internal|static|final|abstract|async|"
    r"override|unsafe|extern(?:\s+\"C\")?|const|virtual|inline|open|sealed|readonly|data|suspend)\s+)*"
    r"(?:def|class|function\*?|fn|func(?:\s+\([^)]*\))?|struct|enum|trait|interface|type|record|object|module|fun|sub)"
    r"\s+([A-Za-z_$][\w$]*)"
)
_BOUND = re.compile(
    r"(?:export\s+)?(?:const|let|var)\s+([A-Za-z_$][\w$]*)\s*(?::[^=]+)?=\s*(?:async\s+)?(?:function\b|\(|[\w$]+\s*=>)"
)
_METHOD = re.compile(
    r"(?:[\w$<>\[\],.*&:?~@]+\s+)*[*&]*([A-Za-z_$#~][\w$]*)\s*(?:<[^>]*>)?\(.*[{,(]\s*|.*\)\s*\{\s*\}?"
)
_NOT_NAMES = frozenset(
    re.findall(
        r"\w+",
        "if for while switch catch return else elif with try do until unless foreach when match new await yield throw "
        "function super typeof sizeof using lock assert print",
    )
)
_ABOVE = re.compile(r"\s*(?:@|#\[|#(?!include)|//|/\*|\*|<!--)")


def name_of(body: str) -> str | None:
    """Return the name that a line begins the definition of."""
    text = body.strip()
    for pattern in (_WORDS, _BOUND):
        found = pattern.match(text)
        if found is not None:
            return found[1]
    found = _METHOD.fullmatch(text)
    if found is None or found[1] is None or not text.endswith(("{", "{}", "(", ",")):
        return None
    words = re.findall(r"[A-Za-z_$]+", text.split("(", 1)[0])
    return None if _NOT_NAMES.intersection(words) or "=" in text.split("(", 1)[0] else found[1]


def only_one(bodies: list[str]) -> tuple[str, int] | None:
    """Return the name and the line of the definition that a snippet consists of; None if it holds anything else."""
    content = [number for number, body in enumerate(bodies) if body.strip()]
    if not content:
        return None
    depth = min(len(indent(bodies[number]).expandtabs()) for number in content)
    found: tuple[str, int] | None = None
    decorated = False
    for number in content:
        body = bodies[number]
        deeper = len(indent(body).expandtabs()) != depth
        if deeper and found is None and not decorated and not _ABOVE.match(body):
            return None
        decorated = decorated or body.lstrip().startswith(("@", "#["))
        if deeper or _ABOVE.match(body):
            continue
        if found is None:
            name = name_of(body)
            if name is None:
                return None
            found = name, number
        elif body.strip()[0] not in ")]}{":
            return None
    return found


def places(name: str, bodies: list[str]) -> list[int]:
    """Return the lines that begin a definition of that name."""
    return [number for number, body in enumerate(bodies) if name in body and name_of(body) == name]


def above(line: int, bodies: list[str]) -> int:
    """Return the first of the decorators and comments that stand directly above a definition."""
    depth = indent(bodies[line])
    while line and _ABOVE.match(bodies[line - 1]) and indent(bodies[line - 1]).startswith(depth):
        line -= 1
    return line


def end(line: int, bodies: list[str]) -> int | None:
    """Return the line behind a definition, told by indentation and its closing bracket; None if it cannot be told."""
    depth = len(indent(bodies[line]).expandtabs())
    last = line + 1
    braced = "{" in bodies[line]
    while last < len(bodies):
        body = bodies[last]
        if body.strip() and len(indent(body).expandtabs()) <= depth:
            if body.strip()[0] == "}":
                last += 1
                break
            if body.strip()[0] not in ")]{":
                break
            braced = braced or "{" in body
        last += 1
    while last > line + 1 and not bodies[last - 1].strip():
        last -= 1
    text = "\n".join(bodies[line:last])
    if text.count('"""') % 2 or text.count("'''") % 2 or text.count("`") % 2:
        return None  # a string that runs over several lines hides where the definition ends
    if braced and text.count("{") != text.count("}"):
        return None
    return last
