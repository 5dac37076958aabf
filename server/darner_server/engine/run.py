"""One task from context to patch: draft, continue an interrupted stream, repair rejected edits, sum up."""

import asyncio
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import blake2s

from darner_clients.chat import ChatRequest
from darner_clients.endpoint import Endpoint
from darner_clients.errors import EndpointError, Interrupted, Overflow
from darner_clients.routing.dispatch import WaitNotice
from darner_clients.routing.router import PATIENCE, Route, Router, Unroutable
from darner_context.index import CodeRequest
from darner_server.engine.events import Done, EditRefused, Failed, Repairing, Routed
from darner_server.engine.failed_endpoints import EndpointFailures
from darner_server.engine.patch_state import Hunks
from darner_server.engine.prompt.prompts import Prompts
from darner_server.engine.prompt.rewrite_range import NoRegion, Region
from darner_server.engine.reply_stream import Emit, Reply, StageTimes, Streaming, shortened
from darner_server.engine.task import Task
from darner_server.engine.turns.next_turn import next_turn
from darner_server.engine.turns.shown_code import MOST_TURNS, ShownCode, unanswered
from darner_server.patch import CodeRequests, Parser, Refused, repair_text, unified_diff

MOST_DRAFTS = 4  # replies of one endpoint that reach its limit before the edits are complete
MOST_CUTS = 3  # how often the context is cut to fit
MOST_REPAIRS = 2
SAMPLED = 0.8  # the temperature of a further draft by the same endpoint: at 0 it would be the same again
REPAIR_SHARE = 2.0  # a repair may take this many times what the draft took ...
REPAIR_LEAST = 5.0  # ... or this many seconds, whichever is more


