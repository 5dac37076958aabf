"""One request to a model outside a patch: routed by its size, sent, and read as a stream."""

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Literal, Protocol

from darner_server.lsp.errors import Failure
from darner_server.lsp.session import Session

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator

    from darner_clients.chat import ChatRequest, FillRequest
    from darner_clients.endpoint import Endpoint
    from darner_clients.wire.response_stream import Item
    from darner_context.secrets.masks import Masks
    from darner_server.engine import Engine


class Requests(Protocol):
    """The request as each endpoint would get it, with the masks of the secrets in it."""

    masks: "Masks"

    def of(self, endpoint: "Endpoint") -> "ChatRequest | FillRequest":
        """The request to an endpoint."""
        ...


class NoAnswer(Failure):
    """No endpoint is set up, none can take the request, or the chosen one failed."""

    def __init__(self, kind: Literal["setup", "route", "endpoint"], message: str) -> None:
        super().__init__(message)
        self.kind = kind


@asynccontextmanager
async def model_stream(
    session: Session, engine: "Engine", requests: Requests, *, output: int, interactive: bool = True
) -> "AsyncGenerator[AsyncIterator[Item]]":
    """Choose an endpoint for a reply of up to `output` tokens and stream from it. Raises NoAnswer."""
    from darner_clients.errors import EndpointError
    from darner_clients.routing.router import Route, Router

    router = await engine.router(lambda _event: None)
    if not isinstance(router, Router):
        raise NoAnswer("setup", f"{router.reason}; {router.advice}")
    await engine.index.run_in_thread(lambda: requests.of(router.endpoints[0]))
    session.log_once(map(str, requests.masks.told))
    route = await router.choose(
        lambda endpoint: requests.of(endpoint).prompt_tokens, output=output, interactive=interactive
    )
    if not isinstance(route, Route):
        raise NoAnswer("route", route.reason)
    try:
        async with router.stream(route, requests.of(route.endpoint)) as stream:
            yield stream
    except EndpointError as error:
        raise NoAnswer("endpoint", str(error)) from None
