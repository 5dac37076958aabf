from pathlib import Path

import pytest
from lsprotocol import types
from tests.engine.scene import block
from tests.lsp.editor import CLIENTS, Editor, Json, editing, plain

from darner_clients.testing import Script, ScriptedEndpoint, ScriptedReply

CODE = """\
import os


def area(width, height):
    \"\"\"Width times height.\"\"\"
    raise NotImplementedError


# darner: make this return 2
def one():
    return 1
"""


def place(first: tuple[int, int], last: tuple[int, int] | None = None) -> types.Range:
    return types.Range(types.Position(*first), types.Position(*(last or first)))


async def actions(
    editor: Editor, where: types.Range, *diagnostics: types.Diagnostic, only: list[str] | None = None
) -> list[Json]:
    context = types.CodeActionContext(list(diagnostics), only)
    params = types.CodeActionParams(types.TextDocumentIdentifier(editor.uri("a.py")), where, context)
    return list(plain(await editor.request("textDocument/codeAction", params)) or ())


async def run(editor: Editor, action: Json) -> Json:
    """What an editor does with a chosen action."""
    command = action.get("command")
    if command is None:
        given = types.CodeAction(action["title"], kind=action["kind"], data=action["data"])
        resolved = await editor.request("codeAction/resolve", given)
        return await editor.command(resolved.command.command, *resolved.command.arguments)
    return await editor.command(command["command"], *command["arguments"])


@pytest.mark.parametrize("client", CLIENTS)
async def test_what_is_offered_where(tmp_path: Path, client: str) -> None:
    async with editing(tmp_path, {"a.py": CODE}, client=client) as editor:
        editor.open("a.py")
        problem = types.Diagnostic(place((0, 7), (0, 9)), "'os' is imported but unused", code="F401", source="Ruff")
        titles: list[tuple[types.Range, list[str]]] = [
            (place((0, 0)), []),
            (place((5, 4)), ["darner: Implement area"]),
            (place((8, 5)), ["darner: make this return 2"]),
            (place((9, 5)), []),
            (place((9, 0), (10, 12)), ["darner: Explain", "darner: Write a docstring", "darner: Write tests"]),
        ]
        for where, expected in titles:
            assert [each["title"] for each in await actions(editor, where)] == expected
        fixes = await actions(editor, place((0, 7)), problem)
        assert [each["title"] for each in fixes] == ["darner: Fix: 'os' is imported but unused"]
        if client != "bare":
            assert await actions(editor, place((0, 7)), problem, only=["refactor"]) == []
            assert len(await actions(editor, place((0, 7)), problem, only=["quickfix"])) == 1


async def test_a_fix_tells_the_diagnostic(tmp_path: Path) -> None:
    async with (
        ScriptedEndpoint(Script(otherwise=block("a.py", "import os\n\n\n", ""))) as scripted,
        editing(tmp_path, {"a.py": CODE}, scripted, client="neovim") as editor,
    ):
        buffer = editor.open("a.py")
        problem = types.Diagnostic(place((0, 7), (0, 9)), "'os' is imported but unused", code="F401", source="Ruff")
        (fix,) = await actions(editor, place((0, 7)), problem)
        await run(editor, fix)
        assert (
            "Fix this problem at line 1: Ruff: 'os' is imported but unused (F401)"
            in scripted.asked[0].body["messages"][-1]["content"]
        )
        assert buffer.text == CODE.removeprefix("import os\n\n\n")


async def test_a_comment_is_done_and_goes(tmp_path: Path) -> None:
    async with (
        ScriptedEndpoint(Script(otherwise=block("a.py", "    return 1\n", "    return 2\n"))) as scripted,
        editing(tmp_path, {"a.py": CODE}, scripted) as editor,
    ):
        buffer = editor.open("a.py")
        (action,) = await actions(editor, place((8, 5)))
        await run(editor, action)
        done = CODE.replace("# darner: make this return 2\n", "").replace("return 1", "return 2")
        assert buffer.text == done
        assert "darner:" not in str(scripted.asked[0].body)
        await editor.command("darner.undoAll")
        assert buffer.text == CODE


async def test_an_explanation_is_shown_and_stays_as_a_hover(tmp_path: Path) -> None:
    async with (
        ScriptedEndpoint(Script(replies=(ScriptedReply("Explain", "It returns one."),))) as scripted,
        editing(tmp_path, {"a.py": CODE}, scripted) as editor,
    ):
        editor.open("a.py")
        explain = (await actions(editor, place((9, 0), (10, 12))))[0]
        assert (await run(editor, explain))["markdown"] == "It returns one."
        assert editor.shown == ["It returns one."]
        editor.shown.clear()
        editor.type("a.py", (0, 0), (0, 0), "\n")
        at = types.HoverParams(types.TextDocumentIdentifier(editor.uri("a.py")), types.Position(11, 6))
        hover = await editor.request("textDocument/hover", at)
        assert hover.contents.value == "It returns one."
        editor.type("a.py", (11, 11), (11, 12), "3")
        assert await editor.request("textDocument/hover", at) is None
