"""The finders of candidates, in two ordered tables: functions that give signals to definitions."""

from collections.abc import Callable, Sequence

from darner_context.imports.record import Import
from darner_context.lookup.cursor import CursorContext
from darner_context.lookup.names import COMMON, Key, NameResolver, members, package_scoped, parent_module
from darner_context.lookup.pagerank import pagerank
from darner_context.ranking.candidate_pool import CandidatePool
from darner_context.ranking.name_cooccurrence import co_used_names
from darner_context.ranking.reachable_types import STRONG
from darner_context.ranking.weights import Signal, Signals
from darner_context.syntax.definition_types import CLASSES, FUNCTIONS, VALUES
from darner_context.text.identifiers import IDENTIFIER, KEYWORDS
from darner_context.workspace.file_kind import SECRET, TEST

_RARE = 60  # files that use a name: more mean little for the callers of a thing
_MIN_VALUE = 0.06  # a signal so weak that it finds nothing by itself
_TYPES = 60  # types whose members are shown
_DIFFERING = 40  # files of the git diff that are looked into
_SEEDS = 40  # definitions that PageRank begins with
_IMPORTING_FOR_OTHERS = frozenset({"c", "cpp", "objc", "dart", "typescript", "tsx", "javascript", "vue", "svelte"})
_BESIDE = 80  # files in one folder that are looked at
_SAME_PACKAGE = 250  # definitions of each of them
_PARENT = Import("super", "", "super", 0)
_REEXPORTED = 0.4  # what a module imports for its importers counts beside what it defines
_NAMED_HERE: frozenset[Signal] = frozenset({"name_in_scope", "name_in_file", "unused_import", "reachable_type"})

Finder = Callable[[CursorContext, NameResolver, CandidatePool], None]


def git_changes(names: NameResolver, pool: CandidatePool) -> None:
    """Add the definitions that the work tree has changed since the last commit."""
    changed = names.reader.git_changes
    for path in sorted(changed)[:_DIFFERING]:
        facts = names.facts(path)
        for number, definition in enumerate(facts.definitions if facts is not None else ()):
            if any(lines.start <= definition.end and definition.start < lines.stop for lines in changed[path]):
                pool.add((path, number), "in_git_diff", 1.0)


def _class_of_method(cursor: CursorContext, names: NameResolver, pool: CandidatePool) -> None:
    """Add the class of a method that is written outside it."""
    for around in cursor.within:
        outer = (around.container or "").rpartition(".")[2]
        for key in names.resolve(cursor.path, outer)[:2] if outer else ():
            facts = names.facts(key[0])
            if key[0] != cursor.path and facts is not None and facts.definitions.kinds[key[1]] in CLASSES:
                pool.types.add(key, 1.0)


def _names_in_file(cursor: CursorContext, names: NameResolver, pool: CandidatePool) -> None:
    """Add what the names of the whole file refer to."""
    _add_names(set(cursor.file) | cursor.scope | cursor.near | set(cursor.imported), cursor, names, pool)


def _names_at_place(cursor: CursorContext, names: NameResolver, pool: CandidatePool) -> None:
    """Add what the names around the cursor refer to, and the imports that nothing uses yet."""
    _add_names(cursor.scope | cursor.near | cursor.unused, cursor, names, pool)


def _add_names(wanted: set[str], cursor: CursorContext, names: NameResolver, pool: CandidatePool) -> None:
    names.preload({*wanted, *cursor.original.values()})
    linked = _linked_files(cursor, names)
    for name in sorted(wanted - (names.unknown - cursor.imported.keys())):
        if name in cursor.imported:
            _add_imported(name, cursor, names, pool)
            if cursor.imported[name]:
                continue
        if 0 < names.postings(name).definitions <= COMMON and cursor.file.get(name, 0):
            _add_definitions_of(name, linked, cursor, names, pool)


def _linked_files(cursor: CursorContext, names: NameResolver) -> set[str]:
    """The files that are imported, and those that they import for their importers as a whole."""
    linked = {target for _, targets in cursor.imports for target in targets}
    if cursor.language not in _IMPORTING_FOR_OTHERS:
        return linked
    for path in sorted(linked)[:_BESIDE]:
        facts = names.facts(path)
        for record in facts.imports if facts is not None else ():
            if record.name == record.alias == "*":
                linked.update(names.reader.resolve(path, record)[:_BESIDE])
    return linked


