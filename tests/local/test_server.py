import asyncio
import dataclasses
import json
import os
import resource
import signal
import stat
import subprocess
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.tcp_server import serve

from darner_server.local.models import MODELS
from darner_server.local.server import Running, StartFailed, ensure_server, running, stop_server
from darner_server.local.server_state import ServerState, read_state, server_files, write_state
from darner_server.user_directories import cache_folder

pytestmark = [pytest.mark.model, pytest.mark.usefixtures("embedded_model")]

SMALL = "qwen2.5-coder-0.5b"


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(100):
        while not condition():  # noqa: ASYNC110 - another process makes it true
            await asyncio.sleep(0.02)


def proc(pid: int, what: str) -> str:
    return Path(f"/proc/{pid}/{what}").read_text(encoding="utf-8")


def alive(pid: int) -> bool:
    """Whether the process still works (one that nobody took note of does not)."""
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] != "Z"


@asynccontextmanager
async def server(state_dir: Path, name: str = "test", n_ctx: int = 512, **options: Any) -> AsyncGenerator[Running]:  # noqa: ANN401 - passed on
    found = await ensure_server(SMALL, state_dir=state_dir, cache_dir=cache_folder(), n_ctx=n_ctx, name=name, **options)
    assert isinstance(found, Running), str(found)
    try:
        yield found
    finally:
        await stop_server(state_dir, name)


async def chat(found: Running, text: str = "Say hello.", max_tokens: int = 4, **options: object) -> httpx.Response:
    async with httpx.AsyncClient(trust_env=False, timeout=60) as client:
        return await client.post(
            f"{found.base_url}/chat/completions",
            headers={"Authorization": f"Bearer {found.api_key}"},
            json={"messages": [{"role": "user", "content": text}], "max_tokens": max_tokens, **options},
        )


async def asked_by_a_web_page(found: Running) -> set[int]:
    """The answers to what a page can send without asking first: any path, a plain body, no key."""
    base = found.base_url.removesuffix("/v1")
    headers, body = {"Content-Type": "text/plain", "Origin": "https://page.example"}, '{"prompt": "a", "messages": []}'
    chats = ("chat/completions", "completions", "embeddings", "responses")
    others = ("completion", "infill", "tokenize", "slots/0?action=save", "lora-adapters", "props")
    posts = [*(f"{base}/v1/{path}" for path in chats), *(f"{base}/{path}" for path in others)]
    gets = [f"{base}/{path}" for path in ("slots", "metrics", "props", "lora-adapters")]
    async with httpx.AsyncClient(trust_env=False, timeout=60, headers=headers) as client:
        answers = [await client.post(each, content=body) for each in posts]
        return {each.status_code for each in (*answers, *[await client.get(each) for each in gets])}


async def requests_worked_on(state_dir: Path, name: str) -> int:
    files = server_files(state_dir, name)
    state = read_state(files.state)
    assert state is not None
    async with httpx.AsyncClient(trust_env=False, headers={"Authorization": f"Bearer {state.api_key}"}) as client:
        page = (await client.get(f"http://127.0.0.1:{state.port}/metrics")).text
    figures = dict(line.split(" ") for line in page.split("\n") if line.startswith("llamacpp:"))
    prompts = float(figures["llamacpp:prompt_tokens_total"])
    in_log = files.log.read_text().count("processing task")
    assert (prompts > 0) == (in_log > 0)
    return in_log


async def test_it_starts_once_answers_and_stops(tmp_path: Path) -> None:
    stages: list[str] = []
    async with server(tmp_path, stage=stages.append) as first:
        assert await running(tmp_path, "test") == first
        async with asyncio.TaskGroup() as group:
            others = [
                group.create_task(
                    ensure_server(SMALL, state_dir=tmp_path, cache_dir=cache_folder(), n_ctx=512, name="test")
                )
                for _ in range(3)
            ]
        assert [task.result() for task in others] == [first] * 3
        answer = (await chat(first)).json()
        assert answer["choices"][0]["message"]["content"].strip() != ""
        assert (first.model, first.window) == (SMALL, 512)
    assert stages == [f"starting {SMALL}"]
    assert await running(tmp_path, "test") is None
    assert alive(first.pid) is False
    assert await stop_server(tmp_path, "test") is False


