"""Where a text does not parse, and which faults an edit adds."""

from collections.abc import Iterator

from darner_context.languages.table import BY_NAME, Language
from darner_context.syntax.definition_types import SyntaxFault
from darner_context.syntax.injections import injections
from darner_context.syntax.parser import (
    PARSE_LIMIT,
    TooSlow,
    grammar_installed,
    language_row,
    normalize_line_ends,
    parse,
    source_of,
)
from darner_context.syntax.strict_parsers import strict_faults


def syntax_faults(path: str, text: str) -> tuple[SyntaxFault, ...]:
    """List where the text does not parse; () for an unknown language."""
    row = language_row(path, text)
    if row is None or len(text) > PARSE_LIMIT:
        return ()
    opinion = strict_faults(row.name, text)
    if opinion == ():
        return ()
    return tuple(_all_faults(row, text)) or opinion or ()


def new_faults(path: str, before: str, after: str) -> tuple[SyntaxFault, ...]:
    """
    List the faults of `after` that `before` had not.

    A fault that only moved is not new, and neither is one that took the place of another. A grammar that is known
    to be too narrow for its language finds none.
    """
    row = language_row(path, after)
    if row is None or before == after or len(after) > PARSE_LIMIT or len(before) > PARSE_LIMIT:
        return ()
    opinion = strict_faults(row.name, after)
    if opinion == ():
        return ()
    found = list(_all_faults(row, after)) if row.gate or row.embeds else []
    if opinion and strict_faults(row.name, before) == ():
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
    """Whether the grammar finds no fault. Other threads run at the same time."""
    row = language_row(path, text)
    if row is None or not row.gate or len(text) > PARSE_LIMIT:
        return True
    try:
        return not parse(row, source_of(row, text)).root_node.has_error
    except TooSlow:
        return False


def _all_faults(row: Language, text: str) -> Iterator[SyntaxFault]:
    """Faults of a text; of one that embeds others, those of its scripts."""
    if not row.embeds:
        yield from _faults(row, text)
    elif row.name != "markdown":
        for name, blanked in injections(row.name, normalize_line_ends(text)).items():
            if name in BY_NAME and BY_NAME[name].gate and grammar_installed(BY_NAME[name].module):
                yield from _faults(BY_NAME[name], blanked)


def _faults(row: Language, text: str) -> Iterator[SyntaxFault]:
    """Error and missing nodes, outermost only, in the order of the text."""
    data = source_of(row, text)
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
