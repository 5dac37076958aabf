"""The check of a patch in an editor: offered, run once it is trusted, shown in lenses, and repaired."""

from pathlib import Path

from lsprotocol import types
from tests.lsp.editor import Editor, Json, editing, handle, plain, refused

from darner_clients.testing import Script, ScriptedEndpoint, ScriptedReply

FILES = {"a.py": "def one():\n    return 1\n", ".darner.toml": "check = 'grep -q \"return 2\" a.py'\n"}


def reply(old: str, new: str) -> str:
    return f"a.py\n```\n<<<<<<< SEARCH\n    return {old}\n=======\n    return {new}\n>>>>>>> REPLACE\n```\n"


SCRIPT = Script(
    replies=(ScriptedReply("project's check", reply("3", "2")),),
    otherwise=reply("1", "3"),
)


async def lenses(editor: Editor) -> list[str]:
    params = types.CodeLensParams(types.TextDocumentIdentifier(editor.uri("a.py")))
    return [each.command.title for each in await editor.request("textDocument/codeLens", params)]


async def repairs(editor: Editor) -> list[str]:
    place = types.Range(types.Position(0, 0), types.Position(0, 0))
    context = types.CodeActionContext([], only=[types.CodeActionKind.QuickFix])
    params = types.CodeActionParams(types.TextDocumentIdentifier(editor.uri("a.py")), place, context)
    return [each["title"] for each in await editor.request("textDocument/codeAction", params) or ()]


class Client:
    """What the editor's user is asked and shown; `answer` is the button that is pressed."""

    def __init__(self, editor: Editor, answer: str | None) -> None:
        self.editor = editor
        self.checked: list[Json] = []
        self.asked: list[str] = []
        self.answer = answer
        handle(editor.client, "window/showMessageRequest", self._ask)
        handle(editor.client, "darner/checked", lambda params: editor.hear(self.checked.append, plain(params)))

    def _ask(self, params: Json) -> Json:
        self.asked.append(params.message)
        return None if self.answer is None else {"title": self.answer}

    async def until(self, state: str) -> Json:
        await self.editor.until(lambda: bool(self.checked) and self.checked[-1]["state"] == state)
        return self.checked[-1]


async def test_a_patch_is_checked_and_repaired(tmp_path: Path) -> None:
    async with (
        ScriptedEndpoint(SCRIPT) as server,
        editing(tmp_path, FILES, server, options={"checks": True}) as editor,
    ):
        client = Client(editor, "Run, now and from now on")
        editor.open("a.py", FILES["a.py"])
        await editor.patch("a.py")
        shown = await client.until("untrusted")
        assert (shown["text"], shown["uris"], client.asked) == ("Check", [editor.uri("a.py")], [])
        assert await lenses(editor) == ["Keep", "Undo", "Check"]
        answer = plain(await editor.command("darner.check"))
        assert client.asked == [
            f'darner: a check runs code of {tmp_path / "work"} that you have not run before: grep -q "return 2" a.py'
        ]
        failed = await client.until("failed")
        assert answer["state"] == "failed"
        assert failed["text"] == 'grep -q "return 2" a.py ended with exit code 1'
        assert [(each["passed"], each["before"]) for each in failed["checks"]] == [(False, False)]
        assert (await lenses(editor))[2] == f"{failed['text']} · Repair"
        assert await repairs(editor) == [f"darner: Repair: {failed['text']}"]
        await editor.command("darner.repair")
        passed = await client.until("passed")
        assert (passed["text"], passed["repair"]) == ('checked: grep -q "return 2" a.py passed', None)
        assert editor.buffers[editor.uri("a.py")].text == "def one():\n    return 2\n"
        assert (len(client.asked), await repairs(editor)) == (1, [])
        _, said = await refused(editor.command("darner.repair"))
        assert said == "there is nothing to repair: no check of the latest patch has failed"
    assert (tmp_path / "work/a.py").read_text() == FILES["a.py"]
    assert not list((tmp_path / "cache").rglob("checks/*"))


async def test_a_saved_patch_is_still_compared_with_what_was_there(tmp_path: Path) -> None:
    files = {**FILES, ".darner.toml": "check = '! grep -q \"return 3\" a.py'\n"}
    async with (
        ScriptedEndpoint(SCRIPT) as server,
        editing(tmp_path, files, server, options={"checks": True}) as editor,
    ):
        client = Client(editor, "Run, now and from now on")
        editor.open("a.py", "# not saved\n" + files["a.py"])
        await editor.patch("a.py")
        await client.until("untrusted")
        (tmp_path / "work/a.py").write_text(editor.buffers[editor.uri("a.py")].text)
        await editor.command("darner.check")
        failed = await client.until("failed")
        assert [(each["passed"], each["before"]) for each in failed["checks"]] == [(False, True)]


async def test_without_consent_nothing_runs(tmp_path: Path) -> None:
    async with (
        ScriptedEndpoint(SCRIPT) as server,
        editing(tmp_path, FILES, server, options={"checks": True}) as editor,
    ):
        client = Client(editor, None)
        _, said = await refused(editor.command("darner.check"))
        assert said.startswith("there is no patch with a check; ")
        editor.open("a.py", FILES["a.py"])
        await editor.patch("a.py")
        await client.until("untrusted")
        for client.answer in (None, "Cancel"):
            _, said = await refused(editor.command("darner.check"))
            assert said == "the checks were not run: they are not trusted"
        assert (len(client.asked), len(client.checked)) == (2, 1)
        assert "Check" in await lenses(editor)


RUFF = """#!/bin/sh
grep -n 'return 3' a.py | sed 's/^\\([0-9]*\\):.*/a.py:\\1:5: XYZ001 three is wrong/'
! grep -q 'return 3' a.py
"""


async def test_a_plain_client_gets_new_errors_as_diagnostics(tmp_path: Path) -> None:
    files = {"a.py": FILES["a.py"], "ruff.toml": "", ".venv/bin/ruff": RUFF}
    async with ScriptedEndpoint(SCRIPT) as server, editing(tmp_path, files, server, client="bare") as editor:
        (tmp_path / "work/.venv/bin/ruff").chmod(0o755)
        client = Client(editor, "Run, now and from now on")
        published: list[Json] = []
        handle(
            editor.client,
            "textDocument/publishDiagnostics",
            lambda params: editor.hear(published.append, plain(params)),
        )
        editor.open("a.py", FILES["a.py"])
        await editor.patch("a.py")
        while await lenses(editor) != ["Keep", "Undo", "Check"]:
            pass
        answer = plain(await editor.command("darner.check"))
        assert answer["text"] == "1 new error"
        await editor.until(lambda: bool(published))
        (found,) = published[-1].diagnostics
        assert (published[-1].uri, found.message, found.source) == (
            editor.uri("a.py"),
            "XYZ001: three is wrong",
            "darner",
        )
        assert (found.range.start.line, found.severity, client.checked) == (1, types.DiagnosticSeverity.Error, [])
        await editor.command("darner.undoAll")
        await editor.until(lambda: not published[-1].diagnostics)
