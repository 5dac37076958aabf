"""What is ignored or secret is never sent, although the editor has it open."""

from pathlib import Path

import pytest
from tests.engine.scene import block
from tests.lsp.editor import editing, plain, refused
from tests.lsp.test_completion import ask

from darner_clients.testing import Script, ScriptedEndpoint

EDIT = block("a.py", "    return 1\n", "    return 11\n")
FILES = {
    "a.py": "def one():\n    return 1\n",
    ".gitignore": "ign/\n",
    ".git/HEAD": "ref: refs/heads/main\n",
    ".env": "SERVICE_TOKEN=hunter2\n",
    "ign/x.py": "SERVICE_TOKEN = 'hunter2'\n",
    "id_rsa": "hunter2\n",
}
HELD = "may hold secrets, so nothing of it is sent"
PRIVATE = [(".env", HELD), ("ign/x.py", "is ignored, so nothing of it is sent"), ("id_rsa", HELD)]
RANGE = {"start": {"line": 0, "character": 0}, "end": {"line": 1, "character": 0}}


@pytest.mark.parametrize(("name", "reason"), PRIVATE)
async def test_nothing_private_is_sent(tmp_path: Path, name: str, reason: str) -> None:
    async with ScriptedEndpoint(Script(otherwise=EDIT)) as scripted, editing(tmp_path, FILES, scripted) as editor:
        editor.open(name)
        editor.open("a.py")
        said = f"{name} {reason}"
        assert await ask(editor, name, 1, 0) == []
        assert await ask(editor, name, 1, 0, invoked=True) == []
        about = {"textDocument": {"uri": editor.uri(name)}, "range": RANGE}
        for command in ("darner.explain", "darner.explainContext"):
            assert await refused(editor.command(command, about)) == (-32803, said)
        assert await refused(editor.patch(name)) == (-32803, said)
        assert len(scripted.asked) == 0
        shown = plain(await editor.command("darner.explainContext", {"textDocument": {"uri": editor.uri("a.py")}}))
        assert [each["path"] for each in shown["snippets"]] == ["a.py"]
        assert (await editor.patch("a.py", "use SERVICE_TOKEN"))["refused"] == []
        assert [("hunter2" in str(each.body), name in str(each.body)) for each in scripted.asked] == [(False, False)]
        assert editor.shown == [f"no suggestion: {said}"]
        editor.shown.clear()
