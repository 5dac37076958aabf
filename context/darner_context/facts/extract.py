"""From a text to the facts about it. Runs in worker processes; knows neither the index nor the disk."""

from array import array
from itertools import accumulate

from darner_context.facts.definition_table import DefinitionTable
from darner_context.facts.file_facts import FileFacts, digest_of
from darner_context.facts.references import find_references
from darner_context.imports.reader import imports
from darner_context.languages.file_language import code_language
from darner_context.secrets.scanner import holds_key, secrets_of
from darner_context.syntax.definitions import definitions
from darner_context.syntax.notebook import SUFFIX, read_notebook
from darner_context.text.lines import split_lines
from darner_context.text.tokenizer import tokenizer
from darner_context.workspace.file_kind import TOP, flags_of


def extract(path: str, text: str) -> FileFacts:
    """Find the facts about a text."""
    lines = split_lines(text)
    code, shown = (text, lines), lines
    if path.endswith(SUFFIX):
        notebook = read_notebook(text)
        cells = split_lines(notebook.code)
        for number, folded in notebook.folded.items():
            cells[number - 1] += " ".join(folded.split()) + "\n"
        code = notebook.code + "".join(notebook.folded.values()), cells
        shown = ["" if number in notebook.unshown else line for number, line in enumerate(lines, 1)]
    found = definitions(path, text)
    names, references, signatures = find_references(code[1], found)
    sums = array("I", accumulate(count_lines(shown), initial=0))
    imported = tuple(imports(code_language(path, text), code[0]))
    return FileFacts(
        digest_of(text),
        DefinitionTable.of(found),
        names,
        references,
        signatures,
        sums,
        flags_of(path, lines[:TOP], secret=holds_key(text), secretive=bool(secrets_of(text))),
        imported,
    )


_LINES: dict[str, int] = {}
_LINES_MOST, _LINE_LONGEST = 20_000, 100  # lines that are kept, and their characters: a longer one is not common


def count_lines(lines: list[str]) -> list[int]:
    """Count the tokens of each line for itself; common lines are counted once."""
    count = tokenizer("o200k_base").count
    known = _LINES
    counts: list[int] = []
    for line in lines:
        tokens = known.get(line)
        if tokens is None:
            tokens = count(line)
            if len(line) <= _LINE_LONGEST:
                if len(known) >= _LINES_MOST:
                    known.clear()
                known[line] = tokens
        counts.append(tokens)
    return counts
