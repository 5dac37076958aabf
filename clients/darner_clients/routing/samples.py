"""What has been measured of an endpoint lately: kept in memory, and on disk for the next process."""

import sqlite3
from collections import deque
from collections.abc import Sequence
from typing import Literal

from darner_clients.routing.calibration import KEPT, Pair, percentile
from darner_clients.routing.shared_store import SharedStore

Name = Literal["connect", "first_token", "rate", "prompt", "output", "prediction", "prefill", "probe"]

NAMES: tuple[Name, ...] = ("connect", "first_token", "rate", "prompt", "output", "prediction", "prefill", "probe")
ENOUGH_FOR_P95 = 8


class Samples:
    """Samples by name, oldest first. Plain figures are pairs whose second half is zero."""

    def __init__(self, key: str, store: SharedStore) -> None:
        self._key = key
        self._store = store
        self._samples: dict[Name, deque[Pair]] = {name: deque(maxlen=KEPT) for name in NAMES}
        self._new: list[tuple[Name, float, float]] = []
        self._loaded = False

    async def load(self) -> None:
        """Read what earlier processes left; once."""
        if not self._loaded:
            self._loaded = True
            for name, one, two in await self._store.do(self._read):
                self._samples[name].append((one, two))

    def add(self, name: Name, one: float, two: float = 0.0) -> None:
        """A new sample; on disk after the next `save`."""
        self._samples[name].append((one, two))
        self._new.append((name, one, two))

    def remove(self, name: Name, one: float, two: float) -> None:
        """A sample that turned out to be none, and is not on disk yet."""
        if (name, one, two) in self._new:
            self._new.remove((name, one, two))
            self._samples[name].remove((one, two))

    async def save(self) -> None:
        """Write the new samples down and drop those that are too old."""
        if self._new:
            new, self._new = self._new, []
            await self._store.do(lambda database: self._write(database, new))

    def pairs(self, name: Name) -> Sequence[Pair]:
        """All samples of a name."""
        return tuple(self._samples[name])

    def typical(self, name: Name) -> float | None:
        """The median."""
        values = [one for one, _ in self._samples[name]]
        return percentile(values, 0.5) if values else None

    def p95(self, name: Name) -> float | None:
        """What nineteen of twenty stay below; None while there are too few samples."""
        values = [one for one, _ in self._samples[name]]
        return percentile(values, 0.95) if len(values) >= ENOUGH_FOR_P95 else None

    def _read(self, database: sqlite3.Connection) -> list[tuple[Name, float, float]]:
        rows: list[tuple[Name, float, float]] = database.execute(
            "SELECT name, one, two FROM sample WHERE key = ? ORDER BY id", (self._key,)
        ).fetchall()
        return [row for row in rows if row[0] in self._samples]

    def _write(self, database: sqlite3.Connection, new: list[tuple[Name, float, float]]) -> None:
        database.executemany(
            "INSERT INTO sample (key, name, one, two) VALUES (?, ?, ?, ?)", [(self._key, *each) for each in new]
        )
        for name in {each[0] for each in new}:
            database.execute(
                "DELETE FROM sample WHERE key = ? AND name = ? AND id <= "
                "(SELECT id FROM sample WHERE key = ? AND name = ? ORDER BY id DESC LIMIT 1 OFFSET ?)",
                (self._key, name, self._key, name, KEPT),
            )
