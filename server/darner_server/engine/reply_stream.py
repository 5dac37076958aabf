"""One reply, from the endpoint's stream to hunks, with what it cost."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

from darner_clients.chat import ChatRequest, Finish, Text, Usage
from darner_clients.errors import Declined, EndpointError, Interrupted
from darner_clients.routing.dispatch import WaitNotice
from darner_clients.routing.router import Route, Router
from darner_context.index import CodeRequest
from darner_server.engine.events import Decoding, EditRefused, FirstToken, PatchEvent, Stage, Warned
from darner_server.engine.patch_state import Hunks
from darner_server.engine.prompt.rewrite_range import Region
from darner_server.patch import Edit, Parser, Refused, is_only_reasoning

CUT_SHORT = 0.5  # of the tokens that were sent: an endpoint that counts fewer has not read all of them ...
CUT_SHORT_LEAST = 200  # ... give or take some
PROGRESS_EVERY = 0.1  # seconds between two Decoding events

StageName = Literal["context", "connect", "queue", "first_token", "decode", "apply"]
STAGES: tuple[StageName, ...] = get_args(StageName)

Emit = Callable[[PatchEvent], None]


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply that came to its end. `cut`: it reached its output limit, and only its complete edits count."""

    route: Route
    request: ChatRequest
    region: Region | None
    text: str
    cut: bool
    requests: tuple[CodeRequest, ...] = ()  # code that the model wants to see before it answers, or goes on
    edits_behind: int = 0  # edits that came after such a request and do not count


class StageTimes:
    """The seconds that a task has spent in each stage. A moment is in one stage, so they sum to the whole time.

    It began at `begun`; `connect` seconds of what has passed since then went into opening the endpoints.
    """

    def __init__(self, clock: Callable[[], float], *, begun: float, connect: float) -> None:
        self._clock = clock
        self._begun = begun
        self._stage: StageName = "context"
        self._since = begun
        self._seconds = dict.fromkeys(STAGES, 0.0)
        self.enter("context")
        self._move(connect, "context", "connect")

    def enter(self, stage: StageName) -> StageName:
        """The time from now on is this stage's; returns the stage before."""
        now = self._clock()
        self._seconds[self._stage] += now - self._since
        before, self._stage, self._since = self._stage, stage, now
        return before

    def split_first_token(self, *, connect: float, queue: float) -> None:
        """Parts of the wait for the first token, in seconds, become stages of their own."""
        self._move(connect, "first_token", "connect")
        self._move(queue, "first_token", "queue")

    def milliseconds(self) -> dict[str, float]:
        """Up to now, by stage, and the "total"."""
        self.enter(self._stage)
        times: dict[str, float] = {stage: 1000 * seconds for stage, seconds in self._seconds.items()}
        times["total"] = 1000 * (self._since - self._begun)
        return times

    def _move(self, seconds: float, source: StageName, target: StageName) -> None:
        moved = min(seconds, self._seconds[source])
        self._seconds[source] -= moved
        self._seconds[target] += moved


