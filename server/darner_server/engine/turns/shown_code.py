"""What a model is shown of the workspace in one task: the context first, then the code that it requests."""

from collections.abc import Callable, Mapping, Sequence

from darner_clients.endpoint import Endpoint
from darner_context.index import CodeRequest, RequestedCode
from darner_context.prompt import code_block
from darner_server.engine.events import ContextReady, PatchEvent
from darner_server.engine.patch_state import Hunks
from darner_server.engine.prompt.prompts import Prompts
from darner_server.engine.reply_stream import Reply, shortened
from darner_server.engine.turns.next_turn import room_after
from darner_server.patch import Refusal, Refused, malformed

MOST_TURNS = 2  # in which a model may request code before it answers


class ShownCode:
    """Keeps which files the model has seen, and reports what it is shown."""

    def __init__(self, prompts: Prompts, hunks: Hunks, emit: Callable[[PatchEvent], None]) -> None:
        self._prompts = prompts
        self._hunks = hunks
        self._emit = emit
        self._last: ContextReady | None = None

    def begin(self, endpoint: Endpoint) -> None:
        """An endpoint gets its prompt; the first context of a task is reported."""
        bundle = self._prompts.bundle(endpoint)
        shown = (bundle.focus, *bundle.snippets) if bundle.focus else bundle.snippets
        self._hunks.shown = (
            frozenset((*(each.path for each in shown), *self._hunks.changed)) if bundle.file_map else None
        )
        if self._last is None:
            self._report(
                ContextReady(
                    tokens=bundle.tokens,
                    focus_tokens=bundle.focus_tokens,
                    snippets=tuple((s.path, s.start_line, s.end_line, s.tokens, s.reasons) for s in shown),
                    dropped=bundle.dropped,
                    left_out=tuple((each.path, each.reason) for each in bundle.left_out),
                    withheld=tuple(map(str, self._prompts.withheld(endpoint))),
                    file_map=self._prompts.masks.hide(bundle.file_map),
                )
            )

    def takes_requests(self, endpoint: Endpoint) -> bool:
        """Whether the endpoint's prompt has a map by which code may be requested."""
        return bool(self._prompts.bundle(endpoint).file_map)

    async def answer(self, reply: Reply, texts: Mapping[str, str], *, last: bool) -> str:
        """The words that answer a reply with requests; `texts` are the files as its edits left them."""
        words = [await self.add(reply, reply.requests, texts)]
        words.append(_GOES_ON if self._hunks.ready else "")
        words.append(_BEHIND if reply.edits_behind else "")
        words.append(_NO_MORE if last else _ONCE_MORE)
        return "\n\n".join(filter(None, words))

    async def add(self, reply: Reply, wanted: Sequence[CodeRequest], texts: Mapping[str, str]) -> str:
        """Show code in the room that a reply leaves; returns it in words, with the reasons for what is not shown."""
        room = room_after(reply, self._prompts)
        if room <= 0:
            return _NO_ROOM
        found = await self._prompts.requested(reply.route.endpoint, wanted, texts, room)
        if self._hunks.shown is not None:
            self._hunks.shown |= {each.path for each in found.snippets}
        self._report_more(wanted, found)
        parts = [f"{_SHOWN}\n\n" + "".join(map(code_block, found.snippets)).rstrip("\n")] if found.snippets else []
        if found.unmet:
            unmet = (f"- {shortened(str(each))}: {shortened(reason)}" for each, reason in found.unmet)
            parts.append("\n".join((_NOT_SHOWN, *unmet)))
        return self._prompts.masks.hide("\n\n".join(parts))

    def _report_more(self, wanted: Sequence[CodeRequest], found: RequestedCode) -> None:
        last = self._last
        if last is None:
            return
        unmet = dict(found.unmet)
        hide = self._prompts.masks.hide
        more = tuple((s.path, s.start_line, s.end_line, s.tokens, s.reasons) for s in found.snippets)
        self._report(
            ContextReady(
                tokens=last.tokens + sum(each.tokens for each in found.snippets),
                focus_tokens=last.focus_tokens,
                snippets=(*last.snippets, *more),
                dropped=last.dropped,
                left_out=last.left_out,
                withheld=tuple(dict.fromkeys((*last.withheld, *map(str, found.withheld)))),
                requested=tuple((hide(str(each)), hide(unmet.get(each, ""))) for each in wanted),
                file_map=last.file_map,
            )
        )

    def _report(self, event: ContextReady) -> None:
        self._last = event
        self._emit(event)


def unanswered(requests: Sequence[CodeRequest]) -> Refused:
    """What is missing of a reply that requests code once too often."""
    wanted = shortened(", ".join(map(str, requests[:_FEW])))
    reason = f"the model requested more code ({wanted}) instead of the rest of its answer; name the file or the lines"
    return Refused(malformed(None, "not-shown", reason), None, Refusal("not-shown", reason))


_FEW = 3
_SHOWN = "The code that you requested:"
_NOT_SHOWN = "Not shown:"
_NO_ROOM = "There is no room to show more code."
_GOES_ON = "The edits before your NEED lines are kept; do not repeat them."
_BEHIND = "What followed your NEED lines was not read."
_ONCE_MORE = "Now answer with the edits. Only if they are not possible yet, request code once more."
_NO_MORE = "Now answer with the edits; no more code can be shown."
