"""Files that something runs or obeys by itself change only after they were confirmed, or in their own window."""

from pathlib import Path

import pytest
from tests.engine.scene import block
from tests.lsp.editor import editing, plain

from darner_clients.testing import Script, ScriptedEndpoint

CODE = "def one():\n    return 1\n"
EDIT = block("a.py", "    return 1\n", "    return 11\n")
CHANGED = CODE.replace("1\n", "11\n")
REASON = "open it and run the command there, or name it to darner patch"
PATHS = (".github/workflows/ci.yml", "AGENTS.md", "sub/conftest.py", "ci/x.yml")


def new(path: str) -> str:
    return f"{path}\n```\nx = 1\n```\n"


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("client", ["neovim", "bare"])
async def test_where_nothing_can_be_confirmed_it_is_refused(tmp_path: Path, client: str, path: str) -> None:
    reply = EDIT + new(path)
    files = {"a.py": CODE, ".github/workflows/old.yml": "a: 1\n"}
    async with (
        ScriptedEndpoint(Script(otherwise=reply)) as scripted,
        editing(tmp_path, files, scripted, client=client) as editor,
    ):
        (editor.root / "ci").symlink_to(".github/workflows")
        buffer = editor.open("a.py")
        result = plain(await editor.patch("a.py", scope="workspace"))
        assert (buffer.text, editor.files, len(result["refused"])) == (CHANGED, [], 1)
        assert (result["refused"][0]["uri"], REASON in result["refused"][0]["reason"]) == (editor.uri(path), True)
        assert editor.shown.pop() == f"1 edit not made: {result['refused'][0]['reason']}"


@pytest.mark.parametrize("path", PATHS)
async def test_elsewhere_it_is_to_be_confirmed(tmp_path: Path, path: str) -> None:
    reply = EDIT + new(path)
    files = {"a.py": CODE, ".github/workflows/old.yml": "a: 1\n"}
    async with ScriptedEndpoint(Script(otherwise=reply)) as scripted, editing(tmp_path, files, scripted) as editor:
        (editor.root / "ci").symlink_to(".github/workflows")
        editor.open("a.py")
        asked = {"textDocument": {"uri": editor.uri("a.py")}, "instruction": "do it", "scope": "workspace"}
        edit = plain(await editor.request("darner/patch", asked))["edit"]
        (annotation,) = edit["changeAnnotations"].values()  # the client has no type for their names
        assert annotation["needsConfirmation"] is True
        named = {
            each.get("uri") or each["textDocument"]["uri"]: each.get("annotationId")
            or each["edits"][0].get("annotationId")
            for each in edit["documentChanges"]
        }
        assert named == {editor.uri("a.py"): None, editor.uri(path): "darner.run"}


@pytest.mark.parametrize("client", ["vscode", "neovim"])
async def test_in_its_own_window_there_is_no_fuss(tmp_path: Path, client: str) -> None:
    edit = EDIT.replace("a.py", "conftest.py")
    async with (
        ScriptedEndpoint(Script(otherwise=edit)) as scripted,
        editing(tmp_path, {"conftest.py": CODE}, scripted, client=client) as editor,
    ):
        buffer = editor.open("conftest.py")
        assert (await editor.patch("conftest.py"))["refused"] == []
        assert (buffer.text, editor.edits[0].edit.change_annotations) == (CHANGED, None)


async def test_a_link_into_the_repository_s_own_folder(tmp_path: Path) -> None:
    files = {"a.py": CODE, ".git/hooks/old": ""}
    reply = EDIT + new("hooks/pre-commit")
    async with ScriptedEndpoint(Script(otherwise=reply)) as scripted, editing(tmp_path, files, scripted) as editor:
        (editor.root / "hooks").symlink_to(".git/hooks")
        buffer = editor.open("a.py")
        result = plain(await editor.patch("a.py", scope="workspace"))
        assert (buffer.text, editor.files, len(result["refused"])) == (CHANGED, [], 1)
        assert editor.shown.pop() == "1 edit not made: a link leads into the folder of the repository itself"
