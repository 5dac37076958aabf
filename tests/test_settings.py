import json
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from darner_clients.endpoint import Deadlines, Endpoint
from darner_clients.routing.router import Router
from darner_server.engine import Engine
from darner_server.key_store import remember
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
from darner_server.validation.pydantic_tables import EndpointTable

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
                key_source="the variable KEY",
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
        ("[endpoints]\nkey = 'sk-secret'\n", "1: write each endpoint as a table below a line [[endpoints]]"),
        ("endpoints = [3]\n", "1: write each endpoint as a table below a line [[endpoints]]"),
        ("[[endpoints]]\nname = 'a'\nkind = 'vllm'\n", "1: 'base_url' is missing"),
        ("unknown = 1\n", "1: unknown key 'unknown'"),
    ],
)
def test_a_wrong_file(tmp_path: Path, text: str, expected: str) -> None:
    check(tmp_path, text, expected)


GPU = """
[[endpoints]]
name = "gpu"
kind = "openai"
base_url = "http://gpu:8000/v1"
"""


def made(tmp_path: Path, text: str, environ: dict[str, str]) -> Endpoint:
    """The first endpoint of such a file."""
    file = tmp_path / "darner.toml"
    file.write_text(text, encoding="utf-8")
    return load(file, environ, no_keys).endpoints[0]


def check_unusable(tmp_path: Path, text: str, environ: dict[str, str], *expected: str) -> None:
    """The first endpoint cannot be used, with a sentence that holds all these; the second one can."""
    file = tmp_path / "darner.toml"
    file.write_text(text + GPU, encoding="utf-8")
    first, second = load(file, environ, no_keys).endpoints
    assert first.api_key is None or first.headers or first.query
    assert first.unusable.startswith(f"{file}:")
    assert [each for each in expected if each not in first.unusable] == [], first.unusable
    assert second.unusable == ""


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        (
            {},
            "6: the variable KEY is not set and the keyring has no key for 'cerebras'; export it, or run: darner login",
        ),
        ({"KEY": ""}, "6: the variable KEY is not set"),
        ({"KEY": " \n"}, "6: the variable KEY is empty"),
        ({"KEY": '""'}, "6: the variable KEY is empty"),
        ({"KEY": "Bearer "}, "6: the variable KEY is empty"),
        ({"KEY": "csk-one\ncsk-two"}, "6: the key of 'cerebras' in the variable KEY contains a line break"),
        ({"KEY": "csk\u2011one"}, "(the 4th is not ASCII); copy it again"),
        ({"KEY": "cs\tk"}, "contains a control character (the 3rd)"),
        ({"KEY": "cs\x1b[31mk"}, "contains a control character (the 3rd)"),
        ({"KEY": "<schlüssel>"}, "(the 6th is not ASCII)"),
    ],
)
def test_a_key_that_is_missing_or_cannot_be_sent_stops_its_own_endpoint_only(
    tmp_path: Path, environ: dict[str, str], expected: str
) -> None:
    check_unusable(tmp_path, CEREBRAS, environ, expected)


@pytest.mark.parametrize(
    "given",
    [
        "csk-1\n",
        "csk-1\r\n",
        "\ufeffcsk-1",
        "\tcsk-1 ",
        '"csk-1"',
        "'csk-1'\n",
        "\u201ccsk-1\u201d",
        "`csk-1`",
        "Bearer csk-1",
        '"bearer  csk-1"',
        "Authorization: Bearer csk-1",
        "api-key: csk-1",
        "csk-1\u200b",
        "\u00a0csk-1\u00a0",
    ],
)
def test_a_key_loses_what_was_copied_with_it(tmp_path: Path, given: str) -> None:
    endpoint = made(tmp_path, CEREBRAS, {"KEY": given})
    assert (endpoint.api_key, endpoint.unusable, endpoint.key_source) == ("csk-1", "", "the variable KEY")


GATEWAY = """
[[endpoints]]
name = "azure"
kind = "openai"
base_url = "https://x.example/openai/deployments/gpt?api-version=2024-06-01"
model = "gpt-4o"
api_key_env = "KEY"
"""