async def test_only_this_user_and_this_machine_can_ask(tmp_path: Path) -> None:
    async with server(tmp_path) as found:
        assert (await chat(dataclasses.replace(found, api_key="guess"))).status_code == 401
        assert await asked_by_a_web_page(found) == {401}
        files = server_files(tmp_path, "test")
        assert stat.S_IMODE(files.state.stat().st_mode) == 0o600
        assert stat.S_IMODE(files.folder.stat().st_mode) == 0o700
        assert found.api_key not in repr(found)
        assert found.api_key not in proc(found.pid, "cmdline")
        assert found.api_key not in files.log.read_text()
        listening = proc(found.pid, "net/tcp")
        port = f"{int(found.base_url.split(':')[2].split('/')[0]):04X}"
        bound = [line.split()[1] for line in listening.split("\n")[1:] if line and line.split()[3] == "0A"]
        assert [address for address in bound if address.endswith(f":{port}")] == [f"0100007F:{port}"]


async def test_two_commands_at_once_start_one_and_a_third_finds_it(tmp_path: Path) -> None:
    program = (
        "import asyncio, sys; from pathlib import Path\n"
        "from darner_server.local.server import ensure_server\n"
        "found = asyncio.run(ensure_server(sys.argv[1], state_dir=Path(sys.argv[2]), cache_dir=Path(sys.argv[3]),"
        " n_ctx=512, name='test'))\n"
        "print(found.pid)\n"
    )

    def command() -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-X", "dev", "-c", program, SMALL, str(tmp_path), str(cache_folder())],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )

    def said(process: subprocess.Popen[bytes]) -> tuple[bytes, bytes]:
        return process.communicate()

    first, second = command(), command()
    outcomes = await asyncio.gather(*(asyncio.to_thread(said, process) for process in (first, second)))
    async with server(tmp_path) as found:
        assert [(out.strip(), "Warning" in err.decode()) for out, err in outcomes] == [
            (str(found.pid).encode(), False)
        ] * 2
        # It lives in a session of its own: Ctrl-C in the terminal of the command that started it is not for it.
        assert os.getsid(found.pid) == found.pid


async def test_a_command_killed_while_it_starts_the_server_leaves_one_for_the_next(tmp_path: Path) -> None:
    program = (
        "import asyncio, sys; from pathlib import Path\n"
        "from darner_server.local.server import ensure_server\n"
        "asyncio.run(ensure_server(sys.argv[1], state_dir=Path(sys.argv[2]), cache_dir=Path(sys.argv[3]),"
        " n_ctx=512, name='test'))\n"
    )
    files = server_files(tmp_path, "test")
    command = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", program, SMALL, str(tmp_path), str(cache_folder()))
    )
    await until(lambda: files.log.exists() and b"loading model" in files.log.read_bytes())
    command.kill()
    await command.wait()
    async with server(tmp_path):
        assert files.log.read_bytes().count(b"loading model") == 2  # llama.cpp says it twice for one server


async def test_stale_states(tmp_path: Path) -> None:
    files = server_files(tmp_path, "test")

    async def check(state: ServerState | str) -> int:
        if isinstance(state, str):
            files.state.write_text(state)
        else:
            write_state(files.state, state)
        assert await running(tmp_path, "test") is None
        async with server(tmp_path) as found:
            assert (await chat(found)).status_code == 200
            return found.pid

    async def something_else(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1000)
        writer.write(b"HTTP/1.0 200 OK\r\n\r\nhello")

    await check("not json")
    await check("{}")
    dead = ServerState(pid=2**22 + 1, port=9, model=SMALL, n_ctx=512, version="0.1.0", api_key="key")
    await check(dead)
    async with serve(something_else) as port:
        await check(dataclasses.replace(dead, pid=os.getpid(), port=port))
    await check(dataclasses.replace(dead, pid=os.getpid(), version="0.0.1"))


async def test_a_killed_server_is_started_anew(tmp_path: Path) -> None:
    async with server(tmp_path) as first:
        os.kill(first.pid, signal.SIGKILL)
        await until(lambda: not alive(first.pid))
        async with server(tmp_path) as second:
            assert second.pid != first.pid


async def test_another_version_or_window_replaces_it(tmp_path: Path) -> None:
    files = server_files(tmp_path, "test")
    async with server(tmp_path) as first:
        state = read_state(files.state)
        assert state is not None
        write_state(files.state, dataclasses.replace(state, version="0.0.1"))
        async with server(tmp_path) as second:
            assert (alive(first.pid), alive(second.pid)) == (False, True)
            async with server(tmp_path, n_ctx=1024) as third:
                assert (alive(second.pid), third.window) == (False, 1024)


