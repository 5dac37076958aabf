"""How long a reply has become beside the requested limit: some models never end, and some servers let them."""

SLACK = 64  # tokens
CHARACTERS = 16  # of a token: code has three or four, and no text has so many on the average
PIECES = 3  # of a token: some send less than tokens ...
SINGLY = 6  # ... and some single characters
BLANKS = 256  # pieces in a row without a word


_BLANK = " \t\r\n\x0b\x0c\u00a0\u200b\u200c\u200d\u2060\ufeff"  # those without a width too


class OutputMeter:
    """Add each piece. Tokens cannot be counted in a stream; what no honest reply reaches can."""

    __slots__ = ("_blanks", "_characters", "_limit", "_pieces")

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._characters = 0
        self._pieces = 0
        self._blanks = 0

    def add(self, text: str) -> None:
        """A piece of the reply or of a thought."""
        self._characters += len(text)
        self._pieces += 1
        self._blanks = self._blanks + 1 if not text.strip(_BLANK) else 0

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
