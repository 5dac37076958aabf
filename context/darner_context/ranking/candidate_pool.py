"""The candidates for one place, or for none, each with the signals that finders give it."""

from collections.abc import Iterable, Mapping

from darner_context.facts.file_facts import FileFacts
from darner_context.lookup.names import Key, NameResolver
from darner_context.ranking.reachable_types import ReachableTypes
from darner_context.ranking.scoring import Candidate
from darner_context.ranking.weights import Signal, Signals
from darner_context.workspace.file_kind import SECRET

_MAX_CANDIDATES = 4_000  # candidates
# true of a file, wherever the cursor is in it
_FILE_SIGNALS: frozenset[Signal] = frozenset({"pagerank", "module_imported", "same_package", "import", "name_in_file"})


class CandidatePool:
    """
    Candidates by the definition that they are. Of two values of a signal the higher one counts.

    Nothing of `own`, the cursor's file, gets in, and nothing of files that are secret. A candidate that was found for
    the whole file (`found_for_file`) starts with the signals that are true wherever the cursor is.
    """

    def __init__(self, names: NameResolver, own: str, found_for_file: Mapping[Key, Candidate]) -> None:
        self.candidates: dict[Key, Candidate] = {}
        self.types = ReachableTypes(names, own)  # those whose members become candidates
        self._names = names
        self._own = own
        self._found_for_file = found_for_file

    def candidate(self, key: Key) -> Candidate | None:
        """A candidate without signals, in no pool; None if the definition must not be one."""
        facts = self._names.facts(key[0])
        if facts is None or facts.flags & SECRET or key[1] >= len(facts.definitions) or key[0] == self._own:
            return None
        return Candidate(*key, facts.definitions[key[1]], facts)

    def add(self, key: Key, signal: Signal, value: float) -> Candidate | None:
        """Add a signal to a definition."""
        found = self.candidates.get(key)
        if found is None:
            found = self.candidate(key) if len(self.candidates) < _MAX_CANDIDATES else None
            if found is None:
                return None
            if (known := self._found_for_file.get(key)) is not None:
                found.signals = _file_signals(known)
            self.candidates[key] = found
        if value > found.signals.get(signal, 0.0):
            found.signals[signal] = value
        return found

    def add_all(self, path: str, facts: FileFacts, numbers: Iterable[int], signals: Signals) -> None:
        """Add the same signals to several definitions of one file."""
        if facts.flags & SECRET or path == self._own:
            return
        candidates, definitions, found_for_file = self.candidates, facts.definitions, self._found_for_file
        for number in numbers:
            key = (path, number)
            found = candidates.get(key)
            if found is None:
                if len(candidates) >= _MAX_CANDIDATES:
                    continue
                known = found_for_file.get(key)
                if known is None:
                    candidates[key] = Candidate(path, number, definitions[number], facts, signals.copy())
                    continue
                found = candidates[key] = Candidate(path, number, definitions[number], facts, _file_signals(known))
            present = found.signals
            for signal, value in signals.items():
                if value > present.get(signal, 0.0):
                    present[signal] = value


def _file_signals(candidate: Candidate) -> Signals:
    return {signal: value for signal, value in candidate.signals.items() if signal in _FILE_SIGNALS}
