"""What is ignored or secret is never sent, although the editor has it open."""

from pathlib import Path

import pytest
from tests.context.planted import key_block, made
from tests.engine.scene import block
from tests.lsp.editor import editing, plain, refused
from tests.lsp.test_completion import ask

from darner_clients.testing import Script, ScriptedEndpoint
from darner_context.masks import Masks

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


TOKEN = made("ghp_{A36}")
KEY = "\n".join(key_block())
SECRETIVE = {
    "a.py": "def one():\n    \n",
    "keys.py": f'KEY = """{KEY}"""\ndef one():\n    \n',
    "token.py": f"TOKEN = '{TOKEN}'\ndef one():\n    \n",
    ".env": "A=hunter2\n",
}


@pytest.mark.parametrize(
    ("uri", "text", "reason"),
    [
        ("keys.py", SECRETIVE["keys.py"], "holds a private key"),
        ("link", SECRETIVE[".env"], "may hold secrets"),
        (".git/config", "[remote]\n", "may hold secrets"),
        ("/home/me/.ssh/config", "Host x\n", "may hold secrets"),
        ("/home/me/.aws/credentials", "[default]\n", "may hold secrets"),
        ("vscode-notebook-cell:/home/me/.env.py#W1", "A=1\n", None),
        ("vscode-notebook-cell:/home/me/.kube/x.ipynb#W1", "A=1\n", "may hold secrets"),
    ],
)
async def test_no_completion_of_what_is_withheld(tmp_path: Path, uri: str, text: str, reason: str | None) -> None:
    async with ScriptedEndpoint(Script(otherwise="pass")) as scripted, editing(tmp_path, SECRETIVE, scripted) as editor:
        (editor.root / "link").symlink_to(".env")
        editor.open(uri, text)
        assert (await ask(editor, uri, 0, 1, invoked=True) == []) is (reason is not None)
        assert (len(scripted.asked) == 0) is (reason is not None)
        assert [reason in each for each in editor.shown] == [True] if reason else editor.shown == []
        editor.shown.clear()


@pytest.mark.parametrize("uri", ["token.py", "vscode-notebook-cell:/home/me/x.ipynb#W2"])
async def test_a_mask_is_sent_for_a_token_and_the_token_is_suggested(tmp_path: Path, uri: str) -> None:
    text = f"TOKEN = '{TOKEN}'\ndef one():\n    \n"
    masks = Masks()
    masks.learn("token.py", text)
    reply = f"return '{masks.hide(TOKEN)}'\n"
    async with ScriptedEndpoint(Script(otherwise=reply)) as scripted, editing(tmp_path, SECRETIVE, scripted) as editor:
        editor.open(uri, text)
        items = await ask(editor, uri, 2, 4)
        assert [each.insert_text for each in items] == [f"return '{TOKEN}'"]
        assert TOKEN not in str([each.body for each in scripted.asked])
        assert [each.partition(": ")[2] for each in editor.logged] == ["a GitHub token is replaced before sending"]
        editor.logged.clear()


async def test_a_patch_and_an_explanation_tell_and_exchange(tmp_path: Path) -> None:
    masks = Masks()
    masks.learn("token.py", SECRETIVE["token.py"])
    line = f"TOKEN = '{TOKEN}'\n"
    edit = block("token.py", masks.hide(line), masks.hide(line + "OTHER = TOKEN\n"))
    async with ScriptedEndpoint(Script(otherwise=edit)) as scripted, editing(tmp_path, SECRETIVE, scripted) as editor:
        editor.open("token.py")
        about = {"textDocument": {"uri": editor.uri("token.py")}, "range": RANGE}
        shown = plain(await editor.command("darner.explainContext", about))
        told = "token.py:1: a GitHub token is replaced before sending"
        assert (shown["withheld"], TOKEN in str(shown)) == ([told], False)
        answer = await editor.patch("token.py")
        assert (answer["refused"], f"{line}OTHER" in str(plain(answer)) or "OTHER = TOKEN" in str(plain(answer))) == (
            [],
            True,
        )
        assert TOKEN in (await editor.command("darner.explain", about))["markdown"]
        editor.shown.clear()
        assert TOKEN not in str([each.body for each in scripted.asked])
        assert editor.logged == [told]
        editor.logged.clear()
