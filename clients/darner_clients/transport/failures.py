"""How a connection fails, below the errors that users see."""

Headers = tuple[tuple[str, str], ...]


class NotConnected(Exception):
    """There is no connection; says why."""


class Broken(Exception):
    """The connection broke; says why."""
