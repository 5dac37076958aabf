"""Parsing with tree-sitter. Nothing else in darner knows it."""

import re
import warnings
from functools import cache, lru_cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from time import thread_time

import tree_sitter

from darner_context.languages.file_language import language_in
from darner_context.languages.macros import WITH_MACROS, without_macros
from darner_context.languages.one_line_bodies import with_semicolons
from darner_context.languages.table import BY_NAME, Language
from darner_context.syntax.parse_budget import PIECE, BudgetedInput, limit

Node = tree_sitter.Node
Tree = tree_sitter.Tree
Captures = dict[str, list[tree_sitter.Node]]
PARSE_LIMIT = 4_000_000  # characters; beyond it a file has no symbols and no faults
_HEAP = 5_000  # tokens
_OPEN = 1_000  # signs "<" one after the other that nothing closes
_SIGNS = bytes.maketrans(b">;{}", b">>>>")
_NO_SIGNS = bytes(set(range(256)).difference(b"<>;{}"))
_TOO_DEEP = re.compile(rb"^(?:[-?:]? ){150}", re.MULTILINE)  # in YAML: the grammar ends the process at 300 or so
_SAMPLE, _KEY, _OFTEN = 1_024, 4, 50  # bytes of a sample; of its beginning, and how often it is in a repetition
_SLOW = 0.02  # seconds of the processor for a sample: an ordinary one needs a twentieth of it
_BEGINS = re.compile(r"^\((\w+)", re.MULTILINE)  # the first node of a pattern


def normalize_line_ends(text: str) -> str:
    """Give the text with all its lines ending in a newline."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def encode(text: str) -> bytes:
    """Give the text as it is parsed: its lines end in a newline, whatever they end in."""
    return normalize_line_ends(text).encode("utf-8", "replace")


ADAPTED = WITH_MACROS | {"kotlin"}  # languages of which `source_of` may change bytes outside an edit


def source_of(row: Language, text: str) -> bytes:
    """Give the text as the grammar of its language can read it: no byte moves."""
    data = encode(text)
    return with_semicolons(data) if row.name == "kotlin" else without_macros(row.name, data)


@cache
def _grammar(module: str, function: str) -> tree_sitter.Language:
    made: object = getattr(import_module(module), function)()
    with warnings.catch_warnings():  # some wheels still hand out a plain number
        warnings.simplefilter("ignore", DeprecationWarning)
        return tree_sitter.Language(made)


def incremental_row(path: str, text: str) -> Language | None:
    """Give the row of a file's language if its definitions can be found again in a part of the text by itself."""
    row = language_row(path, text)
    return row if row is not None and not row.embeds and row.name != "sql" else None


def load_grammar(path: str) -> None:
    """Make the grammar and the query of a file's language ready."""
    row = language_row(path, "")
    if row is not None:
        _way(row)
        _query(row)


def language_row(path: str, text: str) -> Language | None:
    """Give the row of a file's language, None too where its grammar is not installed."""
    row = BY_NAME.get(language_in(path, text) or "")
    return row if row is not None and grammar_installed(row.module) else None


@cache
def grammar_installed(module: str) -> bool:
    """Whether the package of a grammar is installed."""
    return find_spec(module) is not None


@cache
def _query(row: Language) -> tree_sitter.Query:
    return tree_sitter.Query(_grammar(row.module, row.function), _query_text(row))


def _query_text(row: Language) -> str:
    return (Path(__file__).parent / "queries" / f"{row.query}.scm").read_text("utf-8")


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
    """Parse a text; `before`, a tree with the edits since, is reused where it is unchanged. Raises TooSlow."""
    if (row.name == "yaml" and _TOO_DEEP.search(data)) or _opens_too_much(data) or _explodes(row, data):
        raise TooSlow
    parser = tree_sitter.Parser(_grammar(row.module, row.function))
    if len(data) <= PIECE:
        return parser.parse(data) if before is None else parser.parse(data, before)
    over, read = limit(len(data)), BudgetedInput(data)
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


def _explodes(row: Language, data: bytes) -> bool:
    """
    Whether a part of the text is a short sequence over and over (`a=>a=>…`) for which the grammar keeps all readings:
    time and memory then grow with the square of the size, and the parser reports no progress. A sample is tried first.
    """
    for begin in range(0, len(data) - 2 * _SAMPLE + 1, _SAMPLE):
        sample = data[begin : begin + _SAMPLE]
        key = sample[:_KEY]
        if sample.count(key) >= _OFTEN and not key.isspace() and _is_slow(row, sample):
            return True
    return False


@lru_cache(256)
def _is_slow(row: Language, sample: bytes) -> bool:
    start = thread_time()
    tree_sitter.Parser(_grammar(row.module, row.function)).parse(sample)
    return thread_time() - start > _SLOW


def _opens_too_much(data: bytes) -> bool:
    """
    Whether it may open as many lists of types as comparisons: `a<a<a<`.

    Where these end, a grammar unites all that they may mean in one step, of seconds and gigabytes; no limit is checked
    during it.
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
    """Whether one error contains thousands of tokens: a query looks through all that follow, at each of them."""
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
    cursor.set_max_start_depth(0)  # patterns begin at the node of the query
    found: list[Captures] = []
    stack = [root]
    while stack:
        node = stack.pop()
        if node.kind_id in begins:
            found += [captures for _, captures in cursor.matches(node)]
        stack += [child for child in node.named_children if child.kind_id in way]
    return found
