"""The engine: an index of the workspace, a router over the endpoints, and tasks that run on both."""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, Self

from darner_clients.auto_budget import effective
from darner_clients.discovery.token_probes import PromptCounter
from darner_clients.endpoint import Endpoint
from darner_clients.routing.router import EndpointStatus, Router
from darner_context.index import ContextBundle, ContextRequest, Index
from darner_context.prompt import count_messages
from darner_context.secrets.masks import Masks
from darner_context.system.private_files import private_folder
from darner_context.text.model_tokenizers import counts_exactly
from darner_context.text.tokenizer import tokenizer
from darner_server.document_origin import Origin
from darner_server.engine.events import Done, Failed, PatchEvent, Stage
from darner_server.engine.garbage_collection import no_collection
from darner_server.engine.masking import hidden
from darner_server.engine.privacy import withheld
from darner_server.engine.task import Task
from darner_server.settings import Settings, WorkspaceSettings

if TYPE_CHECKING:
    from darner_server.local.server import StartFailed

_log = logging.getLogger(__name__)

FIRST_SCAN_WAIT = 1.0  # seconds that a person's task with a place waits for the first scan of a large workspace
QUESTION_SCAN_WAIT = 10.0  # seconds that a question waits for that scan, before the answer is given without the rest
_SHOWN = 0.25  # seconds after which it is shown again how far the first scan is
_ROOM = 1 / 3  # of the quota: what further drafts leave to other requests
_CALM = 0.2  # seconds before files that have changed are looked at: they come in bursts ...
_SHARE = 3.0  # ... or so many times what the last scan took, in a large workspace


