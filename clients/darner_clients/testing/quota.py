"""Quota as a provider keeps it: buckets that refill continuously, charged at admission for prompt and output limit."""

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True)
class _Bucket:
    size: float
    period: float
    level: float
    at: float

    def refill(self, now: float) -> None:
        self.level = min(self.size, self.level + (now - self.at) * self.size / self.period)
        self.at = now

    def wait(self, cost: float) -> float:
        return max(0.0, (cost - self.level) * self.period / self.size)


@dataclass(slots=True)
class SimulatedQuota:
    """Zero means no limit. Nothing is given back for output that was reserved and not used."""

    requests_per_minute: int
    tokens_per_minute: int
    tokens_per_day: int
    clock: Callable[[], float]
    refused: int = 0
    _buckets: dict[str, _Bucket] = field(default_factory=dict[str, _Bucket], init=False)

    def __post_init__(self) -> None:
        """Every bucket begins full."""
        now = self.clock()
        for name, size, period in (
            ("requests-minute", self.requests_per_minute, 60.0),
            ("tokens-minute", self.tokens_per_minute, 60.0),
            ("tokens-day", self.tokens_per_day, 86400.0),
        ):
            if size:
                self._buckets[name] = _Bucket(size, period, size, now)

    def admit(self, tokens: int) -> tuple[str, float] | None:
        """Charge a request, or name the bucket that it does not fit in and the seconds until it would."""
        costs = {name: 1 if name.startswith("requests") else tokens for name in self._buckets}
        for name, bucket in self._buckets.items():
            bucket.refill(self.clock())
            if bucket.level < costs[name]:
                self.refused += 1
                return name, bucket.wait(costs[name])
        for name, bucket in self._buckets.items():
            bucket.level -= costs[name]
        return None

    def headers(self) -> list[tuple[str, str]]:
        """The headers that describe every bucket."""
        told: list[tuple[str, str]] = []
        for name, bucket in self._buckets.items():
            bucket.refill(self.clock())
            told += [
                (f"x-ratelimit-limit-{name}", str(int(bucket.size))),
                (f"x-ratelimit-remaining-{name}", str(int(bucket.level))),
                (f"x-ratelimit-reset-{name}", str(bucket.wait(bucket.size))),
            ]
        return told
