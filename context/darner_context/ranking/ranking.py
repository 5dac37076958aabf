"""Candidates for a place and an instruction, each with the signals that speak for it."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from darner_context.facts.file_facts import FileFacts, by_name
from darner_context.imports.record import Import
from darner_context.lookup.cursor import CursorContext
from darner_context.lookup.names import COMMON, Key, NameResolver, members, package_scoped, parent_module
from darner_context.lookup.pagerank import pagerank
from darner_context.ranking.name_cooccurrence import co_used_names
from darner_context.ranking.passages import passages
from darner_context.ranking.reachable_types import STRONG, ReachableTypes
from darner_context.ranking.scoring import Candidate, order_key, score_candidates
from darner_context.ranking.similar_files import file_similarity
from darner_context.ranking.text_search import Hits, Search
from darner_context.ranking.weights import Signal, Signals
from darner_context.syntax.symbols import CLASSES, FUNCTIONS, VALUES
from darner_context.text.identifiers import IDENTIFIER, KEYWORDS
from darner_context.workspace.file_kind import SECRET, TEST

_MAX_CANDIDATES = 4_000  # candidates
_RARE = 60  # files that use a name: more mean little for the callers of a thing
_MIN_VALUE = 0.06  # a signal so weak that it finds nothing by itself
_TYPES = 60  # types whose members are shown
_DIFFERING = 40  # files of the git diff that are looked into
_SEEDS = 40  # definitions that PageRank begins with
_PASSAGE_TOKENS = 40  # tokens of a passage that has few
_HANDING_ON = frozenset({"c", "cpp", "objc", "dart", "typescript", "tsx", "javascript", "vue", "svelte"})
_BESIDE = 80  # files in one folder that are looked at
_PARENT = Import("super", "", "super", 0)
_REEXPORTED = 0.4  # what a module imports to hand it on counts beside what it defines
_NAMED_HERE: frozenset[Signal] = frozenset({"name_in_scope", "name_in_file", "unused_import", "reachable_type"})
# true of a file, wherever the cursor is in it
_FILE_SIGNALS: frozenset[Signal] = frozenset({"pagerank", "module_imported", "same_package", "import", "name_in_file"})


class Ranking:
    """
    The candidates for one place, or for none: then an instruction alone finds them.

    `whole` is the ranking for the place's whole file: what it knows is not looked for again.
    """

    def __init__(
        self,
        resolver: NameResolver,
        cursor: CursorContext | None,
        recent: Sequence[str],
        *,
        callers: bool,
        whole: "Ranking | None" = None,
    ) -> None:
        self.resolver = resolver
        self._whole = whole
        self._known: Mapping[Key, Candidate] = whole.candidates if whole is not None else {}
        self.cursor = cursor
        self._worked_on: dict[str, Signals] = {}
        for path in recent:
            self._worked_on.setdefault(path, {})["recent_file"] = 1.0
        for path in resolver.reader.git_changes:
            self._worked_on.setdefault(path, {})["file_in_git_diff"] = 1.0
        self.candidates: dict[Key, Candidate] = {}
        self._types = ReachableTypes(resolver, cursor)
        self._add_git_changes()
        if cursor is not None:
            self._add_names(cursor)
            self._add_inherited(cursor)
            self._types.expand()
            self._add_members()
            self._add_neighbours(cursor)
            if self._whole is None:
                self._add_pagerank(cursor)
            else:
                self._add_co_used(cursor)
            if callers:
                self._add_callers(cursor)
        score_candidates(self.candidates.values(), cursor, self._worked_on)
        self._ranked = sorted(self.candidates.values(), key=order_key)

    def ranked(self, search: Search, budget: int) -> list[Candidate]:
        """Order the candidates with what an instruction finds, the likeliest first."""
        most = 40 + budget // _PASSAGE_TOKENS
        exact = self._whole is not None
        found = passages(self.resolver, search, self.cursor, self.similarity, most, exact=exact) if search.words else []
        return sorted([*self._with_hits(search.hits), *found], key=order_key)

    @cached_property
    def similarity(self) -> Mapping[str, float]:
        """The files that are similar to the cursor's, each with its similarity."""
        if self._whole is not None:
            return self._whole.similarity
        return file_similarity(self.resolver, self.cursor) if self.cursor is not None else {}

    def _with_hits(self, hits: Hits) -> list[Candidate]:
        if not hits:
            return self._ranked
        touched: list[Candidate] = []
        for key, signals in hits.items():
            known = self.candidates.get(key)
            each = Candidate(*key, known.definition, known.facts) if known else self._candidate(key)
            if each is not None:
                each.signals = {**known.signals, **signals} if known else signals.copy()
                touched.append(each)
        score_candidates(touched, self.cursor, self._worked_on)
        return [*touched, *[each for each in self._ranked if (each.path, each.number) not in hits]]

    # finding

    def _candidate(self, key: Key) -> Candidate | None:
        facts = self.resolver.facts(key[0])
        if facts is None or facts.flags & SECRET or key[1] >= len(facts.definitions):
            return None
        if self.cursor is not None and key[0] == self.cursor.path:
            return None
        return Candidate(*key, facts.definitions[key[1]], facts)

    def _add(self, key: Key, signal: Signal, value: float) -> Candidate | None:
        found = self.candidates.get(key)
        if found is None:
            found = self._candidate(key) if len(self.candidates) < _MAX_CANDIDATES else None
            if found is None:
                return None
            if (known := self._known.get(key)) is not None:
                found.signals = {name: held for name, held in known.signals.items() if name in _FILE_SIGNALS}
            self.candidates[key] = found
        if value > found.signals.get(signal, 0.0):
            found.signals[signal] = value
        return found

    def _add_all(self, path: str, facts: FileFacts, numbers: Iterable[int], signals: Signals) -> None:
        """Add the same signals to several definitions of one file."""
        if facts.flags & SECRET or (self.cursor is not None and path == self.cursor.path):
            return
        candidates, definitions, whole = self.candidates, facts.definitions, self._known
        for number in numbers:
            key = (path, number)
            found = candidates.get(key)
            if found is None:
                if len(candidates) >= _MAX_CANDIDATES:
                    continue
                known = whole.get(key)
                if known is None:
                    candidates[key] = Candidate(path, number, definitions[number], facts, signals.copy())
                    continue
                kept: Signals = {name: held for name, held in known.signals.items() if name in _FILE_SIGNALS}
                found = candidates[key] = Candidate(path, number, definitions[number], facts, kept)
            held = found.signals
            for signal, value in signals.items():
                if value > held.get(signal, 0.0):
                    held[signal] = value

    def _add_git_changes(self) -> None:
        """Add the definitions that the work tree has changed since the last commit."""
        changed = self.resolver.reader.git_changes
        for path in sorted(changed)[:_DIFFERING]:
            facts = self.resolver.facts(path)
            for number, each in enumerate(facts.definitions if facts is not None else ()):
                if any(lines.start <= each.end and each.start < lines.stop for lines in changed[path]):
                    self._add((path, number), "in_git_diff", 1.0)

    def _add_names(self, cursor: CursorContext) -> None:
        for each in cursor.within:  # a method that is written outside its class
            outer = (each.container or "").rpartition(".")[2]
            for key in self.resolver.resolve(cursor.path, outer)[:2] if outer else ():
                facts = self.resolver.facts(key[0])
                if key[0] != cursor.path and facts is not None and facts.definitions[key[1]].kind in CLASSES:
                    self._types.add(key, 1.0)
        names = set(cursor.file) | cursor.scope | cursor.near | set(cursor.imported)
        if self._whole is not None:
            names &= cursor.scope | cursor.near | cursor.unused
        self.resolver.preload({*names, *cursor.original.values()})
        names -= self.resolver.unknown - cursor.imported.keys()
        linked = self._linked(cursor)
        for name in sorted(names):
            if name in cursor.imported:
                self._add_imported(cursor, name)
                if cursor.imported[name]:
                    continue
            if 0 < self.resolver.postings(name).definitions <= COMMON and cursor.file.get(name, 0):
                self._add_definitions_of(cursor, name, linked)

    def _linked(self, cursor: CursorContext) -> set[str]:
        """The files that are imported, and those that they hand on as a whole."""
        linked = {target for _, targets in cursor.imports for target in targets}
        if cursor.language not in _HANDING_ON:
            return linked
        for path in sorted(linked)[:_BESIDE]:
            facts = self.resolver.facts(path)
            for each in facts.imports if facts is not None else ():
                if each.name == each.alias == "*":
                    linked.update(self.resolver.reader.resolve(path, each)[:_BESIDE])
        return linked

    def _add_imported(self, cursor: CursorContext, name: str) -> None:
        there = cursor.original.get(name, name)
        keys: list[Key] = []
        for target in cursor.imported[name][:6]:
            keys = self.resolver.resolve(target, there, package=False)
            if not keys and name in cursor.defaults:
                keys = self.resolver.default_export(target)
            if keys:
                break
        here, unused = name in cursor.scope, name in cursor.unused
        signal: Signal = "unused_import" if unused else "name_in_scope" if here else "name_in_file"
        for key in keys:
            found = self._add(key, "import", 1.0)
            if found is not None:
                found.raise_to(signal, 0.8 if signal == "name_in_scope" and name not in cursor.near else 1.0)
                weight = 1.0 if here else 0.7 if unused else 0.45
                if found.definition.kind in CLASSES:
                    self._types.add(key, weight)
                else:
                    self._types.add_signature_types(key, 0.6 * weight)

    def _add_definitions_of(self, cursor: CursorContext, name: str, linked: set[str]) -> None:
        """A name at the place that no import explains may be any definition of that name."""
        paths = self.resolver.postings(name).defined
        alone = 1.0 / len(paths)
        here = name in cursor.scope
        level = 1.0 if name in cursor.near else 0.8 if here else 0.4
        signal: Signal = "name_in_scope" if here else "name_in_file"
        for path in paths:
            beside = path.rpartition("/")[0] == cursor.folder
            tie = 1.0 if path in linked else 0.9 if beside else alone
            if level * tie < _MIN_VALUE:
                continue
            facts = self.resolver.facts(path)
            if facts is None or facts.flags & SECRET or path == cursor.path:
                continue
            numbers = by_name(facts).get(name, ())
            signals: Signals = {signal: level * tie, "sole_name": alone}
            if path in linked or beside:
                signals["linked"] = 1.0 if path in linked else 0.6
            self._add_all(path, facts, numbers, signals)
            for number in numbers:
                kind = facts.definitions[number].kind
                if kind in CLASSES:
                    self._types.add((path, number), (1.0 if here else 0.4) * tie)
                elif here and kind in FUNCTIONS:
                    self._types.add_signature_types((path, number), 0.6 * tie)

    def _add_inherited(self, cursor: CursorContext) -> None:
        """Add what the classes around the cursor inherit."""
        names = dict.fromkeys(IDENTIFIER.findall(cursor.header))
        level = [(cursor.path, name, 1.0) for name in names if name not in KEYWORDS]
        done: set[Key] = set()
        for _ in range(4):
            following: list[tuple[str, str, float]] = []
            for path, name, weight in level:
                for key in self.resolver.resolve(path, name)[:3]:
                    facts = self.resolver.facts(key[0])
                    if key in done or facts is None or facts.definitions[key[1]].kind not in CLASSES:
                        continue
                    done.add(key)
                    if key[0] != cursor.path:
                        self._add(key, "base_class", weight)
                        self._add_all(key[0], facts, members(facts, key[1]), {"inherited": weight})
                    following += [
                        (key[0], each, weight * 0.85) for each in self.resolver.signature_names(key) if each != name
                    ]
            level = following[:40]

    def _add_members(self) -> None:
        for key, weight in self._types.strongest(_TYPES):
            self._add(key, "reachable_type", weight)
            facts = self.resolver.facts(key[0])
            if facts is None:
                continue
            held = members(facts, key[1])
            signals: Signals = {"member": weight, "member_of_small_type": weight / (1 + len(held) / 8)}
            self._add_all(key[0], facts, held[:150], signals)

    def _add_neighbours(self, cursor: CursorContext) -> None:
        """Add what the imported files, and those of the same package, define."""
        around = [(_PARENT, parent_module(cursor.path, self.resolver.reader.paths.all)), *cursor.imports]
        worth: dict[str, float] = {}
        for each, targets in around if self._whole is None else ():
            value = (1.0 if each.name in {"", "*"} else 0.5) / (1 + len(targets) / 4)
            for target in targets[:20]:
                worth[target] = max(value, worth.get(target, 0.0))
        for target, value in worth.items():
            facts = self.resolver.facts(target)
            if facts is not None:
                outer = [number for number, one in enumerate(facts.definitions) if one.container is None]
                self._add_all(target, facts, outer[:80], {"module_imported": value})
                for key in self.resolver.reexports(target):
                    self._add(key, "module_imported", value * _REEXPORTED)
        if not package_scoped(cursor.path):
            return
        beside = [path for path in self.resolver.reader.paths.by_folder.get(cursor.folder, ()) if path != cursor.path]
        for path in beside if len(beside) <= _BESIDE else ():
            facts = self.resolver.facts(path)
            if facts is not None and not facts.flags & TEST:
                held = [number for number, one in enumerate(facts.definitions[:250]) if one.kind not in VALUES]
                self._add_all(path, facts, held, {"same_package": 1.0})

    def _add_pagerank(self, cursor: CursorContext) -> None:
        """Add what the definitions named here use, and what these use in turn."""
        strong = [
            (-max([signals.get(name, 0.0) for name in _NAMED_HERE]), key)
            for key, each in self.candidates.items()
            if not _NAMED_HERE.isdisjoint(signals := each.signals)
        ]
        seeds = sorted(each for each in strong if -each[0] >= STRONG)[:_SEEDS]
        if seeds:
            for key, value in pagerank(self.resolver, {key: -value for value, key in seeds}, cursor.path).items():
                self._add(key, "pagerank", value)

    def _add_co_used(self, cursor: CursorContext) -> None:
        """Add the names that functions with the same names use too."""
        shares = co_used_names(self.resolver, cursor)
        self.resolver.preload(set(shares))
        for name, share in shares.items():
            postings = self.resolver.postings(name)
            if 0 < postings.definitions <= COMMON:
                value = share / postings.definitions**0.5
                named = bool(cursor.imported.get(name))  # an import says which of them is meant
                for path in postings.defined if value >= _MIN_VALUE else ():
                    facts = self.resolver.facts(path)
                    if facts is not None:
                        numbers = [
                            one for one in by_name(facts).get(name, ()) if not named or self._imported((path, one))
                        ]
                        self._add_all(path, facts, numbers, {"used_together": value})

    def _imported(self, key: Key) -> bool:
        found = self.candidates.get(key)
        return found is not None and "import" in found.signals

    def _add_callers(self, cursor: CursorContext) -> None:
        """Add the callers and the tests of the definition that is being edited."""
        for around in reversed(cursor.within[-2:]):
            postings = self.resolver.postings(around.name)
            if postings.uses > _RARE:
                continue
            for path in postings.used[:20]:
                facts = self.resolver.facts(path)
                if facts is None or path == cursor.path:
                    continue
                spot = next((number for number, name in enumerate(facts.names) if name == around.name), -1)
                signal: Signal = "test_of_it" if facts.flags & TEST else "caller"
                for number, each in enumerate(facts.definitions):
                    if each.kind in FUNCTIONS and spot in memoryview(facts.references[number]).cast("H"):
                        self._add((path, number), signal, 1 / (1 + postings.definitions))
