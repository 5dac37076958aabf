"""Whether a text begins with comments about its license or copyright, which a rewrite keeps."""

from __future__ import annotations

import re

from darner_server.patch.lazy_pattern import lazy_pattern

_LICENSE = lazy_pattern(r"(?i)\bcopyright\b|\(c\) ?\d{4}|\u00a9|\blicen[sc]ed?\b|\bSPDX-")
_ENDS = {
    "/*": "*/", "<!--": "-->", '"""': '"""', "'''": "'''", "(*": "*)", "{-": "-}", "{#": "#}", "--[[": "]]", "#|": "|#",
    "=begin": "=end", "<%--": "--%>", "{{!--": "--}}", "@*": "*@", "<#": "#>", "#=": "=#",
}  # fmt: skip
_COMMENT = lazy_pattern(f"({'|'.join(map(re.escape, _ENDS))})|#|//|--|;|%|<\\?|@echo off|(?i:rem )|'|!|\\.\\.")
_HEADER = 40  # lines that a license header takes at most


def has_license(bodies: list[str]) -> bool:
    """Return whether a text begins with comments about its license or copyright."""
    end = ""  # of the comment that a line is in
    for body in bodies[:_HEADER]:
        line = body.strip()
        opened = None if end else _COMMENT.match(line)
        if line and not end and opened is None:
            return False  # code
        if _LICENSE.search(line):
            return True
        if opened is not None and opened[1]:
            end, line = _ENDS[opened[1]], line[opened.end() :]
        if end and end in line:
            end = ""
    return False
