"""Parsing with tree-sitter. Nothing else in darner knows it."""

import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.resources import files
from importlib.util import find_spec

import tree_sitter

from darner_context.embedded import embedded
from darner_context.facts import CLASSES, KINDS, SCOPES, VALUES, Definition, Symbol, SyntaxFault
from darner_context.languages import BY_NAME, Language, language_of
from darner_context.second_opinion import second_opinion

__all__ = ["Symbol", "SyntaxFault", "definitions", "enclosing", "language_of", "new_faults", "symbols", "syntax_faults"]

_DOC_LINES = 60  # of a comment above a definition
PARSE_LIMIT = 4_000_000  # characters; beyond it a file has no symbols and no faults

# nodes that only wrap a definition: its lines are theirs
_WRAPPER_NAMES = (
    "decorated_definition export_statement template_declaration ambient_declaration pointer_declarator "
    "reference_declarator function_definition declaration field_declaration lexical_declaration "
    "variable_declaration expression_statement type_definition inline_method_definition"
)
_WRAPPERS = frozenset(_WRAPPER_NAMES.split())
_LONE_WRAPPERS = frozenset({"type_declaration", "const_declaration", "var_declaration", "var_spec_list"})
_PRIORITY = {"function": 0, "method": 0, "class": 1, "interface": 1, "constant": 3, "field": 4}


def symbols(path: str, text: str) -> tuple[Symbol, ...]:
    """All definitions of the text in the order of their lines; () for a language that the table does not have."""
    return tuple(Symbol(each.name, each.kind, each.start, each.end, each.container) for each in definitions(path, text))


def enclosing(path: str, text: str, first_line: int, last_line: int | None = None) -> Symbol | None:
    """Find the smallest function, method or class that holds the lines."""
    last = last_line or first_line
    best: Symbol | None = None
    for each in symbols(path, text):
        if (
            each.kind not in SCOPES
            or each.kind == "module"
            or not each.start_line <= first_line <= last <= each.end_line
        ):
            continue
        if best is None or each.end_line - each.start_line <= best.end_line - best.start_line:
            best = each
    return best


def syntax_faults(path: str, text: str) -> tuple[SyntaxFault, ...]:
    """List where the text does not parse; () for an unknown language."""
    row = _known(path)
    if row is None or len(text) > PARSE_LIMIT:
        return ()
    opinion = second_opinion(row.name, text)
    if opinion == ():
        return ()
    return tuple(_all_faults(row, text)) or opinion or ()


def new_faults(path: str, before: str, after: str) -> tuple[SyntaxFault, ...]:
    """
    List the faults of `after` that `before` had not.

    A fault that only moved is not new, and neither is one that took the place of another. A grammar that is known
    to be too narrow for its language finds none.
    """
    row = _known(path)
    if row is None or before == after or len(after) > PARSE_LIMIT or len(before) > PARSE_LIMIT:
        return ()
    opinion = second_opinion(row.name, after)
    if opinion == ():
        return ()
    found = list(_all_faults(row, after)) if row.gate or row.embeds else []
    if opinion and second_opinion(row.name, before) == ():
        return tuple(found) or opinion
    if not found:
        return ()
    left = [each.message for each in _all_faults(row, before)]
    fresh: list[SyntaxFault] = []
    for fault in found:
        if fault.message in left:
            left.remove(fault.message)
        else:
            fresh.append(fault)
    return tuple(fresh[: max(0, len(fresh) - len(left))])


def definitions(path: str, text: str) -> tuple[Definition, ...]:
    """All definitions with the lines of their parts, in the order of their lines."""
    row = _known(path)
    if row is None or len(text) > PARSE_LIMIT:
        return ()
    found = _in(row, text)
    if row.embeds:
        for name, blanked in embedded(row.name, _plain(text)).items():
            if name in BY_NAME and not BY_NAME[name].embeds and _installed(BY_NAME[name].module):
                found += _in(BY_NAME[name], blanked)
        found.sort(key=lambda each: (each.start, -each.end))
    return tuple(found)


