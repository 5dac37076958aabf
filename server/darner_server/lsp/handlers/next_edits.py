"""`darner/nextEdits`: where the user's next edit may be, from what was typed last; and the command that pauses it."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from darner_server.lsp.edits.buffers import Buffers, snapshot_buffers
from darner_server.lsp.errors import INVALID_PARAMS, Failure
from darner_server.lsp.handlers.rewrite import rewrite
from darner_server.lsp.next_edits.change_edit import edit_of
from darner_server.lsp.next_edits.next_edit_json import NextEditJson, applied
from darner_server.lsp.next_edits.pending_rewrite import PendingRewrite
from darner_server.lsp.session import Session
from darner_server.lsp.text.documents import OpenDocument, TextChange
from darner_server.lsp.text.positions import split_lines
from darner_server.lsp.text.workspace_folders import Folders
from darner_server.lsp.transport.json_values import at, integer_at, text_at

if TYPE_CHECKING:
    from collections.abc import Sequence

    from darner_context.next_edits.edit import NextEdits, RecordedEdit
    from darner_context.next_edits.history import LineChange
    from darner_server.engine import Engine

_LIMIT, _MOST = 50, 500  # edits of an answer where the client names no limit, and at most
_LIKELY = 0.42  # a place from here on is worth a request: on the development data more than half of these are right
_SNOOZE = 10.0  # minutes
_LONGEST = 24 * 60.0


@dataclass(frozen=True, slots=True)
class Moment:
    """What a prediction is made from, as it was when the request came; `path` is the requested document's."""

    path: str
    edits: "tuple[RecordedEdit, ...]"
    buffers: Buffers
    folders: Folders
    documents: dict[str, tuple[OpenDocument, int]]  # by path, with the revision of each

    def current(self, session: Session, path: str) -> bool:
        """Whether a file is still as it was."""
        if path not in self.documents:
            return session.documents.get(self.folders.uri_of(path) or "") is None  # or it has been opened since
        document, revision = self.documents[path]
        return session.documents.get(document.uri) is document and document.revision == revision


@dataclass(frozen=True, slots=True)
class Wish:
    """Whether a `model` may be requested, whether the user `asked` for it, whether only the `own` document counts."""

    model: bool
    asked: bool
    own: bool = False


def next_edits(session: Session, params: object) -> dict[str, Any] | Coroutine[Any, Any, dict[str, Any]]:
    """Predict from the edits and the documents as they are now; never null, and no error where there is nothing."""
    moment = moment_of(session, params)
    if moment is None:
        return {"edits": []}
    limit, model = integer_at(params, "limit"), at(params, "model")
    wish = Wish(model=model is not False, asked=model is True)
    return _answer(session, moment, _LIMIT if limit is None else max(0, min(limit, _MOST)), wish)


def moment_of(session: Session, params: object) -> Moment | None:
    """What there is to predict from for the document of a request; None: nothing. Ends the request before."""
    session.next_edit_turns.supersede()
    document = session.documents.get(text_at(params, "textDocument", "uri"))
    version = integer_at(params, "textDocument", "version")
    if document is None or document.out_of_step or session.snooze.lasts(asyncio.get_running_loop().time()):
        return None
    if version is not None and version != document.version:
        return None  # the client speaks of a text that darner does not have
    edits = session.recorder.edits(lambda each: _path(session, each))
    if not edits:
        return None
    open_now = [each for each in session.documents if not each.out_of_step]
    documents = {_path(session, each): (each, each.revision) for each in open_now}
    buffers = snapshot_buffers(session.documents, session.folders, "")
    return Moment(_path(session, document), edits, buffers, session.folders.snapshot(), documents)


def snooze(session: Session, arguments: list[Any]) -> None:
    """Show no next edits for `[{"minutes": n}]`, 10 by default; 0 shows them again."""
    minutes = at(arguments[0] if arguments else None, "minutes")
    if minutes is None:
        minutes = _SNOOZE
    if not isinstance(minutes, int | float) or isinstance(minutes, bool) or not 0 <= minutes <= _LONGEST:
        raise Failure('darner.snoozeNextEdits takes {"minutes": n}, n from 0 to 1440', INVALID_PARAMS)
    session.snooze.begin(asyncio.get_running_loop().time(), minutes)


def _path(session: Session, document: OpenDocument) -> str:
    return session.folders.path_of(document.uri, document.language)


async def _answer(session: Session, moment: Moment, limit: int, wish: Wish) -> dict[str, Any]:
    found = await predicted(session, moment, limit, wish)
    return {"edits": NextEditJson(moment.folders, session.mapper, moment.buffers).edits(found)}


