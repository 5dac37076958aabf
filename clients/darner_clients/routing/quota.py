"""An account's quota, shared by every darner process of the user: what is admitted, and in which order.

Providers charge the prompt and the whole output limit when a request comes in, and refill continuously. So does this
account; the headers correct it. Interactive requests come before others, and those leave room for the next
interactive one.
"""

import math
import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256

from darner_clients.endpoint import Endpoint
from darner_clients.errors import OverQuota
from darner_clients.refusals.rate_limit_headers import SECONDS, Allowance, Period, Unit
from darner_clients.routing.shared_store import SharedStore

FRESH = 2.0  # seconds after which a waiter that did not come back is forgotten
SHORTEST = 0.01  # seconds to wait: less may be too little for a clock to notice
RECENT = 300.0  # seconds for which room is kept for the next interactive request
FORGOTTEN = 120.0  # seconds after which a request that was never answered counts no more
LONGEST = 3600.0  # seconds that nothing is sent for, even if the endpoint named a month
INSIST = 5.0  # seconds after a 429 before a request without an alternative is sent all the same
_UNTOLD = {"requests": 5.0, "tokens": 5.0, "tokens-day": LONGEST, "queue": 3.0}  # seconds, where a 429 names no time


@dataclass(frozen=True, slots=True)
class Ticket:
    """Quota that is held for a request."""

    id: int
    tokens: int


@dataclass(frozen=True, slots=True)
class QuotaLeft:
    """One bucket: `remaining` of `limit` `unit` a `period`; full again in `reset` seconds."""

    unit: str
    period: str
    limit: int
    remaining: int
    reset: float


@dataclass(frozen=True, slots=True)
class Wait:
    """Not now: come back in `seconds` (infinite: never), with `waiter`, which keeps the place in the queue.

    `why` is for a person, `reason` the same at every look as long as the same thing is missing. `most`: the tokens of
    the largest request that could ever be admitted, where this one cannot.
    """

    seconds: float
    why: str
    reason: str
    waiter: int | None = None
    most: int | None = None


@dataclass(slots=True)
class _Bucket:
    unit: Unit
    period: Period
    size: float
    level: float
    reset: float  # when a bucket of hours or days is full again

    @property
    def reason(self) -> str:
        """What is missing if this bucket is too empty."""
        return f"{self.unit} a {self.period}"

    def cost(self, tokens: float, requests: float) -> float:
        return tokens if self.unit == "tokens" else requests

    def wait(self, need: float, now: float) -> float:
        """Seconds until `need` is there."""
        if need <= self.level:
            return 0.0
        if need > self.size:
            return math.inf
        refilled = (need - self.level) * SECONDS[self.period] / self.size
        return max(refilled, self.reset - now) if SECONDS[self.period] > SECONDS["minute"] else refilled


@dataclass(frozen=True, slots=True)
class _Admission:
    tokens: int
    interactive: bool
    waiter: int | None
    insist: bool


