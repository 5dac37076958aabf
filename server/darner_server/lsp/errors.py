"""The one exception a handler raises for a person to read."""

from typing import Any

from darner_server.display_text import plain

REQUEST_FAILED = -32803
INVALID_PARAMS = -32602


class Failure(Exception):
    """A request that could not be served: `message` is a sentence with what to do; `data` is for a client of ours."""

    def __init__(self, message: str, code: int = REQUEST_FAILED, data: object = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.data = data

    def as_json(self) -> dict[str, Any]:
        """The error of the response."""
        error: dict[str, Any] = {"code": self.code, "message": plain(self.message)}
        return error if self.data is None else error | {"data": self.data}
