"""What one task has met at its endpoints: which are not asked again, and which one once more."""

from darner_clients.endpoint import Endpoint
from darner_clients.errors import EndpointError, Interrupted, Late, Loading

BRIEFLY = 20.0  # seconds: who asks for no more patience than that is asked again when nobody else is left


class EndpointFailures:
    """`out` are the endpoints that are not asked; `reasons` the last trouble of each endpoint, told in any case."""

    def __init__(self) -> None:
        self.out: frozenset[str] = frozenset()
        self.reasons: dict[str, str] = {}
        self._worth: dict[str, bool] = {}
        self._forgiven: set[str] = set()

    def add(self, endpoint: Endpoint, error: EndpointError, *, out: bool, waited: bool = False) -> None:
        """An endpoint failed; with `out` another one is to be asked. `waited`: it has had all the patience there is."""
        self.reasons.pop(endpoint.name, None)  # the last one is told last
        self.reasons[endpoint.name] = str(error)
        self._worth[endpoint.name] = _worth_another(error, waited=waited)
        if out:
            self.out |= {endpoint.name}

    def forgive(self) -> bool:
        """Nobody is left: ask the one whose reply broke off, or who is soon well again, once more. False: nobody is."""
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
