"""Where a name is used in a text, and how: by its syntax tree, so that comments and strings are no uses."""

import re
from dataclasses import dataclass
from typing import Literal

from darner_context.syntax.parser import PARSE_LIMIT, Node, TooSlow, encode, language_row, parse

Role = Literal["name", "member", "keyword", "key", "shorthand"]
_MEMBERS = re.compile(rb"(?:\?\.|\.|::)\s*$|->$")  # with a blank behind it, an arrow is before a result's type
_RANGE = re.compile(rb"\.\.\s*$")
_FUNCTIONS = re.compile(
    r"function|lambda|method|constructor|closure|func_literal|(?:^|_)fn(?:_|$)|proc|subroutine|init_declaration"
)
_NO_FUNCTIONS = re.compile(r"call|type|parameter|signature|invocation|body|modifiers|name|arguments|expression_list")
_PROSE = re.compile(r"comment|string|heredoc|char_literal|character|regex|jsx_text|^text$")
_CODE = re.compile(r"interpolation|template_substitution|expansion|embedded|format_expression")
_KEYWORDS = frozenset({"keyword_argument", "named_argument", "value_argument", "labeled_argument"})
_KEYS = frozenset({"pair", "key_value_pair", "keyed_element", "field_initializer", "jsx_attribute", "pair_pattern"})


@dataclass(frozen=True, slots=True)
class NameUse:
    """
    One use: line (from 1), characters `start` to `end` of it (from 0), and how it is used.

    "member": behind a dot or what is like one, `owner` is the word before it; "keyword": names an argument; "key":
    names a field in a literal; "shorthand": names a field and its value
    at once. `functions` are the lines of the functions around it, the innermost last.
    """

    line: int
    start: int
    end: int
    role: Role
    owner: str
    functions: tuple[tuple[int, int], ...]


def name_uses(path: str, text: str, name: str) -> list[NameUse] | None:
    """List the uses of a name in their order; None if no grammar can tell."""
    row = language_row(path, text)
    if row is None or row.embeds or len(text) > PARSE_LIMIT:
        return None
    data, wanted = encode(text), name.encode()
    if wanted not in data:
        return []
    try:
        root = parse(row, data).root_node
    except TooSlow:
        return None
    found: list[NameUse] = []
    for match in re.finditer(rb"(?<![\w\x80-\xff])" + re.escape(wanted) + rb"(?![\w\x80-\xff])", data):
        begin, end = match.span()
        node = root.descendant_for_byte_range(begin, end)
        if node is None or _prose(node):
            continue
        line, start = data.count(b"\n", 0, begin) + 1, data.rfind(b"\n", 0, begin) + 1
        column = len(data[start:begin].decode("utf-8", "replace"))
        role, owner = _role(node, data, begin)
        found.append(NameUse(line, column, column + len(name), role, owner, _functions(node)))
    return found


def _prose(node: Node) -> bool:
    """Whether a node is in a comment or a string, but not in code within it."""
    at: Node | None = node
    while at is not None:
        if _CODE.search(at.type):
            return False
        if _PROSE.search(at.type):
            return True
        at = at.parent
    return False


def _role(node: Node, data: bytes, begin: int) -> tuple[Role, str]:
    before = data[max(0, begin - 200) : begin]
    parent = node.parent
    if node.type == "shorthand_property_identifier" or (parent and parent.type == "shorthand_field_initializer"):
        return "shorthand", ""
    if (dot := _MEMBERS.search(before)) is not None and not _RANGE.search(before):
        owner = re.search(rb"([\w\x80-\xff]+)\s*(?:\([^()]*\))?$", before[: dot.start()])
        return "member", owner[1].decode("utf-8", "replace") if owner is not None else ""
    if parent is not None and parent.child_count > 1 and parent.children[0] == node:
        if parent.type in _KEYWORDS:
            return "keyword", ""
        if parent.type in _KEYS:
            return "key", ""
    if parent is not None and parent.type == "literal_element" and parent.parent is not None:
        outer = parent.parent
        if outer.type == "keyed_element" and outer.children[0] == parent:
            return "key", ""
    return "name", ""


def _functions(node: Node) -> tuple[tuple[int, int], ...]:
    found: list[tuple[int, int]] = []
    at = node.parent
    while at is not None:
        if _FUNCTIONS.search(at.type) and not _NO_FUNCTIONS.search(at.type):
            found.append((at.start_point[0] + 1, at.end_point[0] + 1))
        at = at.parent
    return tuple(reversed(found))
