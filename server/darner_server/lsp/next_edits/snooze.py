"""The user wants no next edits for a while."""


class Snooze:
    """Lasts until a time of the caller's clock, in seconds."""

    def __init__(self) -> None:
        self._until = 0.0

    def begin(self, now: float, minutes: float) -> None:
        """Begin, anew if it lasts already; no minutes end it."""
        self._until = now + max(minutes, 0.0) * 60

    def lasts(self, now: float) -> bool:
        """Whether it is not over."""
        return now < self._until