class Quota:
    """One account's quota at one endpoint."""

    def __init__(self, endpoint: Endpoint, store: SharedStore, clock: Callable[[], float]) -> None:
        account = "\0".join((endpoint.root, endpoint.model, endpoint.api_key or ""))
        self._key = sha256(account.encode()).hexdigest()[:16]
        self._store = store
        self._clock = clock

    async def admit(
        self, tokens: int, *, interactive: bool, waiter: int | None = None, insist: bool = False
    ) -> Ticket | Wait:
        """Reserve quota for a request of `tokens` (prompt and output limit), or return when to retry.

        With `insist` also before the time that a 429 has named: the account may have been topped up since.
        """
        admission = _Admission(tokens, interactive, waiter, insist)
        return await self._store.do(lambda database: self._admit(database, admission))

    async def adjust(self, ticket: Ticket, tokens: int) -> Ticket:
        """The request turned out to have another size."""
        return await self._store.do(lambda database: self._adjust(database, ticket, tokens))

    async def give_back(self, ticket: Ticket) -> None:
        """The request was not sent after all, or never reached the endpoint."""
        await self._store.do(lambda database: self._close(database, ticket, returned=True))

    async def leave(self, waiter: int) -> None:
        """Stop waiting."""
        await self._store.do(lambda database: database.execute("DELETE FROM waiter WHERE id = ?", (waiter,)))

    async def learn(self, allowances: Iterable[Allowance]) -> None:
        """Sizes of buckets, from a catalogue. Buckets that are known already keep their level."""
        sizes = tuple(allowances)
        if sizes:
            await self._store.do(lambda database: self._learn(database, sizes))

    async def update(self, ticket: Ticket | None, allowances: Iterable[Allowance]) -> None:
        """Quota headers that came with the answer to a request: they are right, but for requests still on their way."""
        news = tuple(allowances)
        if news or ticket is not None:
            await self._store.do(lambda database: self._update(database, ticket, news))

    async def refused(self, ticket: Ticket | None, error: OverQuota, allowances: Iterable[Allowance]) -> None:
        """A 429: nothing was charged, and nothing is to be sent before the time that it names."""
        news = tuple(allowances)
        await self._store.do(lambda database: self._refused(database, ticket, error, news))

    async def remaining(self) -> tuple[QuotaLeft, ...]:
        """Every bucket as it is now."""
        return await self._store.do(self._remaining)

    # -- inside a transaction

    def _buckets(self, database: sqlite3.Connection) -> list[_Bucket]:
        now = self._clock()
        found: list[_Bucket] = []
        rows: list[tuple[Unit, Period, float, float, float, float]] = database.execute(
            "SELECT unit, period, size, level, at, reset FROM bucket WHERE key = ?", (self._key,)
        ).fetchall()
        for unit, period, size, level, at, reset in rows:
            # A clock behind the record: the machine restarted, and more time than a bucket takes has passed.
            gained = (now - at) * size / SECONDS[period] if now >= at else size
            found.append(_Bucket(unit, period, size, min(size, level + gained), reset if now >= at else 0.0))
        return found

    def _save(self, database: sqlite3.Connection, buckets: Iterable[_Bucket]) -> None:
        now = self._clock()
        database.executemany(
            "INSERT OR REPLACE INTO bucket VALUES (?, ?, ?, ?, ?, ?, ?)",
            [(self._key, each.unit, each.period, each.size, each.level, now, each.reset) for each in buckets],
        )

    def _admit(self, database: sqlite3.Connection, admission: _Admission) -> Ticket | Wait:
        now, tokens = self._clock(), admission.tokens
        buckets = self._buckets(database)
        blocked: tuple[float, str] | None = database.execute(
            "SELECT until, why FROM blocked WHERE key = ? AND until > ? AND at <= ? AND at > ?",
            (self._key, now, now, now - INSIST if admission.insist else -math.inf),
        ).fetchone()
        wait, why = (blocked[0] - now, blocked[1]) if blocked else (0.0, "")
        reason = "blocked"
        requests_before, tokens_before = self._ahead(database, admission)
        for each in buckets:
            cost = each.cost(tokens, 1)
            if cost > each.size:
                why = f"{tokens} tokens exceed its quota of {each.size:.0f} a {each.period}"
                return Wait(math.inf, why, each.reason, most=int(each.size) if each.unit == "tokens" else None)
            kept_free = 0.0 if admission.interactive else self._kept_free(database, each)
            need = min(each.size, cost + each.cost(tokens_before, requests_before) + kept_free)
            seconds = each.wait(need, now)
            if seconds > wait:
                wait, reason = seconds, each.reason
                why = f"{max(0, each.level):.0f} of {each.size:.0f} {each.unit} a {each.period} are left"
        if wait > 0:
            why = f"no quota for {wait:.1f} s: {why}"
            return Wait(max(SHORTEST, wait), why, reason, self._queued(database, admission))
        for each in buckets:
            each.level -= each.cost(tokens, 1)
        self._save(database, buckets)
        if admission.insist:
            database.execute("DELETE FROM blocked WHERE key = ?", (self._key,))
        if admission.waiter is not None:
            database.execute("DELETE FROM waiter WHERE id = ?", (admission.waiter,))
        if admission.interactive:
            database.execute("INSERT OR REPLACE INTO interactive VALUES (?, ?, ?)", (self._key, tokens, now))
        row = database.execute("INSERT INTO ticket (key, tokens, at) VALUES (?, ?, ?)", (self._key, tokens, now))
        return Ticket(row.lastrowid or 0, tokens)

    def _queued(self, database: sqlite3.Connection, admission: _Admission) -> int | None:
        """A place in the queue, or the place that was held already, kept fresh."""
        now = self._clock()
        if admission.waiter is not None:
            database.execute("UPDATE waiter SET seen = ? WHERE id = ?", (now, admission.waiter))
            return admission.waiter
        return database.execute(
            "INSERT INTO waiter (key, tokens, interactive, seen) VALUES (?, ?, ?, ?)",
            (self._key, admission.tokens, admission.interactive, now),
        ).lastrowid

    def _ahead(self, database: sqlite3.Connection, admission: _Admission) -> tuple[int, int]:
        """How many requests wait before this one, and how many tokens they want."""
        now = self._clock()
        mine = admission.waiter if admission.waiter is not None else 2**62
        row: tuple[int, int] = database.execute(
            "SELECT count(*), coalesce(sum(tokens), 0) FROM waiter "
            "WHERE key = ? AND id <> ? AND seen > ? AND seen <= ? "
            "AND (interactive > ? OR (interactive = ? AND id < ?))",
            (self._key, mine, now - FRESH, now, admission.interactive, admission.interactive, mine),
        ).fetchone()
        return row

    def _kept_free(self, database: sqlite3.Connection, bucket: _Bucket) -> float:
        """What a batch leaves in a bucket for somebody at the keyboard."""
        now = self._clock()
        row: tuple[int] | None = database.execute(
            "SELECT tokens FROM interactive WHERE key = ? AND at > ? AND at <= ?", (self._key, now - RECENT, now)
        ).fetchone()
        return bucket.cost(row[0], 1) if row else 0.0

    def _adjust(self, database: sqlite3.Connection, ticket: Ticket, tokens: int) -> Ticket:
        buckets = self._buckets(database)
        for each in buckets:
            if each.unit == "tokens":
                each.level = min(each.size, each.level + ticket.tokens - tokens)
        self._save(database, buckets)
        database.execute("UPDATE ticket SET tokens = ? WHERE id = ?", (tokens, ticket.id))
        return Ticket(ticket.id, tokens)

    def _close(self, database: sqlite3.Connection, ticket: Ticket, *, returned: bool) -> None:
        open_ = database.execute("DELETE FROM ticket WHERE id = ?", (ticket.id,)).rowcount
        if returned and open_:
            buckets = self._buckets(database)
            for each in buckets:
                each.level = min(each.size, each.level + each.cost(ticket.tokens, 1))
            self._save(database, buckets)

    def _learn(self, database: sqlite3.Connection, allowances: tuple[Allowance, ...]) -> None:
        buckets = {(each.unit, each.period): each for each in self._buckets(database)}
        for each in allowances:
            if each.limit and (each.unit, each.period) not in buckets:
                buckets[each.unit, each.period] = _Bucket(each.unit, each.period, each.limit, each.limit, 0.0)
        self._save(database, buckets.values())

    def _update(self, database: sqlite3.Connection, ticket: Ticket | None, allowances: tuple[Allowance, ...]) -> None:
        now = self._clock()
        if ticket is not None:
            self._close(database, ticket, returned=False)
        database.execute("DELETE FROM ticket WHERE key = ? AND (at < ? OR at > ?)", (self._key, now - FORGOTTEN, now))
        pending: tuple[int, int] = database.execute(
            "SELECT count(*), coalesce(sum(tokens), 0) FROM ticket WHERE key = ?", (self._key,)
        ).fetchone()
        buckets = {(each.unit, each.period): each for each in self._buckets(database)}
        for each in allowances:
            known = buckets.get((each.unit, each.period))
            size = float(each.limit or (known.size if known else 0))
            if size <= 0 or (ticket is not None and each.unit == "tokens" and size < ticket.tokens):
                continue  # it has let more through: it means something else
            remaining = size if each.remaining is None else float(each.remaining)
            if each.remaining is None and known is not None:
                remaining = known.level
            else:
                remaining -= pending[1] if each.unit == "tokens" else pending[0]
            reset = now + each.reset if each.reset is not None else 0.0
            buckets[each.unit, each.period] = _Bucket(each.unit, each.period, size, min(size, remaining), reset)
        self._save(database, buckets.values())

    def _refused(
        self, database: sqlite3.Connection, ticket: Ticket | None, error: OverQuota, allowances: tuple[Allowance, ...]
    ) -> None:
        if ticket is not None:
            self._close(database, ticket, returned=True)
        self._update(database, None, allowances)
        now = self._clock()
        wait = error.retry_after if error.retry_after is not None else _UNTOLD[error.kind]
        unit = "requests" if error.kind == "requests" else "tokens"
        periods = {"tokens-day": ("day",), "tokens": ("minute",), "requests": ("second", "minute")}.get(error.kind, ())
        resets = [
            each.reset
            for each in allowances
            if each.unit == unit and each.period in periods and each.reset is not None and not each.remaining
        ]
        if resets:  # retry-after has been seen to be five times too long
            wait = min(wait, max(resets)) if error.retry_after is not None else max(resets)
        wait = min(wait, LONGEST)
        database.execute(
            "INSERT OR REPLACE INTO blocked VALUES (?, ?, ?, ?)",
            (self._key, now, now + wait, f"its message: {error.message}"),
        )

    def _remaining(self, database: sqlite3.Connection) -> tuple[QuotaLeft, ...]:
        now = self._clock()
        return tuple(
            QuotaLeft(each.unit, each.period, int(each.size), max(0, int(each.level)), each.wait(each.size, now))
            for each in self._buckets(database)
        )
