"""The session's engine: made in the background once the client has been answered, made again when settings change."""

import asyncio
import logging
import os
from collections.abc import AsyncGenerator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from darner_server.lsp.errors import Failure
from darner_server.lsp.text.workspace_folders import Folders

if TYPE_CHECKING:
    from darner_server.engine import Engine

_log = logging.getLogger(__name__)

_OURS = ("trusted", "completion", "checks")  # settings of the language server, not of the engine


class EngineHost:
    """Holds one engine at a time. One that is replaced lives on until the last request that uses it has ended."""

    def __init__(
        self,
        folders: Folders,
        options: dict[str, Any],
        show_error: Callable[[str], None],
        warn: Callable[[str], None],
        spawn: Callable[[Coroutine[Any, Any, None]], object],
    ) -> None:
        self._folders = folders
        self._show_error = show_error
        self._warn = warn
        self._spawn = spawn
        self._life = _Lifetime()
        self._options = options

    def start(self) -> None:
        """Make the first engine."""
        self._spawn(self._live(self._life))

    @property
    def current(self) -> "Engine | None":
        """The engine, if there is one already."""
        future = self._life.engine
        return future.result() if future.done() and future.exception() is None else None

    @asynccontextmanager
    async def use(self) -> "AsyncGenerator[Engine]":
        """The engine, as soon as there is one. Raises Failure when the settings cannot be used."""
        life = self._life
        life.users += 1
        try:
            yield await asyncio.shield(life.engine)
        finally:
            life.users -= 1
            life.check()

    def restart(self, options: dict[str, Any] | None = None) -> None:
        """Make a new engine for whoever asks from now on, with new settings where some are given."""
        self._options = self._options if options is None else options
        old, self._life = self._life, _Lifetime()
        old.replaced = True
        old.check()
        self.start()

    async def _live(self, life: "_Lifetime") -> None:
        try:
            engine, notices = await asyncio.to_thread(_build, self._folders.roots, self._options)
        except _Unusable as error:
            self._failed(life, str(error))
            return
        except Exception as error:  # noqa: BLE001 - each caller gets the error, and may try again with other settings
            _log.exception("the engine could not be made")
            self._failed(life, f"darner could not begin ({type(error).__name__}); the log names the place")
            return
        for notice in notices:
            self._warn(notice)
        async with engine:
            life.engine.set_result(engine)
            await life.over.wait()

    def _failed(self, life: "_Lifetime", message: str) -> None:
        life.engine.set_exception(Failure(message))
        life.engine.exception()  # collected here, or asyncio complains that the exception was never retrieved
        self._show_error(message)


class _Lifetime:
    """One engine's time: over when it has been replaced and is no longer used."""

    def __init__(self) -> None:
        self.engine: asyncio.Future[Engine] = asyncio.get_running_loop().create_future()
        self.over = asyncio.Event()
        self.users = 0
        self.replaced = False

    def check(self) -> None:
        """See whether it is over."""
        if self.replaced and not self.users:
            self.over.set()


class _Unusable(Exception):
    pass


def _build(roots: Sequence[Path], options: dict[str, Any]) -> "tuple[Engine, tuple[str, ...]]":
    """Import, read the settings and build; runs in a thread, because all of it waits for the disk or the keyring.

    With the engine comes what the user should know of the endpoints.
    """
    from darner_clients.endpoint_warnings import notices  # seconds of imports, after the client has been answered
    from darner_server import settings
    from darner_server.engine import Engine
    from darner_server.key_store import stored_key
    from darner_server.patch.lazy_pattern import compile_patterns
    from darner_server.user_directories import cache_folder, state_folder

    import_module("darner_server.engine.run")  # a first patch does not wait for it ...
    compile_patterns()  # ... nor for these
    own = {key: value for key, value in options.items() if key not in _OURS}
    try:
        users = settings.from_mapping(own, os.environ, stored_key)
        found = [settings.load_workspace(root) for root in roots]
    except settings.SettingsError as error:
        raise _Unusable(str(error)) from None
    warnings = tuple(notice for each in users.endpoints for notice in notices(each))
    engine = Engine(users, roots, workspaces=found, cache_dir=cache_folder(), state_dir=state_folder())
    return engine, warnings
