"""`textDocument/inlineCompletion`: the text for the cursor, from memory where it is being typed already.

There is no waiting for a pause in typing: a new request ends the one before, and the quota decides whether to ask.
"""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from darner_server.document_origin import Origin
from darner_server.lsp.edits.workspace_edit import range_json
from darner_server.lsp.model_request import NoAnswer, model_stream
from darner_server.lsp.next_edits.change_edit import edit_of
from darner_server.lsp.session import Session
from darner_server.lsp.suggestions.shape import Cursor, suggest
from darner_server.lsp.text.documents import DocumentSnapshot, OpenDocument
from darner_server.lsp.text.positions import LineTable, Point, split_lines
from darner_server.lsp.transport.json_values import integer_at, point_at, text_at

if TYPE_CHECKING:
    from darner_clients.chat import FillRequest
    from darner_clients.endpoint import Endpoint
    from darner_clients.wire.response_stream import Item
    from darner_context.secrets.masks import Masks
    from darner_server.engine import Engine

_INVOKED = types.InlineCompletionTriggerKind.Invoked.value
_BLOCK_TOKENS, _LINE_TOKENS = 256, 64


@dataclass(frozen=True, slots=True)
class _Reach:
    """How much of the surroundings an endpoint is shown: characters before and after, tokens from elsewhere."""

    before: int
    after: int
    elsewhere: int


@dataclass(frozen=True, slots=True)
class _Place:
    """What a suggestion replaces, and the text that it begins with."""

    start: Point
    end: Point
    prefix: str


_FAST = _Reach(8_000, 2_000, 1_024)
_CPU = _Reach(1_200, 400, 0)  # prefills about a hundred tokens a second


def inline_completion(
    session: Session, params: object
) -> dict[str, Any] | Coroutine[Any, Any, dict[str, Any] | None] | None:
    """Answer from memory at once, or ask a model in the background."""
    document = session.documents.get(text_at(params, "textDocument", "uri"))
    place = point_at(params, "position")
    session.suggestions.turns.supersede()
    if document is None or document.out_of_step or place is None:
        return None
    if not _wanted(session):
        return None
    snapshot = document.snapshot()
    table = snapshot.table(session.mapper)
    offset, text = table.offset(Point(*place)), snapshot.text
    begin, prefix = _selected(params, table, text, offset) or _word(text, offset)
    cursor = Cursor(text[:begin] + prefix, text[offset:])
    there = _Place(table.point(begin), table.point(offset), prefix)
    known = session.suggestions.remembered(cursor) or _next_edit(session, document, there.end)
    if known is not None:
        return _answer(there, known)
    invoked = integer_at(params, "context", "triggerKind") == _INVOKED
    return _complete(session, snapshot, cursor, there, invoked=invoked)


def _selected(params: object, table: LineTable, text: str, offset: int) -> tuple[int, str] | None:
    """Where the entry that is selected in the editor's list begins, and its text: the suggestion must go on from it."""
    info = ("context", "selectedCompletionInfo")
    prefix, start = text_at(params, *info, "text"), point_at(params, *info, "range", "start")
    if not prefix or start is None or start > (point_at(params, "position") or start):
        return None
    begin = table.offset(Point(*start))
    return (begin, prefix) if begin <= offset and not {"\n", "\r"} & set(text[begin:offset]) else None


def _word(text: str, offset: int) -> tuple[int, str]:
    """Where the word before the cursor begins, and its text: an item with it fits when one more character is typed."""
    begin = offset
    while begin and (text[begin - 1].isalnum() or text[begin - 1] == "_"):
        begin -= 1
    return begin, text[begin:offset]


def _next_edit(session: Session, document: OpenDocument, cursor: Point) -> str | None:
    """What the shown next edit adds at the cursor, if it only adds there."""
    for change in session.rewrites.shown(document, session.recorder.begun):
        edit = edit_of(change, "", "", 0.0)
        line = document.lines[cursor.line] if cursor.line < len(document.lines) else ""
        place = cursor.line + 1, session.mapper.index(line, cursor.character)
        if edit.text and edit.start == edit.end == place:
            return edit.text
    return None


def _wanted(session: Session) -> bool:
    return not session.untrusted and session.options.get("completion") is not False


async def _complete(
    session: Session, snapshot: DocumentSnapshot, cursor: Cursor, there: _Place, *, invoked: bool
) -> dict[str, Any] | None:
    path = session.folders.path_of(snapshot.uri, snapshot.language)
    with session.suggestions.turns.current() as turn:
        try:
            await session.wait_for_settings()
            if not _wanted(session):
                return None
            async with session.engines.use() as engine:
                origin = session.folders.origin(path)
                withheld = await engine.index.run_in_thread(lambda: _withheld(engine, path, origin, snapshot.text))
                text = "" if withheld else await _ask(session, engine, path, cursor, there.end, invoked=invoked)
        except asyncio.CancelledError:
            if turn.superseded():
                return None  # the cursor has moved on
            raise
    if withheld and invoked:
        session.show_message_once(f"no suggestion: {withheld}", types.MessageType.Warning)
    if not text:
        return None
    text = text.replace("\n", cursor.ending)
    session.suggestions.remember(cursor, text)
    return _answer(there, text)