def _add_imported(name: str, cursor: CursorContext, names: NameResolver, pool: CandidatePool) -> None:
    original = cursor.original.get(name, name)
    keys: list[Key] = []
    for target in cursor.imported[name][:6]:
        keys = names.resolve(target, original, package=False)
        if not keys and name in cursor.defaults:
            keys = names.default_export(target)
        if keys:
            break
    here, unused = name in cursor.scope, name in cursor.unused
    signal: Signal = "unused_import" if unused else "name_in_scope" if here else "name_in_file"
    for key in keys:
        found = pool.add(key, "import", 1.0)
        if found is not None:
            found.raise_to(signal, 0.8 if signal == "name_in_scope" and name not in cursor.near else 1.0)
            weight = 1.0 if here else 0.7 if unused else 0.45
            if found.definition.kind in CLASSES:
                pool.types.add(key, weight)
            else:
                pool.types.add_signature_types(key, 0.6 * weight)


def _add_definitions_of(
    name: str, linked: set[str], cursor: CursorContext, names: NameResolver, pool: CandidatePool
) -> None:
    """Add the definitions of a name that no import explains: it may be any of them."""
    paths = names.postings(name).defined
    if not paths:  # the store names files that it did not list yet when the paths were read
        return
    alone = 1.0 / len(paths)
    here = name in cursor.scope
    level = 1.0 if name in cursor.near else 0.8 if here else 0.4
    signal: Signal = "name_in_scope" if here else "name_in_file"
    for path in paths:
        beside = path.rpartition("/")[0] == cursor.folder
        tie = 1.0 if path in linked else 0.9 if beside else alone
        if level * tie < _MIN_VALUE:
            continue
        facts = names.facts(path)
        if facts is None or facts.flags & SECRET or path == cursor.path:
            continue
        numbers = facts.definitions.by_name.get(name, ())
        signals: Signals = {signal: level * tie, "sole_name": alone}
        if path in linked or beside:
            signals["linked"] = 1.0 if path in linked else 0.6
        pool.add_all(path, facts, numbers, signals)
        for number in numbers:
            kind = facts.definitions.kinds[number]
            if kind in CLASSES:
                pool.types.add((path, number), (1.0 if here else 0.4) * tie)
            elif here and kind in FUNCTIONS:
                pool.types.add_signature_types((path, number), 0.6 * tie)


def _inherited(cursor: CursorContext, names: NameResolver, pool: CandidatePool) -> None:
    """Add what the classes around the cursor inherit."""
    in_header = dict.fromkeys(IDENTIFIER.findall(cursor.header))
    level = [(cursor.path, name, 1.0) for name in in_header if name not in KEYWORDS]
    done: set[Key] = set()
    for _ in range(4):
        following: list[tuple[str, str, float]] = []
        for path, name, weight in level:
            for key in names.resolve(path, name)[:3]:
                facts = names.facts(key[0])
                if key in done or facts is None or facts.definitions.kinds[key[1]] not in CLASSES:
                    continue
                done.add(key)
                if key[0] != cursor.path:
                    pool.add(key, "base_class", weight)
                    pool.add_all(key[0], facts, members(facts, key[1]), {"inherited": weight})
                following += [(key[0], base, weight * 0.85) for base in names.signature_names(key) if base != name]
        level = following[:40]


def _members_of_types(cursor: CursorContext, names: NameResolver, pool: CandidatePool) -> None:
    """Add the types that the cursor can reach, and their members."""
    pool.types.expand(cursor.scope)
    for key, weight in pool.types.strongest(_TYPES):
        pool.add(key, "reachable_type", weight)
        facts = names.facts(key[0])
        if facts is None:
            continue
        numbers = members(facts, key[1])
        signals: Signals = {"member": weight, "member_of_small_type": weight / (1 + len(numbers) / 8)}
        pool.add_all(key[0], facts, numbers[:150], signals)


