"""What an endpoint's public catalogue said of a model, for the next process of the same user: looked up once a day."""

import json
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from darner_clients.discovery.model_limits import ModelLimits
from darner_clients.refusals.rate_limit_headers import Allowance
from darner_clients.routing.shared_store import SharedStore

VALID = 86400.0  # seconds: then the catalogue is read again; until it has answered, what it said before counts


class CatalogueMemory:
    """Of one endpoint and model."""

    def __init__(self, key: str, store: SharedStore, clock: Callable[[], float]) -> None:
        self._key = f"catalogue {key}"
        self._store = store
        self._clock = clock

    async def load(self) -> tuple[ModelLimits, bool] | None:
        """(what it said, whether that is less than a day ago); None if nothing is known."""
        row = await self._store.do(self._read)
        if row is None:
            return None
        at, kept = row
        with suppress(ValueError, TypeError, AttributeError, KeyError):
            limits = _limits(json.loads(kept))
            age = self._clock() - at  # a record ahead of the clock is from before the machine restarted
            return limits, 0 <= age < VALID
        return None

    async def save(self, limits: ModelLimits) -> None:
        """Write down what it has just said."""
        kept = json.dumps(asdict(limits))
        await self._store.do(
            lambda database: database.execute(
                "INSERT OR REPLACE INTO lesson VALUES (?, ?, ?)", (self._key, self._clock(), kept)
            )
        )

    def _read(self, database: sqlite3.Connection) -> tuple[float, str] | None:
        row: tuple[float, str] | None = database.execute(
            "SELECT at, kept FROM lesson WHERE key = ?", (self._key,)
        ).fetchone()
        return row


def _limits(kept: Mapping[str, Any]) -> ModelLimits:
    """The limits as they were written down. Raises ValueError for a window that is none."""
    window, output = kept["window"], kept["max_output"]
    if not isinstance(window, int) or window <= 0 or not (output is None or isinstance(output, int)):
        raise ValueError(kept)
    allowances = tuple(Allowance(**each) for each in kept["allowances"])
    reasons = kept["reasons"] if isinstance(kept["reasons"], bool) else None
    return ModelLimits(
        window,
        output,
        str(kept["source"]),
        str(kept["model"]),
        allowances,
        reasons,
        deprecated=kept["deprecated"] is True,
        origin="catalogue",
    )