def _in(row: Language, text: str) -> list[Definition]:
    data = _encode(text)
    found = sorted(_definitions(row, data, _parse(row, data)), key=lambda each: (each.begin, -each.end))
    return list(_contained(found))


@dataclass(frozen=True, slots=True)
class _Found:
    """A match, with the bytes of its node; a mere scope (Rust's impl) is no definition itself."""

    made: Definition
    begin: int
    end: int
    scope: bool


def _plain(text: str) -> str:
    """Give the text with all its lines ending in a newline."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _encode(text: str) -> bytes:
    return _plain(text).encode("utf-8", "replace")


@cache
def _grammar(module: str, function: str) -> tree_sitter.Language:
    made: object = getattr(import_module(module), function)()
    with warnings.catch_warnings():  # some wheels still hand out a plain number
        warnings.simplefilter("ignore", DeprecationWarning)
        return tree_sitter.Language(made)


def _known(path: str) -> Language | None:
    """Give the row of a file's language, None too where its grammar is not installed."""
    row = BY_NAME.get(language_of(path) or "")
    return row if row is not None and _installed(row.module) else None


@cache
def _installed(module: str) -> bool:
    return find_spec(module) is not None


@cache
def _query(row: Language) -> tree_sitter.Query:
    grammar = _grammar(row.module, row.function)
    folder = files("darner_context" if row.query else row.module) / "queries"
    return tree_sitter.Query(grammar, (folder / f"{row.query or 'tags'}.scm").read_text(encoding="utf-8"))


def _parse(row: Language, data: bytes) -> tree_sitter.Tree:
    return tree_sitter.Parser(_grammar(row.module, row.function)).parse(data)


def _definitions(row: Language, data: bytes, tree: tree_sitter.Tree) -> Iterator[_Found]:
    """Definitions as the query finds them, one for each name."""
    lines = data.split(b"\n")
    prefixes = tuple(prefix.encode() for prefix in row.comments)
    best: dict[int, tuple[int, _Found]] = {}
    matches = tree_sitter.QueryCursor(_query(row)).matches(tree.root_node)
    shared = Counter[int]() if row.query else _shared(matches)
    for _, captures in matches:
        names = captures.get("name")
        if not names:
            continue
        name = names[0]
        kind, node = _marked(captures, name)
        if not kind:
            if "scope" not in captures:
                continue
            node = captures["scope"][0]
        elif shared[node.id] > 1:
            node = name.parent or node
        kind = KINDS.get(kind, kind)
        rank = _PRIORITY.get(kind, 2)
        if name.start_byte in best and best[name.start_byte][0] <= rank:
            continue
        holder = captures.get("container")
        made, outer = _definition(row, data, lines, prefixes, name=name, kind=kind, node=node)
        if holder:
            made = made._replace(container=_text(data, holder[0]))
        best[name.start_byte] = (rank, _Found(made, outer.start_byte, outer.end_byte, not kind))
    for _, found in best.values():
        yield found


def _marked(captures: dict[str, list[tree_sitter.Node]], name: tree_sitter.Node) -> tuple[str, tree_sitter.Node]:
    """Give the kind and the node of the definition that a match marks; no kind where it marks none."""
    for key, nodes in reversed(captures.items()):
        if key.startswith("definition."):
            return key[11:], nodes[0]
    return "", name


def _shared(matches: list[tuple[int, dict[str, list[tree_sitter.Node]]]]) -> Counter[int]:
    """Count the names of each node: some shipped queries mark the class around a method as the method."""
    return Counter(
        nodes[0].id
        for _, captures in matches
        for key, nodes in captures.items()
        if key.startswith("definition.") and "name" in captures
    )


def _text(data: bytes, node: tree_sitter.Node) -> str:
    return data[node.start_byte : node.end_byte].decode("utf-8", "replace")


