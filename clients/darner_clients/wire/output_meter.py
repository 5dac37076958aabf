"""How long a reply has become beside the requested limit: some models never end, and some servers let them."""

from collections.abc import Callable

SLACK = 64  # tokens
CHARACTERS = 16  # of a token: code has three or four, and no text has so many on the average
PIECES = 3  # of a token: some send less than tokens ...
SINGLY = 6  # ... and some single characters
BLANKS = 256  # pieces in a row without a word


_BLANK = " \t\r\n\x0b\x0c\u00a0\u200b\u200c\u200d\u2060\ufeff"  # those without a width too


INEXACT = 32  # one part in so many of the limit: the sum over pieces is a little above the count of the whole
COUNTED = 256  # characters that are counted at once, at least


class OutputMeter:
    """Add each piece. `count` gives tokens, never more than the endpoint counts; without it nothing is `exceeded`.

    What no honest reply reaches by any tokenizer is `endless`.
    """

    __slots__ = ("_blanks", "_characters", "_count", "_limit", "_pieces", "_tokens", "_uncounted")

    def __init__(self, limit: int, count: Callable[[str], int] | None = None) -> None:
        self._limit = limit
        self._count = count
        self._tokens = 0
        self._uncounted = ""
        self._characters = 0
        self._pieces = 0
        self._blanks = 0

    def add(self, text: str) -> None:
        """A piece of the reply or of a thought."""
        self._characters += len(text)
        self._pieces += 1
        self._blanks = self._blanks + 1 if not text.strip(_BLANK) else 0
        if self._count is not None:
            self._uncounted += text

    @property
    def exceeded(self) -> bool:
        """Whether it has more tokens than the limit: the endpoint does not heed it."""
        most = self._limit + SLACK + self._limit // INEXACT
        if self._count is not None and len(self._uncounted) >= max(COUNTED, most - self._tokens):
            self._tokens += self._count(self._uncounted)
            self._uncounted = ""
        return self._tokens > most

    @property
    def endless(self) -> bool:
        """Whether it should have ended long ago."""
        most = self._limit + SLACK
        pieces = PIECES if self._characters >= 2 * self._pieces else SINGLY
        return self._characters > CHARACTERS * most or self._pieces > pieces * most or self._blanks > BLANKS

    @property
    def message(self) -> str:
        """That it is endless, in words."""
        if self._blanks > BLANKS:
            return "the reply went on with blanks and line ends only"
        return f"the reply did not end at its limit of {self._limit} tokens"
