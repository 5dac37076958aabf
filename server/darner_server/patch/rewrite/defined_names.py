"""The names that the lines of a text define: definitions and bindings in code, keys, headings, selectors elsewhere."""

from __future__ import annotations

import re

from darner_server.patch.lazy_pattern import lazy_pattern
from darner_server.patch.match import definitions_in_text
from darner_server.patch.text.file_types import DOCUMENTS, HTML, MARKDOWN, SETTINGS, TABLES, XML, YAML
from darner_server.patch.text.normalize import indent

_KEYS: tuple[tuple[tuple[str, ...], str], ...] = (
    ((".json", ".jsonc", ".json5", ".ipynb", ".webmanifest"), r"\s*[\"']?([\w@$./ :*-]+?)[\"']?\s*:"),
    (YAML, r"\s*(?:- )?[\"']?([\w@$./*-]+(?: [\w-]+)*)[\"']?\s*:(?:\s|$)"),
    (
        (*SETTINGS, ".editorconfig", ".gitconfig", ".service", ".desktop"),
        r"\s*(\[+[^\]]+\]+)\s*(?:[#;].*)?$|\s*[\"']?([\w.@/-]+)[\"']?\s*[=:]",
    ),
    ((".env", ".envrc"), r"\s*(?:export\s+)?([A-Za-z_]\w*)\s*="),
    ((".css", ".scss", ".less", ".sass"), r"(?:\s*([^{};/*][^{};]*?)\s*(?:\{.*|,)$)|\s*(--[\w-]+|[$@][\w-]+)\s*:"),
    (
        (".sql",),
        r"(?i)\s*((?:create|alter|drop|insert|grant|comment|update|delete|truncate)\b[^(;]*)|\s+([\w\"`\[\]]+)\s+\w",
    ),
    (("makefile", ".mk"), r"([\w./%$(){} -]+?)\s*:(?!=)|([A-Za-z_]\w*)\s*[:?+!]?="),
    (MARKDOWN, r"(#{1,6}\s+.*)"),
    (
        (*HTML, *XML, ".vue", ".svelte", ".csproj"),
        r".*?(?:\b(?:id|name|key|x:Name)=[\"']([^\"']+)[\"']|<(template|script|style|head|body|html|main|nav|header|footer)\b)",
    ),
    (
        (".tf", ".hcl", ".nix"),
        r"\s*((?:resource|variable|output|module|data|provider|locals|terraform)\b[^{]*)\{|([\w.]+)\s*=",
    ),
    (
        (".proto", ".graphql", ".gql", ".prisma", ".thrift"),
        (
            r"\s*((?:type|message|service|enum|input|interface|rpc|scalar|union|model|query|mutation|fragment|struct)\s+\w+)"
            r"|\s+(?:\w+\s+)+(\w+)\s*=|\s+(\w+)\s*[(:]|\s+(\w+)\s+\w"
        ),
    ),
    (("dockerfile", "containerfile"), r"\s*((?:FROM|ENTRYPOINT|CMD|EXPOSE|USER|WORKDIR|HEALTHCHECK)\b.*)"),
)
_BINDING = lazy_pattern(
    r"(?:(?:export|pub|public|private|static|final|const|let|var|val|local|my|our|lazy|readonly)\s+)*"
    r"(?:[A-Za-z_$][\w$]*(?:<[^>]*>)?\s+)?([A-Za-z_$@][\w$]*)\s*(?::[^=]+)?:?=(?![=>])"
)
TOP = lazy_pattern(
    r"#!.*|if __name__\b|module\.exports\b|export default\b|export \{|package [\w.]+|namespace [\w.\\]+|<\?php"
)
IMPORT = lazy_pattern(r"(?:import|from|use|using|#\s*include|require|require_relative)\b(?!\s*[=(:.])|.*=\s*require\(")
_MEMBER = lazy_pattern(
    r"\s+(?:[\w<>\[\].?*&@|]+(?:,\s*[\w<>\[\].?]+>)?\s+)*?([A-Za-z_$#][\w$]*)\s*[?!]?\s*(?:[:=,;(]|$|\{)"
)
_CALL = lazy_pattern(
    r"([A-Za-z_][\w.]*(?:\([^()]*\))?[\s(]+([\"'`]).+?\2).*(?:\{|\bdo|=>|\()\s*(?:\|.*\|)?$|"
    r"([A-Z_]{3,}\w*\([^()]*\))\s*\{?$|([a-z_]+\s+[A-Z][\w:]*.*)\s+do$"
)


def names_in(bodies: list[str], path: str, spans: list[tuple[int, int]] | None = None) -> dict[int, str]:
    """Return what lines define: definitions and bindings in code, keys, headings, selectors elsewhere."""
    pattern = pattern_of(path)
    if pattern == "":
        return {}
    keys = re.compile(pattern) if pattern is not None else None
    found: dict[int, str] = {}
    for first, last in [(0, len(bodies))] if spans is None else spans:
        found |= _defined(bodies, path, first, last) if keys is None else _keys(bodies, keys, first, last)
    return found


def pattern_of(path: str) -> str | None:
    """Return how names are written in a file that is no code; "" for one without names, None for code."""
    name = path.rsplit("/", 1)[-1].lower()
    for ends, pattern in _KEYS:
        if name.endswith(ends) or (ends[0] in ("makefile", "dockerfile") and name.startswith(ends)):
            return pattern
    if name.startswith(".env"):
        return r"\s*(?:export\s+)?([A-Za-z_]\w*)\s*="
    if "." not in name.lstrip(".") or name.endswith((*DOCUMENTS, *TABLES, ".lock")):
        return ""
    return None


def _defined(bodies: list[str], path: str, first: int, last: int) -> dict[int, str]:
    found: dict[int, str] = {}
    classes: list[tuple[int, int]] = []  # the depth of a class, or the like, and of its members
    for line, body in enumerate(bodies[first:last], first):
        depth = len(indent(body).expandtabs())
        if body.strip() and body.strip()[0] not in ")]}{":
            while classes and depth <= classes[-1][0]:
                classes.pop()
            if classes and classes[-1][1] < 0:
                classes[-1] = (classes[-1][0], depth)
        head = definitions_in_text.head_of(bodies, line, path)
        if head is not None:
            found[line] = (head.owner + "." if head.owner else "") + head.name
            if head.kind not in ("function", "method"):
                classes.append((depth, -1))
        elif classes and depth == classes[-1][1] and (member := _MEMBER.match(body)) is not None:
            found[line] = "." + member[1]
        elif (name := _named(body)) is not None:
            found[line] = name
    return found


def _named(body: str) -> str | None:
    """Return what a line outside a class names: a part that occurs once, a binding, or a call with a block."""
    if IMPORT.match(body):
        return None
    if body[:1].strip() and (top := TOP.match(body)) is not None:
        return " ".join(top[0].split())
    if body[:1].strip() and (bound := _BINDING.match(body)) is not None:
        return bound[1]
    call = _CALL.match(body.strip())
    return None if call is None else call[1] or call[3] or call[4]


def _keys(bodies: list[str], pattern: re.Pattern[str], first: int, last: int) -> dict[int, str]:
    matches = ((line, pattern.match(body)) for line, body in enumerate(bodies[first:last], first))
    return {
        line: " ".join(next((group for group in found.groups() if group), "").split())
        for line, found in matches
        if found is not None
    }
