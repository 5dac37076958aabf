"""Strings, comments and elements over several lines: whether a text so far ends inside one."""

from __future__ import annotations

import re

from darner_server.patch.lazy_pattern import lazy_pattern

_HEREDOCS = lazy_pattern(
    r"\.(?:sh|bash|zsh|ksh|rb|rake|gemspec|cr|pl|pm|t|php|tf|tfvars|hcl|ya?ml)$|(?:^|/)[^.]*$|dockerfile"
)
_HEREDOC = lazy_pattern(r"<<<?[-~]?(?:'([A-Za-z_]\w*)'|\"([A-Za-z_]\w*)\"|\\?([A-Z_][A-Z_0-9]*)\b)")
_SPACED = lazy_pattern(r"\b(?:cat|tee|bash|sh|psql|mysql|ssh|python3?|sudo|read|EOF)\b[^<]*<<-?\s(['\"]?)(\w+)\1")
_MARKUP = lazy_pattern(r"\.(?:html?|xhtml|xml|svg|vue|svelte|astro|xaml|jsp|erb|hbs|njk|ejs|twig|plist)$")
_ELEMENTS = lazy_pattern(r"<(/?)(pre|textarea|script|style|template|xmp)\b[^<>]*?(/?)>", re.IGNORECASE)
# By suffixes: what opens a span, and what closes it.
_PAIRS: tuple[tuple[str, str, str], ...] = (
    (r"\.(?:hs|lhs|elm|purs|agda|idr)$", "{-", "-}"),
    (r"\.(?:ml|mli|fs|fsi|fsx)$", "(*", "*)"),
    (r"\.lua$", "[[", "]]"),
    (r"\.(?:ps1|psm1)$", '@"', '\n"@'),
    (r"\.(?:ps1|psm1)$", "@'", "\n'@"),
    (r"\.(?:cpp|cc|cxx|hpp|h)$", 'R"(', ')"'),
    (r"\.rb$", "\n=begin", "\n=end"),
)


def is_open(lines: list[str], path: str, info: str) -> bool:
    """Return whether lines end in a string, a comment or an element that began in them, in a file of this name.

    `info` is the language of a text whose file has no name.
    """
    name = path.lower() or f".{info.lower()}"
    text = "\n".join(["", *lines, ""])
    quotes = text.replace('\'"""\'', "").replace("\"'''\"", "")
    if quotes.count('"""') % 2 or quotes.count("'''") % 2:
        return True
    opened = max((number for number, line in enumerate(lines) if line.lstrip().startswith("/*")), default=None)
    if opened is not None and not any("*/" in line for line in lines[opened:]):
        return True
    if _MARKUP.search(name) and _in_markup(text):
        return True
    if any(re.search(ends, name) and _in_pair(text, first, last) for ends, first, last in _PAIRS):
        return True
    return _HEREDOCS.search(name) is not None and _in_heredoc(lines)


def _in_markup(text: str) -> bool:
    """Return whether a comment, a literal part or an element that keeps its text as it is remains open."""
    if text.rfind("<!--") > text.rfind("-->") or text.rfind("<![CDATA[") > text.rfind("]]>"):
        return True
    depth: dict[str, int] = {}
    for found in _ELEMENTS.finditer(re.sub(r"<!--[\s\S]*?-->", "", text)):
        if not found[3]:
            depth[found[2].lower()] = max(0, depth.get(found[2].lower(), 0) + (-1 if found[1] else 1))
    return any(depth.values())


def _in_pair(text: str, first: str, last: str) -> bool:
    text = text.replace("(*)", "")
    at = text.find(first)
    while at >= 0:
        end = text.find(last, at + len(first))
        if end < 0:
            return True
        at = text.find(first, end + len(last))
    return False


def _in_heredoc(lines: list[str]) -> bool:
    word: str | None = None
    for line in lines:
        if word is not None:
            word = None if line.strip().rstrip(";,)") == word else word
        elif line.lstrip().startswith("#"):
            continue
        elif (found := _HEREDOC.search(line)) is not None:
            word = found[1] or found[2] or found[3]
        elif (spaced := _SPACED.search(line)) is not None:
            word = spaced[2]
    return word is not None
