"""A public catalogue is read once a day, without a key, and what it said counts until it says something else."""

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from darner_clients.chat import ChatRequest
from darner_clients.client import Client
from darner_clients.discovery.model_limits import ModelLimits, read
from darner_clients.refusals.rate_limit_headers import Allowance
from darner_clients.routing.catalogue_memory import VALID, CatalogueMemory
from darner_clients.routing.shared_store import SharedStore
from darner_clients.routing.target import Target
from darner_clients.testing import Script, ScriptedEndpoint
from darner_clients.wire.presets import known_reasons
from darner_clients.wire.request import encode

CATALOGUE = "/public/v1/models"
LIMITS = ModelLimits(
    65_536,
    4_000,
    CATALOGUE,
    "m",
    (Allowance("tokens", "minute", 9),),
    reasons=True,
    deprecated=True,
    origin="catalogue",
)


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("later", "fresh"), [(0.0, True), (VALID - 1, True), (VALID, False), (10 * VALID, False), (-500.0, False)]
)
async def test_what_it_said_is_kept(tmp_path: Path, later: float, *, fresh: bool) -> None:
    clock, store = Clock(), SharedStore(tmp_path)
    try:
        assert await CatalogueMemory("it", store, clock).load() is None
        await CatalogueMemory("it", store, clock).save(LIMITS)
        clock.now += later
        assert await CatalogueMemory("it", store, clock).load() == (LIMITS, fresh)
        assert await CatalogueMemory("other", store, clock).load() is None
    finally:
        store.close()


@pytest.mark.parametrize(
    "kept",
    ["", "null", "[]", "{}", '{"window": "big"}', '{"window": 5, "max_output": null, "source": "", "model": "", "allowances": [1]}',
     '{"window": -5, "max_output": null, "source": "", "model": "", "allowances": [], "reasons": null, "deprecated": false}'],
)  # fmt: skip
async def test_what_cannot_be_read_is_not_known(tmp_path: Path, kept: str) -> None:
    store = SharedStore(tmp_path)
    try:
        await store.do(lambda base: base.execute("INSERT INTO lesson VALUES (?, ?, ?)", ("catalogue it", 1.0, kept)))
        assert await CatalogueMemory("it", store, Clock()).load() is None
    finally:
        store.close()


async def test_a_record_of_an_older_version_is_read(tmp_path: Path) -> None:
    kept = json.dumps({name: value for name, value in asdict(LIMITS).items() if name != "origin"})
    store = SharedStore(tmp_path)
    try:
        await store.do(lambda base: base.execute("INSERT INTO lesson VALUES (?, ?, ?)", ("catalogue it", 1.0, kept)))
        assert await CatalogueMemory("it", store, Clock()).load() == (LIMITS, True)
    finally:
        store.close()


async def asked(scripted: ScriptedEndpoint, folder: Path, clock: Clock, *, offline: bool = False) -> tuple[int, int]:
    """(the window that a new process knows, how often it read the catalogue for that)."""
    scripted.log.clear()
    store = SharedStore(folder)
    target = Target(replace(scripted.endpoint("it"), offline=offline), store, clock)
    try:
        await target.load()
        await target.warm()
        limits = await target.limits()
    finally:
        target.client.close()
        store.close()
    return limits.window, [each.path for each in scripted.log].count(CATALOGUE)


async def test_it_is_read_once_a_day(tmp_path: Path) -> None:
    clock = Clock()
    async with ScriptedEndpoint(Script(dialect="cerebras", window=65_536)) as scripted:
        assert await asked(scripted, tmp_path, clock) == (65_536, 1)
        assert await asked(scripted, tmp_path, clock) == (65_536, 0)
        clock.now += VALID
        scripted.script = replace(scripted.script, window=131_072)
        assert await asked(scripted, tmp_path, clock) == (131_072, 1)
        clock.now += VALID
        scripted.script = replace(scripted.script, limits_told=False)
        assert await asked(scripted, tmp_path, clock) == (131_072, 1)
        assert await asked(scripted, tmp_path, clock, offline=True) == (131_072, 0)


async def test_offline_it_is_not_read(tmp_path: Path) -> None:
    async with ScriptedEndpoint(Script(dialect="cerebras")) as scripted:
        assert (await asked(scripted, tmp_path, Clock(), offline=True))[1] == 0


async def test_what_it_said_before_serves_the_first_request(tmp_path: Path) -> None:
    """Off the path of a request: the limits are known before the endpoint has answered anything."""
    clock = Clock()
    async with ScriptedEndpoint(Script(dialect="cerebras", window=65_536)) as scripted:
        await asked(scripted, tmp_path, clock)
        scripted.log.clear()
        clock.now += VALID
        store = SharedStore(tmp_path)
        target = Target(scripted.endpoint("it"), store, clock)
        try:
            await target.load()
            assert (await target.limits()).window == 65_536
            assert scripted.log == []
        finally:
            target.client.close()
            store.close()


async def test_no_key_is_sent_to_a_public_catalogue() -> None:
    script = Script(dialect="cerebras", key="secret-key")
    async with ScriptedEndpoint(script) as scripted:
        endpoint = replace(
            scripted.endpoint("it", api_key="secret-key"), headers=(("x-team", "blue"),), query=(("token", "hidden"),)
        )
        async with Client(endpoint) as client:
            await client.warm()
        assert [each.path for each in scripted.log] == [CATALOGUE]
        sent = scripted.log[0].headers
        assert not {"authorization", "x-team"} & {name.lower() for name in sent}
        assert "secret" not in str(sent)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({}, (None, False)),
        ({"deprecated": True}, (None, True)),
        ({"deprecated": "no"}, (None, False)),
        ({"capabilities": {"reasoning": True}}, (True, False)),
        ({"capabilities": {"reasoning": False}}, (False, False)),
        ({"capabilities": {"reasoning": "much"}}, (None, False)),
        ({"capabilities": []}, (None, False)),
        ({"supported_parameters": ["tools", "reasoning_effort"]}, (True, False)),
        ({"supported_parameters": ["tools"]}, (False, False)),
        ({"supported_parameters": []}, (None, False)),
        ({"supported_features": ["reasoning"]}, (True, False)),
        ({"supported_features": "reasoning"}, (None, False)),
    ],
)
def test_what_a_catalogue_says_of_a_model(row: Mapping[str, Any], expected: tuple[bool | None, bool]) -> None:
    limits = read({"data": [{"id": "m", "limits": {"max_context_length": 9_000}, **row}]}, "m", CATALOGUE)
    assert limits is not None
    assert (limits.reasons, limits.deprecated) == expected


@pytest.mark.parametrize(
    ("model", "reasons", "effort"),
    [("gpt-oss-120b", None, "low"), ("qwen-3.8-27b", None, "low"), ("qwen-3.8-27b", False, None), ("new-9b", None, None), ("new-9b", True, "low")],
)  # fmt: skip
def test_how_much_a_model_is_to_reason(model: str, reasons: bool | None, effort: str | None) -> None:
    endpoint = ScriptedEndpoint(Script(dialect="cerebras")).endpoint("it", model=model)
    told = known_reasons(endpoint, model) if reasons is None else reasons
    wire = encode(endpoint, ChatRequest((("user", "x"),), 1, 5), model=model, predict=False, reasons=told)
    assert wire.sent.get("reasoning_effort") == effort
