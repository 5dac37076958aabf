"""The embedded model as an endpoint: used when no other is named."""

from collections.abc import Callable
from dataclasses import dataclass

from darner_clients.endpoint import Deadlines, Endpoint
from darner_server.local import StartFailed, ensure_server

BUDGET = 768  # tokens of context from elsewhere: a CPU prefills about 100 a second


@dataclass(frozen=True, slots=True)
class NotStarted:
    """Why the embedded model does not run, and what to do."""

    reason: str
    advice: str


class Embedded:
    """The embedded model's server, started on first use and found again afterwards."""

    def __init__(self, model: str) -> None:
        self._model = model

    async def endpoint(self, progress: Callable[[str, float | None], None]) -> Endpoint | NotStarted:
        """The running server as an endpoint; starts it, and fetches the model, where that has not been done yet."""
        server = await ensure_server(self._model, progress=progress)
        if isinstance(server, StartFailed):
            return NotStarted(server.reason, server.advice)
        return Endpoint(
            name="embedded",
            kind="llamacpp",
            base_url=server.base_url,
            model=self._model,
            api_key=server.api_key,
            window=server.window,
            max_output=None,
            reply="whole",
            tokenizer="qwen",
            deadlines=Deadlines(connect=5.0, first_token=300.0, gap=60.0),
            budget=BUDGET,
        )
