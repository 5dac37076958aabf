import asyncio
import json
from pathlib import Path

import pytest
from lsprotocol import types
from tests.lsp.editor import CLIENTS, Editor, Json, editing

from darner_clients.testing import Fault, Script, ScriptedEndpoint

CODE = "def area(width, height):\n    \n\n\nprint(area(2, 3))\n"


async def ask(editor: Editor, name: str, line: int, character: int, *, invoked: bool = False) -> list[Json]:
    """The items at a position."""
    kind = types.InlineCompletionTriggerKind.Invoked if invoked else types.InlineCompletionTriggerKind.Automatic
    params = types.InlineCompletionParams(
        types.InlineCompletionContext(kind),
        types.TextDocumentIdentifier(editor.uri(name)),
        types.Position(line, character),
    )
    found = await editor.request("textDocument/inlineCompletion", params)
    return [] if found is None else list(found.items)


def spans(items: list[Json]) -> list[tuple[str, int, int]]:
    return [(each.insert_text, each.range.start.character, each.range.end.character) for each in items]


@pytest.mark.parametrize("client", CLIENTS)
async def test_a_block_and_typing_along(tmp_path: Path, client: str) -> None:
    async with (
        ScriptedEndpoint(Script(otherwise="return width * height\n\n\ndef more():\n    pass\n")) as scripted,
        editing(tmp_path, {"a.py": CODE}, scripted, client=client) as editor,
    ):
        editor.open("a.py")
        assert spans(await ask(editor, "a.py", 1, 4)) == [("return width * height", 4, 4)]
        editor.type("a.py", (1, 4), (1, 4), "ret")
        assert spans(await ask(editor, "a.py", 1, 7)) == [("return width * height", 4, 7)]
        assert len(scripted.asked) == 1  # the second came from memory
        await scripted.until(lambda: scripted.asked[0].done)
        editor.type("a.py", (1, 7), (1, 7), "x")
        assert await ask(editor, "a.py", 1, 8) != []
        assert len(scripted.asked) == 2


async def test_the_text_after_the_cursor_counts(tmp_path: Path) -> None:
    async with (
        ScriptedEndpoint(Script(otherwise="5, 6))")) as scripted,
        editing(tmp_path, {"a.py": CODE}, scripted, client="neovim") as editor,
    ):
        editor.open("a.py", "é😀 = area(\nprint(area())\n")
        assert spans(await ask(editor, "a.py", 1, 11)) == [("5, 6", 11, 11)]


async def test_lines_end_as_those_of_the_document(tmp_path: Path) -> None:
    async with (
        ScriptedEndpoint(Script(otherwise="a = 1\n    return a")) as scripted,
        editing(tmp_path, {"a.py": "def f():\r\n    \r\n"}, scripted) as editor,
    ):
        editor.open("a.py")
        assert spans(await ask(editor, "a.py", 1, 4)) == [("a = 1\r\n    return a", 4, 4)]
        editor.type("a.py", (1, 4), (1, 4), "a = 1\r\n    ")
        assert spans(await ask(editor, "a.py", 2, 4)) == [("return a", 4, 4)]
        assert len(scripted.asked) == 1  # the second came from memory


async def test_a_new_request_ends_the_one_before(tmp_path: Path) -> None:
    script = Script(otherwise="return " + "1 + " * 500, rate=50)
    async with ScriptedEndpoint(script) as scripted, editing(tmp_path, {"a.py": CODE}, scripted) as editor:
        editor.open("a.py")
        first = asyncio.ensure_future(ask(editor, "a.py", 1, 4))
        await scripted.until(lambda: len(scripted.asked) == 1)
        editor.type("a.py", (1, 4), (1, 4), "x = ")
        second = asyncio.ensure_future(ask(editor, "a.py", 1, 8))
        assert await first == []
        await scripted.until(lambda: scripted.asked[0].closed == "client")
        ident = max(each for each in editor.client.protocol._request_futures)
        await scripted.until(lambda: len(scripted.asked) == 2)
        editor.client.cancel_request(types.CancelParams(ident))
        await asyncio.wait([second])
        assert second.exception() is not None
        await scripted.until(lambda: scripted.asked[1].closed == "client")


