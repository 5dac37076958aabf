"""From an empty home to an endpoint that answers: `darner init`, `login` and `logout`."""

import signal
import stat
from pathlib import Path

import pytest
from tests.cli.desk import Desk
from tests.cli.test_streamed_hunks import on_terminal
from tests.clients.raw_server import Answer, answer, raw, says

from darner_server import key_store
from darner_server.cli.setup.providers import PROVIDERS
from darner_server.endpoint_table import made
from darner_server.validation.table_rows import EndpointRow, check_endpoint

CHAT, MODELS = "POST /v1/chat/completions", "GET /v1/models"
KEY = "gsk_4e81c07a9b35d2ff"
ONE: dict[str, Answer] = {CHAT: says("OK"), MODELS: answer(200, {"data": [{"id": "m", "max_model_len": 9000}]})}
TWO: dict[str, Answer] = {CHAT: says("OK"), MODELS: answer(200, {"data": [{"id": "a"}, {"id": "b"}]})}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = Desk(tmp_path)
    desk.put({"a.py": "def one():\n    return 1\n"})
    return desk


def home(desk: Desk, name: str) -> Path:
    return desk.folder / "home/.config/darner" / name


async def test_a_server_of_ones_own(desk: Desk) -> None:
    async with raw(ONE) as server:
        ran = await desk.run("init", "lmstudio", "--base-url", f"{server.url}/v1", stdin="")
        assert (ran.code, "lmstudio  openai" in ran.out, "wrote " in ran.err) == (0, True, True), ran
        text = home(desk, "config.toml").read_text()
        assert 'model = "m"\n' in text
        assert stat.S_IMODE(home(desk, "config.toml").stat().st_mode) == 0o600
        again = await desk.run("init", "lmstudio", "--base-url", f"{server.url}/v1", stdin="")
        assert (again.code, "has an endpoint 'lmstudio' already" in again.err) == (2, True)
        more = await desk.run("init", "vllm", "--base-url", f"{server.url}/v1", stdin="")
        assert more.code == 0
        assert home(desk, "config.toml").read_text().startswith(text)


async def test_a_key_from_stdin_on_a_system_without_a_keyring(desk: Desk) -> None:
    async with raw({**ONE, MODELS: answer(200, {"data": [{"id": "m"}]})}) as server:
        ran = await desk.run("login", "groq", "--stdin", stdin=f' "Bearer {KEY}"\n')
        assert (ran.code, KEY in ran.out + ran.err) == (0, False)
        assert stat.S_IMODE(home(desk, "keys.json").stat().st_mode) == 0o600
        ran = await desk.run("init", "groq", "--base-url", f"{server.url}/v1", "--model", "m", stdin="")
        assert (ran.code, "a key is stored for 'groq'" in ran.err) == (0, True), ran
        assert KEY not in home(desk, "config.toml").read_text()
        assert {request.headers["authorization"] for request in server.log} == {f"Bearer {KEY}"}
        assert (await desk.run("logout", "groq")).code == 0
        assert KEY not in home(desk, "keys.json").read_text()
        ran = await desk.run("logout", "groq")
        assert (ran.code, "no key is stored for 'groq'" in ran.err) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "stdin", "words"),
    [
        (["init"], "", "name a provider, for example: darner init cerebras"),
        (["init", "nope"], "", "'nope' is no provider that darner knows; it knows cerebras, "),
        (["init", "azure"], "", "darner init azure needs your address: --base-url https://RESOURCE."),
        (["init", "groq", "--base-url", "ftp://x"], "", "base_url 'ftp://x' is not an http or https address"),
        (
            ["init", "ollama", "--base-url", "{url}"],
            "",
            "name a model: darner init ollama --model NAME; it serves a, b",
        ),
        (["init", "openai", "--base-url", "{url}"], "", "without a key its models cannot be listed; name one"),
        (["login", "groq"], "", "darner login needs a terminal; without one: darner login groq --stdin < FILE"),
        (["login", "groq", "--stdin"], " \n", "no key given; nothing was stored"),
        (["login", "groq", "--stdin"], "k\u00e9y-4e81c07a9b35d2", "the key contains a character that cannot be sent"),
        (["login", "nope", "--stdin"], KEY, "there is no endpoint 'nope'; no endpoint is set up"),
    ],
)
async def test_what_cannot_be_set_up_leaves_nothing(desk: Desk, arguments: list[str], stdin: str, words: str) -> None:
    async with raw(TWO) as server:
        ran = await desk.run(*(each.format(url=f"{server.url}/v1") for each in arguments), stdin=stdin)
    assert (ran.code, words in ran.err) == (2, True), ran
    assert not home(desk, "config.toml").exists()
    assert not home(desk, "keys.json").exists()


async def test_a_broken_file_is_left_as_it_is(desk: Desk) -> None:
    path = home(desk, "config.toml")
    path.parent.mkdir(parents=True)
    path.write_text("[[endpoints]\n")
    ran = await desk.run("init", "vllm", stdin="")
    assert (ran.code, "not valid TOML" in ran.err, "nothing was written" in ran.err) == (2, True, True)
    assert path.read_text() == "[[endpoints]\n"


@pytest.mark.parametrize(("arguments", "question"), [((), "Provider: "), (("groq",), "Key for groq (not shown): ")])
async def test_ctrl_c_ends_a_question_at_once(desk: Desk, arguments: tuple[str, ...], question: str) -> None:
    (desk.folder / "home").mkdir()
    terminal = await on_terminal(desk, "init", *arguments)
    await terminal.until(question)
    terminal.process.send_signal(signal.SIGINT)
    code, text = await terminal.ended()
    assert (code, "interrupted; no file is half written" in text) == (130, True), text
    assert not home(desk, "config.toml").exists()


@pytest.mark.parametrize("provider", PROVIDERS.values(), ids=list(PROVIDERS))
def test_every_provider_is_an_endpoint_that_settings_accept(
    provider: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DARNER_STATE_DIR", str(tmp_path))
    preset = next(each for each in PROVIDERS.values() if each == provider)
    row = EndpointRow(preset.name, preset.kind, preset.base_url, preset.model, api_key_env=preset.key_env or None)
    check_endpoint(row)
    endpoint = made(row, {preset.key_env: KEY}, lambda _name: None, str)
    assert (endpoint.unusable, endpoint.api_key) == ("", KEY if preset.key_env else None)


def test_keys_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also when the file is damaged, and beside other keys."""
    monkeypatch.setenv("DARNER_KEYRING", "off")
    monkeypatch.setenv("DARNER_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setattr(key_store, "config_folder", lambda: tmp_path / "config")
    assert key_store.stored_key("one") is None
    assert [key_store.store_key(name, KEY + name) for name in ("one", "two")] == ["file", "file"]
    assert (key_store.stored_key("one"), key_store.stored_key("two")) == (f"{KEY}one", f"{KEY}two")
    assert key_store.is_stored("two", tmp_path / "state")
    assert (key_store.forget_key("one"), key_store.forget_key("one")) == (True, False)
    assert (key_store.stored_key("one"), key_store.stored_key("two")) == (None, f"{KEY}two")
    key_store.key_file().write_text("{")
    assert key_store.stored_key("two") is None
    assert key_store.store_key("two", KEY) == "file"
    assert key_store.stored_key("two") == KEY
    assert sorted(path.name for path in (tmp_path / "config").iterdir()) == ["keys.json"]
