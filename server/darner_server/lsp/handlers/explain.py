"""`darner.explain`: a selection in words, shown as a message and, from then on, as a hover on the selection."""

from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from darner_clients.auto_budget import AUTO, limit_of
from darner_server.display_text import plain
from darner_server.lsp.errors import Failure
from darner_server.lsp.explanations import Explanation
from darner_server.lsp.model_request import model_stream
from darner_server.lsp.patch_params import PatchParams, read_patch_params
from darner_server.lsp.session import Session
from darner_server.lsp.text.documents import DocumentSnapshot
from darner_server.lsp.transport.json_values import as_object, integer_at, text_at

if TYPE_CHECKING:
    from darner_clients.chat import ChatRequest
    from darner_clients.endpoint import Endpoint
    from darner_server.engine import Engine

_OUTPUT = 512  # tokens
_REMEMBERED = 16
_INSTRUCTION = (
    "Explain the selected code: what it does, how, and what is not obvious about it. "
    "A few short sentences for somebody who reads code well. Answer with the explanation only."
)


def explain(session: Session, arguments: list[Any]) -> Coroutine[Any, Any, dict[str, str]]:
    """Explain the range of a document; the answer is {markdown}."""
    params = read_patch_params({"instruction": _INSTRUCTION, **as_object(arguments[0] if arguments else None)})
    document = session.documents.get(params.uri)
    session.require_trust()
    if document is None or params.first is None or params.last is None:
        raise Failure("darner.explain needs an open document and a range of it")
    return _explain(session, params, document.snapshot())


async def _explain(session: Session, params: PatchParams, snapshot: DocumentSnapshot) -> dict[str, str]:
    await session.wait_for_settings()
    session.require_trust()
    async with session.engines.use() as engine:
        text, selected = await _ask(session, engine, params, snapshot)
    session.explanations = [
        Explanation(snapshot.uri, selected, text),
        *(each for each in session.explanations if each.code != selected),
    ][:_REMEMBERED]
    session.show_message(text, types.MessageType.Info)
    return {"markdown": plain(text)}


async def _ask(session: Session, engine: "Engine", params: PatchParams, snapshot: DocumentSnapshot) -> tuple[str, str]:
    from darner_clients.chat import Text
    from darner_server.engine.engine import QUESTION_SCAN_WAIT

    await engine.indexed(patience=QUESTION_SCAN_WAIT)
    path = session.folders.path_of(snapshot.uri, snapshot.language)
    origin = session.folders.origin(path)
    if (reason := await engine.index.run_in_thread(lambda: engine.withheld(path, origin))) is not None:
        raise Failure(reason)
    requests = _ExplainRequests(engine, params, snapshot, path)
    text = ""
    async with model_stream(session, engine, requests, output=_OUTPUT) as stream:
        async for item in stream:
            if isinstance(item, Text):
                text += item.text
    return requests.masks.restore(text.strip()), requests.selected


class _ExplainRequests:
    def __init__(self, engine: "Engine", params: PatchParams, snapshot: DocumentSnapshot, path: str) -> None:
        assert params.first is not None  # noqa: S101 - checked by `explain`
        assert params.last is not None  # noqa: S101 - as above
        from darner_context.secrets.masks import Masks

        self.masks = Masks()
        self._engine = engine
        self._path = path
        self._text = snapshot.text
        self._lines = params.first.line + 1, params.last.line + 1
        self.selected = "".join(snapshot.lines[params.first.line : params.last.line + 1]).rstrip()
        self._requests: dict[str, ChatRequest] = {}

    def of(self, endpoint: "Endpoint") -> "ChatRequest":
        """The request to an endpoint."""
        from darner_clients.chat import ChatRequest
        from darner_context.index import ContextRequest, Focus
        from darner_context.prompt import assemble
        from darner_context.text.tokenizer import tokenizer

        if endpoint.name not in self._requests:
            budget = self._engine.settings.budget
            limit = limit_of(budget, endpoint)
            focus = Focus(self._path, *self._lines)
            request = ContextRequest(
                _INSTRUCTION, focus, limit, texts={self._path: self._text}, selective=budget == AUTO
            )
            counter = tokenizer(endpoint.tokenizer)
            self.masks.learn(self._path, self._text)
            prompt = assemble(
                rules="You explain code.",
                project="",
                bundle=self._engine.context(request, endpoint.tokenizer, self.masks),
                instruction=f"The selected code is:\n\n{self.selected}\n\n{_INSTRUCTION}",
                tokenizer=counter,
                hide=self.masks.hide,
            )
            self._requests[endpoint.name] = ChatRequest(prompt.messages, prompt.tokens, _OUTPUT)
        return self._requests[endpoint.name]


def hover(session: Session, params: object) -> types.Hover | None:
    """The explanation of the lines under the pointer, while they are as they were."""
    document = session.documents.get(text_at(params, "textDocument", "uri"))
    line = integer_at(params, "position", "line")
    if document is None or line is None:
        return None
    for each in session.explanations:
        if each.uri != document.uri:
            continue
        start = document.text.find(each.code)
        if start < 0:
            continue
        table = document.snapshot().table(session.mapper)
        first, last = table.point(start), table.point(start + len(each.code))
        if first.line <= line <= last.line:
            place = types.Range(types.Position(*first), types.Position(*last))
            return types.Hover(types.MarkupContent(types.MarkupKind.PlainText, plain(each.text)), place)
    return None
