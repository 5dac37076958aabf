"""`textDocument/copilotInlineEdit` as the editors that know it speak: one edit at a time, taken by a command."""

from pathlib import Path

import pytest
from tests.lsp.editor import Editor, Json, editing, plain

A = "def total(items):\n    return sum(items)\n\n\ntext = '😀', total([1])\nmore = total([2])\n"


async def ask(editor: Editor, name: str, line: int) -> list[Json]:
    """The edits of an answer, of which there is one at most."""
    uri = editor.uri(name)
    buffer = editor.buffers.get(uri)
    params = {
        "textDocument": {"uri": uri, "version": buffer.version if buffer else 0},
        "position": {"line": line, "character": 0},
        "context": {"triggerKind": 2},
    }
    found = plain(await editor.request("textDocument/copilotInlineEdit", params))
    edits: list[Json] = found["edits"]
    assert len(edits) <= 1
    return edits


def take(editor: Editor, edit: Json) -> None:
    """Apply an edit as an editor does: only to the version that it names."""
    uri = edit["textDocument"]["uri"]
    assert edit["textDocument"]["version"] == editor.buffers[uri].version
    first, last = ((each["line"], each["character"]) for each in (edit["range"]["start"], edit["range"]["end"]))
    editor.type(uri, first, last, edit["text"])


@pytest.mark.parametrize("client", ["neovim", "bare"])  # UTF-8 and UTF-16
async def test_a_rename_one_edit_after_the_other(tmp_path: Path, client: str) -> None:
    async with editing(tmp_path, {"a.py": A}, client=client) as editor:
        buffer = editor.open("a.py")
        assert await ask(editor, "a.py", 0) == []
        assert await ask(editor, "b.py", 0) == []  # it is not open
        editor.client.protocol.notify("textDocument/didFocus", {"textDocument": {"uri": editor.uri("a.py")}})
        editor.type("a.py", (0, 4), (0, 9), "amount")
        for line in (4, 5):
            (edit,) = await ask(editor, "a.py", 0)
            assert (edit["textDocument"]["uri"], edit["range"]["start"]["line"]) == (editor.uri("a.py"), line)
            command = edit["command"]
            editor.client.protocol.notify("textDocument/didShowInlineEdit", {"item": {"command": command}})
            take(editor, edit)
            if line == 4:
                await editor.command(command["command"], *command["arguments"])
            else:  # copilot.el sends the command as a notification
                told = {"command": command["command"], "arguments": command["arguments"]}
                protocol: Json = editor.client.protocol
                protocol._send_data({"jsonrpc": "2.0", "method": "workspace/executeCommand", "params": told})
        assert buffer.text == A.replace("total", "amount")
        assert await ask(editor, "a.py", 0) == []
        await editor.command("darner.acceptNextEdit", "no number of ours")


async def test_the_nearest_and_what_was_dismissed(tmp_path: Path) -> None:
    async with editing(tmp_path, {"a.py": A}, client="neovim") as editor:
        editor.open("a.py")
        editor.type("a.py", (0, 4), (0, 9), "amount")
        (near,) = await ask(editor, "a.py", 5)
        assert near["range"]["start"]["line"] == 5
        await editor.command("darner.dismissNextEdit", *near["command"]["arguments"])
        (other,) = await ask(editor, "a.py", 5)
        assert other["range"]["start"]["line"] == 4
        await editor.command("darner.dismissNextEdit", *other["command"]["arguments"])
        assert await ask(editor, "a.py", 5) == []
        editor.type("a.py", (0, 10), (0, 10), "s")  # another context
        assert len(await ask(editor, "a.py", 5)) == 1
