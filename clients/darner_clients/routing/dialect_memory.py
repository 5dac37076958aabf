"""What an endpoint's refusals have taught, for the next process of the same user: kept for a day."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import suppress

from darner_clients.dialect import Dialect, dialect_from
from darner_clients.routing.shared_store import SharedStore

VALID = 86400.0  # seconds: then an endpoint may have changed, and one rejection shows whether it has


class DialectMemory:
    """Of one endpoint and model: the dialect it wants, and the window that it named (None: it named none)."""

    def __init__(self, key: str, store: SharedStore, clock: Callable[[], float]) -> None:
        self._key = key
        self._store = store
        self._clock = clock
        self._kept: tuple[Dialect, int | None] = (Dialect(), None)

    async def load(self) -> tuple[Dialect, int | None]:
        """What earlier processes left."""
        kept = await self._store.do(self._read)
        with suppress(ValueError, TypeError, AttributeError, KeyError):
            found = json.loads(kept)
            window = found["window"]
            self._kept = dialect_from(found["dialect"]), window if isinstance(window, int) and window > 0 else None
        return self._kept

    async def save(self, dialect: Dialect, window: int | None) -> None:
        """Write it down, if it is not there yet."""
        if (dialect, window) != self._kept:
            self._kept = dialect, window
            kept = json.dumps({"dialect": dialect.as_json(), "window": window})
            await self._store.do(
                lambda database: database.execute(
                    "INSERT OR REPLACE INTO lesson VALUES (?, ?, ?)", (self._key, self._clock(), kept)
                )
            )

    def _read(self, database: sqlite3.Connection) -> str:
        now = self._clock()  # a record ahead of the clock is from before the machine restarted
        row: tuple[str] | None = database.execute(
            "SELECT kept FROM lesson WHERE key = ? AND at > ? AND at <= ?", (self._key, now - VALID, now)
        ).fetchone()
        return row[0] if row else "{}"