class Run:
    """One task's life. `emit` gets every event; the last one is Done or Failed."""

    def __init__(
        self,
        task: Task,
        *,
        prompts: Prompts,
        hunks: Hunks,
        router: Router,
        emit: Emit,
        clock: Callable[[], float],
        times: StageTimes,
    ) -> None:
        self._task = task
        self._prompts = prompts
        self._hunks = hunks
        self._router = router
        self._emit = emit
        self._clock = clock
        self._begun = clock()
        self._times = times
        self._streaming = Streaming(router, hunks, emit, clock, times)
        self._failures = EndpointFailures()
        self._shown = ShownCode(prompts, hunks, emit)
        self._endpoint = ""

    async def patch(self) -> None:
        """Run to the end. Endpoint failures end in a Failed event, never in an exception."""
        reply = await self._draft()
        if reply is None:
            return
        now = self._clock()
        limit = now + max(REPAIR_LEAST, REPAIR_SHARE * (now - self._begun))
        for attempt in range(1, MOST_REPAIRS + 1):
            wanting = self._streaming.refused or not self._hunks.ready
            wordy = not self._streaming.edits and (attempt > 1 or _is_prose(reply.text))
            if not wanting or wordy or reply.requests or self._is_late() or self._clock() > limit:
                break
            await self._repair(reply, attempt, limit - self._clock())
        if self._streaming.edits:
            await self._finish()
        else:
            self._emit(Failed("nothing", _words(self._endpoint, self._streaming.refused, reply.text)))

    # -- drafting

    async def _draft(self) -> Reply | None:
        """Ask endpoints until the edits are complete. None: the last event has been sent."""
        cuts: Counter[str] = Counter()
        overflows: Counter[str] = Counter()
        while True:
            route = await self._choose(2 ** cuts.total())
            if route is None:
                return None
            endpoint = route.endpoint
            region = self._prompts.region(endpoint)
            if isinstance(region, NoRegion):
                self._emit(Failed("nothing", region.reason))
                return None
            request = self._request(route, region, 2 ** cuts.total())
            try:
                reply = await self._answer(
                    await self._streaming.stream(route, request, self._parser(endpoint, region), region)
                )
            except Overflow as error:
                overflows[endpoint.name] += 1
                self._failures.add(endpoint, error, out=overflows[endpoint.name] > MOST_CUTS)
            except EndpointError as error:
                self._failures.add(endpoint, error, out=True, waited=route.alone)
            else:
                if not reply.cut:
                    return reply
                cuts[endpoint.name] += 1
                times = f" {cuts[endpoint.name]} times" if cuts[endpoint.name] > 1 else ""
                limit = Interrupted(endpoint.name, _LIMIT.format(times))
                self._failures.add(endpoint, limit, out=cuts[endpoint.name] >= MOST_DRAFTS)
            if self._hunks.ready:
                self._prompts.continue_from(self._texts_now())

    async def _answer(self, reply: Reply) -> Reply:
        """As long as a reply requests code, show that and stream the next one."""
        for turn in range(1, MOST_TURNS + 1):
            if not reply.requests:
                return reply
            self._times.enter("context")
            words = await self._shown.answer(reply, self._texts_now(), last=turn == MOST_TURNS)
            request = next_turn(reply, words, self._prompts, temperature=reply.request.temperature)
            if request is None:
                break
            parser = self._parser(reply.route.endpoint, reply.region)
            reply = await self._streaming.stream(reply.route, request, parser, reply.region)
        if reply.requests and not reply.cut:
            self._streaming.refused.append(unanswered(reply.requests))
        return reply

    async def _choose(self, growth: int) -> Route | None:
        self._times.enter("context")
        cuts = 0
        while True:
            chosen = await self._ask_router(growth)
            self._times.enter("context")
            if isinstance(chosen, Route):
                break
            if chosen.largest is not None and cuts < MOST_CUTS and self._prompts.shrink_to(*chosen.largest):
                cuts += 1
            elif chosen.largest is not None and growth > 1:
                growth //= 2
            elif not self._failures.forgive():
                break
        if isinstance(chosen, Route):
            self._tell(chosen, cut=cuts > 0)
            return chosen
        await self._give_up(chosen)
        return None

    async def _ask_router(self, growth: int) -> Route | Unroutable:
        left = [each for each in self._router.endpoints if each.name not in self._failures.out]
        for endpoint in left:
            tokens_left, prefill = await self._router.means(endpoint)
            self._prompts.limit(endpoint, tokens_left=tokens_left, prefill=prefill)
        if left:
            await self._prompts.prepare(left[0])
        drafted = frozenset(self._task.drafted)
        found: Route | Unroutable | None = None
        if drafted and any(each.name not in drafted for each in left):
            found = await self._routed(growth, self._failures.out | drafted)
        return found if isinstance(found, Route) else await self._routed(growth, self._failures.out)

    async def _routed(self, growth: int, without: frozenset[str]) -> Route | Unroutable:
        return await self._router.choose(
            self._prompts.count,
            output=lambda endpoint: self._output(endpoint, growth),
            fit=self._prompts.fit,
            interactive=self._task.interactive,
            without=without,
            patience=0.0 if self._task.drafted else PATIENCE,  # a further draft is worth no wait
            on_wait=self._wait_for_quota,
        )

    def _wait_for_quota(self, wait: WaitNotice) -> None:
        self._times.enter("queue")
        self._streaming.report_wait(wait)

    async def _give_up(self, chosen: Unroutable) -> None:
        """No endpoint is left: finished edits are kept if the task accepts a part, and are reported in any case."""
        met = self._failures.reasons
        tried = (*met.items(), *(each for each in chosen.tried if each[0] not in met))
        message = f"no endpoint could serve this: {_listed(tried)}" if tried else chosen.reason
        if not self._hunks.ready:
            self._emit(Failed("endpoint", message, tried))
        elif self._task.partial:
            await self._finish()
        else:
            self._emit(Failed("nothing", f"{message}; {_kept(self._hunks.ready)}", tried))

    def _tell(self, route: Route, *, cut: bool) -> None:
        endpoint = route.endpoint
        self._endpoint = endpoint.name
        self._shown.begin(endpoint)
        reason = route.reason
        if cut:
            reason += "; the context was cut to fit"
        if part := self._prompts.part_of_focus(endpoint):
            reason += f"; {part}"
        if self._failures.reasons:
            reason += f" (after {_listed(self._failures.reasons.items())})"
        self._emit(Routed(endpoint.name, endpoint.kind, endpoint.model, reason, route.prompt_tokens, route.window))

    def _output(self, endpoint: Endpoint, growth: int) -> int:
        """Tokens to reserve for the reply: predicted from what is to be rewritten, twice as much after each overrun."""
        expected = growth * self._router.output_for(self._task_tokens(endpoint), endpoint)
        return min(expected, endpoint.max_output or expected)

    def _task_tokens(self, endpoint: Endpoint) -> int:
        """About how much is to be rewritten."""
        bundle, region = self._prompts.bundle(endpoint), self._prompts.region(endpoint)
        if isinstance(region, Region):
            return self._prompts.count_text(endpoint, region.text)
        return bundle.focus_tokens if bundle.focus else bundle.tokens // 4

    def _request(self, route: Route, region: Region | None, growth: int) -> ChatRequest:
        room = max(1, route.window - route.prompt_tokens)
        return ChatRequest(
            messages=self._prompts.prompt(route.endpoint).messages,
            prompt_tokens=route.prompt_tokens,
            max_output=min(route.output or self._output(route.endpoint, growth), room),
            temperature=SAMPLED if self._task.variation(route.endpoint.name) else 0.0,
            prediction=self._prompts.masks.hide(region.text) if region else None,
            cache_key=_cache_key(self._task),
            interactive=self._task.interactive,
            task_tokens=max(1, self._task_tokens(route.endpoint)) if growth == 1 else 0,  # the whole task, and no rest
            count=self._prompts.reply_counter(route.endpoint),
        )

    def _parser(self, endpoint: Endpoint, region: Region | None) -> Parser:
        if region is not None:
            return Parser(endpoint.reply, target=region.path, region=region.text)
        requests = CodeRequests() if self._shown.takes_requests(endpoint) else None
        return Parser(endpoint.reply, target=self._task.focus.path if self._task.focus else None, requests=requests)

    # -- repair

    async def _repair(self, draft: Reply, attempt: int, seconds: float) -> None:
        """Retry the rejected edits only, with the true lines; the others stay."""
        endpoint = draft.route.endpoint
        refused, self._streaming.refused = self._streaming.refused, []
        wording = "\n".join(map(repair_text, refused)) or _UNCHANGED.format(instruction=self._task.instruction)
        wording = self._prompts.masks.hide(wording)
        if unseen := [CodeRequest(each.path) for each in refused if each.kind == "not-shown" and each.path]:
            wording += "\n\n" + await self._shown.add(draft, unseen, self._texts_now())
        heat = 0.0 if refused else 0.4  # at 0 an unchanged reply would only be repeated
        again = next_turn(draft, wording, self._prompts, temperature=heat)
        if again is None:
            self._streaming.refused = refused
            return
        self._emit(Repairing(attempt, len(refused), endpoint.name))
        try:
            async with asyncio.timeout(seconds):
                parser = self._parser(endpoint, draft.region)
                parser.requests = None  # what is requested now would go unanswered
                cut = (await self._streaming.stream(draft.route, again, parser, draft.region)).cut
        except (EndpointError, TimeoutError):
            cut = True
        if cut:
            self._streaming.refused = [*refused, *self._streaming.refused]

    # -- summing up

    def _is_late(self) -> bool:
        """Whether edits that are in already proved to be drafts: no repair helps, and nothing of them is a patch."""
        return any(each.kind == "late" for each in self._streaming.refused)

    def _texts_now(self) -> dict[str, str]:
        return {path: text for path, text in self._hunks.changed.items() if text is not None}

    async def _finish(self) -> None:
        broken = await self._hunks.syntax_errors()
        refused = (*self._streaming.refused, *broken)
        for each in refused:
            self._emit(EditRefused(each, final=True))
        unfit = {each.path for each in broken}
        changes = {path: text for path, text in self._hunks.changed.items() if path not in unfit}
        late = self._is_late()
        if not changes or late or (refused and not self._task.partial):
            self._emit(Failed("nothing", _nothing(refused, self._endpoint, kept=bool(changes) and not late)))
            return
        before: Mapping[str, str | None] = {path: self._hunks.before(path) for path in changes}
        diff = unified_diff(before, changes)
        usage, times = self._streaming.usage, self._times.milliseconds()
        self._emit(Done(diff, before, changes, refused, usage, self._endpoint, times, moves=self._hunks.moves))


