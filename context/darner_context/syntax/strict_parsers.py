"""Stricter parsers than tree-sitter's, where Python has one: they see what error recovery forgives."""

import json
import re
import sys
import warnings

from darner_context.syntax.definition_types import SyntaxFault
from darner_context.text.toml import read_toml

# newer Python than the one that runs us: its compiler must not judge these
_NEWER = re.compile(r"\s*(?:type\s+\w+|(?:async\s+)?def\s+\w+\[|class\s+\w+\[|except\s+\w[\w.]*\s*,)")


def strict_faults(language: str, text: str) -> tuple[SyntaxFault, ...] | None:
    """The fault that the language's own parser finds, () if it finds none, None if there is no such parser."""
    if language == "python":
        return _python(text)
    if language in {"json", "notebook"}:
        return _json(text)
    if language == "toml":
        return _toml(text)
    return None


def _python(text: str) -> tuple[SyntaxFault, ...] | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(text.removeprefix("\ufeff"), "<text>", "exec", dont_inherit=True)
    except SyntaxError as error:
        line = (error.text or "").lstrip()
        too_new = _NEWER.match(line) or error.msg.startswith(("f-string", "invalid syntax. Maybe you meant '=='"))
        if too_new and sys.version_info < (3, 14) and not isinstance(error, IndentationError):
            return None
        return (SyntaxFault(max(error.lineno or 1, 1), max(error.offset or 1, 1), error.msg),)
    except (ValueError, RecursionError, MemoryError, OverflowError):
        return None
    return ()


def _json(text: str) -> tuple[SyntaxFault, ...] | None:
    try:
        json.loads(text.removeprefix("\ufeff"))
    except json.JSONDecodeError as error:
        return (SyntaxFault(error.lineno, error.colno, error.msg),)
    except (RecursionError, ValueError):
        return None
    return ()


def _toml(text: str) -> tuple[SyntaxFault, ...] | None:
    found = read_toml(text)
    return (SyntaxFault(1, 1, found),) if isinstance(found, str) else ()
