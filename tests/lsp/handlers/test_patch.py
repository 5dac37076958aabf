import asyncio
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, cast

import pytest
from lsprotocol import types
from tests.engine.scene import block
from tests.lsp.editor import CLIENTS, Editor, editing, plain, refused

from darner_clients.testing import Fault, Script, ScriptedEndpoint, ScriptedReply
from darner_server.lsp.edits.patch_changes import CHANGED

CODE = "def one():\n    return 1\n\n\ndef two():\n    return 2\n"
ONE = block("a.py", "    return 1\n", "    return 11\n")
AGAIN = block("a.py", "    return 11\n", "    return 111\n")
TWO = block("a.py", "    return 2\n", "    return 22\n")
DONE = CODE.replace("1", "11").replace("2", "22")
PAUSE = "pause\n"  # between hunks
PAUSED = Script(otherwise=ONE + PAUSE + TWO, faults=(Fault("pause", text="pause"),))
NEW = "new.py\n```\n<<<<<<< SEARCH\n=======\nx = 1\n>>>>>>> REPLACE\n```\n"


def new_texts(editor: Editor) -> list[list[str]]:
    """What each edit of the server put in."""
    return [
        [each.new_text for change in params.edit.document_changes or () for each in getattr(change, "edits", ())]
        for params in editor.edits
    ]


async def patch_in_steps(editor: Editor, scripted: ScriptedEndpoint, steps: int) -> dict[str, Any]:
    """A patch whose next hunk is sent when the editor has got the one before."""
    patch = asyncio.ensure_future(editor.patch("a.py"))
    for number in range(1, steps):
        await editor.until(partial(_has_edits, editor, number))
        scripted.resume()
    return cast("dict[str, Any]", await patch)


def _has_edits(editor: Editor, number: int) -> bool:
    return len(editor.edits) == number


@pytest.mark.parametrize("transport", ["stdio", "tcp"])
@pytest.mark.parametrize("client", CLIENTS)
async def test_hunks_go_into_the_buffer(tmp_path: Path, client: str, transport: str) -> None:
    async with (
        ScriptedEndpoint(PAUSED) as scripted,
        editing(tmp_path, {"a.py": CODE}, scripted, client=client, transport=transport) as editor,
    ):
        buffer = editor.open("a.py")
        patch = asyncio.ensure_future(editor.patch("a.py"))
        if client != "bare":
            await editor.until(lambda: len(editor.edits) == 1)
        scripted.resume()
        result = await patch
        assert (buffer.text, result["refused"]) == (DONE, [])
        assert (editor.root / "a.py").read_text() == CODE
        if client != "bare":
            assert new_texts(editor) == [["    return 11\n"], ["    return 22\n"]]  # each as soon as it was there
            said = [value["kind"] for values in editor.progress.values() for value in values]
            assert (said[0], said[-1], set(said[1:-1])) == ("begin", "end", {"report"})


async def test_a_client_whose_versions_never_grow_gets_its_patch(tmp_path: Path) -> None:
    async with (
        ScriptedEndpoint(replace(PAUSED, otherwise=ONE + PAUSE + AGAIN + PAUSE + TWO)) as scripted,
        editing(tmp_path, {"a.py": CODE}, scripted) as editor,
    ):
        buffer = editor.open("a.py")
        buffer.grows = False
        assert (await patch_in_steps(editor, scripted, 3))["refused"] == []
        assert (buffer.text, buffer.version) == (DONE.replace("11", "111"), 1)
        await editor.command("darner.undoAll")
        assert buffer.text == CODE


async def test_the_unsaved_buffer_counts_and_typing_moves_hunks(tmp_path: Path) -> None:
    async with (
        ScriptedEndpoint(PAUSED) as scripted,
        editing(tmp_path, {"a.py": "old\n"}, scripted) as editor,
    ):
        buffer = editor.open("a.py", CODE)
        patch = asyncio.ensure_future(editor.patch("a.py"))
        await editor.until(lambda: len(editor.edits) == 1)
        editor.type("a.py", (0, 0), (0, 0), "# typed 😀\n")
        scripted.resume()
        assert (await patch)["refused"] == []
        assert buffer.text == "# typed 😀\n" + DONE


async def test_a_hunk_whose_lines_were_changed_is_refused_alone(tmp_path: Path) -> None:
    async with (
        ScriptedEndpoint(PAUSED) as scripted,
        editing(tmp_path, {"a.py": CODE}, scripted) as editor,
    ):
        buffer = editor.open("a.py")
        patch = asyncio.ensure_future(editor.patch("a.py", partialResultToken="p"))
        await editor.until(lambda: len(editor.edits) == 1)
        editor.type("a.py", (5, 11), (5, 12), "3")
        scripted.resume()
        place = {"start": {"line": 5, "character": 0}, "end": {"line": 5, "character": 12}}
        found = (await patch)["refused"]
        assert [(each["uri"], each["reason"], each["range"]["start"]["line"]) for each in found] == [
            (editor.uri("a.py"), CHANGED, place["start"]["line"])
        ]
        assert buffer.text == CODE.replace("1", "11").replace("2", "3")
        said = [each["event"] for each in editor.progress["p"]]
        assert [each for each in said if each in {"refused", "done"}] == ["refused", "done"]


