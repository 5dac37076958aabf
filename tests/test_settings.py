from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from darner_clients.endpoint import Deadlines, Endpoint
from darner_clients.router import Router
from darner_server.engine import Engine
from darner_server.settings import (
    DEFAULT_BUDGET,
    DEFAULT_LOCAL_MODEL,
    Settings,
    SettingsError,
    WorkspaceSettings,
    from_mapping,
    load,
    load_workspace,
)

CEREBRAS = """\
[[endpoints]]
name = "cerebras"
kind = "cerebras"
base_url = "https://api.example/v1"
model = "gpt-oss-120b"
api_key_env = "KEY"
"""


def no_keys(_name: str) -> None:
    return None


@pytest.fixture(autouse=True)
def _no_user_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


def check(tmp_path: Path, text: str, expected: str, environ: dict[str, str] | None = None) -> None:
    """The file is refused with a sentence that begins with its name and line, as expected."""
    file = tmp_path / "darner.toml"
    file.write_text(text)
    with pytest.raises(SettingsError) as refused:
        load(file, {"KEY": "csk-1"} if environ is None else environ, no_keys)
    assert str(refused.value).startswith(f"{file}:{expected}"), refused.value


def test_a_file(tmp_path: Path) -> None:
    file = tmp_path / "darner.toml"
    file.write_text(CEREBRAS + "window = 131072\nbudget = 100\n[endpoints.deadlines]\nconnect = 1\n")
    settings = load(file, {"KEY": "csk-1"}, no_keys)
    assert settings == Settings(
        endpoints=(
            Endpoint(
                name="cerebras",
                kind="cerebras",
                base_url="https://api.example/v1",
                model="gpt-oss-120b",
                api_key="csk-1",
                window=131072,
                max_output=None,
                reply="search-replace",
                tokenizer="o200k_harmony",
                deadlines=Deadlines(connect=1.0, first_token=30.0, gap=20.0),
                budget=100,
            ),
        ),
        local_model=DEFAULT_LOCAL_MODEL,
        budget=DEFAULT_BUDGET,
        hedge=True,
        source=str(file),
    )
    assert "csk-1" not in repr(settings)


@pytest.mark.parametrize(
    ("environ", "endpoints"),
    [
        ({}, []),
        ({"CEREBRAS_API_KEY": "csk"}, [("cerebras", "https://api.cerebras.ai/v1", "gpt-oss-120b")]),
        ({"DARNER_GPU_BASE_URL": "http://gpu:8000/v1/"}, [("gpu", "http://gpu:8000/v1", "")]),
        (
            {"CEREBRAS_API_KEY": "csk", "DARNER_GPU_BASE_URL": "http://gpu:8000/v1"},
            [("cerebras", "https://api.cerebras.ai/v1", "gpt-oss-120b"), ("gpu", "http://gpu:8000/v1", "")],
        ),
    ],
)
def test_no_file(environ: dict[str, str], endpoints: list[tuple[str, str, str]]) -> None:
    settings = load(None, environ, no_keys)
    assert [(each.name, each.base_url, each.model) for each in settings.endpoints] == endpoints


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "1: the file sets nothing"),
        ("# nothing\n", "1: the file sets nothing"),
        ("[[endpoints]\n", "1: not valid TOML"),
        (CEREBRAS + 'colour = "red"\n', "7: unknown key 'colour'"),
        (CEREBRAS + "window = 100\nmax_output = 200\n", "1: max_output (200) must be smaller than window (100)"),
        (CEREBRAS + 'window = "big"\n', "7: endpoints.window = 'big'"),
        (CEREBRAS + "window = 0\n", "7: endpoints.window = 0"),
        (CEREBRAS + "\n" + CEREBRAS, "1: two endpoints are named 'cerebras'"),
        (
            CEREBRAS + "\n[[endpoints]]\nname = 'b'\nkind = 'grok'\nbase_url = 'http://b'\n",
            "10: endpoints.kind = 'grok' is not one of",
        ),
        (CEREBRAS.replace("https://api.example/v1", "api.example"), "1: base_url 'api.example' is not an http"),
        (CEREBRAS.replace("https://", "https://me:secret@"), "1: base_url holds a password"),
        (CEREBRAS.replace("https://api.example/v1", "http://[::1/v1"), "1: base_url 'http://[::1/v1' is not an http"),
        (CEREBRAS.replace("https://api.example/v1", "http://a:99999"), "1: base_url 'http://a:99999' is not an http"),
        (
            CEREBRAS + "[endpoints.deadlines]\ngap = inf\n",
            "8: endpoints.deadlines.gap = inf: input should be a finite number",
        ),
        ("[endpoints]\nkey = 'sk-secret'\n", "1: endpoints are tables, each below a line [[endpoints]]"),
        ("endpoints = [3]\n", "1: endpoints are tables, each below a line [[endpoints]]"),
        ("[[endpoints]]\nname = 'a'\nkind = 'vllm'\n", "1: 'base_url' is missing"),
        ("unknown = 1\n", "1: unknown key 'unknown'"),
    ],
)
def test_a_wrong_file(tmp_path: Path, text: str, expected: str) -> None:
    check(tmp_path, text, expected)


