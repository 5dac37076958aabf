"""Definitions in a language without a grammar: what lines begin with, and how far those below are indented."""

import re
from functools import cache

from darner_context.syntax.definition_types import KINDS, SCOPES, VALUES, Definition
from darner_context.syntax.query_matches import Found, place_of

_MOST = 5_000  # definitions of one text
_LONG_LINE = 2_000  # characters
_CLOSING = re.compile(r"\s*(?:[})\]]|end\b|END\b)")
_LISP = r"^[ \t]*\((?:{})[ \t]+(?:\^(?:\{{[^{{}}]*\}}|\S+)[ \t]+)*\(?([^\s()\[\]\"']+)"
_WORD = r"([A-Za-z_][\w.-]*)"
_TAGS = (
    ("constant", r"\bid\s*=\s*[\"']([\w-]+)[\"']"),
    ("function", r"\{%-?\s*(?:block|macro|define)\s+['\"]?([\w.-]+)"),
    ("function", r"\{\{#?-?\s*(?:define|block|inline)\s+['\"]([\w./-]+)"),
)
_SCRIPT = (
    ("function", r"^[ \t]*(?:export\s+)?(?:async\s+)?function\s*\*?\s*([\w$]+)"),
    ("class", r"^[ \t]*(?:export\s+)?(?:default\s+)?class\s+([\w$]+)"),
)
# by language: the kind of a definition, and an expression that finds its name
_PATTERNS: dict[str, tuple[tuple[str, str], ...]] = {
    "proto": (
        ("class", r"^[ \t]*(?:message|service|extend|oneof)\s+([\w.]+)"),
        ("enum", r"^[ \t]*enum\s+(\w+)"),
        ("method", r"^[ \t]*rpc\s+(\w+)"),
        ("field", r"^[ \t]*(?:(?:optional|repeated|required)\s+)?(?:map\s*<[^<>]*>|[\w.]+)\s+(\w+)\s*=\s*\d+"),
        ("field", r"^[ \t]*([A-Z][A-Z0-9_]*)\s*=\s*-?\d+\s*[;\[]"),
        ("module", r"^[ \t]*package\s+([\w.]+)"),
    ),
    "graphql": (
        ("class", r"^[ \t]*(?:extend\s+)?(?:type|input|interface|union|scalar)\s+(\w+)"),
        ("enum", r"^[ \t]*(?:extend\s+)?enum\s+(\w+)"),
        ("function", r"^[ \t]*(?:query|mutation|subscription|fragment|directive)\s+@?(\w+)"),
        ("field", r"^[ \t]+(\w+)\s*(?:\([^()]*\))?\s*:"),
    ),
    "thrift": (
        ("class", r"^[ \t]*(?:struct|service|union|exception|table|model|type|datasource|generator|view)\s+(\w+)"),
        ("enum", r"^[ \t]*enum\s+(\w+)"),
        ("constant", r"^[ \t]*(?:const\s+\w+|typedef\s+\S+|namespace\s+\S+)\s+(\w+)"),
    ),
    "cython": (
        ("class", r"^[ \t]*(?:cdef\s+|cpdef\s+)?(?:class|struct|union|cppclass)\s+(\w+)"),
        ("enum", r"^[ \t]*(?:cdef\s+|cpdef\s+)?enum\s+(?:class\s+)?(\w+)"),
        ("function", r"^[ \t]*(?:async\s+)?def\s+(\w+)"),
        ("function", r"^[ \t]*(?:cdef|cpdef)\s+(?:[\w.*&\[\], :]+[ \t*&])?(\w+)\s*\("),
        ("type", r"^[ \t]*ctypedef\s+.*?(\w+)\s*$"),
        ("constant", r"^(\w+)\s*(?::[^=\n]+)?=(?!=)"),
    ),
    "scss": (
        ("function", r"^[ \t]*(?:@mixin|@function|=)\s*([\w-]+)"),
        ("constant", r"^[ \t]*([$@][\w-]+)\s*:"),
        ("constant", r"^[ \t]*(--[\w-]+)\s*:"),
        ("constant", r"(?:^|[\s,>+~&])[.#%]([A-Za-z_][\w-]*)(?=[^;{}\n]*(?:\{|,\s*$))"),
        ("function", r"^[ \t]*@(?:keyframes|property|layer|container)\s+([\w-]+)"),
    ),
    "template": (*_TAGS, *_SCRIPT, ("function", r"^[ \t]*(?:mixin|block)\s+([\w-]+)")),
    "razor": (
        *_TAGS,
        *_SCRIPT,
        ("method", r"^[ \t]*(?:(?:public|private|protected|internal|static|async|override|virtual|void)\s+)+(?:[\w<>\[\],.?]+\s+)?(\w+)\s*\("),
        ("field", r"^[ \t]*(?:\[\w+[^\]]*\]\s*)?(?:public|private|protected|internal)\s+[\w<>\[\],.? ]*?(\w+)\s*(?:\{|=|;)"),
        ("function", r"^[ \t]*@(?:section|functions|helper)\s+(\w+)"),
        ("constant", r"^@(?:page|inject)\s+(?:\S+\s+)?[\"/]*([\w]+)"),
    ),
    "r": (
        ("function", r"^[ \t]*`?([\w.]+)`?\s*(?:<-|<<-|=)\s*function\b"),
        ("class", r"\b(?:setClass|R6Class|setRefClass|setGeneric|setMethod|new_class)\(\s*[\"']([\w.]+)"),
        ("constant", r"^([\w.]+)\s*(?:<-|=)(?!=)"),
    ),
    "clojure": (
        ("class", _LISP.format("defprotocol|defrecord|deftype|definterface|defmulti|defclass|defstruct|define-record-type")),
        ("module", _LISP.format("ns|in-ns|defpackage|in-package|module|library|provide")),
        ("macro", _LISP.format("defmacro|define-syntax|define-macro")),
        ("constant", _LISP.format("def|defonce|defvar|defconst|defparameter|defcustom|defconstant|s/def|defgroup")),
        ("function", _LISP.format("defn-?|defun|defmethod|defgeneric|deftest|define|defsubst|cl-defun|fn|deftask|defalias|defn\\^")),
    ),
    "erlang": (
        ("module", r"^-module\(\s*([\w@]+)"),
        ("class", r"^-record\(\s*([\w@]+)"),
        ("macro", r"^-define\(\s*(\w+)"),
        ("type", r"^-(?:type|opaque|callback)\s+([\w@]+)"),
        ("function", r"^([a-z][\w@]*)\s*\((?=[^\n]*(?:->|$|,\s*$|when\b))"),
    ),
    "gdscript": (
        ("function", r"^[ \t]*(?:static\s+)?func\s+(\w+)"),
        ("class", r"^[ \t]*(?:class_name|class)\s+(\w+)"),
        ("enum", r"^[ \t]*enum\s+(\w+)"),
        ("field", r"^[ \t]*signal\s+(\w+)"),
        ("field", r"^(?:@\w+(?:\([^)\n]*\))?\s+)*(?:const|var|static\s+var|export\s+var|onready\s+var)\s+(\w+)"),
    ),
    "cmake": (
        ("function", r"^[ \t]*(?:function|macro)\s*\(\s*([\w.-]+)"),
        ("class", r"^[ \t]*(?:add_library|add_executable|add_custom_target|add_test|project)\s*\(\s*(?:NAME\s+)?([\w.:${}-]+)"),
        ("constant", r"^[ \t]*(?:set|option)\s*\(\s*([\w.-]+)"),
    ),
    "starlark": (
        ("function", r"^[ \t]*def\s+(\w+)"),
        ("constant", r"^(\w+)\s*=(?!=)"),
        ("class", r"^[ \t]+name\s*=\s*[\"']([^\"'\n]+)[\"']"),
    ),
    "dockerfile": (
        ("class", r"^[ \t]*FROM[ \t]+\S+(?:[ \t]+\S+)*?[ \t]+AS[ \t]+([\w.-]+)"),
        ("constant", r"^[ \t]*(?:ARG|ENV)\s+(\w+)"),
        ("constant", r"^[ \t]*LABEL\s+([\w.-]+)"),
    ),
    "fortran_fixed": (
        ("module", r"^[ \t]+(?:program|module|block\s*data)\s+(?!procedure)(\w+)"),
        ("function", r"^[ \t]+(?:[\w*()]+(?:[ \t]+precision)?[ \t]+)?(?:subroutine|function)\s+(\w+)"),
        ("function", r"^[ \t]+entry\s+(\w+)"),
        ("constant", r"^[ \t]+common\s*/\s*(\w+)"),
    ),
    "rst": (
        ("module", r"^(\S[^\n]{0,150})\n(?==={2,}|-{3,}|~{3,}|\^{3,}|\"{3,}|\*{3,}|#{3,}|\+{3,}|`{3,})"),
        ("constant", r"^[ \t]*\.\. _([^:\n`]+):"),
        ("function", r"^[ \t]*\.\. (?:\w+:)?(?:function|method|class|attribute|data|module|exception|option|envvar|command|program|setting)::[ \t]+([\w.-]+)"),
    ),
    "tex": (
        ("module", r"\\(?:chapter|section|subsection|subsubsection)\*?\{([^{}\n]+)\}"),
        ("macro", r"\\(?:newcommand|renewcommand|def|newenvironment)\*?\{?\\?(\w+)"),
        ("constant", r"\\label\{([^{}\n]+)\}"),
    ),
    "outline": (("module", r"^[=*]+[ \t]+(\S[^\n]{0,150})$"),),
    "lines": (
        ("function", rf"^[ \t]*(?:(?:pub|public|private|protected|export|static|async|inline|override|abstract|final|shared|overloads)\s+)*(?:def|defp|func|fun|fn|function|sub|proc|procedure|method|macro|let|task)[ \t]+{_WORD}"),
        ("class", rf"^[ \t]*(?:(?:pub|public|private|protected|export|static|abstract|final|sealed|partial)\s+)*(?:class|struct|record|interface|trait|protocol|module|package|namespace|enum|union|type|object|resource|model|entity|component|architecture|contract)[ \t]+{_WORD}"),
        ("constant", rf"^(?:(?:pub|public|export|local|static)\s+)*(?:const|val|var|let|define|param|output|variable)[ \t]+{_WORD}"),
        ("function", r"^([A-Za-z_.$][\w.$]*):\s*(?:$|[;#/])"),
    ),
}  # fmt: skip
_SQL = (
    ("function", r"^[ \t]*(?:CREATE|ALTER)\s+(?:OR\s+(?:REPLACE|ALTER)\s+)?(?:DEFINER\s*=\s*\S+\s+)?(?:TEMP(?:ORARY)?\s+|CONSTRAINT\s+)?(?:PROCEDURE|PROC|FUNCTION|TRIGGER|EVENT|PACKAGE(?:\s+BODY)?|MACRO)\s+(?:IF\s+NOT\s+EXISTS\s+)?((?:[\"`\[]?\w+[\"`\]]?\.)*[\"`\[]?\w+)"),
    ("class", r"^[ \t]*CREATE\s+(?:OR\s+REPLACE\s+)?(?:GLOBAL\s+|LOCAL\s+)?(?:TEMP(?:ORARY)?\s+|UNLOGGED\s+|EXTERNAL\s+|MATERIALIZED\s+)?(?:TABLE|VIEW|DOMAIN|TYPE|SYNONYM)\s+(?:IF\s+NOT\s+EXISTS\s+)?((?:[\"`\[]?\w+[\"`\]]?\.)*[\"`\[]?\w+)"),
)  # fmt: skip


