"""Whether an endpoint is trusted: faults of its own open the circuit, a probe and a request that succeeds close it."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

from darner_clients.errors import EndpointError, Unreachable
from darner_clients.routing.shared_store import SharedStore

PATIENCE = 2  # faults in a row before it is left alone; one is enough if it cannot be reached at all
SHORTEST, LONGEST = 1.0, 60.0  # seconds that it is left alone for, doubled by each fault


@dataclass(frozen=True, slots=True)
class Health:
    """`wait` seconds are left until the endpoint is tried again; `doubtful`: send it something small first."""

    wait: float
    doubtful: bool
    why: str


class CircuitBreaker:
    """The health of one endpoint, shared by every process of the user."""

    def __init__(self, key: str, store: SharedStore, clock: Callable[[], float]) -> None:
        self._key = key
        self._store = store
        self._clock = clock

    async def health(self) -> Health:
        """The state now."""
        failures, until, why = await self._store.do(self._read)
        left = max(0.0, until - self._clock())
        waits = left if left <= LONGEST else 0.0  # more: the machine's clock was reset
        return Health(waits, failures >= PATIENCE or (failures > 0 and until > 0), why)

    async def succeeded(self) -> None:
        """A reply came to its end."""
        await self._store.do(lambda database: database.execute("DELETE FROM circuit WHERE key = ?", (self._key,)))

    async def failed(self, error: EndpointError) -> None:
        """A fault of the endpoint. Others (of this request, or of quota) do not concern its health."""
        if error.faulty:
            await self._store.do(lambda database: self._count(database, error))

    def _read(self, database: sqlite3.Connection) -> tuple[int, float, str]:
        row: tuple[int, float, str] | None = database.execute(
            "SELECT failures, until, why FROM circuit WHERE key = ?", (self._key,)
        ).fetchone()
        return row or (0, 0.0, "")

    def _count(self, database: sqlite3.Connection, error: EndpointError) -> None:
        failures = self._read(database)[0] + 1
        beyond = failures - (1 if isinstance(error, Unreachable) else PATIENCE)
        until = self._clock() + min(LONGEST, SHORTEST * 2**beyond) if beyond >= 0 else 0.0
        database.execute(
            "INSERT OR REPLACE INTO circuit VALUES (?, ?, ?, ?)", (self._key, failures, until, error.message)
        )