async def test_it_ends_when_idle_and_not_before(tmp_path: Path) -> None:
    found = await ensure_server(
        SMALL, state_dir=tmp_path, cache_dir=cache_folder(), n_ctx=512, name="test", idle_seconds=1.0
    )
    assert isinstance(found, Running)
    answer = await chat(found, "Count.", 120, ignore_eos=True)  # which takes longer than the idle time
    assert answer.json()["usage"]["completion_tokens"] == 120
    assert alive(found.pid) is True
    await until(lambda: not alive(found.pid))
    assert read_state(server_files(tmp_path, "test").state) is None


async def test_it_ends_when_its_state_is_gone(tmp_path: Path) -> None:
    found = await ensure_server(SMALL, state_dir=tmp_path, cache_dir=cache_folder(), n_ctx=512, name="test")
    assert isinstance(found, Running)
    server_files(tmp_path, "test").state.unlink()
    await until(lambda: not alive(found.pid))


async def test_two_windows_side_by_side_and_who_was_asked(tmp_path: Path) -> None:
    async with server(tmp_path, "fast", 2048) as fast, server(tmp_path, "gpu", 16384) as gpu:
        assert (fast.window, gpu.window) == (2048, 16384)
        assert (await chat(gpu)).status_code == 200
        assert (await requests_worked_on(tmp_path, "fast"), await requests_worked_on(tmp_path, "gpu")) == (0, 1)
        refused = await chat(fast, "word " * 3000)
        assert (refused.status_code, refused.json()["error"]["type"]) == (400, "exceed_context_size_error")
        assert refused.json()["error"]["n_ctx"] == 2048


async def test_a_broken_file_is_a_reason(tmp_path: Path) -> None:
    data = b"GGUF, or rather not"
    file = tmp_path / "broken.gguf"
    file.write_bytes(data)
    broken = dataclasses.replace(MODELS[SMALL], name="broken", size=len(data), sha256=sha256(data).hexdigest())
    failed = await ensure_server(
        "broken", state_dir=tmp_path, cache_dir=tmp_path, given=file, models={"broken": broken}, name="test"
    )
    log = tmp_path / "servers" / "test.log"
    assert isinstance(failed, StartFailed)
    assert failed.reason.startswith("broken could not be started: ")
    assert failed.advice == f"If the file is broken, delete it and run `darner model pull broken`. The log: {log}"


async def test_too_little_memory_is_a_reason(tmp_path: Path) -> None:
    program = (
        "import asyncio, sys; from pathlib import Path\n"
        "from darner_server.local.server import ensure_server\n"
        "print(asyncio.run(ensure_server(sys.argv[1], state_dir=Path(sys.argv[2]), cache_dir=Path(sys.argv[3]),"
        " n_ctx=512, name='test')))\n"
    )
    command = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", program, SMALL, str(tmp_path), str(cache_folder())),
        stdout=subprocess.PIPE,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (800_000_000, 800_000_000)),
    )
    out, _ = await command.communicate()
    assert out.decode().strip() == (
        f"There is not enough memory for {SMALL}, which needs about 0.8 GB. "
        f"Close other programs, or choose the smaller model. Its log: {tmp_path / 'servers' / 'test.log'}"
    )


async def test_one_that_is_never_ready_is_ended(tmp_path: Path) -> None:
    files = server_files(tmp_path, "test")
    failed = await ensure_server(
        SMALL, state_dir=tmp_path, cache_dir=cache_folder(), n_ctx=512, name="test", start_seconds=0.2
    )
    assert failed == StartFailed(f"{SMALL} was not ready after 0 s", f"The reason may be in its log: {files.log}")
    assert json.dumps(await running(tmp_path, "test")) == "null"


async def test_without_the_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xllamacpp", None)
    assert await ensure_server(SMALL, state_dir=tmp_path, cache_dir=tmp_path) == StartFailed(
        "The embedded model needs xllamacpp, which is not installed",
        "Install it (`uv tool install 'darner[local]'` or `pip install 'darner[local]'`), or set up an endpoint.",
    )


async def test_an_unknown_model(tmp_path: Path) -> None:
    assert await ensure_server("gpt", state_dir=tmp_path, cache_dir=tmp_path) == StartFailed(
        "gpt is not a known model", "The models are: qwen2.5-coder-0.5b, qwen2.5-coder-1.5b."
    )


async def test_a_state_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert await ensure_server(SMALL, state_dir=tmp_path / "file", cache_dir=tmp_path) == StartFailed(
        f"{tmp_path / 'file' / 'servers'} cannot be created: Not a directory", "Set DARNER_STATE_DIR to another folder."
    )
