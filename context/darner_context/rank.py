"""Candidates for a place and an instruction, each with the signals that speak for it."""

import math
import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from darner_context.extract import test_path
from darner_context.facts import CLASSES, FUNCTIONS, GENERATED, SECRET, TEST, VALUES, VENDORED, Definition, FileFacts
from darner_context.library import Library, Postings, by_name
from darner_context.place import Place
from darner_context.search import Search
from darner_context.weights import WEIGHTS
from darner_context.words import IDENTIFIER, KEYWORDS, parts

_MOST = 4_000  # candidates
_COMMON = 25  # definitions of one name: more make it noise
_RARE = 60  # files that use a name: more say little about a place
_VOTERS = 24  # files asked what is used together
Key = tuple[str, int]  # path and the definition's number in its file


@dataclass(slots=True)
class Candidate:
    """A definition that may be needed. `score` is the estimated chance that it is."""

    path: str
    number: int
    definition: Definition
    facts: FileFacts
    signals: dict[str, float] = field(default_factory=dict[str, float])
    score: float = 0.0

    def raise_to(self, signal: str, value: float) -> None:
        """Note a signal, keeping the strongest."""
        if value > self.signals.get(signal, 0.0):
            self.signals[signal] = value


class Ranking:
    """One request's candidates as they are found."""

    def __init__(self, library: Library, place: Place | None, search: Search, recent: Sequence[str]) -> None:
        self.library = library
        self.place = place
        self.search = search
        self.recent = set(recent)
        self.candidates: dict[Key, Candidate] = {}
        self._types: dict[Key, float] = {}
        self._named: dict[str, Postings] = {}
        self._where: dict[tuple[str, str], list[Key]] = {}
        own = library.facts(place.path) if place else None
        self._own_names = set(own.names) if own else set[str]()

    def run(self) -> list[Candidate]:
        """Find, weigh and order the candidates, the likeliest first."""
        if self.place is not None:
            self._seen(self.place)
            self._inherited(self.place)
            self._spread(self.place)
            self._members()
            self._neighbours(self.place)
            self._together(self.place)
            if self.search.query:
                self._callers(self.place)
        for path, number, signal, value in self.search.hits:
            self._add((path, number), signal, value)
        self._finish()
        return sorted(self.candidates.values(), key=lambda each: (-each.score, each.path, each.number))

    # finding

    def _add(self, key: Key, signal: str, value: float) -> Candidate | None:
        found = self.candidates.get(key)
        if found is None:
            if len(self.candidates) >= _MOST or (self.place is not None and key[0] == self.place.path):
                return None
            facts = self.library.facts(key[0])
            if facts is None or facts.flags & SECRET or key[1] >= len(facts.definitions):
                return None
            found = self.candidates[key] = Candidate(*key, facts.definitions[key[1]], facts)
        found.raise_to(signal, value)
        return found

    def _look_up(self, names: Iterable[str]) -> None:
        wanted = sorted(name for name in set(names) if name not in self._named)
        if wanted:
            self._named.update(self.library.names(wanted))

    def _defining(self, path: str, name: str) -> list[Key]:
        facts = self.library.facts(path)
        if facts is None:
            return []
        return [(path, number) for number in by_name(facts).get(name, ())]

    def _tied(self, path: str, name: str, depth: int = 0) -> list[Key]:
        """Find the definitions that a name means in a file: its own, imported ones, its package's."""
        cached = self._where.get((path, name))
        if cached is not None:
            return cached
        self._where[path, name] = []  # a circle of imports ends here
        found = self._defining(path, name)
        if not found and depth < 4:
            stars: list[str] = []
            for each, targets in self.library.imports(path):
                if each.alias == name:
                    for target in targets[:8]:
                        found += self._tied(target, each.name or name, depth + 1)
                elif each.name == "*" and each.alias == "*":
                    stars += targets[:3]
                if found:
                    break
            for target in () if found else stars[:12]:
                found += self._tied(target, name, depth + 1)
                if found:
                    break
        if not found and depth == 0:
            self._look_up([name])
            folder = path.rpartition("/")[0]
            paths = self._named[name].defined if self._named[name].definitions <= 400 else []
            near = [each for each in paths if each.rpartition("/")[0] == folder and _package_scoped(each)]
            chosen = near or (paths if len(paths) == 1 else [])
            found = [key for each in sorted(chosen)[:4] for key in self._defining(each, name)]
        self._where[path, name] = found
        return found

    def _seen(self, place: Place) -> None:
        names = set(place.file) | place.scope | place.near | set(place.imported)
        self._look_up({*names, *place.original.values()})
        linked = {target for _, targets in place.imports for target in targets}
        for name in sorted(names):
            level = 1.0 if name in place.near else 0.8 if name in place.scope else 0.4
            if name in place.imported:
                for key in self._imported(place, name):
                    found = self._add(key, "import", 1.0)
                    if found is None:
                        continue
                    if name in place.unused:
                        found.raise_to("unused import", 1.0)
                    elif name in place.scope:
                        found.raise_to("name in scope", level)
                    else:
                        found.raise_to("name in file", 1.0)
                    if found.definition.kind in CLASSES:
                        self._type(key, 1.0 if name in place.scope else 0.7 if name in place.unused else 0.45)
                if place.imported[name]:
                    continue
            if not 0 < self._named[name].definitions <= _COMMON or place.file.get(name, 0) == 0:
                continue
            paths = self._named[name].defined
            for path in paths:
                tie = 1.0 if path in linked else 0.9 if _same_package(place, path) else 1.0 / len(paths)
                for key in self._defining(path, name):
                    found = self._add(key, "name in scope" if name in place.scope else "name in file", level * tie)
                    if found is None:
                        continue
                    found.raise_to("tied", 1.0 if path in linked else 0.6 if _same_package(place, path) else 0.0)
                    found.raise_to("alone", 1.0 / len(paths))
                    kind = found.definition.kind
                    if kind in CLASSES:
                        self._type(key, (1.0 if name in place.scope else 0.4) * tie)
                    elif kind in FUNCTIONS and name in place.scope:
                        self._returned(key, 0.6 * tie)

    def _imported(self, place: Place, name: str) -> list[Key]:
        there = place.original.get(name, name)
        found: list[Key] = []
        for target in place.imported[name][:6]:
            found += self._tied(target, there, 1)
            if found:
                break
        return found

    def _type(self, key: Key, weight: float) -> None:
        if weight > self._types.get(key, 0.0):
            self._types[key] = weight

    def _inherited(self, place: Place) -> None:
        """Walk up from the classes around the place: what they inherit is at hand."""
        level = [(place.path, name, 1.0) for name in _ordered(IDENTIFIER.findall(place.header))]
        done: set[Key] = set()
        for _ in range(4):
            following: list[tuple[str, str, float]] = []
            for path, name, weight in level:
                for key in self._tied(path, name)[:3]:
                    if key in done:
                        continue
                    done.add(key)
                    facts = self.library.facts(key[0])
                    if facts is None or facts.definitions[key[1]].kind not in CLASSES:
                        continue
                    if key[0] != place.path:
                        self._add(key, "base class", weight)
                        for number in members(facts, key[1]):
                            self._add((key[0], number), "inherited", weight)
                    head = self._head(key)
                    following += [(key[0], each, weight * 0.85) for each in head if each != name]
            level = following[:40]

    def _head(self, key: Key) -> list[str]:
        """Identifiers in the signature of a definition."""
        facts = self.library.facts(key[0])
        if facts is None:
            return []
        return facts.bag(key[1]) if facts.definitions[key[1]].kind in VALUES else facts.head(key[1])

    def _returned(self, key: Key, weight: float) -> None:
        """Note the types in a signature: what a call gives, or takes, is at hand."""
        path = key[0]
        for name in self._head(key)[:12]:
            if not _type_like(name):
                continue
            for each in self._tied(path, name)[:2]:
                facts = self.library.facts(each[0])
                if facts is not None and facts.definitions[each[1]].kind in CLASSES:
                    self._type(each, weight)

    def _spread(self, place: Place) -> None:
        """From the types at the place to the types of their members and their bases."""
        for _ in range(2):
            strong = sorted(((weight, key) for key, weight in self._types.items() if weight >= 0.35), reverse=True)[:24]
            for weight, key in strong:
                facts = self.library.facts(key[0])
                if facts is None:
                    continue
                for name in self._head(key)[:8]:
                    if _type_like(name) and name != facts.definitions[key[1]].name:
                        for base in self._tied(key[0], name)[:1]:
                            self._type(base, weight * 0.7)
                for number in members(facts, key[1])[:60]:
                    if facts.definitions[number].name in place.scope:
                        self._returned((key[0], number), weight * 0.85)

    def _members(self) -> None:
        for key, weight in sorted(self._types.items(), key=lambda item: (-item[1], item[0]))[:60]:
            self._add(key, "type at hand", weight)
            facts = self.library.facts(key[0])
            if facts is None:
                continue
            held = members(facts, key[1])
            for number in held[:150]:
                found = self._add((key[0], number), "member", weight)
                if found is not None:
                    found.raise_to("member of small type", weight / (1 + len(held) / 8))

    def _neighbours(self, place: Place) -> None:
        """What the imported files, and the files beside this one, define."""
        for each, targets in place.imports:
            whole = not each.name or each.name == "*"
            for target in targets[:20]:
                facts = self.library.facts(target)
                if facts is None:
                    continue
                outer = [number for number, one in enumerate(facts.definitions) if one.container is None]
                value = (1.0 if whole else 0.5) / (1 + len(targets) / 4)
                for number in outer[:80]:
                    self._add((target, number), "module imported", value)
        beside = [path for path in self.library.paths.by_folder.get(place.folder, ()) if path != place.path]
        if not _package_scoped(place.path) or len(beside) > 80:
            return
        for path in beside:
            facts = self.library.facts(path)
            if facts is not None and not facts.flags & TEST:
                for number, one in enumerate(facts.definitions[:250]):
                    if one.kind not in VALUES:
                        self._add((path, number), "same package", 1.0)

    def _together(self, place: Place) -> None:
        """Ask functions that use the same names what else they use."""
        idf: dict[str, float] = {}
        votes: dict[str, float] = {}
        shared: dict[str, list[str]] = {}
        for name in sorted(place.scope | place.unused):
            postings = self._named.get(name)
            if postings is not None and 0 < postings.uses <= _RARE:
                used = postings.used
                weight = math.log(1 + 400 / len(used)) * (1.5 if name in place.near else 1.0)
                idf[name] = weight
                for path in used:
                    votes[path] = votes.get(path, 0.0) + weight
                    shared.setdefault(path, []).append(name)
        votes.pop(place.path, None)
        chosen = sorted(votes, key=lambda path: (-votes[path], path))[:_VOTERS]
        ballots: dict[str, float] = {}
        likes: list[tuple[float, str, int]] = []
        for path in chosen:
            facts = self.library.facts(path)
            if facts is None:
                continue
            wanted = {bisect_left(facts.names, name): idf[name] for name in shared[path]}
            spots = set(wanted)
            for number, each in enumerate(facts.definitions):
                if each.kind in FUNCTIONS and facts.bags[number]:
                    bag = memoryview(facts.bags[number]).cast("H")
                    common = spots.intersection(bag)
                    if common:
                        alike = sum(wanted[one] for one in sorted(common))
                        likes.append((alike / (8 + len(bag)) ** 0.5, path, number))
        likes.sort(key=lambda item: (-item[0], item[1], item[2]))
        for weight, path, number in likes[:40]:
            facts = self.library.facts(path)
            if facts is not None:
                for name in facts.bag(number):
                    ballots[name] = ballots.get(name, 0.0) + weight
        if not ballots:
            return
        most = max(ballots.values())
        elected = sorted(ballots, key=lambda name: (-ballots[name], name))[:250]
        self._look_up(elected)
        for name in elected:
            if 0 < self._named[name].definitions <= _COMMON:
                paths = self._named[name].defined
                share = ballots[name] / most
                for path in paths:
                    for key in self._defining(path, name):
                        self._add(key, "used together", share / len(paths) ** 0.5)

    def _callers(self, place: Place) -> None:
        """Find who uses the thing that is being edited, and its tests."""
        for around in reversed(place.within[-2:]):
            self._look_up([around.name])
            postings = self._named[around.name]
            if postings.uses > _RARE:
                continue
            for path in postings.used[:20]:
                facts = self.library.facts(path)
                if facts is None or path == place.path:
                    continue
                spot = next((number for number, name in enumerate(facts.names) if name == around.name), -1)
                for number, each in enumerate(facts.definitions):
                    if each.kind in FUNCTIONS and spot in memoryview(facts.bags[number]).cast("H"):
                        self._add(
                            (path, number),
                            "test of it" if facts.flags & TEST else "caller",
                            1 / (1 + postings.definitions),
                        )

    # weighing

    def _finish(self) -> None:
        place = self.place
        self._look_up({each.definition.name for each in self.candidates.values()})
        own = {each.name for each in place.within} if place else set[str]()
        tests_count = place is None or not test_path(place.path)
        by_name: dict[str, tuple[float, float]] = {}
        for each in self.candidates.values():
            name, kind = each.definition.name, each.definition.kind
            signals, flags = each.signals, each.facts.flags
            if name not in by_name:
                by_name[name] = self._of_name(name)
            signals["popular"], alike = by_name[name]
            if alike:
                signals["like the words around"] = alike
            signals[_KINDS.get(kind, "other kind")] = 1.0
            if name[0] == "_" or name in own:
                signals["private"] = 1.0
            if flags:
                if flags & TEST and tests_count:
                    signals["in a test"] = 1.0
                if flags & _FOREIGN:
                    signals["generated"] = 1.0
            if each.path in self.recent:
                signals["recent file"] = 1.0
            if place and kind in _CODE and name in place.scope:
                for signal in ("member", "inherited", "same package"):
                    if signal in signals:
                        signals[f"{signal}, named here"] = signals[signal]
            total = _BIAS
            for signal, value in signals.items():
                total += _WEIGH(signal, 0.0) * value
            each.score = 1 / (1 + math.exp(-total))

    def _of_name(self, name: str) -> tuple[float, float]:
        """How many files use a name, and how much of it stands around the place; both from 0 to 1."""
        used = self._named[name].uses - (name in self._own_names)
        near = self.place.words if self.place else ()
        split = set(parts(name)) if near else ()
        return min(1.0, math.log1p(used) / 5), len(split.intersection(near)) / len(split) if split else 0.0


_BIAS = WEIGHTS["bias"]
_WEIGH = WEIGHTS.get
_CODE = FUNCTIONS | CLASSES
_FOREIGN = GENERATED | VENDORED
_KINDS = {
    "method": "method", "function": "function", "class": "class", "interface": "class", "enum": "class",
    "type": "class", "constant": "constant", "variable": "constant", "field": "field", "constructor": "constructor",
    "macro": "function", "module": "module",
}  # fmt: skip


def members(facts: FileFacts, number: int) -> list[int]:
    """Number the members of a class of this file."""
    return by_name(facts).get("." + facts.definitions[number].name, [])


def _ordered(names: Iterable[str]) -> list[str]:
    return [name for name in dict.fromkeys(names) if name not in KEYWORDS]


def _type_like(name: str) -> bool:
    return name[0].isupper() or name.endswith("_t") or not re.search(r"[A-Z]", name)


def _package_scoped(path: str) -> bool:
    """Whether files of one folder see each other's names without an import."""
    return path.endswith((".go", ".java", ".kt", ".cs", ".swift", ".scala"))


def _same_package(place: Place, path: str) -> bool:
    return path.rpartition("/")[0] == place.folder