@pytest.mark.parametrize("outdated", ["refused", "passed over", "an error"])
async def test_an_edit_that_came_too_late_is_sent_again(tmp_path: Path, outdated: str) -> None:
    async with (
        ScriptedEndpoint(Script(otherwise=ONE + TWO)) as scripted,
        editing(tmp_path, {"a.py": CODE}, scripted) as editor,
    ):
        buffer = editor.open("a.py")
        editor.outdated = outdated

        def typing(_params: types.ApplyWorkspaceEditParams) -> str | None:
            if len(editor.edits) == 1:
                editor.type("a.py", (2, 0), (2, 0), "# typed\n")
            return None

        editor.applies = typing
        assert (await editor.patch("a.py"))["refused"] == []
        assert buffer.text == DONE.replace("\n\n\n", "\n# typed\n\n\n")
        await editor.command("darner.undoAll")
        assert buffer.text == CODE.replace("\n\n\n", "\n# typed\n\n\n")


async def test_an_editor_that_tells_its_changes_late(tmp_path: Path) -> None:
    async with (
        ScriptedEndpoint(PAUSED) as scripted,
        editing(tmp_path, {"a.py": CODE}, scripted, client="neovim") as editor,
    ):
        buffer = editor.open("a.py")
        editor.echoes_late = True
        assert (await patch_in_steps(editor, scripted, 2))["refused"] == []
        assert buffer.text == DONE
        await editor.command("darner.undoAll")
        assert buffer.text == CODE


async def test_an_editor_that_does_not_say_whether_it_has_made_the_edit(tmp_path: Path) -> None:
    over = asyncio.Event()

    async def silently(params: types.ApplyWorkspaceEditParams) -> types.ApplyWorkspaceEditResult:
        result = editor.applied(params)
        await over.wait()
        return result

    async with (
        ScriptedEndpoint(PAUSED) as scripted,
        editing(tmp_path, {"a.py": CODE}, scripted) as editor,
    ):
        buffer = editor.open("a.py")
        features = cast("dict[str, object]", cast("Any", editor.client).protocol.fm.features)
        features["workspace/applyEdit"] = silently
        assert (await patch_in_steps(editor, scripted, 2))["refused"] == []
        assert buffer.text == DONE
        over.set()


async def test_an_editor_that_tells_nothing_while_it_waits_for_the_answer(tmp_path: Path) -> None:
    async with (
        ScriptedEndpoint(PAUSED) as scripted,
        editing(tmp_path, {"a.py": CODE}, scripted) as editor,
    ):
        buffer = editor.open("a.py")
        editor.silent = {}
        patch = asyncio.ensure_future(editor.patch("a.py"))
        await editor.until(lambda: len(editor.edits) == 1)
        scripted.resume()
        assert (await patch)["refused"] == []
        assert buffer.text == CODE.replace("1", "11")
        await editor.until(lambda: len(editor.edits) == 2)
        assert buffer.text == DONE
        async with asyncio.timeout(100):
            while len(await editor.request("textDocument/codeLens", _document(editor))) < 6:
                pass  # the second hunk is known when the editor's change has been taken in
        await editor.command("darner.undoAll")
        assert buffer.text == CODE


async def test_an_editor_that_refuses(tmp_path: Path) -> None:
    async with (
        ScriptedEndpoint(Script(otherwise=ONE)) as scripted,
        editing(tmp_path, {"a.py": CODE}, scripted) as editor,
    ):
        buffer = editor.open("a.py")
        editor.applies = lambda _params: "read only"
        result = await editor.patch("a.py")
        assert [each["reason"] for each in result["refused"]] == ["the editor did not apply the edit: read only"]
        assert editor.shown.pop() == "1 edit not made: the editor did not apply the edit: read only"
        assert buffer.text == CODE