class Streaming:
    """Streams the replies of one task into its hunks; keeps the rejected edits and the tokens."""

    def __init__(self, router: Router, hunks: Hunks, emit: Emit, clock: Callable[[], float], times: StageTimes) -> None:
        self._router = router
        self._hunks = hunks
        self._emit = emit
        self._clock = clock
        self._times = times
        self.refused: list[Refused] = []
        self.edits = 0  # that were recognised as such, also if they were rejected
        self.usage = Usage()

    async def stream(self, route: Route, request: ChatRequest, parser: Parser, region: Region | None) -> Reply:
        """Stream one reply into hunks. Raises EndpointError, after the complete edits have been taken.

        A reply that ends for any other reason than that the model was done, or reached a limit, counts as cut off. One
        that goes on after its requests for code is left.
        """
        self._times.enter("first_token")
        first: float | None = None
        told = self._clock()
        text: list[str] = []
        tokens = 0
        finish = Finish("stop")
        try:
            async with self._router.stream(route, request, on_wait=self.report_wait) as stream:
                async for item in stream:
                    if isinstance(item, Finish):
                        finish = item
                        continue
                    now = self._clock()
                    if first is None:
                        first = now
                        self._times.enter("decode")
                        self._emit(FirstToken(route.endpoint.name))
                    tokens += 1
                    if isinstance(item, Text):
                        text.append(item.text)
                        self._take(parser.feed(item.text), region)
                        if parser.requests is not None and (
                            parser.requests.are_endless or parser.requests.edits_behind
                        ):
                            break
                    if now - told >= PROGRESS_EVERY:
                        told = now
                        self._emit(Decoding(route.endpoint.name, tokens, tokens / max(now - first, 1e-3)))
        except EndpointError:
            self._take(parser.close(cut_off=True), region)
            raise
        finally:
            self._times.enter("apply")
        self._account(finish, request)
        said = "".join(text)
        unsaid = finish.ending != "limit" and is_only_reasoning(said)
        self._take(parser.close(cut_off=unsaid or finish.ending != "complete"), region)
        if unsaid:
            thought = tokens > len(text) or bool(said.strip())
            raise Declined(finish.endpoint or route.endpoint.name, _unsaid(finish, thought=thought))
        if finish.ending == "other":
            raise Interrupted(finish.endpoint or route.endpoint.name, _early(finish), started=True)
        wanted = parser.requests.found if parser.requests is not None else ()
        return Reply(
            route, request, region, said,
            cut=finish.ending == "limit",
            requests=tuple(CodeRequest(path, name) for path, name in wanted),
            edits_behind=parser.requests.edits_behind if parser.requests is not None else 0,
        )  # fmt: skip

    def report_wait(self, wait: WaitNotice) -> None:
        """Show what the request waits for."""
        self._emit(Stage("wait", wait.message, reason=wait.reason))

    def _account(self, finish: Finish, request: ChatRequest) -> None:
        if finish.usage is not None:
            self._see_whole(finish.endpoint, finish.usage, request.prompt_tokens)
            self.usage += finish.usage
        if finish.timings is not None:
            self._times.split_first_token(connect=finish.timings.connect or 0.0, queue=finish.timings.queue or 0.0)

    def _see_whole(self, endpoint: str, usage: Usage, sent: int) -> None:
        """Some servers cut a prompt that is too long for them without a word; their count reveals it."""
        read = usage.prompt_tokens + usage.cached_tokens
        if 0 < read < sent * CUT_SHORT - CUT_SHORT_LEAST:
            told = f"{endpoint} counted {read} tokens of a prompt of about {sent}: it may have cut the prompt silently"
            self._emit(Warned(f"{told}; set window to the context size of the running server"))

    def _take(self, edits: tuple[Edit, ...], region: Region | None) -> None:
        if not edits:
            return
        stage = self._times.enter("apply")
        self.edits += sum(edit.problem is None or bool(edit.format) or edit.problem.kind == "late" for edit in edits)
        for edit in edits:
            result = self._hunks.apply(edit, region)
            if isinstance(result, Refused):
                self.refused.append(result)
                self._emit(EditRefused(result, final=False))
            elif result.splices or result.kind in {"create", "delete", "move"}:
                self._emit(result)
        self._times.enter(stage)


def shortened(words: str, most: int = 200) -> str:
    """A model's or an endpoint's words on one line."""
    words = " ".join(words.split())
    return words if len(words) <= most else f"{words[: most - 1]}…"


def _early(finish: Finish) -> str:
    if finish.refusal:
        return f"the model declined to complete its reply: {shortened(finish.refusal)}"
    if finish.tool_call:
        return f"the model called a tool ({shortened(finish.tool_call)}) instead of completing its reply"
    return f"the reply ended early, with the reason '{shortened(finish.reason)}'"


def _unsaid(finish: Finish, *, thought: bool) -> str:
    if finish.refusal:
        return f"the model declined: {shortened(finish.refusal)}"
    if finish.tool_call:
        return f"the model called a tool ({shortened(finish.tool_call)}) instead of answering; none was offered"
    ended = "" if finish.ending == "complete" else f", and ended with the reason '{shortened(finish.reason)}'"
    return f"the model reasoned but did not answer{ended}" if thought else f"the reply was empty{ended}"
