"""The definitions of a text, and the one that holds a place."""

from darner_context.languages.file_language import language_in
from darner_context.languages.table import BY_NAME, Language
from darner_context.syntax.definition_types import SCOPES, Definition, Symbol
from darner_context.syntax.injections import injections
from darner_context.syntax.markdown_headings import headings_in
from darner_context.syntax.notebook import read_notebook
from darner_context.syntax.parser import (
    PARSE_LIMIT,
    TooSlow,
    grammar_installed,
    language_row,
    matches,
    normalize_line_ends,
    parse,
    source_of,
)
from darner_context.syntax.plain_outline import has_outline, outline
from darner_context.syntax.query_matches import Found, found_in, with_containers


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


def definitions(path: str, text: str) -> tuple[Definition, ...]:
    """All definitions with the lines of their parts, in the order of their lines. Raises TooSlow."""
    row = language_row(path, text)
    if row is None and len(text) <= PARSE_LIMIT and has_outline(name := language_in(path, text) or ""):
        return _with_containers(outline(name, normalize_line_ends(text)))
    if row is not None and row.name == "notebook":
        return _of_notebook(text)
    if row is None or len(text) > PARSE_LIMIT:
        return ()
    found = _in(row, text)
    if row.embeds:
        for name, blanked in injections(row.name, normalize_line_ends(text)).items():
            if name in BY_NAME and not BY_NAME[name].embeds and grammar_installed(BY_NAME[name].module):
                found += _in(BY_NAME[name], blanked)
        found.sort(key=lambda each: (each.start, -each.end))
    return tuple(found)


def _of_notebook(text: str) -> tuple[Definition, ...]:
    """The definitions of the cells; those of a cell that is one line of the file are all in that line."""
    row, notebook = BY_NAME["python"], read_notebook(text)
    found = _in(row, notebook.code)
    for line, code in notebook.folded.items():
        for each in _in(row, code):
            found.append(each._replace(doc=line, start=line, line=line, head=line, doc_end=line, end=line))
    return tuple(sorted(found, key=lambda each: (each.start, -each.end)))


def _with_containers(found: list[Found]) -> tuple[Definition, ...]:
    return tuple([each for each in with_containers(found) if each is not None])


def _in(row: Language, text: str) -> list[Definition]:
    data = source_of(row, text)
    if row.name == "markdown":  # its grammar sees no heading in a line without an end
        found = headings_in(data, matches(row, parse(row, data + b"\n")))
    else:
        found = found_in(row, data, matches(row, parse(row, data)))
        if row.name == "sql":  # its dialects differ in what they create
            known = {each.made.name for each in found}
            more = [each for each in outline("sql", data.decode("utf-8", "replace")) if each.made.name not in known]
            found = sorted([*found, *more], key=lambda each: (each.begin, -each.end))
    return list(_with_containers(found))
