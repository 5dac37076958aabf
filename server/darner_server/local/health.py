"""Whether the server that a state file speaks of lives and answers."""

import asyncio

from darner_server.local.lock import is_held
from darner_server.local.server_state import Files, ServerState

_PATIENCE = 5.0  # seconds; a busy server still answers at once, from another thread


async def answers(files: Files, state: ServerState) -> bool:
    """Whether its process lives, which its lock proves, and reports that it serves this model.

    A port proves nothing: once the process has died, anybody on the machine may listen there.
    """
    if not is_held(files.alive):
        return False
    from darner_clients.client import Client  # noqa: PLC0415 - slow to import; few starts ask the embedded model
    from darner_clients.endpoint import Endpoint  # noqa: PLC0415 - as above
    from darner_clients.errors import EndpointError  # noqa: PLC0415 - as above

    url = f"http://127.0.0.1:{state.port}/v1"
    endpoint = Endpoint("embedded", "vllm", url, model="", api_key=state.api_key, window=state.n_ctx)
    try:
        async with asyncio.timeout(_PATIENCE), Client(endpoint) as client:
            return (await client.limits()).model == state.model  # it lists one model
    except (EndpointError, OSError, OverflowError, TimeoutError):
        return False
