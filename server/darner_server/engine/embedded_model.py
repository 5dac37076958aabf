"""The embedded model as an endpoint: used when no other is named."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from darner_clients.endpoint import Deadlines, Endpoint
from darner_server.local.models import MODELS
from darner_server.local.server import StartFailed, ensure_server

Report = Callable[[str, float | None], None]  # the stage, and its progress (0 to 1) if known


@dataclass(frozen=True, slots=True)
class Embedded:
    """The embedded model's server, started on first use and found again afterwards."""

    model: str
    state_dir: Path
    cache_dir: Path

    async def endpoint(self, report: Report) -> Endpoint | StartFailed:
        """The running server as an endpoint; starts it, and fetches the model, where that has not been done yet."""
        server = await ensure_server(
            self.model,
            state_dir=self.state_dir,
            cache_dir=self.cache_dir,
            progress=lambda done, total: report("fetching the model", done / max(total, 1)),
            stage=lambda text: report(text, None),
        )
        if isinstance(server, StartFailed):
            return server
        facts = MODELS[self.model]
        return Endpoint(
            name="embedded",
            kind="llamacpp",
            base_url=server.base_url,
            model=self.model,
            api_key=server.api_key,
            window=server.window,
            max_output=facts.max_output,
            reply=facts.reply,
            tokenizer=facts.tokenizer,
            deadlines=Deadlines(connect=5.0, first_token=facts.first_token_seconds, gap=60.0),
            budget=facts.budget,
        )
