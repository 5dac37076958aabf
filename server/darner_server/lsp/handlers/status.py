"""What darner would send, what it uses and how it is: `explainContext`, `status` and `restartIndex`."""

import json
from collections.abc import Coroutine
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from darner_clients.auto_budget import AUTO, LONGEST, is_budget, limit_of
from darner_server.display_text import plain_words
from darner_server.lsp.edits.buffers import Buffers, sendable, snapshot_buffers
from darner_server.lsp.patch_params import read_patch_params
from darner_server.lsp.session import Session
from darner_server.lsp.transport.json_values import as_object, at

if TYPE_CHECKING:
    from darner_server.engine import Engine

_TOKENIZER = "o200k_base"


def explain_context(session: Session, arguments: list[Any]) -> Coroutine[Any, Any, dict[str, Any]]:
    """The context of a request as it would be sent now; the parameters are those of `darner.patch`."""
    given = as_object(arguments[0] if arguments else None)
    params = read_patch_params({"instruction": "explain", **given})
    return _explain(
        session,
        given,
        params.first.line if params.first else None,
        snapshot_buffers(session.documents, session.folders, params.uri),
    )


async def _explain(session: Session, given: dict[str, Any], line: int | None, buffers: Buffers) -> dict[str, Any]:
    from darner_server.engine.engine import QUESTION_SCAN_WAIT  # imported once the client has been answered

    async with session.engines.use() as engine:
        await engine.indexed(patience=QUESTION_SCAN_WAIT)
        return await _context(session, engine, given, line, await sendable(buffers, engine))


async def _context(
    session: Session, engine: "Engine", given: dict[str, Any], line: int | None, buffers: Buffers
) -> dict[str, Any]:
    from darner_context.index import ContextRequest, Focus  # imported once the client has been answered
    from darner_server.context_json import snippet_json, summary_json

    last = at(given, "range", "end", "line")
    first_line = None if line is None else line + 1
    last_line = last + 1 if first_line is not None and isinstance(last, int) else None
    focus = Focus(buffers.focus, first_line, last_line) if buffers.focus else None
    budget = given.get("budget")
    budget = budget if is_budget(budget) else engine.settings.budget
    endpoints = engine.settings.endpoints
    request = ContextRequest(
        instruction=str(given.get("instruction", "")),
        focus=focus,
        budget=limit_of(budget, endpoints[0] if endpoints and budget == AUTO else None),
        selective=budget == AUTO,
        focus_limit=(endpoints[0].window if endpoints else None) or LONGEST,
        recent=session.recent(),
        texts=buffers.texts,
    )
    counter = endpoints[0].tokenizer if endpoints else _TOKENIZER
    bundle = await engine.index.run_in_thread(lambda: engine.context(request, counter))
    shown = (bundle.focus, *bundle.snippets) if bundle.focus else bundle.snippets
    return {
        **summary_json(bundle),
        "snippets": [
            snippet_json(each) | {"uri": session.folders.uri_of(each.path), "score": each.score} for each in shown
        ],
    }


async def status(session: Session, arguments: list[Any]) -> dict[str, Any]:
    """Endpoints, quota, latency and the index; `[{"probe": true}]` asks every endpoint now."""
    async with session.engines.use() as engine:
        endpoints = await engine.status(probe=at(arguments[0] if arguments else None, "probe") is True)
        state = engine.index.state()
    return {
        "endpoints": [_plain(each) for each in endpoints],
        "settings": engine.settings.source,
        "local_model": None if engine.settings.endpoints else engine.settings.local_model,
        "index": _plain(state),
        "patches": len(session.in_flight),
        "documents": len(session.documents),
    }


async def restart_index(session: Session, _arguments: list[Any]) -> None:
    """Parse every file of the workspace again."""
    async with session.engines.use() as engine:
        await engine.index.rebuild()


def _plain(value: Any) -> Any:  # noqa: ANN401 - any dataclass
    """JSON of a dataclass; neither of those shown here has a key in it."""
    return plain_words(json.loads(json.dumps(asdict(value), default=str)))