@pytest.mark.parametrize("how", ["button", "request", "new request"])
async def test_cancelling_closes_the_stream(tmp_path: Path, how: str) -> None:
    async with (
        ScriptedEndpoint(
            replace(PAUSED, replies=(ScriptedReply("again", AGAIN),), faults=(Fault("pause", text="pause", times=1),))
        ) as scripted,
        editing(tmp_path, {"a.py": CODE}, scripted) as editor,
    ):
        buffer = editor.open("a.py")
        patch = asyncio.ensure_future(refused(editor.patch("a.py")))
        await editor.until(lambda: len(editor.edits) == 1)
        if how == "button":
            token = next(iter(editor.progress))
            editor.client.window_work_done_progress_cancel(types.WorkDoneProgressCancelParams(token))
        elif how == "request":
            ident = next(iter(editor.client.protocol._request_futures))
            editor.client.cancel_request(types.CancelParams(ident))
        else:
            await editor.patch("a.py", "again", scope="range", range=_range(0, 1))
        assert (await patch)[0] == -32800
        await scripted.until(lambda: scripted.asked[0].closed == "client")
        assert buffer.text == CODE.replace("1", "111" if how == "new request" else "11")
        lenses: Any = await editor.request("textDocument/codeLens", _document(editor))
        assert {each.command.title for each in lenses} >= {"Keep", "Undo"}


async def test_keep_and_undo_also_after_typing(tmp_path: Path) -> None:
    async with (
        ScriptedEndpoint(Script(otherwise=ONE + TWO)) as scripted,
        editing(tmp_path, {"a.py": CODE}, scripted) as editor,
    ):
        buffer = editor.open("a.py")
        await editor.patch("a.py")
        editor.type("a.py", (0, 0), (0, 0), "# above\n")
        lenses: Any = await editor.request("textDocument/codeLens", _document(editor))
        assert [(each.range.start.line, each.command.title) for each in lenses] == [
            (2, "Keep"), (2, "Undo"), (2, "Keep all 2"), (2, "Undo all"), (6, "Keep"), (6, "Undo"),
        ]  # fmt: skip
        await editor.command(lenses[1].command.command, *lenses[1].command.arguments)
        assert buffer.text == "# above\n" + CODE.replace("2", "22")
        again = await refused(editor.command(lenses[1].command.command, *lenses[1].command.arguments))
        assert again == (-32803, "this hunk no longer exists: it was kept, undone, or edited across its edge")
        await editor.command("darner.undoAll")
        assert buffer.text == "# above\n" + CODE
        assert await editor.request("textDocument/codeLens", _document(editor)) == ()
        await editor.patch("a.py")
        await editor.command("darner.keepAll", {"uri": editor.uri("a.py")})
        assert await editor.request("textDocument/codeLens", _document(editor)) == ()


async def test_the_request_of_our_own_clients(tmp_path: Path) -> None:
    async with (
        ScriptedEndpoint(Script(otherwise=ONE + TWO)) as scripted,
        editing(tmp_path, {"a.py": CODE}, scripted) as editor,
    ):
        buffer = editor.open("a.py")
        document = {"uri": editor.uri("a.py")}
        asked = {"textDocument": document, "instruction": "do it", "scope": "file", "partialResultToken": "p"}
        result: Any = await editor.request("darner/patch", asked)
        events = editor.progress["p"]
        assert [each["event"] for each in events] == ["context", "route", "edit", "edit", "done"]
        hunks = [each for each in events if each["event"] == "edit"]
        assert [each["textDocument"] for each in hunks] == [document | {"version": 1}] * 2
        edits = [_text_edit(1, "    return 11\n"), _text_edit(5, "    return 22\n")]
        assert [each["edits"] for each in hunks] == [[each] for each in edits]
        whole = {"documentChanges": [{"textDocument": document | {"version": 1}, "edits": edits}]}
        assert plain(result) == {"edit": whole, "refused": []}
        assert (buffer.text, editor.edits) == (CODE, [])


@pytest.mark.parametrize("client", CLIENTS)
async def test_files_to_create(tmp_path: Path, client: str) -> None:
    async with (
        ScriptedEndpoint(Script(otherwise=ONE + NEW)) as scripted,
        editing(tmp_path, {"a.py": CODE}, scripted, client=client) as editor,
    ):
        editor.open("a.py")
        result = await editor.patch("a.py", scope="workspace")
        new = editor.root / "new.py"
        if client == "bare":
            reason = "this editor cannot create files for a language server; use `darner patch --apply` in a terminal"
            assert [each["reason"] for each in plain(result)["refused"]] == [reason]
            assert editor.shown.pop() == f"1 edit not made: {reason}"
            assert not new.exists()
        else:
            assert editor.files == [("create", editor.uri("new.py"))]
            assert new.read_text() == "x = 1\n"
        if client == "vscode":
            annotated = editor.edits[-1].edit.change_annotations
            assert [each.needs_confirmation for each in annotated.values()] == [True]


