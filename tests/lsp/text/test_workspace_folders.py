"""Which file a URI means, however a client spells it, and how the client is told of it."""

from pathlib import Path

import pytest

from darner_server.lsp.text.uris import file_of, key_of, places_of
from darner_server.lsp.text.workspace_folders import Folders, roots_of

ODD = [
    "",
    "a.py",
    "/w/a.py",
    "file:",
    "file:a.py",
    "file://[w/a.py",
    "http://[::1/a.py",
    "file://w]/a.py",
    f"file:///w/{'x' * 300}.py",
    f"file:///w/{'é' * 130}.py",
    f"file:///{'a/' * 5_000}a.py",
    f"data:text/plain,{'x' * 3_000_000}",
    "data:text/x-python,a%20=%201",
    "http://a\u2100b/x.py",
    "file:///w/\ud83d.py",
    "file:///w/\udc80.py",
    "untitled:\ude00",
    "file:///w/a%00.py",
    "file:///w/a\0.py",
    "file:///w/a%0Ab.py",
    "\n",
    ":",
    "1:2",
    "%",
    "untitled:%E9%",
    "file:///w/caf%E9.py",
    "file:///%",
    "x" * 100_000,
]


@pytest.mark.parametrize("uri", ODD, ids=range(len(ODD)))
def test_an_odd_uri_raises_nothing_and_takes_no_path_of_a_file(tmp_path: Path, uri: str) -> None:
    folders = Folders([tmp_path, Path("/w")])
    path = folders.path_of(uri, "python")
    assert (path.endswith(".py"), len(path) < 280, path.isprintable()) == (True, True, True)
    assert folders.path_of(uri) == path
    assert folders.uri_of(path) == uri
    assert folders.origin(path) is not None
    assert folders.inside(uri) is None
    assert folders.belongs(uri) is (uri == "file:///w/caf%E9.py")
    assert not folders.exists(path)
    assert folders.path_of("untitled:other", "python") != path
    folders.change([uri], [uri])
    folders.forget(uri)
    assert len(roots_of({"rootUri": uri, "workspaceFolders": [{"uri": uri}], "rootPath": uri})) <= 1


@pytest.mark.parametrize(
    ("uri", "file"),
    [
        ("file:///w/a.py", "/w/a.py"),
        ("file:/w/a.py", "/w/a.py"),
        ("FILE:///w/a.py", "/w/a.py"),
        ("file://localhost/w/a.py", "/w/a.py"),
        ("file://LocalHost/w/a.py", "/w/a.py"),
        ("file:////w/a.py", "/w/a.py"),
        ("file:///w//a.py", "/w/a.py"),
        ("file:///w/./b/../a.py", "/w/a.py"),
        ("file:///%77/%61.py", "/w/a.py"),
        ("file:///w%2Fa.py", "/w/a.py"),
        ("file:///w/a b;c=d.py", "/w/a b;c=d.py"),
        ("file:///w/a%20b%3Bc%3Dd.py", "/w/a b;c=d.py"),
        ("file:///w/%C3%A9.py", "/w/é.py"),
        ("file:///w/é.py", "/w/é.py"),
        ("file:///w/a%23b%3Fc.py", "/w/a#b?c.py"),
        ("file:///w/a%2541.py", "/w/a%41.py"),
        ("file:///c%3A/w/a.py", "/c:/w/a.py"),
        ("file:///c:/w/a.py", "/c:/w/a.py"),
        ("file://host/w/a.py", None),
        ("file:///w/a.py#W0", None),
        ("file:///w/a.py?x", None),
        ("untitled:/w/a.py", None),
    ],
)
def test_the_file_of_a_uri(uri: str, file: str | None) -> None:
    assert file_of(uri) == (None if file is None else Path(file))
    if file is not None:
        assert key_of(uri) == key_of(Path(file).as_uri())


PLACES = {
    "untitled:Untitled-1": ["Untitled-1"],
    "untitled:/w/ign/a.py": ["/w/ign/a.py"],
    "git:/w/a.py.git?%7B%22path%22%3A%22%2Fw%2Fign%2Fa.py%22%2C%22ref%22%3A%22a/b%22%7D": [
        "/w/a.py.git",
        "/w/ign/a.py",
    ],
    "view:/w/a.py?file=ign/a.py&ref=a/b": ["/w/a.py", "ign/a.py"],
    "vscode-vfs://github/o/r/a.py": ["/o/r/a.py", "github/o/r/a.py"],
    "jar:file:///w/a.jar!/x/A.java": ["/w/a.jar!/x/A.java"],
    "view:file:/w/a.py": ["/w/a.py"],
    "oil:///w/ign/": ["/w/ign/_"],
    "file:///w/c#/a.py": ["/w/c", "/w/c#/a.py"],
    "file:///w/a%252Fb.py": ["/w/a%2Fb.py", "/w/a/b.py"],
    "view:/w\\ign\\a.py": ["/w\\ign\\a.py", "/w/ign/a.py"],
    "view://h/../../w/a.py": ["/w/a.py", "../w/a.py"],
}


