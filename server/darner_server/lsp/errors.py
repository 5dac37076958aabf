"""The one exception a handler raises for a person to read."""

from typing import Any

from darner_server.display_text import plain

REQUEST_FAILED = -32803
INVALID_PARAMS = -32602


class Failure(Exception):
    """A request that could not be served: `said` is a sentence with what to do; `data` is for a client of ours."""

    def __init__(self, said: str, code: int = REQUEST_FAILED, data: object = None) -> None:
        super().__init__(said)
        self.said = said
        self.code = code
        self.data = data

    def as_json(self) -> dict[str, Any]:
        """The error of the response."""
        error: dict[str, Any] = {"code": self.code, "message": plain(self.said)}
        return error if self.data is None else error | {"data": self.data}
