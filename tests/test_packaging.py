"""The wheel that users install: built, put into a clean environment, and run."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


def test_contents(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {
        "darner_clients",
        "darner_context",
        "darner_server",
    }
    assert not [name for name in names if "test_" in name or name.endswith((".pyc", ".gguf"))]
    for package in ("darner_clients", "darner_context", "darner_server"):
        assert f"{package}/py.typed" in names
        source = next(ROOT.glob(f"*/{package}"))
        ours = {f"{package}/{path.relative_to(source).as_posix()}" for path in source.rglob("*.py")}
        assert ours == {name for name in names if name.startswith(f"{package}/") and name.endswith(".py")}


def test_runs_in_a_clean_environment(wheel: Path, tmp_path: Path) -> None:
    """As a user installs it, but from what `make env` left in uv's cache: an undeclared dependency is missed here."""
    env = tmp_path / "env"
    uv = str(ROOT / ".tools/bin/uv")
    subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, str(env)], check=True)
    pins = ["--constraint", str(ROOT / "requirements.lock")]
    install = [uv, "pip", "install", "--quiet", "--offline", "--python", str(env / "bin/python"), *pins, str(wheel)]
    subprocess.run(install, check=True)

    def run(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        clean = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "DARNER_DAEMON": "0"}
        command = [str(env / "bin/darner"), *arguments]
        return subprocess.run(
            command, cwd=tmp_path, env=clean, input=stdin, capture_output=True, text=True, check=False
        )

    version = run("--version")
    assert (version.returncode, version.stdout) == (0, "darner 0.1.0\n"), version.stderr
    (tmp_path / "a.py").write_text("x = 1\n")
    reply = "a.py\n```python\n<<<<<<< SEARCH\nx = 1\n=======\nx = 2\n>>>>>>> REPLACE\n```\n"
    patch = run("apply", "-", "--root", str(tmp_path), "--apply", stdin=reply)
    assert patch.returncode == 0, patch.stderr
    assert (tmp_path / "a.py").read_text() == "x = 2\n"