@pytest.mark.parametrize(
    ("lines", "fields"),
    [
        ("", {"query": (("api-version", "2024-06-01"),)}),
        ('api_key_header = "api-key"', {"api_key_header": "api-key"}),
        ('api_key_header = "authorization"', {"api_key_header": ""}),
        ('headers = { x-team = "blue", x-n = 3, x-on = true }',
         {"headers": (("x-team", "blue"), ("x-n", "3"), ("x-on", "true"))}),
        ('headers = { x-key = "$OTHER" }', {"headers": (("x-key", "v1"),), "secrets": ("v1", "v1")}),
        ('headers = { Cookie = "a=${OTHER}; b=1" }',
         {"headers": (("Cookie", "a=v1; b=1"),), "secrets": ("v1", "a=v1; b=1")}),
        ('headers = { x-a = "US$5 {x}" }', {"headers": (("x-a", "US$5 {x}"),), "secrets": ()}),
        ('query = { key = "$OTHER" }',
         {"query": (("api-version", "2024-06-01"), ("key", "v1")), "secrets": ("v1", "v1")}),
        ("[endpoints.query]\napi-version = '2'\ndebug = 1",
         {"query": (("api-version", "2024-06-01"), ("api-version", "2"), ("debug", "1"))}),
        ("extra = { temperature = 1, provider = { order = ['a'] } }",
         {"extra": {"temperature": 1, "provider": {"order": ["a"]}}}),
        ("[endpoints.extra]\nreasoning_effort = 'low'", {"extra": {"reasoning_effort": "low"}}),
    ],
)  # fmt: skip  # a row each
def test_what_gateways_want(tmp_path: Path, lines: str, fields: dict[str, object]) -> None:
    endpoint = made(tmp_path, GATEWAY + lines + "\n", {"KEY": "k", "OTHER": "v1"})
    assert endpoint.base_url == "https://x.example/openai/deployments/gpt"
    assert {name: getattr(endpoint, name) for name in fields} == fields
    assert "v1" not in repr(endpoint).replace("v1.example", "")


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ('headers = { x-key = "$NONE" }', "headers of 'azure' names the variable NONE, which is not set; export it"),
        ('query = { key = "${NONE}" }', "query of 'azure' names the variable NONE, which is not set; export it"),
        ('headers = { x-key = "$BAD" }', "the header x-key of 'azure' contains a line break"),
    ],
)
def test_a_variable_of_a_header_stops_its_own_endpoint_only(tmp_path: Path, lines: str, expected: str) -> None:
    check_unusable(tmp_path, GATEWAY + lines, {"KEY": "k", "BAD": "a\nb"}, expected)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('kind = "openai"', 'kind = "ollama"', 'kind is "cerebras", "vllm", "llamacpp" (llama-server), or "openai" for any'),
        ('kind = "openai"', 'kind = "lmstudio"', '"openai" for any other server that speaks OpenAI'),
        ('kind = "openai"', 'kind = "azure"', '"openai" for any other server that speaks OpenAI'),
        ('kind = "openai"', 'kind = "OpenAI"', 'write kind = "openai"'),
        ('kind = "openai"', 'kind = "llama.cpp"', 'write kind = "llamacpp"'),
        ('kind = "openai"', 'kind = "llama-server"', 'write kind = "llamacpp"'),
        ('kind = "openai"', 'kind = "vLLM"', 'write kind = "vllm"'),
        ('kind = "openai"', "", "'kind' is missing; every [[endpoints]] table needs name, kind, base_url; kind is"),
        ('kind = "openai"', "kind = 3", "endpoints.kind = 3 is not one of"),
        ("api_key_env", "api_key", "unknown key 'api_key'; put the key into an environment variable and set api_key_env to its name"),
        ("api_key_env", "apiKey", "unknown key 'apiKey'; put the key into an environment variable"),
        ("base_url", "api_base", "unknown key 'api_base'; write base_url"),
        ("model =", "max_tokens = 5\nmodel =", "unknown key 'max_tokens'; write max_output"),
        ("model =", "num_ctx = 5\nmodel =", "unknown key 'num_ctx'; write window"),
        ("model =", "temperature = 1\nmodel =", "as in  extra = { temperature = ... }"),
        ("model =", "timeout = 1\nmodel =", "write  deadlines = { connect = 5"),
        ("model =", "api_version = '1'\nmodel =", 'write  query = { api-version = "..." }'),
        ("model =", "extra_headers = {}\nmodel =", "write headers"),
        ("model =", "headers = 'x: y'\nmodel =", 'endpoints.headers must be a table, as in  headers = { name = "value" }'),
        ("model =", "headers = { 'x y' = 'z' }\nmodel =", "headers.x y: a header name may contain only letters"),
        ("model =", "headers = { Host = 'z' }\nmodel =", "headers.Host: this header is set by darner itself"),
        ("model =", 'headers = { x = "a\\nb" }\nmodel =', "headers.x: its value contains a line break"),
        ("model =", 'headers = { x = "ä" }\nmodel =', "headers.x: its value contains a character"),
        ("model =", "api_key_header = 'a b'\nmodel =", "api_key_header: a header name may contain only letters"),
        ("model =", "extra = { max_tokens = 5 }\nmodel =", "darner sets itself; set max_output instead"),
        ("model =", "extra = { messages = [] }\nmodel =", "extra cannot hold messages, which darner sets itself"),
        ("deployments/gpt", "v1/chat/completions", 'ends in /chat/completions, which darner adds itself; write "https://x.example/openai/v1"'),
        ("deployments/gpt", "v1/messages", 'ends in /messages, which darner adds itself; write "https://x.example/openai/v1"'),
        ("deployments/gpt", "v1/models/", 'write "https://x.example/openai/v1"'),
        ("https://x.", "https:// x.", "base_url of 'azure' contains a space; remove it"),
        ("?api-version", "#api-version", "base_url of 'azure' holds a '#'; end it before that"),
        ("?api-version", "?api-key", 'write query = { api-key = "$VARIABLE" }'),
        ("https://x.example/openai/deployments/gpt?api-version=2024-06-01", "sk-proj-1234567890abcdef",
         "base_url is not an http or https address"),
        ('"gpt-4o"', '"sk-proj-1234567890abcdef"', "model looks like a key"),
        ('"azure"', '"gsk_1234567890abcdef"', "name looks like a key"),
    ],
)  # fmt: skip  # a row each
def test_a_mistake_is_told_with_its_remedy(tmp_path: Path, old: str, new: str, expected: str) -> None:
    file = tmp_path / "darner.toml"
    assert old in GATEWAY
    file.write_text(GATEWAY.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(SettingsError) as refused:
        load(file, {"KEY": "k"}, no_keys)
    assert expected in str(refused.value)
    assert "1234567890abcdef" not in str(refused.value)


@pytest.mark.parametrize(
    "field", ["kind", "reply", "window", "budget", "name", "base_url", "model", "tokenizer", "hedge"]
)
@pytest.mark.parametrize("key", ["sk-team-Fast/4e81c07a9b35d2", "gsk_AbCdEf0123456789AbCd", "a1b2c3d4e5f60718293a4b5c"])
def test_a_key_anywhere_in_the_settings_is_not_printed(tmp_path: Path, field: str, key: str) -> None:
    file = tmp_path / "darner.toml"
    rows = dict.fromkeys(("name", "kind", "base_url"), "") | {
        "name": '"a"', "kind": '"openai"', "base_url": '"http://a/v1"', field: f'"{key}"'
    }  # fmt: skip
    file.write_text("[[endpoints]]\n" + "".join(f"{name} = {value}\n" for name, value in rows.items()))
    if field in {"name", "model", "tokenizer"} and not key.startswith(("sk-", "gsk_")):
        load(file, {}, no_keys)  # there may be a model of such a name
        return
    with pytest.raises(SettingsError) as refused:
        load(file, {}, no_keys)
    assert key not in str(refused.value)


@pytest.mark.parametrize(
    "model",
    ["skywork-13b-chat-20240101", "gpt4turbo20240409deployment", "hfmodel", "Qwen/Qwen3-Coder-480B-A35B-Instruct-FP8",
     "accounts/fireworks/models/qwen3-coder-480b", "keye-vl-8b-preview-1234", "ft:gpt-4o-mini-2024-07-18:acme::9AbCdEfG"],
)  # fmt: skip  # as they come
def test_names_of_models_are_not_taken_for_keys(tmp_path: Path, model: str) -> None:
    assert made(tmp_path, GATEWAY.replace("gpt-4o", model), {"KEY": "k"}).model == model


def test_the_keyring_is_asked_for_the_key(tmp_path: Path) -> None:
    file = tmp_path / "darner.toml"
    file.write_text(CEREBRAS)
    assert load(file, {}, {"cerebras": "from the ring"}.get).endpoints[0].api_key == "from the ring"


@pytest.mark.parametrize(
    ("url", "more", "stored", "key"),
    [
        ("http://127.0.0.1:8000/v1", "", "", None),
        ("http://localhost/v1", "", "", None),
        ("http://[::1]:80/v1", "", "b", None),
        ("http://127.8.9.1/v1", "", "", None),
        ("http://localhost/v1", "", "b a", "ring"),
        ("http://localhost/v1", 'api_key_env = "KEY"', "", "ring"),
        ("http://localhost.example/v1", "", "", "ring"),
        ("http://gpu.internal:8000/v1", "", "", "ring"),
        ("https://10.0.0.1/v1", "", "", "ring"),
    ],
)
def test_a_keyring_is_opened_sparingly(  # noqa: PLR0917 - a row of the table
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str, more: str, stored: str, key: str | None
) -> None:
    monkeypatch.setenv("DARNER_STATE_DIR", str(tmp_path / "state"))
    for name in stored.split():
        remember(name, tmp_path / "state")
    file = tmp_path / "darner.toml"
    file.write_text(f'[[endpoints]]\nname = "a"\nkind = "vllm"\nbase_url = "{url}"\n{more}\n')
    keys = {"a": "ring"}.get
    assert load(file, {}, keys, sparing=True).endpoints[0].api_key == key
    assert load(file, {}, keys).endpoints[0].api_key == "ring"


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


def test_a_budget_of_none(tmp_path: Path) -> None:
    (tmp_path / ".darner.toml").write_text("budget = 0\n")
    assert load_workspace(tmp_path) == WorkspaceSettings(budget=0)
    assert from_mapping({"budget": 0}, {}, no_keys).budget == 0


def test_a_budget_that_darner_decides(tmp_path: Path) -> None:
    assert load(None, {"DARNER_GPU_BASE_URL": "http://gpu/v1"}, no_keys).budget == "auto"
    assert from_mapping({"budget": "auto"}, {}, no_keys).budget == "auto"
    (tmp_path / ".darner.toml").write_text('budget = "auto"\n')
    assert load_workspace(tmp_path) == WorkspaceSettings(budget="auto")
    file = tmp_path / "darner.toml"
    file.write_text('[[endpoints]]\nname = "a"\nkind = "vllm"\nbase_url = "http://a/v1"\nbudget = "auto"\n')
    assert [each.budget for each in load(file, {}, no_keys).endpoints] == [None]


@pytest.mark.parametrize("value", ["-1", '"x"', "true", "1.5", "[1]", '"8192"', "100000001", "{}"])
def test_what_is_no_budget(tmp_path: Path, value: str) -> None:
    file = tmp_path / "darner.toml"
    endpoint = '[[endpoints]]\nname = "a"\nkind = "vllm"\nbase_url = "http://a/v1"\n'
    for text, row in ((f"budget = {value}\n{endpoint}", 1), (f"{endpoint}budget = {value}\n", 5)):
        file.write_text(text)
        with pytest.raises(SettingsError, match=rf'toml:{row}: budget must be "auto" or a number of tokens'):
            load(file, {}, no_keys)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a" + ".a" * 90_000 + " = 1", "a key has more than thirty parts"),
        ("[a" + ' . "a"' * 30_000 + "]", "a key has more than thirty parts"),
        ("a = {b" + ".'a'" * 40_000 + " = 1}", "a key has more than thirty parts"),
        ("ignore = " + "[" * 100_000, "its tables or lists are nested too deep"),
        ("ignore = " + "{a = " * 30_000, "its tables or lists are nested too deep"),
        ("budget = " + "1" * 5_000, "not valid TOML"),
        ("budget = " + "1" * 400, "budget"),
        ("ignore = [" + "[" * 50 + "]" * 50 + "]", "ignore"),
        ("a.b.c.d.e = 1", "unknown key 'a'"),
        ("x" * 190_000, "not valid TOML"),
        ('"' * 190_000, "not valid TOML"),
        ('check = """' + "a." * 20 + '"""\nextra = 1', "unknown key 'extra'"),
        ("#" * 200_001, "it is too large; a workspace's settings may have at most 200,000 bytes"),
        ("instructions = '\0'", "not valid TOML"),
    ],
    ids=range(14),
)
def test_odd_settings_of_a_workspace_are_refused_at_once(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / ".darner.toml").write_text(text)
    with pytest.raises(SettingsError) as raised:
        load_workspace(tmp_path)
    assert said in str(raised.value)
    assert len(str(raised.value)) < 600


