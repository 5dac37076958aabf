"""The session's engine: made in the background once the client has been answered, made again when settings change."""

import asyncio
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from darner_server.lsp.failure import Failure
from darner_server.lsp.folders import Folders

if TYPE_CHECKING:
    from darner_server.engine import Engine

_OURS = ("trusted", "completion")  # settings of the language server, not of the engine


class Engines:
    """Holds one engine at a time; `get` waits for it."""

    def __init__(self, folders: Folders, options: dict[str, Any], tell: Callable[[str], None]) -> None:
        self._folders = folders
        self._options = options
        self._tell = tell
        self._ready: asyncio.Future[Engine] = asyncio.get_running_loop().create_future()
        self._changed = asyncio.Event()

    async def get(self) -> "Engine":
        """The engine, as soon as there is one. Raises Failure when the settings cannot be used."""
        return await asyncio.shield(self._ready)

    @property
    def now(self) -> "Engine | None":
        """The engine, if there is one already."""
        return self._ready.result() if self._ready.done() and self._ready.exception() is None else None

    def restart(self, options: dict[str, Any] | None = None) -> None:
        """Make a new engine, with new settings where some are given."""
        self._options = self._options if options is None else options
        self._changed.set()

    async def run(self) -> None:
        """Make engines until cancelled."""
        while True:
            self._changed.clear()
            try:
                engine = await asyncio.to_thread(_make, self._folders, self._options)
            except _Unusable as error:
                self._tell(str(error))
                self._ready.set_exception(Failure(str(error)))
                self._ready.exception()  # asked for here, or asyncio complains where nobody else asks
                await self._changed.wait()
            else:
                async with engine:
                    self._ready.set_result(engine)
                    await self._changed.wait()
            self._ready = asyncio.get_running_loop().create_future()


class _Unusable(Exception):
    pass


def _make(folders: Folders, options: dict[str, Any]) -> "Engine":
    """Import, read the settings and build; runs in a thread, because all of it waits for the disk or the keyring."""
    from darner_server import settings  # noqa: PLC0415 - seconds of imports, after the client has been answered
    from darner_server.engine import Engine  # noqa: PLC0415 - likewise
    from darner_server.local.places import cache_folder, state_folder  # noqa: PLC0415 - likewise

    own = {key: value for key, value in options.items() if key not in _OURS}
    try:
        users = settings.from_mapping(own, os.environ, settings.keyring_key)
        found = [settings.load_workspace(root) for root in folders.roots]
    except settings.SettingsError as error:
        raise _Unusable(str(error)) from None
    named = [each for each in found if each != settings.WorkspaceSettings()]
    workspace = named[0] if named else settings.WorkspaceSettings()
    return Engine(users, folders.roots, workspace=workspace, cache_dir=cache_folder(), state_dir=state_folder())
