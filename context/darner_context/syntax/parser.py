"""Parsing with tree-sitter. Nothing else in darner knows it."""

import re
import warnings
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

import tree_sitter

from darner_context.facts.file_facts import SCOPES, Definition, Symbol, SyntaxFault
from darner_context.syntax.definitions import contained, found_in
from darner_context.syntax.injections import embedded
from darner_context.syntax.languages import BY_NAME, Language, language_of
from darner_context.syntax.markdown_headings import headings_in
from darner_context.syntax.notebook import read_notebook
from darner_context.syntax.parse_budget import PIECE, Reader, limit
from darner_context.syntax.strict_parsers import second_opinion

__all__ = ["Symbol", "SyntaxFault", "definitions", "enclosing", "language_of", "new_faults", "symbols", "syntax_faults"]

Node = tree_sitter.Node
Tree = tree_sitter.Tree
Span = tuple[tuple[int, int], tuple[int, int]]
Captures = dict[str, list[tree_sitter.Node]]
PARSE_LIMIT = 4_000_000  # characters; beyond it a file has no symbols and no faults
_HEAP = 5_000  # tokens
_OPEN = 1_000  # signs "<" one after the other that nothing closes
_SIGNS = bytes.maketrans(b">;{}", b">>>>")
_NO_SIGNS = bytes(set(range(256)).difference(b"<>;{}"))
_TOO_DEEP = re.compile(rb"^(?:[-?:]? ){150}", re.MULTILINE)  # in YAML: the grammar ends the process at 300 or so
_BEGINS = re.compile(r"^\((\w+)", re.MULTILINE)  # the first node of a pattern


def symbols(path: str, text: str) -> tuple[Symbol, ...]:
    """All definitions of the text in the order of their lines; () for a language or a text that cannot be parsed."""
    try:
        found = definitions(path, text)
    except TooSlow:
        return ()
    return tuple(Symbol(each.name, each.kind, each.start, each.end, each.container) for each in found)


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


def comment_span(path: str, text: str, line: int, column: int) -> "Span | Literal['string'] | None":
    """
    Find the comment that holds a place: its begin and its end, each a line and a character from 0.

    "string" where the place lies in a string; None where it lies in neither, or where no grammar tells.
    """
    row = _known(path)
    if row is None or row.embeds or len(text) > PARSE_LIMIT:
        return None
    data = encode(text)
    lines = data.split(b"\n")
    byte = len(lines[line].decode("utf-8", "replace")[:column].encode())
    try:
        node = parse(row, data).root_node.descendant_for_point_range((line, byte), (line, byte + 1))
    except TooSlow:
        return None
    while node is not None:
        if "comment" in node.type:
            while node.parent is not None and ("comment" in node.parent.type or node.parent.type == "jsx_expression"):
                node = node.parent
            (first, start), (last, end) = node.start_point, node.end_point
            if not end and last > first:  # a grammar that counts the line's end in
                last, end = last - 1, len(lines[last - 1])
            ends = ((first, start), (last, end))
            begin, finish = ((at, len(lines[at][:bytes_].decode("utf-8", "replace"))) for at, bytes_ in ends)
            return begin, finish
        if "string" in node.type or "heredoc" in node.type or node.type.startswith("char"):
            return "string"
        node = node.parent
    return None


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


def parses(path: str, text: str) -> bool:
    """Whether the grammar finds no fault. Other threads run meanwhile."""
    row = _known(path)
    if row is None or not row.gate or len(text) > PARSE_LIMIT:
        return True
    try:
        return not parse(row, encode(text)).root_node.has_error
    except TooSlow:
        return False


def definitions(path: str, text: str) -> tuple[Definition, ...]:
    """All definitions with the lines of their parts, in the order of their lines. Raises TooSlow."""
    row = _known(path)
    if row is not None and row.name == "notebook":
        row, text = BY_NAME["python"], read_notebook(text).code
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
    data = encode(text)
    if row.name == "markdown":  # its grammar sees no heading in a line without an end
        found = headings_in(data, matches(row, parse(row, data + b"\n")))
    else:
        found = found_in(row, data, matches(row, parse(row, data)))
    return [each for each in contained(found) if each is not None]


def _plain(text: str) -> str:
    """Give the text with all its lines ending in a newline."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def encode(text: str) -> bytes:
    """Give the text as it is parsed: its lines end in a newline, whatever they end in."""
    return _plain(text).encode("utf-8", "replace")


@cache
def _grammar(module: str, function: str) -> tree_sitter.Language:
    made: object = getattr(import_module(module), function)()
    with warnings.catch_warnings():  # some wheels still hand out a plain number
        warnings.simplefilter("ignore", DeprecationWarning)
        return tree_sitter.Language(made)


def reparsed(path: str) -> Language | None:
    """Give the row of a file's language if its definitions can be found again in a part of the text by itself."""
    row = _known(path)
    return row if row is not None and row.query and not row.embeds else None


