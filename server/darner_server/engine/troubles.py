"""What one task has met at its endpoints: which are not asked again, and which one once more."""

from darner_clients.endpoint import Endpoint
from darner_clients.errors import EndpointError, Late

BRIEFLY = 20.0  # seconds: who asks for no more patience than that is asked again when nobody else is left


class Troubles:
    """`out` are the endpoints that are not asked; `reasons` the last trouble of each endpoint, told in any case."""

    def __init__(self) -> None:
        self.out: frozenset[str] = frozenset()
        self.reasons: dict[str, str] = {}
        self._last: dict[str, EndpointError] = {}
        self._forgiven: set[str] = set()

    def met(self, endpoint: Endpoint, error: EndpointError, *, out: bool) -> None:
        """An endpoint failed; with `out` another one is to be asked."""
        self.reasons.pop(endpoint.name, None)  # the last one is told last
        self.reasons[endpoint.name] = str(error)
        self._last[endpoint.name] = error
        if out:
            self.out |= {endpoint.name}

    def forgive(self) -> bool:
        """Nobody is left: ask the one whose reply broke off, or who is soon well again, once more. False: nobody is."""
        for name in sorted(self.out - self._forgiven, key=list(self.reasons).index):
            if _worth_another(self._last[name]):
                self._forgiven.add(name)
                self.out -= {name}
                return True
        return False


def _worth_another(error: EndpointError) -> bool:
    if error.started:
        return not isinstance(error, Late)
    return error.retry and error.retry_after is not None and error.retry_after <= BRIEFLY
