"""How often the file that an import names comes first, when other files define the same names.

For each language twenty small projects are made of those in `tests/context/lookup/import_projects.py`: with other
names, other numbers of decoys and lines above the cursor. No file is written, and no process is started.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from itertools import cycle, islice
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.context.lookup.import_projects import PROJECTS, Project

from darner_context.lookup.reader import IndexReader
from darner_context.ranking.retrieve import Retriever
from darner_context.request import ContextRequest, Focus
from darner_context.store.database import Store
from darner_context.text.tokenizer import tokenizer
from darner_context.workspace.scan import Workspace

_COUNT = 20
_NAMES = (
    ("net_total", "netTotal", "NetTotal"),
    ("sort_rows", "sortRows", "SortRows"),
    ("read_bill", "readBill", "ReadBill"),
)


def varied(each: Project, number: int) -> tuple[dict[str, str], str]:
    """The files of a project with other names and with decoys; and the named file."""
    files = each.with_decoys(2 + number % 7)
    for old, new in zip(_NAMES[0], _NAMES[number % len(_NAMES)], strict=True):
        files = {path: re.sub(rf"\b{old}\b", new, text) for path, text in files.items()}
    return files, each.named


def first(root: Path, files: dict[str, str], place: tuple[str, int], named: str) -> bool:
    """Whether the best score of the named file is above those of all others."""
    reader = IndexReader(Store(None), Workspace([root]))
    for path, text in files.items():
        reader.set_overlay(path, text)
    request = ContextRequest("", Focus(place[0], place[1], place[1]), 8_000)
    best: dict[str, float] = {}
    for each in Retriever(reader).retrieve(request, tokenizer("o200k_base"), ()).snippets:
        best[each.path] = max(best.get(each.path, 0.0), each.score)
    own = best.pop(named, 0.0)
    return own > max((score for path, score in best.items() if "_decoy" in path), default=0.0)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else None)
    parser.add_argument("--languages", nargs="*", default=list(PROJECTS))
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for language in arguments.languages:
            missed: list[str] = []
            for number, each in enumerate(islice(cycle(PROJECTS[language]), max(_COUNT, len(PROJECTS[language])))):
                files, named = varied(each, number)
                if not first(Path(folder), files, each.cursor, named):
                    missed.append(each.title)
            total = max(_COUNT, len(PROJECTS[language]))
            share, titles = 1 - len(missed) / total, ", ".join(dict.fromkeys(missed))
            print(f"{language:12} named file first {share:.2f} of {total}  {titles}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