@pytest.mark.parametrize("uri", PLACES)
def test_the_places_of_a_view(uri: str) -> None:
    assert list(places_of(uri) or ()) == PLACES[uri]


class Linked:
    """A folder `real` with a link `link` to it, and links in it: `in.py` to `a.py`, `sub` to `pkg`, `out.py` out."""

    def __init__(self, base: Path) -> None:
        self.base = base
        for name in ("a.py", "pkg/b.py"):
            (base / "real" / name).parent.mkdir(parents=True, exist_ok=True)
            (base / "real" / name).write_text("")
        (base / "out.py").write_text("")
        (base / "link").symlink_to("real")
        (base / "real/in.py").symlink_to("a.py")
        (base / "real/sub").symlink_to("pkg")
        (base / "real/out.py").symlink_to("../out.py")
        (base / "in.py").symlink_to("real/a.py")

    def uri(self, name: str) -> str:
        return f"file://{self.base}/{name}"


@pytest.mark.parametrize("root", ["real", "link"])
@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("real/a.py", "a.py"),
        ("link/a.py", "a.py"),
        ("real/new.py", "new.py"),
        ("link/new.py", "new.py"),
        ("real/in.py", "a.py"),
        ("link/in.py", "a.py"),
        ("in.py", "a.py"),
        ("real/sub/b.py", "pkg/b.py"),
        ("link/sub/b.py", "pkg/b.py"),
        ("link/sub/new.py", "pkg/new.py"),
        ("real/out.py", "out.py"),
        ("link/out.py", "out.py"),
    ],
)
def test_a_document_is_its_file_whatever_links_lead_there(tmp_path: Path, root: str, name: str, path: str) -> None:
    linked = Linked(tmp_path)
    folders = Folders([tmp_path / root])
    uri = linked.uri(name)
    assert (folders.inside(uri), folders.path_of(uri), folders.uri_of(path)) == (path, path, uri)
    later = Folders([tmp_path / root])
    running = later.snapshot()
    later.path_of(uri)
    assert running.uri_of(path) == uri
    folders.forget(uri)
    assert folders.uri_of(path) == linked.uri(f"{root}/{path}")


@pytest.mark.parametrize("order", [("real/in.py", "real/a.py"), ("real/a.py", "real/in.py")])
def test_of_two_documents_of_a_file_the_one_with_its_name_is_it(tmp_path: Path, order: tuple[str, ...]) -> None:
    linked = Linked(tmp_path)
    folders = Folders([tmp_path / "real"])
    for each in order:
        folders.path_of(linked.uri(each))
    paths = {each: folders.path_of(linked.uri(each)) for each in order}
    assert paths["real/a.py"] == "a.py"
    assert {folders.uri_of(path) for path in paths.values()} == {linked.uri(each) for each in order}


@pytest.mark.parametrize("spelling", ["file:{}", "file://localhost{}", "file:///%2E{}", "FILE://{}", "file:///.{}"])
def test_an_edit_names_a_document_as_the_client_does(tmp_path: Path, spelling: str) -> None:
    linked = Linked(tmp_path)
    uri = spelling.format(tmp_path / "real/a.py")
    folders = Folders([tmp_path / "real"])
    assert folders.path_of(uri) == "a.py"
    assert folders.uri_of("a.py") == uri
    assert folders.path_of(linked.uri("real/a.py")) == "a.py"
    folders.forget(linked.uri("real/a.py"))
    assert folders.uri_of("a.py") == linked.uri("real/a.py")


def test_roots_go_by_any_of_their_names(tmp_path: Path) -> None:
    linked = Linked(tmp_path)
    for name in ("link", "real"):
        folders = Folders([tmp_path / "real", tmp_path])
        assert folders.change([], [f"file://localhost{tmp_path}/{name}"])
        assert folders.roots == (tmp_path,)
        assert folders.path_of(linked.uri("link/a.py")) == "real/a.py"
        assert folders.change([linked.uri("link")], [])
        assert folders.path_of(linked.uri("real/a.py")) == "real/a.py"