def test_a_missing_key_variable(tmp_path: Path) -> None:
    check(tmp_path, CEREBRAS, "6: the variable KEY is not set", {})


def test_the_keyring_is_asked_for_the_key(tmp_path: Path) -> None:
    file = tmp_path / "darner.toml"
    file.write_text(CEREBRAS)
    assert load(file, {}, {"cerebras": "from the ring"}.get).endpoints[0].api_key == "from the ring"


def test_a_named_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="there is no such settings file"):
        load(tmp_path / "none.toml", {}, no_keys)


def test_an_editor_s_settings() -> None:
    options: dict[str, Any] = {"endpoints": [{"name": "a", "kind": "vllm", "base_url": "http://a/v1"}], "budget": 10}
    settings = from_mapping(options, {}, no_keys)
    assert ([each.name for each in settings.endpoints], settings.budget) == (["a"], 10)
    assert from_mapping({"budget": 7}, {}, no_keys).budget == 7
    with pytest.raises(SettingsError, match="unknown key 'keys'"):
        from_mapping({"keys": 1}, {}, no_keys)


def test_a_workspace(tmp_path: Path) -> None:
    assert load_workspace(tmp_path) == WorkspaceSettings()
    (tmp_path / ".darner.toml").write_text(
        'ignore = ["*.gen.py"]\nbudget = 9\ninstructions = "be brief"\ncheck = "make"\n'
    )
    assert load_workspace(tmp_path) == WorkspaceSettings(("*.gen.py",), 9, "be brief", "make")


@pytest.mark.parametrize("text", ["[[endpoints]]\nname = 'x'\n", "local_model = 'x'\n"])
def test_a_workspace_cannot_name_endpoints(tmp_path: Path, text: str) -> None:
    (tmp_path / ".darner.toml").write_text(text)
    with pytest.raises(SettingsError, match="cannot be set by a workspace"):
        load_workspace(tmp_path)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"KEY"', '"csk-secret"'),
        ('"KEY"', '"sksecret9"'),
        ('"KEY"', '["csk-secret"]'),
        ("api_key_env", "api_key"),
        ("https://api.", "https://me:secret@api."),
        ("https://api.", "me:secret@api."),
        ("/v1", "/v1?key=secret"),
    ],
)
def test_a_key_in_the_wrong_place_is_not_repeated(tmp_path: Path, old: str, new: str) -> None:
    file = tmp_path / "darner.toml"
    file.write_text(CEREBRAS.replace(old, new).replace('"KEY"', '"secret"' if old == "api_key_env" else '"KEY"'))
    with pytest.raises(SettingsError) as refused:
        load(file, {"KEY": "csk-1"}, no_keys)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("hedge", [False, True])
async def test_hedging_is_as_the_settings_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hedge: bool) -> None:
    made: list[bool] = []

    class Noted(Router):
        def __init__(self, endpoints: Sequence[Endpoint], *, state_dir: Path | None, hedge: bool) -> None:
            made.append(hedge)
            super().__init__(endpoints, state_dir=state_dir, hedge=hedge, warm=False)

    monkeypatch.setattr("darner_server.engine.engine.Router", Noted)
    row = {"name": "a", "kind": "vllm", "base_url": "http://127.0.0.1:9/v1"}
    settings = from_mapping({"endpoints": [row], "hedge": hedge}, {}, no_keys)
    async with Engine(settings, [tmp_path], workspace=WorkspaceSettings(), cache_dir=tmp_path, state_dir=tmp_path):
        assert made == [hedge]
