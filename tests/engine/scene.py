"""A workspace, scripted endpoints and an engine over them: what the engine's tests begin with."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from darner_clients.testing import Script, ScriptedEndpoint
from darner_server.engine import Done, EditReady, EditRefused, Engine, Failed, PatchEvent, Repairing, Routed, Task
from darner_server.settings import Settings, WorkspaceSettings


@dataclass(frozen=True, slots=True)
class Scene:
    """An engine over a folder, and the endpoints it asks."""

    root: Path
    engine: Engine
    endpoints: tuple[ScriptedEndpoint, ...]

    async def run(self, task: Task) -> list[PatchEvent]:
        """Every event of a task."""
        async with self.engine.patch(task) as events:
            return [event async for event in events]

    async def told(self, task: Task) -> list[str]:
        """The events in short, for comparing whole runs."""
        return [said for event in await self.run(task) if (said := short(event))]


@asynccontextmanager
async def scene(
    root: Path,
    files: dict[str, str],
    scripts: Sequence[Script],
    *,
    workspace: object = None,
    **endpoint: object,
) -> AsyncGenerator[Scene]:
    """Write the files, start the endpoints `one`, `two`, … and open an engine."""
    work = root / "work"
    for name, text in files.items():
        path = work / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    async with AsyncExitStack() as stack:
        servers = [await stack.enter_async_context(ScriptedEndpoint(script)) for script in scripts]
        names = ("one", "two", "three")
        named = tuple(server.endpoint(name, **endpoint) for name, server in zip(names, servers, strict=False))
        settings = Settings(named, "qwen2.5-coder-0.5b", 4096, hedge=False, source="a test")
        own = workspace if isinstance(workspace, WorkspaceSettings) else WorkspaceSettings()
        engine = Engine(settings, [work], workspaces=[own], cache_dir=root / "cache", state_dir=root / "state")
        await stack.enter_async_context(engine)
        yield Scene(work, engine, tuple(servers))


def short(event: PatchEvent) -> str:
    """An event in a few words; progress says nothing."""
    match event:
        case Routed():
            return f"route {event.endpoint}"
        case EditReady():
            return f"edit {event.path}{' (' + ', '.join(event.bridges) + ')' if event.bridges else ''}"
        case EditRefused():
            return f"refused {event.refused.path}{' for good' if event.final else ''}"
        case Repairing():
            return f"repair {event.attempt}"
        case Done():
            return f"done {' '.join(sorted(event.changes))}"
        case Failed():
            return f"failed {event.kind}"
        case _:
            return ""


def block(path: str, before: str, after: str) -> str:
    """A search/replace block."""
    return f"{path}\n```\n<<<<<<< SEARCH\n{before}=======\n{after}>>>>>>> REPLACE\n```\n"