def _withheld(engine: "Engine", path: str, origin: Origin | None, text: str) -> str | None:
    from darner_context.secrets.scanner import holds_key

    if holds_key(text):
        return f"{path} holds a private key, so nothing of it is sent"
    return engine.withheld(path, origin)


async def _ask(session: Session, engine: "Engine", path: str, cursor: Cursor, at: Point, *, invoked: bool) -> str:
    requests = _CompletionRequests(session, engine, path, cursor, at, invoked=invoked)
    output = _BLOCK_TOKENS if cursor.opens_block else _LINE_TOKENS
    try:
        async with model_stream(session, engine, requests, output=output, interactive=invoked) as stream:
            return await _suggestion(cursor, stream, requests.masks)
    except NoAnswer as failure:
        if failure.kind == "setup" or (failure.kind == "endpoint" and invoked):
            session.show_message_once(failure.message)
        elif invoked:
            session.show_message(f"no suggestion: {failure.message}", types.MessageType.Warning)
        elif failure.kind == "endpoint":
            session.log(f"no suggestion: {failure.message}", types.MessageType.Warning)
    return ""


async def _suggestion(cursor: Cursor, stream: "AsyncIterator[Item]", masks: "Masks") -> str:
    """Read until there is a whole suggestion. Half of the placeholder of a secret may be the rest of a reply so far."""
    from darner_clients.chat import Finish, Text

    reply = ""
    async for item in stream:
        if isinstance(item, Text):
            reply += item.text
            if masks.altered(reply) is None and (found := suggest(cursor, masks.restore(reply))).complete:
                return found.text
        elif isinstance(item, Finish) and masks.altered(reply) is None:
            return suggest(cursor, masks.restore(reply), ended=True, cut_off=item.ending != "complete").text
    return ""


class _CompletionRequests:
    """The request as each endpoint would get it."""

    def __init__(
        self, session: Session, engine: "Engine", path: str, cursor: Cursor, at: Point, *, invoked: bool
    ) -> None:
        from darner_context.secrets.masks import Masks

        self.masks = Masks()
        self._engine = engine
        self._cursor = cursor
        self._line = at.line + 1
        self._path = path
        self._text = cursor.before + cursor.after
        self._recent = session.recent()
        self._invoked = invoked
        self._requests: dict[str, FillRequest] = {}

    def of(self, endpoint: "Endpoint") -> "FillRequest":
        """The request to an endpoint."""
        from darner_clients.chat import FillRequest
        from darner_context.text.tokenizer import tokenizer

        if endpoint.name not in self._requests:
            reach = _CPU if endpoint.kind == "llamacpp" else _FAST
            counter = tokenizer(endpoint.tokenizer)
            self.masks.learn(self._path, self._text)
            before, after = _shown(self._path, self.masks.hide(self._text), len(self._cursor.before))
            prefix = self._elsewhere(endpoint, reach) + before[max(0, len(before) - reach.before) :]
            suffix = after[: reach.after]
            self._requests[endpoint.name] = FillRequest(
                prefix=prefix,
                suffix=suffix,
                prompt_tokens=counter.count(prefix) + counter.count(suffix) + 64,
                max_output=_BLOCK_TOKENS if self._cursor.opens_block else _LINE_TOKENS,
                interactive=self._invoked,
            )
        return self._requests[endpoint.name]

    def _elsewhere(self, endpoint: "Endpoint", reach: _Reach) -> str:
        from darner_context.index import ContextRequest, Focus
        from darner_context.languages.comment_signs import one_line_comment

        if not reach.elsewhere or self._engine.index.state().indexing:
            return ""
        request = ContextRequest(
            instruction="",
            focus=Focus(self._path, self._line, self._line),
            budget=reach.elsewhere,
            recent=self._recent,
            texts={self._path: self._text},
        )
        bundle = self._engine.context(request, endpoint.tokenizer, self.masks)
        return "".join(
            f"{one_line_comment(self._path, self._text, snippet.path)}\n{snippet.text.rstrip()}\n\n"
            for snippet in bundle.snippets
        )


def _shown(path: str, text: str, place: int) -> tuple[str, str]:
    """The text before and after a place, without the lines that are pictures and other outputs of a notebook."""
    from darner_context.syntax.notebook import unshown_lines

    unshown = unshown_lines(path, text)
    if not unshown:
        return text[:place], text[place:]
    before, after, at = list[str](), list[str](), 0
    for number, line in enumerate(split_lines(text), start=1):
        if number not in unshown:
            before.append(line[: max(0, place - at)])
            after.append(line[max(0, place - at) :])
        at += len(line)
    return "".join(before), "".join(after)


def _answer(there: _Place, text: str) -> dict[str, Any]:
    whole = there.prefix + text
    return {"items": [{"insertText": whole, "filterText": whole, "range": range_json(there.start, there.end)}]}