def test_odd_files_in_the_place_of_settings(tmp_path: Path) -> None:
    path = tmp_path / ".darner.toml"
    for target in ("/dev/zero", "/dev/tty", "nowhere", ".darner.toml", "/"):
        path.symlink_to(target)
        assert load_workspace(tmp_path) == WorkspaceSettings()
        path.unlink()
    os.mkfifo(path)
    assert load_workspace(tmp_path) == WorkspaceSettings()
    path.unlink()
    with path.open("wb") as file:
        file.truncate(20_000_000_000)
    with pytest.raises(SettingsError, match="it is too large"):
        load_workspace(tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "[[endpoints]]\nname = 'x'\n",
        "local_model = 'x'\n",
        "check_seconds = 9\n",
        "next_edits = 'on'\n",
        "drafts = 3\n",
    ],
)
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
    try:
        said = "".join(each.unusable for each in load(file, {"KEY": "csk-1"}, no_keys).endpoints)
    except SettingsError as refused:
        said = str(refused)
    assert said.startswith(f"{file}:")
    assert "secret" not in said


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
    async with Engine(settings, [tmp_path], workspaces=[WorkspaceSettings()], cache_dir=tmp_path, state_dir=tmp_path):
        assert made == [hedge]


def test_vs_code_knows_every_field_of_an_endpoint() -> None:
    manifest = json.loads((Path(__file__).parents[1] / "vscode-extension/package.json").read_text(encoding="utf-8"))
    fields = manifest["contributes"]["configuration"]["properties"]["darner.endpoints"]["items"]["properties"]
    assert set(fields) == set(EndpointTable.model_fields)
    base_url = re.compile(fields["base_url"]["pattern"])
    for address, fits in (
        ("https://x.example/openai/deployments/gpt?api-version=2024-06-01", True),
        ("http://127.0.0.1:8000/v1", True),
        ("https://name:secret@x.example/v1", False),
        ("https://x.example/v1#part", False),
        ("x.example/v1", False),
    ):
        assert (base_url.search(address) is not None) == fits, address


