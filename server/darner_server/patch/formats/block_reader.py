"""The interface of a format's reader, which takes one block of a reply line by line."""

from __future__ import annotations

from abc import ABC, abstractmethod
from enum import Enum, auto
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from darner_server.patch.edit import Edit


class State(Enum):
    """What a reader made of a line: it wants more, it is done with it, or it was done before it."""

    MORE = auto()
    DONE = auto()
    AGAIN = auto()


MORE, DONE, AGAIN = State.MORE, State.DONE, State.AGAIN


class Reader(ABC):
    """Reads one block of a reply line by line (without line ends) and puts the edits that are complete into `out`."""

    @abstractmethod
    def line(self, line: str, out: list[Edit]) -> State:
        """Take one line."""

    @abstractmethod
    def close(self, out: list[Edit], *, cut_off: bool) -> None:
        """The reply ends inside the block."""