def load_grammar(path: str) -> None:
    """Make the grammar and the query of a file's language ready."""
    row = _known(path)
    if row is not None:
        _way(row)
        _query(row)


def _known(path: str) -> Language | None:
    """Give the row of a file's language, None too where its grammar is not installed."""
    row = BY_NAME.get(language_of(path) or "")
    return row if row is not None and _installed(row.module) else None


@cache
def _installed(module: str) -> bool:
    return find_spec(module) is not None


@cache
def _query(row: Language) -> tree_sitter.Query:
    return tree_sitter.Query(_grammar(row.module, row.function), _query_text(row))


def _query_text(row: Language) -> str:
    home = Path(__file__) if row.query else Path(import_module(row.module).__file__ or "")
    return (home.parent / "queries" / f"{row.query or 'tags'}.scm").read_text("utf-8")


@cache
def _way(row: Language) -> tuple[frozenset[int], frozenset[int]]:
    """Number the kinds of nodes that are looked into, or at; and those at which a pattern of the query begins."""
    begins = set(_BEGINS.findall(_query_text(row)))
    grammar = _grammar(row.module, row.function)
    kinds = {number: grammar.node_kind_for_id(number) for number in range(grammar.node_kind_count)}
    return (
        frozenset(number for number, kind in kinds.items() if kind in begins or kind in row.within),
        frozenset(number for number, kind in kinds.items() if kind in begins),
    )


class TooSlow(ValueError):
    """A text that its grammar would chew on: it is worth no more time."""

    def __init__(self) -> None:
        super().__init__("it takes too long")


def parse(row: Language, data: bytes, before: Tree | None = None) -> Tree:
    """Parse a text; what `before`, a tree that was told of the edits since, has of it is taken over. Raises TooSlow."""
    if (row.name == "yaml" and _TOO_DEEP.search(data)) or _opens_too_much(data):
        raise TooSlow
    parser = tree_sitter.Parser(_grammar(row.module, row.function))
    if len(data) <= PIECE:
        return parser.parse(data) if before is None else parser.parse(data, before)
    over, read = limit(len(data)), Reader(data)
    try:
        if before is None:
            return parser.parse(read, progress_callback=over)
        return parser.parse(read, before, progress_callback=over)
    except ValueError:
        if over():
            raise TooSlow from None
        raise
    finally:
        read.parsed()


def _opens_too_much(data: bytes) -> bool:
    """
    Whether it may open as many lists of types as comparisons: `a<a<a<`.

    Where these end, a grammar unites all that they may mean in one step, of seconds and gigabytes; no limit is asked
    meanwhile.
    """
    return data.count(b"<") >= _OPEN and b"<" * _OPEN in data.translate(_SIGNS, _NO_SIGNS)


def matches(row: Language, tree: Tree, begin: int = 0, end: int | None = None) -> list[Captures]:
    """All matches of a language's query that touch bytes `begin` to `end`. Raises TooSlow."""
    cursor, root = tree_sitter.QueryCursor(_query(row)), tree.root_node
    if root.has_error and root.end_byte > _HEAP and _heaped(root):
        raise TooSlow
    if end is not None:
        cursor.set_byte_range(begin, end)
    elif row.within and not root.has_error:
        return _matches_within(row, cursor, root)
    return [captures for _, captures in cursor.matches(root)]


def _heaped(root: Node) -> bool:
    """Whether thousands of tokens lie in one error: a query looks through all that follow, at each of them."""
    stack = [root]
    while stack:
        node = stack.pop()
        if node.child_count - node.named_child_count > _HEAP:
            return True
        if node.child_count:
            stack += [child for child in node.children if child.has_error]
    return False


def _matches_within(row: Language, cursor: tree_sitter.QueryCursor, root: Node) -> list[Captures]:
    """All matches, without a look into statements and expressions: most of a tree is there."""
    way, begins = _way(row)
    cursor.set_max_start_depth(0)  # patterns begin at the node that is asked for
    found: list[Captures] = []
    stack = [root]
    while stack:
        node = stack.pop()
        if node.kind_id in begins:
            found += [captures for _, captures in cursor.matches(node)]
        stack += [child for child in node.named_children if child.kind_id in way]
    return found


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
    data = encode(text)
    try:
        stack = [parse(row, data).root_node]
    except TooSlow as error:
        yield SyntaxFault(1, 1, f"cannot be checked: {error}")
        return
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