async def test_faults_are_told_only_to_those_who_asked(tmp_path: Path) -> None:
    async with (
        ScriptedEndpoint(Script(faults=(Fault("status", status=401),))) as scripted,
        editing(tmp_path, {"a.py": CODE}, scripted) as editor,
    ):
        editor.open("a.py")
        assert await ask(editor, "a.py", 1, 4) == []
        await editor.until(lambda: bool(editor.logged))
        assert (editor.shown, len(editor.logged)) == ([], 1)
        assert await ask(editor, "a.py", 1, 4, invoked=True) == []
        await editor.until(lambda: bool(editor.shown))
        assert len(editor.shown) == 1
        editor.shown.clear()
        editor.logged.clear()


async def test_no_suggestions_wanted(tmp_path: Path) -> None:
    async with (
        ScriptedEndpoint(Script()) as scripted,
        editing(tmp_path, {"a.py": CODE}, scripted, options={"completion": False}) as editor,
    ):
        editor.open("a.py")
        assert await ask(editor, "a.py", 1, 4, invoked=True) == []
        assert scripted.log == []


@pytest.mark.parametrize(
    ("line", "character", "start", "entry", "reply", "found"),
    [
        (1, 6, 4, "append", "(1)", ("append(1)", 4, 6)),  # the entry is what stands there, not what was typed
        (1, 6, 4, "append", "append(1)", ("append(1)", 4, 6)),
        (1, 4, 4, "extend", "(b)\n", ("extend(b)", 4, 4)),
        (1, 6, 4, "apply()", "", None),
        (1, 6, 5, "ppend", "(1)", ("ppend(1)", 5, 6)),
        (1, 6, 9, "append", "x(1)", ("apx(1)", 4, 6)),  # an entry that begins behind the cursor is none
        (1, 6, 4, "", "x(1)", ("apx(1)", 4, 6)),
        (1, 99, 4, "append", "(1)", ("append(1)", 4, 6)),  # a place behind the line's end is its end
    ],
)
async def test_a_selected_entry_is_gone_on_from(  # noqa: PLR0917 - a row of a table
    tmp_path: Path, line: int, character: int, start: int, entry: str, reply: str, found: tuple[str, int, int] | None
) -> None:
    async with (
        ScriptedEndpoint(Script(otherwise=reply)) as scripted,
        editing(tmp_path, {"a.py": "def f(x):\n    ap\n"}, scripted) as editor,
    ):
        editor.open("a.py")
        chosen = types.Range(types.Position(1, start), types.Position(1, 6))
        params = types.InlineCompletionParams(
            types.InlineCompletionContext(
                types.InlineCompletionTriggerKind.Automatic, types.SelectedCompletionInfo(chosen, entry)
            ),
            types.TextDocumentIdentifier(editor.uri("a.py")),
            types.Position(line, character),
        )
        answer = await editor.request("textDocument/inlineCompletion", params)
        assert spans([] if answer is None else answer.items) == ([found] if found else [])


async def test_of_the_text_of_a_notebook_no_output_is_sent(tmp_path: Path) -> None:
    cells = [
        {"cell_type": "code", "source": ["shown = 1"], "outputs": [{"data": {"image/png": f"unseen{number}" * 9}}]}
        for number in range(2)
    ]
    text = json.dumps({"cells": cells}, indent=1)
    at = text.rindex("shown = 1") + 8
    line, character = text.count("\n", 0, at), at - text.rindex("\n", 0, at) - 1
    async with (
        ScriptedEndpoint(Script(otherwise="2")) as scripted,
        editing(tmp_path, {"a.ipynb": text}, scripted) as editor,
    ):
        editor.open("a.ipynb", language="json")
        assert await ask(editor, "a.ipynb", line, character, invoked=True) != []
        sent = json.dumps(scripted.asked[0].body)
        assert (sent.count("shown = "), sent.count("unseen")) == (2, 0)
