"""The listing is the architecture: who may import whom, and that the map names places that exist."""

import ast
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CODE = {
    "context": ROOT / "context/darner_context",
    "clients": ROOT / "clients/darner_clients",
    "patch": ROOT / "server/darner_server/patch",
    "engine": ROOT / "server/darner_server/engine",
    "local": ROOT / "server/darner_server/local",
    "lsp": ROOT / "server/darner_server/lsp",
    "cli": ROOT / "server/darner_server/cli",
}
OURS = {"darner_context": "context", "darner_clients": "clients", "darner_server": "server"}


def imports(path: Path) -> set[str]:
    """Every module that a file imports, also inside functions, by its full name."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            found.update({f"{node.module}.{alias.name}" for alias in node.names} | {str(node.module)})
    return found


def modules(part: str) -> list[Path]:
    files = sorted(CODE[part].rglob("*.py"))
    assert files, part
    return files


def offenders(part: str, forbidden: str) -> list[str]:
    """Imports in `part` that the pattern matches from the beginning of the name."""
    return [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules(part)
        for name in sorted(imports(path))
        if re.match(rf"(?:{forbidden})(?:\.|$)", name)
    ]


@pytest.mark.parametrize(
    ("part", "forbidden"),
    [
        (
            "patch",
            r"darner_(context|clients)|darner_server\.(?!patch)|pygls|lsprotocol|httpx|tree_sitter|tiktoken|rich|typer",
        ),
        ("context", r"darner_(clients|server)|pygls|lsprotocol|httpx|rich|typer"),
        ("clients", r"darner_(context|server)|pygls|lsprotocol|tree_sitter|tiktoken|rich|typer"),
        ("engine", r"darner_server\.(cli|lsp)|pygls|lsprotocol|argparse|typer|click|rich|httpx|httpcore|tree_sitter"),
        (
            "local",
            r"darner_context\.(?!system\b)|darner_clients|darner_server\.(?!local)|pygls|lsprotocol|rich|typer",
        ),
        ("lsp", r"darner_server\.cli|typer|click|rich|httpx|httpcore|tree_sitter"),
        ("cli", r"darner_server\.lsp(?!\.(?:startup|transport\.tcp)\b)|pygls|lsprotocol|httpx|httpcore|tree_sitter"),
    ],
)
def test_who_imports_whom(part: str, forbidden: str) -> None:
    assert offenders(part, forbidden) == []


def test_patch_needs_only_the_standard_library() -> None:
    known = {*sys.stdlib_module_names, "darner_server"}
    assert [name for path in modules("patch") for name in imports(path) if name.split(".")[0] not in known] == []


def test_tree_sitter_is_known_in_one_file() -> None:
    users = [path.name for path in modules("context") if any(name.startswith("tree_sitter.") for name in imports(path))]
    assert users in ([], ["parser.py"])
    assert any("tree_sitter" in name for name in imports(CODE["context"] / "syntax/parser.py"))


def test_only_the_command_line_prints() -> None:
    calls = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for part in CODE
        for path in modules(part)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
        if part != "cli" and path.name != "testing.py"
    ]
    assert calls == []


@pytest.mark.parametrize("page", ["ARCHITECTURE.md", "README.md", "CONTRIBUTING.md"])
def test_named_paths_exist(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    named = set(re.findall(r"`([\w.-]+/[\w./-]+)`", text)) | set(re.findall(r"\]\((?!https?:)([\w./-]+)\)", text))
    assert [
        name
        for name in sorted(named)
        if not any((base / name).exists() for base in (ROOT, ROOT / "server/darner_server"))
    ] == []


def test_flow_names_files_that_exist() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    bases = [ROOT / "server/darner_server", ROOT / "server", ROOT / "context", ROOT / "clients"]
    named = re.findall(r"^     ?->.*\s([a-z_]+/[\w./]+)$", text, re.MULTILINE)
    assert len(named) >= 8
    assert [name for name in named if not any((base / name).exists() for base in bases)] == []


def test_the_readme_shows_what_is_tested() -> None:
    blocks = re.findall(r"```lua\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    tested = (ROOT / "docs/editors.md").read_text(encoding="utf-8")
    assert blocks
    assert [block for block in blocks if block not in tested] == []
