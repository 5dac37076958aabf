"""The comment that holds a place."""

from typing import Literal

from darner_context.syntax.parser import PARSE_LIMIT, TooSlow, encode, language_row, parse

Span = tuple[tuple[int, int], tuple[int, int]]


def comment_span(path: str, text: str, line: int, column: int) -> "Span | Literal['string'] | None":
    """
    Find the comment that holds a place: its begin and its end, each a line and a character from 0.

    "string" if the place is in a string; None if it is in neither, or without a grammar to decide.
    """
    row = language_row(path, text)
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