async def predicted(session: Session, moment: Moment, limit: int, wish: Wish) -> "NextEdits":
    """The next edits whose documents are still as they were; what the client makes of them is no edit of the user's."""
    from darner_context.next_edits.edit import NextEdits  # imported once the client has been answered

    with session.next_edit_turns.current() as turn:
        try:
            await session.wait_for_settings()
            async with session.engines.use() as engine:
                found, usable = await _predict(session, engine, moment, limit)
                if wish.model and engine.settings.next_edits == "on" and limit:
                    found = await _written(session, engine, replace(moment, edits=usable), found, wish)
        except asyncio.CancelledError:
            if turn.superseded():
                return NextEdits((), {})
            raise
        except Failure:
            return NextEdits((), {})  # the settings cannot be used: the user has been shown why
    kept = tuple(each for each in found.edits if moment.current(session, each.path))
    for path in {each.path for each in kept if each.text is not None} & moment.documents.keys():
        text = applied(found.texts[path], [each for each in kept if each.path == path])
        session.recorder.offered(moment.documents[path][0].uri, text, accepted=True)
    return replace(found, edits=kept)


async def _written(session: Session, engine: "Engine", moment: Moment, found: "NextEdits", wish: Wish) -> "NextEdits":
    """With the text that a model wrote for the best place, now or before, where no text is known without one."""
    if any(each.text is not None and each.path == moment.path for each in found.edits) or not moment.edits:
        return found
    shown = session.rewrites.shown(moment.documents[moment.path][0], session.recorder.begun)
    if shown and moment.current(session, moment.path):
        text = moment.buffers.texts[moment.path]
        return _with_changes(found, shown, moment.path, text, ("continues your change", _LIKELY))
    fit = (each for each in found.edits if each.text is None and (each.sure or each.confidence >= _LIKELY))
    place = next((each for each in fit if not wish.own or each.path == moment.path), None)
    if place is None:
        return found
    text, document = found.texts[place.path], moment.documents.get(place.path)
    typed: list[TextChange | None] = []
    if document is not None and not moment.current(session, place.path):
        return found
    if document is not None:
        document[0].watchers.append(typed.append)
    begun = session.recorder.begun
    try:
        changes = await rewrite(session, engine, moment.edits, text, place, asked=wish.asked)
    finally:
        if document is not None:
            document[0].watchers.remove(typed.append)
    pending = PendingRewrite(place.path, split_lines(text), changes) if changes else None
    if pending is not None:
        for each in typed:
            pending.follow(each)
    session.rewrites.show(pending, document[0] if document is not None else None, begun)
    return _with_changes(found, changes, place.path, text, (place.reason, place.confidence)) if changes else found


def _with_changes(
    found: "NextEdits", changes: "Sequence[LineChange]", path: str, text: str, why: tuple[str, float]
) -> "NextEdits":
    """The edits of a rewrite first, in the place of the places that they are at; `why` is a reason and a confidence."""
    edits = [edit_of(each, path, *why) for each in changes]
    lines = {line for each in edits for line in range(each.start[0], each.end[0] + 1)}
    others = [each for each in found.edits if each.path != path or each.start[0] not in lines]
    return replace(found, edits=(*edits, *others), texts={**found.texts, path: text})


async def _predict(
    session: Session, engine: "Engine", moment: Moment, limit: int
) -> "tuple[NextEdits, tuple[RecordedEdit, ...]]":
    """
    Places from the index, and the edits that may be used.

    There are none before it knows the whole workspace, for a name that it lacks may be another's.
    """
    from darner_context.next_edits.edit import NextEdits  # imported once the client has been answered

    tier = engine.settings.next_edits
    if tier == "off":
        return NextEdits((), {}), ()
    await engine.indexed()  # a client that types on gets its answer at once
    origins = moment.buffers.origins

    def predict() -> "tuple[NextEdits, tuple[RecordedEdit, ...], set[str]]":
        hidden = {path for path in {each.path for each in moment.edits} if engine.withheld(path, origins.get(path))}
        usable = tuple(each for each in moment.edits if each.path not in hidden)
        if moment.edits[-1].path in hidden:
            return NextEdits((), {}), (), hidden
        found = engine.index.next_edits(usable, moment.buffers.texts, limit)
        chosen = [each for each in found.edits if each.sure or tier == "on"]
        paths = {each.path for each in chosen if each.path in origins}
        barred = {path for path in paths if engine.withheld(path, origins[path])}
        return replace(found, edits=tuple(each for each in chosen if each.path not in barred)), usable, hidden

    found, usable, hidden = await engine.index.run_in_thread(predict)
    for path in hidden & moment.documents.keys():
        session.recorder.exclude(moment.documents[path][0].uri)
    return found, usable
