"""Parsing with tree-sitter. Nothing else in darner knows it."""

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from importlib.resources import files

import tree_sitter

from darner_context.facts import SCOPES, VALUES, Definition, Symbol, SyntaxFault
from darner_context.languages import BY_NAME, Language, language_of
from darner_context.second_opinion import second_opinion

__all__ = ["Symbol", "SyntaxFault", "definitions", "enclosing", "language_of", "new_faults", "symbols", "syntax_faults"]

PARSE_LIMIT = 4_000_000  # characters; beyond it a file has no symbols and no faults

# nodes that only wrap a definition: its lines are theirs
_WRAPPERS = frozenset(
    "decorated_definition export_statement template_declaration ambient_declaration pointer_declarator "
    "reference_declarator function_definition declaration field_declaration lexical_declaration "
    "variable_declaration expression_statement type_definition inline_method_definition".split()
)
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
    row = BY_NAME.get(language_of(path) or "")
    if row is None or len(text) > PARSE_LIMIT:
        return ()
    opinion = second_opinion(row.name, text)
    if opinion == ():
        return ()
    found = tuple(_faults(row, text))
    return found or opinion or ()


def new_faults(path: str, before: str, after: str) -> tuple[SyntaxFault, ...]:
    """
    List the faults of `after` that `before` had not.

    A fault that only moved is not new, and neither is one that took the place of another.
    """
    row = BY_NAME.get(language_of(path) or "")
    if row is None or before == after or len(after) > PARSE_LIMIT or len(before) > PARSE_LIMIT:
        return ()
    opinion = second_opinion(row.name, after)
    if opinion == ():
        return ()
    if opinion and second_opinion(row.name, before) == ():
        return tuple(_faults(row, after))[:1] + opinion if not _has_error(row, after) else tuple(_faults(row, after))
    found = list(_faults(row, after))
    if not found:
        return ()
    left = list(_faults(row, before))
    fresh: list[SyntaxFault] = []
    for fault in found:
        match = next((old for old in left if old.message == fault.message), None)
        if match is None:
            fresh.append(fault)
        else:
            left.remove(match)
    surplus = len(fresh) - len(left)
    return tuple(fresh[:surplus]) if surplus > 0 else ()


def definitions(path: str, text: str) -> tuple[Definition, ...]:
    """All definitions with the lines of their parts, in the order of their lines."""
    row = BY_NAME.get(language_of(path) or "")
    if row is None or len(text) > PARSE_LIMIT:
        return ()
    data = _encode(text)
    found = sorted(_definitions(row, data, _parse(row, data)), key=lambda each: (each[0].start, -each[0].end, each[1]))
    return tuple(_contained(found))


def _encode(text: str) -> bytes:
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.encode("utf-8", "replace")


@cache
def _grammar(module: str, function: str) -> tree_sitter.Language:
    return tree_sitter.Language(getattr(import_module(module), function)())


@cache
def _query(row: Language) -> tree_sitter.Query | None:
    grammar = _grammar(row.module, row.function)
    folder = files("darner_context" if row.query else row.module) / "queries"
    return tree_sitter.Query(grammar, (folder / f"{row.query or 'tags'}.scm").read_text(encoding="utf-8"))


def _parse(row: Language, data: bytes) -> tree_sitter.Tree:
    return tree_sitter.Parser(_grammar(row.module, row.function)).parse(data)


def _definitions(row: Language, data: bytes, tree: tree_sitter.Tree) -> Iterator[tuple[Definition, bool]]:
    """Definitions as the query finds them; the flag marks a mere scope (Rust's impl), which is none itself."""
    query = _query(row)
    if query is None:
        return
    lines = data.split(b"\n")
    prefixes = tuple(prefix.encode() for prefix in row.comments)
    best: dict[int, tuple[int, Definition, bool]] = {}
    for _, captures in tree_sitter.QueryCursor(query).matches(tree.root_node):
        names = captures.get("name")
        if not names:
            continue
        name = names[0]
        kind, node = next(
            ((key[11:], nodes[0]) for key, nodes in captures.items() if key.startswith("definition.")), ("", name)
        )
        scope = not kind
        if scope:
            held = captures.get("scope")
            if held is None:
                continue
            node = held[0]
        holder = captures.get("container")
        made = _definition(row, data, lines, prefixes, name, kind, node, holder[0] if holder else None)
        rank = _PRIORITY.get(kind, 2)
        key = name.start_byte
        if key not in best or rank < best[key][0]:
            best[key] = (rank, made, scope)
    for _, made, scope in best.values():
        yield made, scope


def _definition(
    row: Language,
    data: bytes,
    lines: list[bytes],
    prefixes: tuple[bytes, ...],
    name: tree_sitter.Node,
    kind: str,
    node: tree_sitter.Node,
    holder: tree_sitter.Node | None,
) -> Definition:
    body = node.child_by_field_name("body")
    outer = node
    while (parent := outer.parent) is not None and (
        parent.type in _WRAPPERS or (parent.type in _LONE_WRAPPERS and parent.named_child_count == 1)
    ):
        outer = parent
        body = body or parent.child_by_field_name("body")
    if body is None:
        value = node.child_by_field_name("value") or node.child_by_field_name("right")
        body = value.child_by_field_name("body") if value is not None else None
    start, end = outer.start_point.row + 1, outer.end_point.row + 1
    if outer.end_point.column == 0 and end > start:
        end -= 1
    head = start if kind in VALUES else end
    if body is not None:
        before = body.prev_sibling
        head = before.end_point.row + 1 if before is not None else body.start_point.row + 1
        head = min(max(head, start), end)
    doc_end = head
    if row.name == "python" and body is not None and kind not in VALUES:
        doc_end = max(_docstring_end(body), head)
    doc = start
    while doc > 1 and start - doc < 60 and lines[doc - 2].lstrip().startswith(prefixes):
        doc -= 1
    return Definition(
        name=data[name.start_byte : name.end_byte].decode("utf-8", "replace"),
        kind=kind,
        doc=doc,
        start=start,
        line=min(max(name.start_point.row + 1, start), end),
        head=head,
        doc_end=min(doc_end, end),
        end=end,
        container=data[holder.start_byte : holder.end_byte].decode("utf-8", "replace") if holder else None,
    )


def _docstring_end(body: tree_sitter.Node) -> int:
    first = body.named_child(0) if body.named_child_count else None
    if first is not None and first.type == "expression_statement" and first.named_child_count == 1:
        string = first.named_child(0)
        if string is not None and string.type in {"string", "concatenated_string"}:
            return string.end_point.row + 1
    return 0


def _contained(found: list[tuple[Definition, bool]]) -> Iterator[Definition]:
    """Give each definition the chain of those around it; a function inside a class is a method."""
    stack: list[tuple[Definition, str]] = []
    for each, scope in found:
        while stack and (stack[-1][0].end < each.start or stack[-1][0].end < each.end):
            stack.pop()
        chain = stack[-1][1] if stack else ""
        inside = each.container or chain or None
        if each.container and chain and not chain.endswith(each.container):
            inside = f"{chain}.{each.container}"
        kind = each.kind
        if kind == "function" and stack and stack[-1][0].kind in {"class", "interface", "enum", "trait", ""}:
            kind = "method"
        if scope or kind in SCOPES:
            stack.append((each, f"{inside}.{each.name}" if inside and not scope else each.name))
        if not scope:
            yield Definition(
                each.name, kind, each.doc, each.start, each.line, each.head, each.doc_end, each.end, inside
            )


def _has_error(row: Language, text: str) -> bool:
    return _parse(row, _encode(text)).root_node.has_error


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
