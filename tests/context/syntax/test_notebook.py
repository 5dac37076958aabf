"""Notebooks: the code of their cells is found; pictures and other outputs are shown to nobody."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.context.sample_workspace import ask, indexed, shown, write

from darner_context.request import LeftOut
from darner_context.syntax.definitions import definitions
from darner_context.syntax.faults import new_faults, syntax_faults
from darner_context.syntax.notebook import read_notebook, unshown_lines

PICTURE = "iVBORw0KGgo" + "Ab9/" * 20_000
OUTPUTS = [
    {"output_type": "stream", "name": "stdout", "text": ["printed secretly\n", "def printed():\n"]},
    {"output_type": "display_data", "data": {"image/png": PICTURE, "text/plain": "<Figure>"}, "metadata": {}},
]


def code(*lines: str, outputs: Any = ()) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    return {"cell_type": "code", "execution_count": 1, "metadata": {}, "outputs": list(outputs), "source": [*lines]}


def prose(*lines: str, **more: object) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, **more, "source": [*lines]}


def notebook(*cells: dict[str, Any], indent: int | None = 1) -> str:
    held = {"cells": [*cells], "metadata": {"language_info": {"name": "python"}}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(held, indent=indent, ensure_ascii=False) + "\n"


def names(text: str) -> list[str]:
    """The definitions, each of which must stand where it is said to."""
    lines = text.replace("\r\n", "\n").split("\n")
    found = definitions("a.ipynb", text)
    assert all(each.name in lines[each.line - 1] for each in found)
    return [each.name for each in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (notebook(), []),
        (notebook(code("def first():\n", "    return 1\n", "\n", "class Second:\n", "    third = 1")), ["first", "Second", "third"]),
        (notebook(prose("# def no():\n"), code("def yes():\n", "    pass")), ["yes"]),
        (notebook(code("%matplotlib inline\n", "!pip install x\n", "frame?\n", "def yes(): pass")), ["yes"]),
        (notebook(code("def one(): pass"), code("def two(): pass", outputs=OUTPUTS), code("THREE = 3")), ["one", "two", "THREE"]),
        (notebook({"source": ["def late(): pass"], "outputs": [], "cell_type": "code"}), ["late"]),
        (notebook({"cell_type": "code", "source": "def alone(): pass"}), ["alone"]),
        (notebook({"cell_type": "raw", "source": ["def no(): pass"]}), []),
        (notebook(code('def quoted(a="\\\\"):\n', '    return "{[" + a\n', "def next_one(): pass")), ["quoted", "next_one"]),
        (notebook(code("def ü():\n", "    return 'π'")), ["ü"]),
        (notebook(code("def one(): pass"), indent=4).replace("\n", "\r\n"), ["one"]),
        (notebook(code("def broken(:\n"), code("def whole(): pass")), ["broken", "whole"]),
        (notebook(code("def one(): pass"))[:-40], ["one"]),
        ("", []),
        ("[" * 100_000, []),
        ('{"cells": "def no(): pass"}', []),
        ('{"cells": [{"cell_type": "code", "metadata": {"source": ["def no(): pass\\n"]}, "source": []}]}', []),
    ],
)  # fmt: skip
def test_definitions_of_cells(text: str, expected: list[str]) -> None:
    assert names(text) == expected


@pytest.mark.parametrize("indent", [0, 1, 2, 4, None])
def test_outputs_are_on_no_line_that_is_shown(indent: int | None) -> None:
    cells = (
        code("def kept(): pass\n", "'shown'", outputs=OUTPUTS),
        prose("![x](attachment:x.png)\n", "told", attachments={"x.png": {"image/png": PICTURE}}),
        code("last = 1", outputs=[{"text": "printed secretly"}]),
    )
    for ends in ("\n", "\r\n"):
        text = notebook(*cells, indent=indent).replace("\n", ends)
        unshown = unshown_lines("a.ipynb", text)
        rest = "".join(line for number, line in enumerate(text.split("\n"), 1) if number not in unshown)
        assert [word for word in (PICTURE, PICTURE[:40], "printed", "Figure") if word in rest] == []
        wanted = [word for word in ("kept", "shown", "told", "last") if word in rest]
        assert wanted == ([] if indent is None else ["kept", "shown", "told", "last"])
        assert len(read_notebook(text).code.split("\n")) == len(text.split("\n"))
    assert unshown_lines("a.json", notebook(*cells)) == frozenset()


async def test_a_cell_is_found_from_elsewhere_and_no_output_is_shown(tmp_path: Path) -> None:
    text = notebook(code("def net_total(x):\n", "    return x * 2", outputs=OUTPUTS), prose("about printed totals"))
    work = write(tmp_path / "work", {"study.ipynb": text, "use.py": "def use():\n    return net_total(1)\n"})
    async with indexed(work) as index:
        assert index.state().left_out == ()
        found = shown(ask(index, "use.py", 2, said="printed secretly Figure", budget=50_000))
        assert '"def net_total(x):\\n",\n' in found
        bundle = ask(index, "study.ipynb", 8, said="printed secretly", budget=50_000)
        assert bundle.focus is not None
        assert "net_total" in bundle.focus.text
        assert [
            word for word in (PICTURE[:40], "printed secretly", "Figure") if word in found + bundle.focus.text
        ] == []
        assert bundle.focus_tokens < 400


async def test_a_notebook_that_is_too_large_is_left_out(tmp_path: Path) -> None:
    work = write(tmp_path / "work", {"a.py": "", "large.ipynb": notebook(code("x = 1", outputs=["y" * 4_000_000]))})
    async with indexed(work) as index:
        (left,) = index.state().left_out
        assert isinstance(left, LeftOut)
        assert (left.path, left.reason[:9]) == ("large.ipynb", "too large")


def test_its_json_is_judged_and_not_its_code() -> None:
    good, odd = notebook(code("def one(): pass")), notebook(code("this is not python (", "!ls"))
    assert (syntax_faults("a.ipynb", good), new_faults("a.ipynb", good, odd)) == ((), ())
    assert len(new_faults("a.ipynb", good, good.replace('"cells": [', '"cells": [,'))) == 1
