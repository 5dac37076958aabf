"""Documents as clients tell of them: fields that are missing or null, values of tomorrow, changes nobody can read."""

from pathlib import Path
from typing import Any

import pytest
from tests.engine.scene import block
from tests.lsp.editor import Json
from tests.lsp.test_protocol import INITIALIZE, said, wire

from darner_clients.testing import Script, ScriptedEndpoint
from darner_server.lsp.text.documents import OUT_OF_STEP

URI = "untitled:1.py"
BEFORE = "a = 1\nb = 2\nc = 3\n"
Z = {"range": {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 1}}, "text": "z"}


def opened(**more: object) -> dict[str, Any]:
    return said(
        "textDocument/didOpen",
        {"textDocument": {"uri": URI, "languageId": "python", "version": 1, "text": BEFORE} | more},
    )


def changed(*changes: object, **document: object) -> dict[str, Any]:
    return said(
        "textDocument/didChange", {"textDocument": {"uri": URI, "version": 2} | document, "contentChanges": changes}
    )


def without(message: dict[str, Any], key: str) -> dict[str, Any]:
    del message["params"]["textDocument"][key]
    return message


def initialize(endpoint: ScriptedEndpoint) -> dict[str, Any]:
    row = {"name": "e", "kind": "vllm", "base_url": endpoint.url, "model": "scripted"}
    return INITIALIZE | {"params": {"capabilities": {}, "initializationOptions": {"endpoints": [row]}}}


def patch(ident: int) -> dict[str, Any]:
    return said("darner/patch", {"textDocument": {"uri": URI}, "instruction": "do it", "scope": "file"}, ident)


@pytest.mark.parametrize(
    ("messages", "first"),
    [
        ([opened(), changed({"range": None, "rangeLength": None, "text": "new\n"})], "new"),
        ([opened(), changed(Z, version=None)], "z = 1"),
        ([opened(), without(changed(Z), "version")], "z = 1"),
        ([opened(), changed(Z, version=1)], "z = 1"),
        ([opened(), changed(Z, version="2")], "z = 1"),
        ([opened(), changed(Z | {"rangeLength": -1, "tomorrow": {}})], "z = 1"),
        ([without(opened(), "version"), changed(Z)], "z = 1"),
        ([without(opened(), "languageId"), changed(Z)], "z = 1"),
        ([opened(languageId=None, version=None), changed(Z)], "z = 1"),
        ([opened(), changed(Z), changed({"text": "whole\n"})], "whole"),
        ([[opened(), changed(Z)]], "z = 1"),  # several messages in one
    ],
)
async def test_what_is_missing_or_null_costs_no_change(tmp_path: Path, messages: list[Any], first: str) -> None:
    script = Script(otherwise=block("1.py", f"{first}\n", f"# seen\n{first}\n"))
    async with ScriptedEndpoint(script) as endpoint, wire(tmp_path) as server:
        server.send(initialize(endpoint), *messages, patch(7))
        answer = await server.answer(7)
        assert answer["result"]["refused"] == [], answer
        (change,) = answer["result"]["edit"]["changes"].values()
        assert [each["newText"] for each in change] == ["# seen\n"]
        server.send(said("shutdown", None, "last"), said("exit"))
        assert (await server.end())[0] == 0


@pytest.mark.parametrize(
    "message",
    [
        changed({"range": {"start": {"line": "0"}}, "text": "x"}),
        changed({"range": [], "text": "x"}),
        changed({"range": Z["range"], "text": 3}),
        changed(Z, {"text": None}),
        changed("x"),
        said("textDocument/didChange", {"textDocument": {"uri": URI, "version": 2}, "contentChanges": None}),
        said("textDocument/didChange", {"textDocument": {"uri": URI, "version": 2}}),
        {key: value for key, value in changed(Z).items() if key != "jsonrpc"},
        changed(Z) | {"jsonrpc": 2.0},
        b'Content-Length: 55\r\n\r\n{"jsonrpc":"2.0","method":"textDocument/didChange","par',
    ],
)
async def test_after_a_change_that_cannot_be_read_nothing_is_patched(tmp_path: Path, message: Json) -> None:
    script = Script(otherwise=block("1.py", "a = 1\n", "a = 10\n"))
    async with ScriptedEndpoint(script) as endpoint, wire(tmp_path) as server:
        server.send(initialize(endpoint), opened(), message, patch(7))
        answer = await server.answer(7)
        assert answer["error"]["message"] == f"1.py: {OUT_OF_STEP}"
        server.send(changed({"text": BEFORE}), patch(8))
        assert "result" in await server.answer(8)
        server.send(said("shutdown", None, "last"), said("exit"))
        assert (await server.end())[0] == 0


async def test_a_pair_typed_in_two_halves_is_one_character(tmp_path: Path) -> None:
    script = Script(otherwise=block("1.py", "a = '😀'\n", "a = '😁'\n"))
    halves = [
        {"range": {"start": {"line": 0, "character": at}, "end": {"line": 0, "character": at}}, "text": half}
        for at, half in ((5, "\ud83d"), (6, "\ude00"))
    ]
    async with ScriptedEndpoint(script) as endpoint, wire(tmp_path) as server:
        server.send(initialize(endpoint), opened(text="a = ''\n"), changed(halves[0]), changed(halves[1]), patch(7))
        assert (await server.answer(7))["result"]["refused"] == []
        server.send(said("shutdown", None, "last"), said("exit"))
        assert (await server.end())[0] == 0
