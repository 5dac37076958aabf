"""What is ignored or secret is never sent, although the editor has it open."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from lsprotocol import types
from tests.context.secret_samples import key_block, made
from tests.engine.scene import block
from tests.lsp.editor import editing, plain, refused
from tests.lsp.handlers.test_inline_completion import ask
from tests.lsp.text.test_workspace_folders import ODD

from darner_clients.testing import Script, ScriptedEndpoint
from darner_context.index import Index
from darner_context.secrets.masks import Masks
from darner_server.engine.privacy import withheld
from darner_server.lsp.text.workspace_folders import Folders

EDIT = block("a.py", "    return 1\n", "    return 11\n")
FILES = {
    "a.py": "def one():\n    return 1\n",
    ".gitignore": "ign/\n",
    ".git/HEAD": "ref: refs/heads/main\n",
    ".env": "SERVICE_TOKEN=hunter2\n",
    "ign/x.py": "SERVICE_TOKEN = 'hunter2'\n",
    "id_rsa": "hunter2\n",
}
HELD = "may contain secrets, so nothing of it is sent"
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


# -- by every name. {root} is a workspace with what is in TREE, {link} a link to it, {left} one that has been removed,
# {other} a repository that never was one, {home} a folder of no repository; {0} to {3} are the names that follow.

TREE = {
    ".gitignore": "ign/\n*.log\n/top.py\n",
    "a.py": "",
    "src/top.py": "",
    "ign/x.py": "",
    "ign/sub/x.py": "",
    "b c/.gitignore": "y.py\n",
    "b c/y.py": "",
    "it's#1/y.py": "",
    "it's#1/.gitignore": "*\n",
    "conf/.ssh/known.py": "",
    ".darner.toml": 'ignore = ["own.py"]\n',
    "own.py": "",
    "some.ipynb": "",
    ".git/HEAD": "ref: refs/heads/main\n",
    ".git/config": "",
}
JSON = "%7B%22path%22%3A%22{root}/ign/x.py%22%2C%22ref%22%3A%22~%22%7D"
HIDDEN = [
    # as a file, in every spelling
    "file://{root}/ign/x.py",
    "file:{root}/ign/x.py",
    "file://localhost{root}/ign/x.py",
    "file://{root}/%69gn/x.py",
    "file://{root}/ign%2Fx.py",
    "file://{root}/src/../ign/x.py",
    "file://{root}/./ign//x.py",
    "file:///{root}/ign/x.py",
    "file://{root}/%2569gn/x.py",
    "file://otherhost{root}/ign/x.py",
    "file://{root}/it's#1/y.py",
    "file://{root}/ign/x.py#W0",
    "file://{root}/ign/x.py?version=2",
    "file://{root}/b%20c/y.py",
    "file://{root}/own.py",
    "file://{root}/top.py",
    "file://{root}/ign/new.py",
    "file://{root}/ign/caf%E9.py",
    # by links
    "file://{link}/ign/x.py",
    "file://{link}/own.py",
    "file://{root}/linked.py",
    "file://{link}/linked.py",
    "file://{root}/linked/x.py",
    "file://{root}/ign/shown.py",
    "file://{link}/ign/shown.py",
    "file://{home}/linked.py",
    "file://{root}/env",
    "file://{home}/env",
    # by other schemes
    "git:{root}/ign/x.py?ref",
    "git:{root}/a.py?" + JSON,
    "git:{root}/ign/x.py.git?" + JSON,
    "vscode-notebook-cell:{root}/ign/n.ipynb#W0sZmlsZQ%3D%3D",
    "vscode-notebook-cell://ssh-remote%2Bhost{root}/ign/n.ipynb#W1",
    "vscode-interactive-input:{root}/ign/i.interactive",
    "untitled:{root}/ign/new.py",
    "untitled:ign/new.py",
    "untitled:{link}/ign/new.py",
    "vscode-vfs://github/owner/repo/ign/x.py",
    "vscode-remote://wsl%2BUbuntu{root}/ign/x.py",
    "vsls:/ign/x.py",
    "vsls://ign/x.py",
    "memfs:/top.py",
    "gitlens://{root}/ign/x.py?%7B%22ref%22%3A%22abc%22%7D",
    "gitlens://cafe0123/x.py?%7B%22uri%22%3A%22file://{root}/ign/x.py%22%7D",
    "jdt://contents/a.jar/p/A.class?={root}/ign/a.jar",
    "jdt://contents/a.jar/p/A.class?=w/%5C{root}%5C/ign%5C/a.jar",
    "jar:file://{root}/ign/a.jar!/p/A.java",
    "zipfile://{root}/ign/a.zip::p/a.py",
    "fugitive://{root}/.git//0/ign/x.py",
    "fugitive://{link}/.git//0/ign/x.py",
    "fugitive://{root}/.git//4b825dc642cb6eb9a060e54bf8d69288fbee4904/top.py",
    "gitsigns://{root}/.git//:0:ign/x.py",
    "diffview://{root}/.git/HEAD/ign/x.py",
    "oil://{root}/ign/",
    "oil-ssh://host/{root}/ign/x.py",
    "scp://host//srv/w/ign/x.py",
    "octo://owner/repo/pull/1/file/RIGHT/ign/x.py",
    "merge-conflict.conflict-diff:{root}/ign/x.py?%7B%7D",
    "review:{root}/ign/x.py?base",
    "chat-editing-text-model:/x/y.py?file={root}/ign/x.py",
    "view:x.py?path=ign/x.py",
    "newscheme+v2:{root}/some.log",
    # of roots that are none any more, and of repositories that never were
    "file://{left}/ign/x.py",
    "file:{left}/own.py",
    "file://{left}/b%20c/y.py",
    "file://{home}/leftlink/ign/x.py",
    "git:{left}/ign/x.py",
    "untitled:{left}/ign/new.py",
    "fugitive://{left}/.git//0/ign/x.py",
    "file://{other}/ign/x.py",
    "file://{other}/deep/ign/x.py",
    "vscode-notebook-cell:{other}/own.py#W0",
    "git:{other}/ign/x.py",
    # secret by a name anywhere
    "file://{home}/.ssh/config",
    "file://{home}/.ssh/a.py",
    "file://{home}/.aws/a.py",
    "file://{home}/id_rsa",
    "file://{home}/a.py.pem",
    "file://{root}/conf/.ssh/known.py",
    "git:{home}/.env?ref",
    "untitled:.env",
    "untitled:id_rsa",
    "untitled:{home}/.kube/config",
    "vscode-notebook-cell:{home}/.gnupg/n.ipynb#W0",
    "vscode-userdata:{home}/.docker/config.json",
    "oil://{home}/.ssh/",
    "fugitive://{home}/.git//0/.env",
    "git:{root}/a.py?%7B%22path%22%3A%22{home}/.env%22%7D",
    "vscode-remote://host/home/me/.ssh/a.py",
    "file://{root}/.git/config",
    # of which nobody can tell
    "file://[{root}/a.py",
    "file://{root}/a%00.py",
    "data:text/x-python,a",
]
SHOWN = [
    "file://{root}/a.py",
    "file:{root}/a.py",
    "file://{link}/a.py",
    "file://{root}/src/top.py",
    "file://{root}/new/n.py",
    "file://{root}/caf%E9.py",
    "file://{home}/a.py",
    "file://{home}/build.py",
    "file://{home}/shown.py",
    "file://{left}/a.py",
    "file://{left}/src/top.py",
    "file://{other}/a.py",
    "file://{home}/ign/x.py",
    "file://{home}/own.py",
    "untitled:Untitled-1",
    "untitled:own.py",
    "untitled:{root}/new.py",
    "untitled:{home}/ign/new.py",
    "git:{root}/a.py?%7B%22path%22%3A%22{root}/a.py%22%2C%22ref%22%3A%22feature/ign/x%22%7D",
    "git:{root}/src/top.py",
    "vscode-notebook-cell:{root}/some.ipynb#W0sZmlsZQ%3D%3D",
    "vscode-notebook-cell:Untitled-1.ipynb?jupyter-notebook#W0sdW50aXRsZWQ%3D",
    "vscode-vfs://github/owner/repo/src/a.py",
    "fugitive://{root}/.git//0/a.py",
    "gitsigns://{root}/.git//:0:src/a.py",
    "jdt://contents/rt.jar/java.lang/String.class?=w",
]


@dataclass(frozen=True, slots=True)
class Places:
    folders: Folders
    index: Index
    names: dict[str, str]


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Places:
    base = tmp_path_factory.mktemp("places").resolve()
    names = {name: base / name for name in ("root", "link", "left", "other", "home")}
    for at in ("root", "left", "other", "other/deep"):
        for name, text in TREE.items():
            path = base / at / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    (base / "home/ign").mkdir(parents=True)
    for link, to in {
        "link": "root",
        "root/linked.py": "ign/x.py",
        "root/linked": "ign/sub",
        "root/ign/shown.py": "../a.py",
        "root/env": "../home/.env",
        "home/linked.py": "../root/ign/x.py",
        "home/shown.py": "../root/a.py",
        "home/env": ".env",
        "home/leftlink": "../left",
        "home/loop": "loop",
    }.items():
        (base / link).symlink_to(to)
    folders = Folders([names["link"], names["left"]])
    folders.change([], [f"file://localhost{names['left']}"])
    index = Index([names["root"]], cache_dir=None, ignore=[["own.py"]])
    return Places(folders, index, {name: str(path) for name, path in names.items()})


def why(places: Places, uri: str) -> str | None:
    written = uri
    for name, path in places.names.items():
        written = written.replace(f"{{{name}}}", path)
    path = places.folders.path_of(written)
    try:
        return withheld(places.index, path, places.folders.origin(path))
    finally:
        places.folders.forget(written)


@pytest.mark.parametrize("uri", HIDDEN)
def test_what_is_withheld_is_withheld_by_every_name(places: Places, uri: str) -> None:
    assert why(places, uri) is not None


@pytest.mark.parametrize("trouble", [PermissionError, RuntimeError, ValueError])
@pytest.mark.parametrize("uri", ["file://{home}/loop/x.py", "untitled:{home}/loop/x.py", "git:{root}/a.py"])
def test_what_cannot_be_looked_at_is_withheld(
    places: Places, monkeypatch: pytest.MonkeyPatch, uri: str, trouble: type[Exception]
) -> None:
    def resolve(_path: Path) -> Path:
        raise trouble

    why(places, uri)  # raises nothing, whatever links that go round mean here
    monkeypatch.setattr(Path, "resolve", resolve)
    assert (why(places, uri) or "").endswith("has a URI that darner cannot read, so nothing of it is sent")


@pytest.mark.parametrize("uri", SHOWN)
def test_what_is_shown_is_shown_by_every_name(places: Places, uri: str) -> None:
    assert why(places, uri) is None


async def test_no_open_document_breaks_a_patch_or_is_sent_by_another_name(tmp_path: Path) -> None:
    text = "SERVICE_TOKEN = 'hunter2'\n"
    async with ScriptedEndpoint(Script(otherwise=EDIT)) as scripted, editing(tmp_path, FILES, scripted) as editor:
        for uri in ODD:
            editor.open(uri or "untitled:x", "odd = 1\n")
        views = ("git:{}?x", "vscode-notebook-cell:{}#W0", "untitled:{}", "file:{}", "fugitive://{}")
        at = [str(editor.root / name) for name in ("ign/x.py", "id_rsa", ".git//0/ign/x.py")]
        hidden = [view.format(place) for view in views for place in at]
        for uri in hidden:
            editor.open(uri, text)
        editor.open("a.py")
        for uri in hidden[::4]:
            assert await ask(editor, uri, 0, 1) == []
            assert (await refused(editor.patch(uri)))[0] == -32803
        assert (await editor.patch("a.py", "use SERVICE_TOKEN"))["refused"] == []
        assert [each for each in scripted.asked if "hunter2" in str(each.body)] == []
        assert (editor.buffers[editor.uri("a.py")].text, len(scripted.asked)) == ("def one():\n    return 11\n", 1)


async def test_what_a_removed_root_left_out_stays_left_out(tmp_path: Path) -> None:
    (tmp_path / "other/ign").mkdir(parents=True)
    (tmp_path / "other/.gitignore").write_text("ign/\n")
    uri = (tmp_path / "other/ign/x.py").as_uri()
    text = "SERVICE_TOKEN = 'hunter2'\n"
    async with (
        ScriptedEndpoint(Script(otherwise=EDIT)) as scripted,
        editing(tmp_path, FILES, options={"initialize": False}) as editor,
    ):
        rows = [{"name": "e", "kind": "vllm", "base_url": scripted.url, "model": "scripted"}]
        await editor.initialize({"endpoints": rows}, folders=[editor.root, tmp_path / "other"])
        editor.open(uri, text)
        editor.open("a.py")
        folder = types.WorkspaceFolder((tmp_path / "other").as_uri(), "other")
        change = types.WorkspaceFoldersChangeEvent(added=[], removed=[folder])
        editor.client.workspace_did_change_workspace_folders(types.DidChangeWorkspaceFoldersParams(change))
        assert await ask(editor, uri, 0, 1) == []
        assert await refused(editor.patch(uri)) == (-32803, "x.py is ignored, so nothing of it is sent")
        assert (await editor.patch("a.py", "use SERVICE_TOKEN"))["refused"] == []
        assert [("hunter2" in str(each.body)) for each in scripted.asked] == [False]


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
        ("link", SECRETIVE[".env"], "may contain secrets"),
        (".git/config", "[remote]\n", "may contain secrets"),
        ("/home/me/.ssh/config", "Host x\n", "may contain secrets"),
        ("/home/me/.aws/credentials", "[default]\n", "may contain secrets"),
        ("vscode-notebook-cell:/home/me/.env.py#W1", "A=1\n", None),
        ("vscode-notebook-cell:/home/me/.kube/x.ipynb#W1", "A=1\n", "may contain secrets"),
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
