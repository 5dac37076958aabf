"""Nothing that a model, an endpoint or a repository says becomes a link, a picture, a tag or an icon in an editor."""

import re
from pathlib import Path
from typing import Any

from lsprotocol import types
from tests.lsp.editor import Editor, editing, plain, refused
from tests.lsp.handlers.test_inline_completion import ask

from darner_clients.testing import Fault, Script, ScriptedEndpoint, ScriptedReply

EVIL = "[run](command:x) ![y](http://z/y.png) <img src=http://z> $(zap) \u202e\x1b[31m <http://z>"
ALIVE = re.compile("\\]\\(|<[a-z]|\\$\\(|[\u202e\x1b]")
CODE = "def one():\n    return 1\n"
RANGE = {"start": {"line": 0, "character": 0}, "end": {"line": 1, "character": 12}}
FAULT = Script(faults=(Fault("status", status=400, text=EVIL),))


def check(*said: object) -> None:
    assert said
    assert ALIVE.findall(" ".join(map(str, said))) == []


def seen(editor: Editor) -> list[Any]:
    """All that the editor was told, which is then read."""
    told = [*editor.shown, *editor.logged, *(each for part in editor.progress.values() for each in part)]
    editor.shown.clear()
    editor.logged.clear()
    return told


async def test_an_endpoint_s_error(tmp_path: Path) -> None:
    async with ScriptedEndpoint(FAULT) as scripted, editing(tmp_path, {"a.py": CODE}, scripted) as editor:
        editor.open("a.py")
        _, failed = await refused(editor.patch("a.py"))
        check(failed, *seen(editor))
        explained = {"textDocument": {"uri": editor.uri("a.py")}, "range": RANGE}
        _, failed = await refused(editor.command("darner.explain", explained))
        check(failed, *seen(editor))
        await ask(editor, "a.py", 1, 4, invoked=True)
        check(*seen(editor))
        asked = {"textDocument": {"uri": editor.uri("a.py")}, "instruction": "do it", "scope": "file"}
        _, failed = await refused(
            editor.request("darner/patch", asked | {"partialResultToken": "t", "workDoneToken": "w"})
        )
        check(failed, *map(str, seen(editor)))
        check(plain(await editor.command("darner.status", {"probe": True})))


async def test_an_explanation(tmp_path: Path) -> None:
    script = Script(replies=(ScriptedReply("Explain", EVIL),))
    async with ScriptedEndpoint(script) as scripted, editing(tmp_path, {"a.py": CODE}, scripted) as editor:
        editor.open("a.py")
        explained = {"textDocument": {"uri": editor.uri("a.py")}, "range": RANGE}
        check(plain(await editor.command("darner.explain", explained)), *seen(editor))
        at = types.HoverParams(types.TextDocumentIdentifier(editor.uri("a.py")), types.Position(1, 6))
        hover = await editor.request("textDocument/hover", at)
        assert hover.contents.kind == "plaintext"
        check(hover.contents.value)


async def test_a_reply_that_is_refused(tmp_path: Path) -> None:
    reply = f"{EVIL}.py\n```\n<<<<<<< SEARCH\nx\n=======\n{EVIL}\n>>>>>>> REPLACE\n```\n"
    async with (
        ScriptedEndpoint(Script(otherwise=reply)) as scripted,
        editing(tmp_path, {"a.py": CODE}, scripted) as editor,
    ):
        editor.open("a.py")
        _, failed = await refused(editor.patch("a.py"))
        check(failed, *seen(editor))


async def test_a_repository_s_wrong_key_and_its_instructions(tmp_path: Path) -> None:
    quoted = "".join(f"\\U{ord(each):08x}" for each in EVIL)
    for settings in (f'"{quoted}" = 1\n', f'budget = "{quoted}"\n', f'instructions = "{quoted}"\n'):
        root = tmp_path / str(len(settings))
        async with (
            ScriptedEndpoint(Script(otherwise="")) as scripted,
            editing(root, {"a.py": CODE, ".darner.toml": settings}, scripted) as editor,
        ):
            editor.open("a.py")
            await refused(editor.patch("a.py"))
            check(*seen(editor))


async def test_titles_of_actions(tmp_path: Path) -> None:
    files = {"a.py": f"# darner: {EVIL}\n{CODE}"}
    async with ScriptedEndpoint(Script()) as scripted, editing(tmp_path, files, scripted) as editor:
        editor.open("a.py")
        place = types.Range(types.Position(0, 0), types.Position(0, 0))
        wrong = types.Diagnostic(place, EVIL)
        params = types.CodeActionParams(
            types.TextDocumentIdentifier(editor.uri("a.py")), place, types.CodeActionContext([wrong])
        )
        found = await editor.request("textDocument/codeAction", params)
        check(*(plain(each)["title"] for each in found))