def _definition(
    row: Language,
    data: bytes,
    lines: list[bytes],
    prefixes: tuple[bytes, ...],
    *,
    name: tree_sitter.Node,
    kind: str,
    node: tree_sitter.Node,
) -> tuple[Definition, tree_sitter.Node]:
    body = node.child_by_field_name("body")
    outer = node
    while (parent := outer.parent) is not None and (
        parent.type in _WRAPPERS
        or (parent.type in _LONE_WRAPPERS and parent.named_child_count == 1)
        or outer.type == parent.type + "_statement"
    ):
        outer = parent
        body = body or parent.child_by_field_name("body")
    if body is None:
        value = node.child_by_field_name("value") or node.child_by_field_name("right")
        body = value.child_by_field_name("body") if value is not None else None
    start, end = outer.start_point.row + 1, outer.end_point.row + 1
    if outer.end_point.column == 0 and end > start:
        end -= 1
    end = min(end, max(len(lines) - (not lines[-1]), start))
    head = start if kind in VALUES else end
    if body is not None:
        before = body.prev_sibling
        head = before.end_point.row + 1 if before is not None else body.start_point.row + 1
        head = min(max(head, start), end)
    elif kind == "module":
        head = start
    doc_end = head
    if row.name == "python" and body is not None and kind not in VALUES:
        doc_end = max(_docstring_end(body), head)
    doc = start
    while prefixes and doc > 1 and start - doc < _DOC_LINES and lines[doc - 2].lstrip().startswith(prefixes):
        doc -= 1
    made = Definition(
        name=" ".join(_text(data, name).split())[:200],
        kind=kind,
        doc=doc,
        start=start,
        line=min(max(name.start_point.row + 1, start), end),
        head=head,
        doc_end=min(doc_end, end),
        end=end,
        container=None,
    )
    return made, outer


def _docstring_end(body: tree_sitter.Node) -> int:
    first = body.named_child(0) if body.named_child_count else None
    if first is not None and first.type == "expression_statement" and first.named_child_count == 1:
        string = first.named_child(0)
        if string.type in {"string", "concatenated_string"}:
            return string.end_point.row + 1
    return 0


def _contained(found: list[_Found]) -> Iterator[Definition]:
    """Give each definition the chain of those around it; a function inside a class is a method."""
    stack: list[tuple[_Found, str]] = []
    for each in found:
        made = each.made
        while stack and stack[-1][0].end < each.end:
            stack.pop()
        chain = stack[-1][1] if stack else ""
        inside = made.container or chain or None
        if made.container and chain and not chain.endswith(made.container):
            inside = f"{chain}.{made.container}"
        kind = made.kind
        if kind == "function" and stack and (stack[-1][0].scope or stack[-1][0].made.kind in CLASSES):
            kind = "method"
        if each.scope or kind in SCOPES:
            stack.append((each, f"{inside}.{made.name}" if inside and not each.scope else made.name))
        if not each.scope:
            yield made._replace(kind=kind, container=inside)


def _all_faults(row: Language, text: str) -> Iterator[SyntaxFault]:
    """Faults of a text; of one that embeds others, those of its scripts."""
    if not row.embeds:
        yield from _faults(row, text)
    elif row.name != "markdown":
        for name, blanked in embedded(row.name, _plain(text)).items():
            if name in BY_NAME and BY_NAME[name].gate and _installed(BY_NAME[name].module):
                yield from _faults(BY_NAME[name], blanked)


def _faults(row: Language, text: str) -> Iterator[SyntaxFault]:
    """Error and missing nodes, outermost only, in the order of the text."""
    data = _encode(text)
    stack = [_parse(row, data).root_node]
    while stack:
        node = stack.pop()
        if not node.has_error:
            continue
        if node.is_missing or node.is_error:
            line, byte = node.start_point
            column = len(data[node.start_byte - byte : node.start_byte].decode("utf-8", "replace")) + 1
            if node.is_missing:
                message = f"missing {node.type}"
            else:
                words = data[node.start_byte : node.end_byte].decode("utf-8", "replace").split()
                message = f"unexpected {' '.join(words)[:40]}" if words else "unexpected end"
            yield SyntaxFault(line + 1, column, message)
        else:
            stack.extend(reversed(node.children))