class Engine:
    """Serves any number of tasks at once. Use as an async context manager; leaving it ends what it started.

    `workspaces` are the roots' own settings, in their order; each counts for the files of its root only.
    `cache_dir` holds the index and the embedded model, `state_dir` the quota and health that all darner processes of
    the user share. Without `connects` it answers no tasks: a context alone needs no endpoint.
    """

    def __init__(
        self,
        settings: Settings,
        roots: Sequence[Path],
        *,
        workspaces: Sequence[WorkspaceSettings],
        cache_dir: Path,
        state_dir: Path,
        connects: bool = True,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self.settings = settings
        self._connects = connects
        self._workspaces = {root.resolve(): each for root, each in zip(roots, workspaces, strict=True)}
        self.index = Index(roots, cache_dir=cache_dir, ignore=[each.ignore for each in workspaces])
        self._state_dir, unkept = _own(state_dir)
        self.problems = tuple(each for each in (self.index.problem, unkept) if each)
        self._clock = clock
        self._router: Router | None = None
        self._router_stack = AsyncExitStack()
        self._stack = AsyncExitStack()
        self._embedded = None
        if not settings.endpoints:
            from darner_server.engine.embedded_model import Embedded  # noqa: PLC0415 - most people name an endpoint

            self._embedded = Embedded(settings.local_model, state_dir, cache_dir)
        self._opening = asyncio.Lock()
        self._scanned = asyncio.Event()
        self._stale = asyncio.Event()

    async def __aenter__(self) -> Self:
        """Begin indexing in the background and, where endpoints are named, open a warm connection to each."""
        for each in self.problems:
            _log.warning("%s; darner works, but keeps its measurements only until it ends", each)
        # A task that is left to the end of the loop may hang there: asyncio waits for ever for a process that it was
        # starting, because it cancels that start too. So whatever has begun ends here, too.
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self.index.close)
            await stack.enter_async_context(self._router_stack)
            await stack.enter_async_context(_running(self._keep_indexed()))
            if self.settings.endpoints and self._connects:
                await self._open(self.settings.endpoints)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        """End indexing, connections and worker processes."""
        await self._stack.aclose()

    async def indexed(self, emit: Callable[[Stage], None] | None = None, *, patience: float | None = None) -> bool:
        """
        Wait for the first scan of the workspace, for `patience` seconds at most; returns whether it is done.

        `emit` gets how far it is, a few times a second.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(patience):
                while emit is not None and not self._scanned.is_set():
                    emit(self.reading())
                    with suppress(TimeoutError):
                        async with asyncio.timeout(_SHOWN):
                            await self._scanned.wait()
                await self._scanned.wait()
        return self._scanned.is_set()

    def reading(self) -> Stage:
        """How far the first scan of the workspace is."""
        stored, total = self.index.progress
        if not total:
            return Stage("index", "reading the workspace")
        return Stage("index", f"reading the workspace: {stored:,} of {total:,} files", stored / total)

    def refresh(self) -> None:
        """Scan again soon, since files have changed; many calls at once are one scan."""
        self._stale.set()

    @asynccontextmanager
    async def patch(self, task: Task) -> AsyncGenerator[AsyncIterator[PatchEvent]]:
        """Run a task; the iterator ends after Done or Failed. Leaving the block cancels it and closes its stream."""
        queue: asyncio.Queue[PatchEvent] = asyncio.Queue()
        worker = asyncio.get_running_loop().create_task(self._run(task, queue.put_nowait), name="patch")
        try:
            yield _until_end(queue)
        finally:
            worker.cancel()
            await asyncio.gather(worker, return_exceptions=True)

    async def _run(self, task: Task, emit: Callable[[PatchEvent], None]) -> None:
        try:
            if not task.instruction.strip():
                emit(Failed("usage", "the instruction is empty; describe the change"))
                return
            begun = self._clock()
            emit(self.reading())
            await self.indexed(emit, patience=FIRST_SCAN_WAIT if task.interactive and task.focus else None)
            read = self._clock()
            router = await self.router(emit)
            opened = self._clock()
            if not isinstance(router, Router):
                emit(Failed("endpoint", str(router), ((self.settings.local_model, router.reason),)))
                return
            emit(Stage("context", "choosing context"))
            from darner_server.engine.patch_state import Hunks  # noqa: PLC0415 - what reads replies; a context does without
            from darner_server.engine.prompt.prompts import Prompts  # noqa: PLC0415 - as above
            from darner_server.engine.reply_stream import StageTimes  # noqa: PLC0415 - as above
            from darner_server.engine.run import Run  # noqa: PLC0415 - as above

            times = StageTimes(self._clock, begun=begun, connect=opened - read)
            workspace = self.workspace_of(task)
            budget = effective(task.budget, workspace.budget, self.settings.budget)
            prompts = Prompts(task, self.index, budget=budget, project=workspace.instructions)
            hunks = Hunks(task, self.index, task.focus.path if task.focus else None, prompts.masks)
            run = Run(task, prompts=prompts, hunks=hunks, router=router, emit=emit, clock=self._clock, times=times)
            await run.patch()
        except Exception as error:  # noqa: BLE001 - one request's failure never ends the server
            _log.exception("a patch failed")
            emit(Failed("internal", f"internal error ({type(error).__name__}); the log has the details"))

    def workspace_of(self, task: Task) -> WorkspaceSettings:
        """The settings of the folder that a task's focus is in; with several folders and no focus, none."""
        folders = self.index.folders
        name = "" if "" in folders else task.focus.path.partition("/")[0] if task.focus else None
        root = None if task.stray or name is None else folders.get(name)
        return WorkspaceSettings() if root is None else self._workspaces[root]

    def context(self, request: ContextRequest, counter: str, masks: Masks | None = None) -> ContextBundle:
        """What would be sent for a request, counted by the named tokenizer. May be called from any thread."""
        masks = masks if masks is not None else Masks()
        masks.learn("the instruction", request.instruction, words=True)
        tokens = tokenizer(counter)
        with no_collection():
            bundle = self.index.context(request, tokens)
        text = self._text(request, bundle.focus.path) if bundle.focus else ""
        return hidden(bundle, masks, text, tokens.count)

    def _text(self, request: ContextRequest, path: str) -> str:
        text = request.texts[path] if path in request.texts else self.index.read(path)
        return text if isinstance(text, str) else ""

    def withheld(self, path: str, origin: Origin | None = None) -> str | None:
        """Why nothing of a file, or of a document that comes from there, is sent; None if it may be."""
        return withheld(self.index, path, origin)

    async def router(self, emit: Callable[[PatchEvent], None]) -> "Router | StartFailed":
        """The router, with the embedded model's server started first where no endpoint is named."""
        async with self._opening:
            if self._embedded is not None:
                endpoint = await self._embedded.endpoint(lambda name, share: emit(Stage("model", name, share)))
                if not isinstance(endpoint, Endpoint):
                    return endpoint
                if self._router is None or self._router.endpoints != (endpoint,):
                    await self._open((endpoint,))
            assert self._router is not None  # noqa: S101 - opened on entering, or just now
            return self._router

    async def status(self, *, probe: bool) -> tuple[EndpointStatus, ...]:
        """Every endpoint's state; with `probe` each is queried for a token. Does not start the embedded model."""
        return await self._router.status(probe=probe, token=probe) if self._router is not None else ()

    async def has_room(self, endpoint: str) -> bool:
        """Whether further drafts may be requested there unasked: more than a third of its quota is left.

        Not of the embedded model: its drafts would wait for one another.
        """
        if self._embedded is not None or self._router is None:
            return False
        return await self._router.share_left(endpoint) > _ROOM

    async def _keep_indexed(self) -> None:
        while True:
            began = self._clock()
            try:
                await self.index.refresh()
            except Exception:  # noqa: BLE001 - what is indexed already still answers
                _log.exception("the workspace could not be scanned")
            self._scanned.set()
            took = self._clock() - began
            await self._stale.wait()
            await asyncio.sleep(max(_CALM, _SHARE * took))
            self._stale.clear()

    async def _open(self, endpoints: tuple[Endpoint, ...]) -> None:
        self._router = None
        await self._router_stack.aclose()
        router = Router(endpoints, state_dir=self._state_dir, hedge=self.settings.hedge)
        router.compare_counts(_prompt_counter)
        self._router = await self._router_stack.enter_async_context(router)


def _prompt_counter(endpoint: Endpoint) -> PromptCounter:
    counter = tokenizer(endpoint.tokenizer)
    return PromptCounter(lambda messages: count_messages(messages, counter), counts_exactly(counter, endpoint.model))


@asynccontextmanager
async def _running(work: Coroutine[Any, Any, None]) -> AsyncGenerator[None]:
    """Run the indexing in the background for as long as the block lasts."""
    task = asyncio.get_running_loop().create_task(work, name="index")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def _own(folder: Path) -> tuple[Path | None, str | None]:
    """The folder, made for the user alone, or None and the reason."""
    try:
        return private_folder(folder), None
    except OSError as error:
        return None, f"the state folder cannot be used: {error.filename or folder}: {error.strerror}"


async def _until_end(queue: asyncio.Queue[PatchEvent]) -> AsyncIterator[PatchEvent]:
    while True:
        event = await queue.get()
        yield event
        if isinstance(event, (Done, Failed)):
            return
