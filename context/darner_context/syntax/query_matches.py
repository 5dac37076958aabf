"""From the matches of a language's query to its definitions: their lines, and what they are defined in."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from darner_context.syntax.definition_types import CLASSES, KINDS, SCOPES, VALUES, Definition, DefinitionKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from darner_context.languages.table import Language
    from darner_context.syntax.parser import Captures, Node

_DOC_LINES = 60  # of a comment above a definition
_ROW = 32  # bits of a place that hold its column

# nodes that only wrap a definition: its lines are theirs
_WRAPPER_NAMES = (
    "decorated_definition export_statement template_declaration ambient_declaration pointer_declarator "
    "reference_declarator function_definition declaration field_declaration lexical_declaration "
    "variable_declaration expression_statement type_definition inline_method_definition"
)
_WRAPPERS = frozenset(_WRAPPER_NAMES.split())
_LONE_WRAPPERS = frozenset({"type_declaration", "const_declaration", "var_declaration", "var_spec_list"})
_PRIORITY: dict[DefinitionKind, int] = {
    "function": 0,
    "method": 0,
    "class": 1,
    "interface": 1,
    "constant": 3,
    "field": 4,
}


class Found(NamedTuple):
    """A definition by itself, without what is around it. `begin` and `end` are places in the text (see `place_of`)."""

    made: Definition
    begin: int
    end: int
    scope: bool  # a mere scope (Rust's impl) is no definition itself


class _Text(NamedTuple):
    data: bytes
    lines: int
    prefixes: tuple[bytes, ...]  # of comments
    python: bool


def place_of(row: int, column: int = 0) -> int:
    """Give a place as one number; row and column (in bytes) begin at 0."""
    return row << _ROW | column


def found_in(row: Language, data: bytes, matches: Sequence[Captures]) -> list[Found]:
    """Make definitions of matches, one for each name, in the order of their places, the outer ones first."""
    total = data.count(b"\n") + (not data.endswith(b"\n"))
    text = _Text(data, total, comment_prefixes(row), row.name == "python")
    best: dict[int, tuple[int, Found]] = {}
    macros: set[int] = set()  # names of macros that stand where a function's would
    for captures in matches:
        names = captures.get("name")
        if not names:
            continue
        name = names[0]
        begin = name.start_byte
        if not _name(data, name).strip():
            continue  # what replaces an error has no text, and a title may be a lone hard space
        mark, node = _marked(captures, name)
        if not mark:
            if "scope" not in captures:
                continue
            node = captures["scope"][0]
        if mark == "test":
            macros.add(captures["_macro"][0].start_byte)
        kind = KINDS.get(mark, "other") if mark else "scope"
        rank = _PRIORITY.get(kind, 2)
        known = best.get(begin)
        if known is not None and known[0] <= rank:
            continue
        holder = captures.get("container")
        container = _said(data, holder[0]) if holder else None
        best[begin] = (rank, _found(text, name, kind, container, node))
    for begin in macros:
        best.pop(begin, None)
    return sorted([found for _, found in best.values()], key=_order)


def _marked(captures: Captures, name: Node) -> tuple[str, Node]:
    """Give the kind and the node of the definition that a match marks; no kind where it marks none."""
    for key, nodes in reversed(captures.items()):
        if key.startswith("definition."):
            return key[11:], nodes[0]
    return "", name


# signs around a name, by the kind of its node
_SIGNS = {
    "simple_symbol": ":", "atom": ":", "keyword": ": ", "double_quote_scalar": '"', "single_quote_scalar": "'",
    "variable": "$",
}  # fmt: skip


def _name(data: bytes, node: Node) -> str:
    name, kind = " ".join(_said(data, node).split()), node.type
    if kind == "word":  # of a shell's alias, with its value
        name = name.partition("=")[0] or name
    if name.startswith("`"):  # quoted, in Kotlin and Scala
        name = name.strip("`") or name
    return name.strip(_SIGNS[kind])[:200] if kind in _SIGNS else name[:200]


def _order(each: Found) -> tuple[int, int]:
    return each.begin, -each.end


def _said(data: bytes, node: Node) -> str:
    return data[node.start_byte : node.end_byte].decode("utf-8", "replace")


def _found(text: _Text, name: Node, kind: DefinitionKind, container: str | None, node: Node) -> Found:
    data, total, prefixes, python = text
    outer, body = _wrapped(node)
    if body is None:
        value = node.child_by_field_name("value") or node.child_by_field_name("right")
        body = value.child_by_field_name("body") if value is not None else None
    (first, left), (last, right) = outer.start_point, outer.end_point
    start, end = first + 1, last + 1
    if right == 0 and end > start:
        end -= 1
    end = min(end, max(total, start))
    head = start if kind in VALUES else end
    if body is not None:
        before = body.prev_sibling
        head = (before.end_point if before is not None else body.start_point)[0] + 1
        head = min(max(head, start), end)
    elif kind == "module":
        head = start
    doc_end = head
    if python and body is not None and kind not in VALUES:
        doc_end = max(_docstring_end(body), head)
    made = Definition(
        _name(data, name),
        kind,
        doc_line(data, prefixes, start, outer.start_byte - left) if prefixes else start,
        start,
        min(max(name.start_point[0] + 1, start), end),
        head,
        min(doc_end, end),
        end,
        container,
    )
    return Found(made, place_of(first, left), place_of(last, right), kind == "scope")


def _wrapped(node: Node) -> tuple[Node, Node | None]:
    """Give the outermost node that only wraps a definition, and the body of the definition."""
    body = node.child_by_field_name("body")
    outer, its = node, node.type
    while (parent := outer.parent) is not None:
        above = parent.type
        if (
            above not in _WRAPPERS
            and its != above + "_statement"
            and (above not in _LONE_WRAPPERS or parent.named_child_count != 1)
        ):
            break
        outer, its = parent, above
        body = body or parent.child_by_field_name("body")
    return outer, body


def comment_prefixes(row: Language) -> tuple[bytes, ...]:
    """What a line of a comment, or an attribute, begins with."""
    return tuple(prefix.encode() for prefix in row.comments)


def doc_line(data: bytes, prefixes: tuple[bytes, ...], start: int, begin: int) -> int:
    """Number the first line of the comment above line `start`, which begins at byte `begin`."""
    doc = start
    while doc > 1 and start - doc < _DOC_LINES:
        above = data.rfind(b"\n", 0, begin - 1) + 1
        if not data[above : begin - 1].lstrip().startswith(prefixes):
            break
        doc, begin = doc - 1, above
    return doc


def _docstring_end(body: Node) -> int:
    first = body.named_child(0) if body.named_child_count else None
    if first is not None and first.type == "expression_statement" and first.named_child_count == 1:
        string = first.named_child(0)
        if string.type in {"string", "concatenated_string"}:
            return string.end_point[0] + 1
    return 0


def with_containers(found: Sequence[Found]) -> list[Definition | None]:
    """Give each definition the chain of those around it, None for a mere scope; a function in a class is a method."""
    stack: list[tuple[Found, str]] = []
    made: list[Definition | None] = []
    for each in found:
        one = each.made
        while stack and stack[-1][0].end < each.end:
            stack.pop()
        chain = stack[-1][1] if stack else ""
        inside = one.container or chain or None
        if one.container and chain and not chain.endswith(one.container):
            inside = f"{chain}.{one.container}"
        kind = one.kind
        if kind == "function" and stack and (stack[-1][0].scope or stack[-1][0].made.kind in CLASSES):
            kind = "method"
        if each.scope or kind in SCOPES:
            stack.append((each, f"{inside}.{one.name}" if inside and not each.scope else one.name))
        if each.scope:
            made.append(None)
        elif kind is one.kind and inside is one.container:
            made.append(one)
        else:
            made.append(one._replace(kind=kind, container=inside))
    return made
