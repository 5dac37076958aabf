"""The listing is the architecture: who may import whom, and that the pages name places that exist."""

import re

import pytest
from tests import architecture
from tests.architecture import PAGE, ROOT, circles, code, offenders, read, strangers

MODULES = code()
LARGEST = 15  # files of code in one folder


def test_who_imports_whom() -> None:
    assert offenders(MODULES) == []


def test_a_library_is_known_in_one_place() -> None:
    assert strangers(MODULES) == []


def test_no_circle_of_files() -> None:
    assert circles(architecture.between_files(MODULES)) == []


def test_no_circle_of_rooms() -> None:
    assert circles(architecture.between_rooms(MODULES)) == []


def test_only_the_command_line_prints() -> None:
    talks = ("darner_server.cli", "darner_clients.testing.__main__")
    assert [f"{each.name}:{each.prints}" for each in MODULES if each.prints and not each.name.startswith(talks)] == []


@pytest.mark.parametrize(
    ("name", "source", "found"),
    [
        (
            "darner_context.text.lines",
            "import darner_context.index",
            "darner_context.text.lines imports darner_context.index",
        ),
        ("darner_context.syntax.faults", "def f():\n    import httpx", "darner_context.syntax.faults imports httpx"),
        ("darner_server.patch.text.lines", "import tiktoken", "darner_server.patch.text.lines imports tiktoken"),
        (
            "darner_server.patch.odd.lines",
            "",
            "darner_server.patch.odd.lines: no floor of darner_server.patch names odd",
        ),
        (
            "darner_clients.wire.sse",
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from darner_clients.client import Client",
            "darner_clients.wire.sse imports darner_clients.client",
        ),
        (
            "darner_server.lsp.session",
            "from darner_server.cli import output",
            "darner_server.lsp.session imports darner_server.cli.output",
        ),
    ],
)
def test_a_forbidden_import_is_found(name: str, source: str, found: str) -> None:
    known = frozenset(each.name for each in MODULES)
    assert offenders([read(name, source, known)]) == [found]


def test_a_second_user_of_a_library_is_found() -> None:
    other = read("darner_context.syntax.definitions", "from tree_sitter import Node", frozenset())
    assert strangers([other]) == ["darner_context.syntax.definitions imports tree_sitter"]


def test_a_print_in_logic_is_found() -> None:
    assert read("darner_context.index", "def f():\n    print(1)", frozenset()).prints == (2,)


def test_a_circle_is_found() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": {"a"}}) == [["b", "c"]]


def test_the_page_shows_the_tables() -> None:
    assert architecture.shown() == architecture.table(), "run: python -m tests.architecture"


def test_folders_can_be_read_at_a_glance() -> None:
    folders = {
        path.parent for part in ("context", "clients", "server", "tests") for path in (ROOT / part).rglob("*.py")
    }
    files = {folder: [each for each in folder.glob("*.py") if each.name != "__init__.py"] for folder in folders}
    assert {str(folder): len(found) for folder, found in files.items() if len(found) > LARGEST} == {}


@pytest.mark.parametrize(
    "page",
    [
        *("ARCHITECTURE.md", "README.md", "CONTRIBUTING.md", "SECURITY.md", "docs/glossary.md", "docs/debugging.md"),
        *sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("docs/decisions/*.md")),
    ],
)
def test_named_paths_exist(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    named = set(re.findall(r"`([\w.-]+/[\w./-]+)`", text)) | set(re.findall(r"\]\((?!https?:)([\w./-]+)\)", text))
    bases = (ROOT, ROOT / "server/darner_server", (ROOT / page).parent)
    assert [name for name in sorted(named) if not any((base / name).exists() for base in bases)] == []


def test_flow_names_files_that_exist() -> None:
    text = PAGE.read_text(encoding="utf-8")
    bases = [ROOT / "server/darner_server", ROOT / "server", ROOT / "context", ROOT / "clients"]
    named = re.findall(r"^     ?->.*\s([a-z_]+/[\w./]+)$", text, re.MULTILINE)
    assert len(named) >= 8
    assert [name for name in named if not any((base / name).exists() for base in bases)] == []


def test_the_readme_shows_what_is_tested() -> None:
    blocks = re.findall(r"```lua\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    tested = (ROOT / "docs/editors.md").read_text(encoding="utf-8")
    assert blocks
    assert [block for block in blocks if block not in tested] == []