async def test_failures_are_sentences(tmp_path: Path) -> None:
    async with (
        ScriptedEndpoint(Script(faults=(Fault("status", status=401),))) as scripted,
        editing(tmp_path, {"a.py": CODE}, scripted) as editor,
    ):
        editor.open("a.py")
        code, said = await refused(editor.patch("a.py"))
        assert code == -32803
        assert "e0" in said
        assert "Traceback" not in said
        nothing = await refused(editor.patch("a.py", " "))
        assert nothing == (-32602, "darner.patch needs an instruction: a sentence that describes the change")
        wrong = await refused(editor.command("darner.patch", {"instruction": "x", "scope": "file"}))
        assert wrong == (-32602, "darner.patch needs a textDocument, or the scope workspace")
        unknown = await refused(editor.command("darner.unknown"))
        assert unknown == (-32602, "darner has no command darner.unknown")


@pytest.mark.parametrize("pulled", [False, True])
async def test_nothing_is_sent_from_a_workspace_that_is_not_trusted(tmp_path: Path, *, pulled: bool) -> None:
    async with (
        ScriptedEndpoint(Script(otherwise=ONE)) as scripted,
        editing(tmp_path, {"a.py": CODE}, scripted, options={"trusted": False}) as editor,
    ):
        editor.open("a.py")
        said = "darner sends nothing from a workspace that is not trusted; trust it in the editor, then try again"
        assert await refused(editor.patch("a.py")) == (-32803, said)
        settings = {"darner": {"trusted": True}}  # as a client has them that passes on the workspace's own
        editor.settings.update(settings)
        changed = types.DidChangeConfigurationParams(None if pulled else settings)
        editor.client.workspace_did_change_configuration(changed)
        await editor.until(lambda: len(editor.shown) > 0)
        assert await refused(editor.patch("a.py")) == (-32803, said)
        assert [each.partition(",")[0] for each in editor.shown] == ["the workspace's settings set 'trusted': ignored"]
        editor.shown.clear()
        assert scripted.asked == []


@pytest.mark.parametrize("trusted", [{}, {"trusted": True}])
async def test_trust_can_be_taken_back(tmp_path: Path, trusted: dict[str, Any]) -> None:
    async with (
        ScriptedEndpoint(Script(otherwise=ONE)) as scripted,
        editing(tmp_path, {"a.py": CODE}, scripted, options=trusted) as editor,
    ):
        buffer = editor.open("a.py")
        for agreed in (False, True):
            changed = types.DidChangeConfigurationParams({"darner": {"trusted": agreed}})
            editor.client.workspace_did_change_configuration(changed)
            if not agreed:
                assert (await refused(editor.patch("a.py")))[0] == -32803
        await editor.patch("a.py")
        assert buffer.text == CODE.replace("1", "11")


def _document(editor: Editor) -> types.CodeLensParams:
    return types.CodeLensParams(types.TextDocumentIdentifier(editor.uri("a.py")))


def _range(first: int, last: int) -> dict[str, Any]:
    return {"start": {"line": first, "character": 0}, "end": {"line": last, "character": 1}}


def _text_edit(line: int, text: str) -> dict[str, Any]:
    place = {"start": {"line": line, "character": 0}, "end": {"line": line + 1, "character": 0}}
    return {"range": place, "newText": text}


async def test_no_file_is_made_through_a_link_that_leads_out(tmp_path: Path) -> None:
    reply = NEW.replace("new.py", "link/new.py") + ONE
    async with (
        ScriptedEndpoint(Script(otherwise=reply)) as scripted,
        editing(tmp_path, {"a.py": CODE}, scripted) as editor,
    ):
        (tmp_path / "outside").mkdir()
        (editor.root / "link").symlink_to(tmp_path / "outside")
        buffer = editor.open("a.py")
        result = await editor.patch("a.py", scope="workspace")
        assert [(each["uri"], each["reason"]) for each in result["refused"]] == [
            (editor.uri("link/new.py"), "the file is outside the workspace")
        ]
        assert editor.shown.pop() == "1 edit not made: the file is outside the workspace"
        assert (buffer.text, editor.files) == (CODE.replace("1", "11"), [])


@pytest.mark.parametrize("late", [False, True])
async def test_what_is_put_before_its_like_goes_in_once(tmp_path: Path, late: bool) -> None:
    """An editor that tells a difference, not a keystroke, tells such an edit a little off its place."""
    new = "def more():\n    return 3\n\n\n"
    put = block("a.py", "def two():\n", f"{new}def two():\n") + PAUSE + TWO
    async with (
        ScriptedEndpoint(replace(PAUSED, otherwise=put)) as scripted,
        editing(tmp_path, {"a.py": CODE}, scripted) as editor,
    ):
        buffer = editor.open("a.py")
        editor.echoes_late = late
        assert (await patch_in_steps(editor, scripted, 2))["refused"] == []
        assert buffer.text == CODE.replace("def two", f"{new}def two").replace("return 2", "return 22")
        await editor.command("darner.undoAll")
        assert buffer.text == CODE