_SIGN_OF_EDIT = re.compile(  # also of one that could not be read
    r"```|~~~|^[ >]*(?:<{5,}|\*\*\* |@@|diff |--- |\+\+\+ |[{[]|<(?!/?[\w:]*(?:think|thought|reason)))",
    re.MULTILINE | re.IGNORECASE,
)
_MOST_WORDS = 1_000  # characters of a reply that proposes no change
_UNCHANGED = (
    "Your reply changes nothing. The code must be changed so that it does this:\n{instruction}\n"
    "Answer again in the same format, with the change made."
)
_LIMIT = "its reply reached the output limit{}; select a smaller place, or raise max_output"
_READ = 3  # reasons that a person still reads


def _cache_key(task: Task) -> str:
    """The same for all prompts that begin alike, those of one file; it does not reveal the file's name."""
    path = task.focus.path if task.focus else ""
    return blake2s(path.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def _listed(pairs: Iterable[tuple[str, str]]) -> str:
    return "; ".join(f"{name}: {why}" for name, why in pairs)


def _is_prose(text: str) -> bool:
    """Whether a reply only talks: it was understood, and a second request would be answered alike."""
    return bool(text.strip()) and _SIGN_OF_EDIT.search(text) is None


def _words(endpoint: str, refused: Sequence[Refused], said: str) -> str:
    reason = refused[0].reason if refused else "the reply contains no edit"
    return f"{endpoint} answered, but {reason}; its reply: {shortened(said, _MOST_WORDS)}"


def _kept(ready: int) -> str:
    edits = "1 edit was" if ready == 1 else f"{ready} edits were"
    return f"{edits} finished, but the rest is missing, so nothing was changed (--partial keeps the finished edits)"


def _nothing(refused: tuple[Refused, ...], endpoint: str, *, kept: bool) -> str:
    if not refused:
        return f"the reply of {endpoint} changes nothing; describe the change or the place more exactly"
    reasons = _listed((each.path or "an edit without a file", each.reason) for each in refused[:_READ])
    rest = f" (and {len(refused) - _READ} more)" if len(refused) > _READ else ""
    hint = "; nothing was changed (--partial keeps the edits that applied)" if kept else ""
    return f"{len(refused)} edit{'s' if len(refused) > 1 else ''} rejected: {reasons}{rest}{hint}"
