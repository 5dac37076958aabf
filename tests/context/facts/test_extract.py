"""What counting the tokens of lines keeps in memory."""

from darner_context.facts import extract
from darner_context.facts.extract import count_lines
from darner_context.text.tokenizer import tokenizer


def test_short_lines_are_counted_once_and_long_ones_are_not_kept() -> None:
    common, long = "    return value\n", "data = [" + "1, " * 5_000 + "]\n"
    expected = [tokenizer("o200k_base").count(line) for line in (common, long, common)]
    assert count_lines([common, long, common]) == expected
    assert common in extract._LINES
    assert long not in extract._LINES


def test_the_number_of_lines_in_memory_has_a_limit() -> None:
    count_lines([f"value_{number}\n" for number in range(2 * extract._LINES_MOST)])
    assert 0 < len(extract._LINES) <= extract._LINES_MOST
