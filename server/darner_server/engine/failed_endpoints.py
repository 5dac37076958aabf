"""The failures of one task at its endpoints: which endpoints get no more requests, and which one another."""

from darner_clients.endpoint import Endpoint
from darner_clients.errors import EndpointError, Interrupted, Late, Loading

BRIEFLY = 20.0  # seconds: an endpoint that requests a shorter wait is tried again if no other is left


class EndpointFailures:
    """`out` are the endpoints that get no requests; `reasons` the last failure of each, reported in any case."""

    def __init__(self) -> None:
        self.out: frozenset[str] = frozenset()
        self.reasons: dict[str, str] = {}
        self._worth: dict[str, bool] = {}
        self._forgiven: set[str] = set()

    def add(self, endpoint: Endpoint, error: EndpointError, *, out: bool, waited: bool = False) -> None:
        """An endpoint failed; with `out` another one gets the request. `waited`: it has had all the patience."""
        self.reasons.pop(endpoint.name, None)  # the last one is reported last
        self.reasons[endpoint.name] = str(error)
        self._worth[endpoint.name] = _worth_another(error, waited=waited)
        if out:
            self.out |= {endpoint.name}

    def forgive(self) -> bool:
        """No endpoint is left: retry the one whose reply was cut off, or that will soon recover. False if none is."""
        for name in sorted(self.out - self._forgiven, key=list(self.reasons).index):
            if self._worth[name]:
                self._forgiven.add(name)
                self.out -= {name}
                return True
        return False


def _worth_another(error: EndpointError, *, waited: bool) -> bool:
    if error.started:
        endless = isinstance(error, Interrupted) and not error.retry
        return not isinstance(error, Late) and not endless
    soon = isinstance(error, Loading) or (error.retry_after is not None and error.retry_after <= BRIEFLY)
    return error.retry and soon and not waited
