"""One task from context to patch: draft, go on where a stream broke off, repair what was refused, sum up."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import fields

from darner_clients.endpoint import Endpoint
from darner_clients.errors import EndpointError
from darner_clients.messages import ChatRequest, Finish, Text, Usage
from darner_clients.router import Route, Router, Unroutable
from darner_server.engine.events import (
    ContextReady,
    Decoding,
    Done,
    EditReady,
    EditRefused,
    Failed,
    PatchEvent,
    Repairing,
    Routed,
)
from darner_server.engine.hunks import Hunks
from darner_server.engine.prompts import Prompts
from darner_server.engine.region import NoRegion, Region
from darner_server.engine.task import Task
from darner_server.patch import Edit, Parser, Refused, repair_text, unified_diff

MOST_DRAFTS = 4  # continuations of a reply that was cut off at its output limit
MOST_REPAIRS = 2
REPAIR_SHARE = 2.0  # a repair may take this many times what the draft took ...
REPAIR_LEAST = 5.0  # ... or this many seconds, whichever is more
PROGRESS_EVERY = 0.1  # seconds between two Decoding events

Emit = Callable[[PatchEvent], None]


class Run:
    """One task's life. `emit` gets every event; the last one is Done or Failed."""

    def __init__(
        self, task: Task, prompts: Prompts, hunks: Hunks, router: Router, emit: Emit, clock: Callable[[], float]
    ) -> None:
        self._task = task
        self._prompts = prompts
        self._hunks = hunks
        self._router = router
        self._emit = emit
        self._clock = clock
        self._begun = clock()
        self._tried: dict[str, str] = {}
        self._refused: list[Refused] = []
        self._unchanged = False
        self._told_context: Endpoint | None = None
        self._usage = Usage()
        self._times: dict[str, float] = dict.fromkeys(("context", "connect", "queue", "first_token", "decode", "apply"), 0.0)
        self._endpoint = ""

    async def patch(self) -> None:
        """Run to the end. Endpoint failures end in a Failed event, never in an exception."""
        route = await self._draft()
        if route is None:
            return
        drafted = self._clock() - self._begun
        limit = self._clock() + max(REPAIR_LEAST, REPAIR_SHARE * drafted)
        for attempt in range(1, MOST_REPAIRS + 1):
            if not (self._refused or self._nothing_changed()) or self._clock() > limit:
                break
            async with asyncio.timeout(max(0.0, limit - self._clock()) + REPAIR_LEAST):
                await self._repair(route, attempt)
        self._finish()

    # -- drafting

    async def _draft(self) -> tuple[Route, ChatRequest, str] | None:
        """Ask endpoints until one has answered to the end. None: a Failed event has been sent."""
        grown = 1
        for _ in range(MOST_DRAFTS + len(self._router.endpoints)):
            route = await self._choose(grown)
            if route is None:
                return None
            region = self._prompts.region(route.endpoint)
            if isinstance(region, NoRegion):
                self._emit(Failed("nothing", region.reason))
                return None
            request = self._request(route, grown)
            parser = self._parser(route.endpoint, region)
            try:
                finish, reply = await self._stream(route, request, parser)
            except EndpointError as error:
                self._tried[route.endpoint.name] = str(error)
                self._prompts.go_on(self._texts_now())
                continue
            if finish.reason != "length":
                return route, request, reply
            grown *= 2
            self._prompts.go_on(self._texts_now())
        if self._hunks.ready:
            return route, request, reply
        self._emit(
            Failed("nothing", f"{self._endpoint} reached its output limit without finishing an edit; name a smaller place")
        )
        return None

    async def _choose(self, grown: int) -> Route | None:
        prompts, began = self._prompts, self._clock()
        for _ in range(3):
            chosen = await self._router.choose(
                prompts.count,
                output=lambda endpoint: self._output(endpoint, grown),
                interactive=self._task.interactive,
                without=frozenset(self._tried),
            )
            if isinstance(chosen, Route):
                self._times["context"] += self._clock() - began
                self._tell(chosen)
                return chosen
            if chosen.largest is None or not prompts.cut_to(chosen.largest[0], chosen.largest[1]):
                break
        tried = (*self._tried.items(), *(each for each in chosen.tried if each[0] not in self._tried))
        self._emit(Failed("endpoint", _unroutable(chosen, tried), tried))
        return None

    def _tell(self, route: Route) -> None:
        endpoint = route.endpoint
        self._endpoint = endpoint.name
        if self._told_context is None:
            bundle = self._prompts.bundle(endpoint)
            shown = (bundle.focus, *bundle.snippets) if bundle.focus else bundle.snippets
            self._emit(
                ContextReady(
                    tokens=bundle.tokens,
                    focus_tokens=bundle.focus_tokens,
                    snippets=tuple((s.path, s.start_line, s.end_line, s.tokens, s.reasons) for s in shown),
                    dropped=bundle.dropped,
                    left_out=tuple((each.path, each.reason) for each in bundle.left_out),
                )
            )
            self._told_context = endpoint
        failed = "; ".join(f"{name}: {why}" for name, why in self._tried.items())
        reason = f"{route.reason} (after {failed})" if failed else route.reason
        self._emit(Routed(endpoint.name, endpoint.kind, endpoint.model, reason, route.prompt_tokens, route.window))

    def _output(self, endpoint: Endpoint, grown: int) -> int:
        """Tokens to reserve for the reply: predicted from what is to be rewritten, twice as much after each overrun."""
        region = self._prompts.region(endpoint)
        bundle = self._prompts.bundle(endpoint)
        about = bundle.focus_tokens if isinstance(region, Region) or bundle.focus else bundle.tokens // 4
        return grown * self._router.output_for(about, endpoint)

    def _request(self, route: Route, grown: int) -> ChatRequest:
        prompt = self._prompts.prompt(route.endpoint)
        region = self._prompts.region(route.endpoint)
        return ChatRequest(
            messages=prompt.messages,
            prompt_tokens=route.prompt_tokens,
            max_output=min(self._output(route.endpoint, grown), max(1, route.window - route.prompt_tokens)),
            prediction=region.text if isinstance(region, Region) else None,
            interactive=self._task.interactive,
        )

    def _parser(self, endpoint: Endpoint, region: Region | NoRegion | None) -> Parser:
        if isinstance(region, Region):
            return Parser(endpoint.reply, target=region.path, region=region.text)
        return Parser(endpoint.reply, target=self._task.focus.path if self._task.focus else None)

    async def _stream(self, route: Route, request: ChatRequest, parser: Parser) -> tuple[Finish, str]:
        """Stream one reply into hunks. On an error the complete edits are kept before it is raised again."""
        begun = self._clock()
        first: float | None = None
        reply: list[str] = []
        tokens, told = 0, begun
        finish: Finish | None = None
        try:
            async with self._router.stream(route, request) as stream:
                async for item in stream:
                    if isinstance(item, Finish):
                        finish = item
                        continue
                    now = self._clock()
                    first = now if first is None else first
                    tokens += 1
                    if isinstance(item, Text):
                        reply.append(item.text)
                        self._take(parser.feed(item.text))
                    if now - told >= PROGRESS_EVERY:
                        told = now
                        self._emit(Decoding(route.endpoint.name, tokens, tokens / max(now - first, 1e-3)))
        except EndpointError:
            self._take(parser.close(cut_off=True))
            raise
        finally:
            ended = self._clock()
            self._times["first_token"] += (first or ended) - begun
            self._times["decode"] += ended - (first or ended)
        finish = finish or Finish("stop", None, None)
        self._account(finish)
        self._take(parser.close(cut_off=finish.reason == "length"))
        return finish, "".join(reply)

    def _account(self, finish: Finish) -> None:
        if finish.usage is not None:
            pairs = ((each.name, getattr(self._usage, each.name), getattr(finish.usage, each.name)) for each in fields(Usage))
            self._usage = Usage(**{name: (old or 0) + (new or 0) for name, old, new in pairs})
        if finish.timings is not None:
            self._times["connect"] += finish.timings.connect or 0.0
            self._times["queue"] += finish.timings.queue or 0.0

    def _take(self, edits: tuple[Edit, ...]) -> None:
        began = self._clock()
        for edit in edits:
            result = self._hunks.apply(edit)
            if isinstance(result, Refused):
                self._refused.append(result)
                self._emit(EditRefused(result, final=False))
            elif isinstance(result, EditReady) and (result.splices or result.kind in {"create", "delete", "move"}):
                self._emit(result)
        if edits:
            self._times["apply"] += self._clock() - began

    # -- repair

    def _nothing_changed(self) -> bool:
        return not self._refused and not self._hunks.ready

    async def _repair(self, drafted: tuple[Route, ChatRequest, str], attempt: int) -> None:
        """Ask again for what was refused only, with the true lines; what was right stays."""
        route, request, reply = drafted
        refused, self._refused = self._refused, []
        wording = "\n".join(map(repair_text, refused)) if refused else _UNCHANGED.format(instruction=self._task.instruction)
        messages = (*request.messages, ("assistant", reply), ("user", wording))
        counter = self._prompts.counter(route.endpoint)
        tokens = request.prompt_tokens + counter.count(reply) + counter.count(wording) + 16
        if tokens + request.max_output > route.window:
            self._refused = refused
            return
        self._emit(Repairing(attempt, len(refused), route.endpoint.name))
        again = ChatRequest(
            messages=messages,
            prompt_tokens=tokens,
            max_output=request.max_output,
            temperature=0.0 if refused else 0.4,
            interactive=request.interactive,
        )
        parser = self._parser(route.endpoint, self._prompts.region(route.endpoint))
        try:
            await self._stream(route, again, parser)
        except (EndpointError, TimeoutError):
            self._refused = [*refused, *self._refused]

    # -- summing up

    def _texts_now(self) -> dict[str, str]:
        return {path: text for path, text in self._hunks.changed.items() if text is not None}

    def _finish(self) -> None:
        for refused in self._refused:
            self._emit(EditRefused(refused, final=True))
        changes = self._hunks.changed
        if not changes or (self._refused and not self._task.partial):
            self._emit(Failed("nothing", _nothing(self._refused, bool(changes), self._endpoint)))
            return
        before: Mapping[str, str | None] = {path: self._hunks.before(path) for path in changes}
        began = self._clock()
        diff = unified_diff(before, changes)
        self._times["apply"] += self._clock() - began
        times = {stage: seconds * 1000 for stage, seconds in self._times.items()}
        times["total"] = (self._clock() - self._begun) * 1000
        self._emit(
            Done(diff, before, changes, tuple(self._refused), self._usage, self._endpoint, times, moves=self._hunks.moves)
        )


_UNCHANGED = (
    "Your reply changes nothing. The code must be changed so that it does this:\n{instruction}\n"
    "Answer again in the same format, with the change made."
)


def _unroutable(chosen: Unroutable, tried: tuple[tuple[str, str], ...]) -> str:
    if not tried:
        return chosen.reason
    return "no endpoint could serve this: " + "; ".join(f"{name}: {why}" for name, why in tried)


def _nothing(refused: list[Refused], some_changed: bool, endpoint: str) -> str:  # noqa: FBT001 - one caller, a few lines above
    if not refused:
        return f"the reply of {endpoint} holds no edit that changes anything; say more exactly what to change, or where"
    reasons = "; ".join(f"{each.path or 'an edit without a file'}: {each.reason}" for each in refused[:3])
    rest = f" (and {len(refused) - 3} more)" if len(refused) > 3 else ""  # noqa: PLR2004 - three are read, more are not
    kept = "; nothing was changed (--partial keeps the edits that were right)" if some_changed else ""
    return f"{len(refused)} edit{'s' if len(refused) > 1 else ''} refused: {reasons}{rest}{kept}"
