"""`darner/nextEdits` over the wire: places in open and closed files, exact texts, silence where it is due."""

from pathlib import Path

import pytest
from tests.lsp.editor import Editor, Json, editing, plain, refused

from darner_clients.testing import Script, ScriptedEndpoint

A = "def total(items):\n    return sum(items)\n\n\ntext = '😀', total([1])\n"
B = "from a import total\n\nprint('é😀', total([2]))\n"


async def ask(editor: Editor, name: str, **more: object) -> list[Json]:
    """The next edits after what was typed in a file."""
    buffer = editor.buffers[editor.uri(name)]
    params = {
        "textDocument": {"uri": editor.uri(name), "version": buffer.version},
        "position": {"line": 0, "character": 0},
        "model": False,
        **more,
    }
    found = plain(await editor.request("darner/nextEdits", params))
    assert set(found) == {"edits"}
    edits: list[Json] = found["edits"]
    return edits


def applied(editor: Editor, edits: list[Json], name: str) -> str:
    """The file's text with its edits."""
    uri = editor.uri(name)
    buffer = editor.buffers.get(uri)
    text: str = buffer.text if buffer is not None else (editor.root / name).read_text()
    own = [each for each in edits if each["textDocument"]["uri"] == uri and each["text"] is not None]
    for each in sorted(own, key=lambda each: -each["range"]["start"]["line"]):
        assert each["textDocument"]["version"] == (buffer.version if buffer is not None else None)
        lines = text.split("\n")
        number: int = each["range"]["start"]["line"]
        line = lines[number]
        start, end = (editor.mapper.index(line, each["range"][side]["character"]) for side in ("start", "end"))
        lines[number] = line[:start] + each["text"] + line[end:]
        text = "\n".join(lines)
    return text


@pytest.mark.parametrize("client", ["vscode", "neovim"])  # UTF-16 and UTF-8
async def test_a_rename_reaches_open_and_closed_files(tmp_path: Path, client: str) -> None:
    async with editing(tmp_path, {"a.py": A, "b.py": B}, client=client) as editor:
        editor.open("a.py")
        assert await ask(editor, "a.py") == []
        for number, letter in enumerate("amount"):
            end = 9 if number == 0 else 4 + number
            editor.type("a.py", (0, 4 + number), (0, end), letter)
        edits = await ask(editor, "a.py")
        assert applied(editor, edits, "a.py") == A.replace("total", "amount")
        assert applied(editor, edits, "b.py") == B.replace("total", "amount")
        assert {(each["sure"], each["reason"]) for each in edits if each["text"]} == {
            (True, "`total` was renamed to `amount`")
        }


def rename(editor: Editor, name: str, line: int = 0, at: int = 4) -> None:
    """Rename `total` to `amount` in one keystroke."""
    editor.type(name, (line, at), (line, at + 5), "amount")


async def test_silence(tmp_path: Path) -> None:
    files = {"a.py": A, "b.py": B, "ignored.py": A, ".env": "total=1\n", ".gitignore": "ignored.py\n"}
    async with editing(tmp_path, files, client="neovim", options={"trusted": False}) as editor:
        for name in ("a.py", "ignored.py", ".env"):
            editor.open(name)
        rename(editor, "ignored.py")
        assert await ask(editor, "ignored.py") == []  # nor in the files that use the name
        rename(editor, ".env", at=0)
        assert await ask(editor, ".env") == []
        rename(editor, "a.py")
        found = await ask(editor, "a.py")  # a workspace that is not trusted gets what needs no model
        assert {each["textDocument"]["uri"] for each in found} == {editor.uri("a.py"), editor.uri("b.py")}
        assert len(await ask(editor, "a.py", limit=1)) == 1
        assert await ask(editor, "a.py", limit=0) == []
        assert await ask(editor, "a.py", textDocument={"uri": editor.uri("a.py"), "version": 1}) == []
        assert await ask(editor, "a.py", textDocument={"uri": editor.uri("b.py")}) == []  # it is not open
        assert await ask(editor, "a.py", textDocument={"uri": editor.uri("a.py")}, position=None, limit="x") == found
        await editor.command("darner.snoozeNextEdits", {"minutes": 5})
        assert await ask(editor, "a.py") == []
        await editor.command("darner.snoozeNextEdits", {"minutes": 0})
        assert await ask(editor, "a.py") == found
        code, message = await refused(editor.command("darner.snoozeNextEdits", {"minutes": "long"}))
        assert (code, message) == (-32602, 'darner.snoozeNextEdits takes {"minutes": n}, n from 0 to 1440')
        editor.type("a.py", (0, 4), (0, 10), "total")
        assert await ask(editor, "a.py") == []  # an undo


@pytest.mark.parametrize("tier", ["off", "sure"])
async def test_the_setting(tmp_path: Path, tier: str) -> None:
    async with editing(tmp_path, {"a.py": A, "b.py": B}, client="bare", options={"next_edits": tier}) as editor:
        editor.open("a.py")
        rename(editor, "a.py")
        assert {each["sure"] for each in await ask(editor, "a.py")} == ({True} if tier == "sure" else set())


async def test_a_patch_is_no_intent(tmp_path: Path) -> None:
    reply = "a.py\n<<<<<<< SEARCH\ndef total(items):\n=======\ndef amount(items):\n>>>>>>> REPLACE\n"
    async with (
        ScriptedEndpoint(Script(otherwise=reply)) as scripted,
        editing(tmp_path, {"a.py": A, "b.py": B}, scripted) as editor,
    ):
        buffer = editor.open("a.py")
        await editor.patch("a.py")
        assert buffer.text == A.replace("def total", "def amount")
        assert await ask(editor, "a.py") == []