def owned_by(found: str, folder: Path, file: Path) -> None:
    """Leave it to others to decide what the settings are."""
    away = folder.parent / "away"
    if found == "link":
        away.mkdir(mode=0o777)
        away.chmod(0o777)
        file.rename(away / "mine.toml")
        file.symlink_to(away / "mine.toml")
    elif found == "owner":
        if not os.geteuid():
            os.chown(file, 4241, -1)
    else:
        (file if found == "file" else folder).chmod(
            {"file": 0o666, "folder": 0o777, "sticky": 0o1777, "group": 0o775}[found]
        )


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ("file", "anybody on this machine can write to"),
        ("folder", "anybody on this machine can write to"),
        ("link", "anybody on this machine can write to"),
        ("owner", "belongs to another user"),
        ("sticky", None),
        ("group", None),
    ],
)
def test_settings_that_others_decide_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, found: str, said: str | None
) -> None:
    folder = tmp_path / "config/darner"
    folder.mkdir(parents=True)
    file = folder / "config.toml"
    file.write_text(CEREBRAS)
    owned_by(found, folder, file)
    if found == "owner":
        monkeypatch.setattr(os, "geteuid", lambda: 4242)
    if said is None:
        assert load(None, {"KEY": "csk-1"}, no_keys).endpoints
        return
    with pytest.raises(SettingsError) as refused:
        load(None, {"KEY": "csk-1"}, no_keys)
    assert said in str(refused.value)
    assert "--config" in str(refused.value)
    assert load(file, {"KEY": "csk-1"}, no_keys).endpoints  # the user has named it
    assert load(None, {"KEY": "csk-1", "DARNER_CONFIG": str(file)}, no_keys).endpoints