def has_outline(language: str) -> bool:
    """Whether definitions are found by what lines begin with."""
    return language in _PATTERNS


@cache
def _compiled(language: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    flags = re.MULTILINE | (re.IGNORECASE if language in {"fortran_fixed", "dockerfile", "cmake", "sql"} else 0)
    rows = _SQL if language == "sql" else _PATTERNS[language]
    return tuple((kind, re.compile(pattern, flags)) for kind, pattern in rows)


def outline(language: str, text: str) -> list[Found]:
    """Find the definitions, one for each name and line, in the order of their lines; lines end in a newline."""
    lines = [line if len(line) <= _LONG_LINE else "" for line in text.split("\n")]  # no prose, and slow to search
    text = "\n".join(lines)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    found: dict[tuple[int, str], Found] = {}
    for kind, pattern in _compiled(language):
        row, at = 0, 0
        for match in pattern.finditer(text):
            row += text.count("\n", at, match.start(1))
            at = match.start(1)
            name = match[1].rpartition(".")[2].strip('"`[] ') if language == "sql" else match[1].strip()
            if name and (row, name) not in found and len(found) < _MOST:
                found[row, name] = _found(lines, row, at - starts[row], name[:200], kind)
    return sorted(found.values(), key=lambda each: (each.begin, -each.end))


def _found(lines: list[str], row: int, column: int, name: str, said: str) -> Found:
    kind = KINDS[said]
    last = row if kind in VALUES or kind not in SCOPES else _last_row(lines, row)
    made = Definition(name, kind, row + 1, row + 1, row + 1, row + 1, row + 1, last + 1, None)
    return Found(made, place_of(row, column), place_of(last, len(lines[last])), scope=False)


_LONGEST = 2_000  # lines of one definition


def _last_row(lines: list[str], row: int) -> int:
    """The last line that is indented deeper than the first one, and the one that closes these."""
    indent = _indent(lines[row])
    last = row
    for number in range(row + 1, min(len(lines), row + _LONGEST)):
        line = lines[number]
        if not line.strip():
            continue
        if _indent(line) <= indent:
            return number if _CLOSING.match(line) and number > row else last
        last = number
    return last


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" \t"))