def _imported_modules(cursor: CursorContext, names: NameResolver, pool: CandidatePool) -> None:
    """Add what the imported files define."""
    around = [(_PARENT, parent_module(cursor.path, names.reader.paths.all)), *cursor.imports]
    worth: dict[str, float] = {}
    for record, targets in around:
        value = (1.0 if record.name in {"", "*"} else 0.5) / (1 + len(targets) / 4)
        for target in targets[:20]:
            worth[target] = max(value, worth.get(target, 0.0))
    for target, value in worth.items():
        facts = names.facts(target)
        if facts is not None:
            outer = [number for number, container in enumerate(facts.definitions.containers) if container is None]
            pool.add_all(target, facts, outer[:80], {"module_imported": value})
            for key in names.reexports(target):
                pool.add(key, "module_imported", value * _REEXPORTED)


def _same_package(cursor: CursorContext, names: NameResolver, pool: CandidatePool) -> None:
    """Add what the files of the same package define, where they see each other without an import."""
    if not package_scoped(cursor.path):
        return
    beside = [path for path in names.reader.paths.by_folder.get(cursor.folder, ()) if path != cursor.path]
    for path in beside if len(beside) <= _BESIDE else ():
        facts = names.facts(path)
        if facts is not None and not facts.flags & TEST:
            kinds = facts.definitions.kinds[:_SAME_PACKAGE]
            numbers = [number for number, kind in enumerate(kinds) if kind not in VALUES]
            pool.add_all(path, facts, numbers, {"same_package": 1.0})


def _used_by_named(cursor: CursorContext, names: NameResolver, pool: CandidatePool) -> None:
    """Add what the definitions named here use, and what these use in turn."""
    strong = [
        (-max([signals.get(name, 0.0) for name in _NAMED_HERE]), key)
        for key, candidate in pool.candidates.items()
        if not _NAMED_HERE.isdisjoint(signals := candidate.signals)
    ]
    seeds = sorted(seed for seed in strong if -seed[0] >= STRONG)[:_SEEDS]
    if seeds:
        for key, value in pagerank(names, {key: -value for value, key in seeds}, cursor.path).items():
            pool.add(key, "pagerank", value)


def _used_together(cursor: CursorContext, names: NameResolver, pool: CandidatePool) -> None:
    """Add the names that functions with the same names use too."""
    shares = co_used_names(names, cursor)
    names.preload(set(shares))
    for name, share in shares.items():
        postings = names.postings(name)
        if 0 < postings.definitions <= COMMON:
            value = share / postings.definitions**0.5
            named = bool(cursor.imported.get(name))  # an import says which of them is meant
            for path in postings.defined if value >= _MIN_VALUE else ():
                facts = names.facts(path)
                if facts is not None:
                    numbers = [
                        number
                        for number in facts.definitions.by_name.get(name, ())
                        if not named or _imported((path, number), pool)
                    ]
                    pool.add_all(path, facts, numbers, {"used_together": value})


def _imported(key: Key, pool: CandidatePool) -> bool:
    found = pool.candidates.get(key)
    return found is not None and "import" in found.signals


def callers_of_place(cursor: CursorContext, names: NameResolver, pool: CandidatePool) -> None:
    """Add the callers and the tests of the definition that is being edited."""
    for around in reversed(cursor.within[-2:]):
        postings = names.postings(around.name)
        if postings.uses > _RARE:
            continue
        for path in postings.used[:20]:
            facts = names.facts(path)
            if facts is None or path == cursor.path:
                continue
            spot = next((number for number, name in enumerate(facts.names) if name == around.name), -1)
            signal: Signal = "test_of_it" if facts.flags & TEST else "caller"
            for number, kind in enumerate(facts.definitions.kinds):
                if kind in FUNCTIONS and spot in memoryview(facts.references[number]).cast("H"):
                    pool.add((path, number), signal, 1 / (1 + postings.definitions))


# in this order: a later finder builds on what earlier ones found
FOR_FILE: Sequence[Finder] = (
    _class_of_method,
    _names_in_file,
    _inherited,
    _members_of_types,
    _imported_modules,
    _same_package,
    _used_by_named,
)
FOR_PLACE: Sequence[Finder] = (
    _class_of_method,
    _names_at_place,
    _inherited,
    _members_of_types,
    _same_package,
    _used_together,
)
