"""A model writes the next edit: the window around a likely place, rewritten, and what of it may be shown."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from darner_context.next_edits.edit import NextEdit, RecordedEdit
from darner_context.next_edits.history import LineChange
from darner_server.lsp.model_request import NoAnswer, model_stream
from darner_server.lsp.next_edits.line_changes import line_changes
from darner_server.lsp.next_edits.rewrite_filters import kept_changes
from darner_server.lsp.next_edits.rewrite_prompt import BEGIN, END, RULES, question, rewritten
from darner_server.lsp.next_edits.window import Window, window_at
from darner_server.lsp.session import Session
from darner_server.lsp.text.positions import split_lines

if TYPE_CHECKING:
    from darner_clients.chat import ChatRequest
    from darner_clients.endpoint import Endpoint
    from darner_context.secrets.masks import Masks
    from darner_server.engine import Engine

_OUTPUT = 700  # tokens
_RELATED = 1_024  # tokens of other files


async def rewrite(
    session: Session, engine: "Engine", edits: Sequence[RecordedEdit], text: str, place: NextEdit, *, asked: bool
) -> list[LineChange]:
    """What a model changes in the lines around a place; empty if nothing follows, or nothing that may be shown.

    `asked`: the user waits for it, so that a slow endpoint will do. A second request for the same place and the same
    edits gets the first one's answer, also if that was nothing.
    """
    lines = split_lines(text)
    window = window_at(place.path, lines, place.start[0])
    if BEGIN in text or END in text:
        return []
    key = (window, tuple((each.path, each.before, each.after) for each in edits))
    if key not in session.rewrites:
        reply = await _reply(session, engine, _Requests(engine, edits, window, text, place.reason), asked=asked)
        if reply is None:
            return []  # no answer is not the answer that nothing follows
        session.rewrites.put(key, reply)
    new = rewritten(session.rewrites.get(key))
    if new is None:
        return []
    changes = kept_changes(_changes(window, lines, new), lines, edits, place.path)
    if not changes or not await engine.index.run_in_thread(lambda: _sound(place.path, lines, changes)):
        return []
    return changes


def _changes(window: Window, lines: Sequence[str], new: str) -> list[LineChange]:
    """What a rewrite changes; its lines end as those of the document do."""
    old = lines[window.first - 1 : window.last]
    ending = "\r\n" if old and old[0].endswith("\r\n") else "\n"
    after = split_lines(new.replace("\n", ending))
    if old and after and not old[-1].endswith(("\n", "\r")):
        after[-1] = after[-1].rstrip("\r\n")
    changes = [part for each in line_changes(list(old), after) for part in _line_by_line(each)]
    return [LineChange(each.first + window.first - 1, each.before, each.after) for each in changes]


def _line_by_line(change: LineChange) -> list[LineChange]:
    """As many lines as before are changes of their own, which the user takes one after the other."""
    if len(change.before) != len(change.after):
        return [change]
    pairs = enumerate(zip(change.before, change.after, strict=True), start=change.first)
    return [LineChange(line, (before,), (after,)) for line, (before, after) in pairs if before != after]


def _sound(path: str, lines: Sequence[str], changes: Sequence[LineChange]) -> bool:
    """Whether the changes add no syntax errors."""
    from darner_server.engine.syntax_gate import syntax_gate  # imported once the client has been answered

    after = list(lines)
    for each in reversed(changes):
        after[each.first - 1 : each.first - 1 + len(each.before)] = each.after
    return syntax_gate(path, "".join(lines), "".join(after)) is None


async def _reply(session: Session, engine: "Engine", requests: "_Requests", *, asked: bool) -> str | None:
    from darner_clients.chat import Finish, Text
    from darner_context.secrets.scanner import holds_key

    slow = not engine.settings.endpoints or all(each.kind == "llamacpp" for each in engine.settings.endpoints)
    if session.untrusted or holds_key(requests.text) or (slow and not asked):
        return None
    reply = ""
    try:
        async with model_stream(session, engine, requests, output=_OUTPUT, interactive=asked) as stream:
            async for item in stream:
                if isinstance(item, Text):
                    reply += item.text
                elif isinstance(item, Finish) and item.ending != "complete":
                    return None
    except NoAnswer as failure:
        if failure.kind != "route":
            session.log_once([f"no next edit: {failure.message}"])
        return None
    return requests.masks.restore(reply) if requests.masks.altered(reply) is None else None


class _Requests:
    """The request as each endpoint would get it."""

    masks: "Masks"

    def __init__(self, engine: "Engine", edits: Sequence[RecordedEdit], window: Window, text: str, reason: str) -> None:
        from darner_context.secrets.masks import Masks

        self.masks = Masks()
        self.text = text
        self._engine, self._edits, self._window, self._reason = engine, edits, window, reason
        self._requests: dict[str, ChatRequest] = {}

    def of(self, endpoint: "Endpoint") -> "ChatRequest":
        """The request to an endpoint."""
        from darner_clients.chat import ChatRequest
        from darner_context.text.tokenizer import tokenizer

        if endpoint.name not in self._requests:
            path = self._window.path
            self.masks.learn(path, self.text)
            for each in self._edits:
                self.masks.learn(each.path, "".join((*each.before, *each.after)))
            asked = self.masks.hide(question(self._edits, self._window, self._related(endpoint), self._reason))
            counter = tokenizer(endpoint.tokenizer)
            self._requests[endpoint.name] = ChatRequest(
                messages=(("system", RULES), ("user", asked)),
                prompt_tokens=counter.count(RULES) + counter.count(asked) + 32,
                max_output=_OUTPUT,
                prediction=f"{BEGIN}\n{self.masks.hide(self._window.text)}{END}",
                cache_key="next-edits",
                interactive=False,
            )
        return self._requests[endpoint.name]

    def _related(self, endpoint: "Endpoint") -> str:
        from darner_context.index import ContextRequest, Focus

        window = self._window
        request = ContextRequest(
            instruction="",
            focus=Focus(window.path, window.first, window.last),
            budget=_RELATED,
            texts={window.path: self.text},
        )
        bundle = self._engine.context(request, endpoint.tokenizer, self.masks)
        return "".join(f"From {each.path}:\n{each.text.rstrip()}\n\n" for each in bundle.snippets)
