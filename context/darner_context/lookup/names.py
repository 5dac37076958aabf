"""Which definitions a name means in a file: its own, those it imports, those of its package."""

import re
from collections import OrderedDict
from collections.abc import Container, Sequence

from darner_context.facts.file_facts import FileFacts
from darner_context.lookup.cursor import CursorContext
from darner_context.lookup.reader import IndexReader
from darner_context.store.postings import Postings
from darner_context.syntax.definition_types import CLASSES, VALUES

Key = tuple[str, int]  # path and the definition's number in its file
COMMON = 25  # definitions of one name: more make it noise
_NOISE = 400  # definitions of a name that are not even looked at
_DEEPEST = 4  # imports of imports
_INDEXES = frozenset({
    "__init__.py", "__init__.pyi", "index.ts", "index.tsx", "index.js", "index.jsx", "index.mjs", "lib.rs", "mod.rs",
})  # fmt: skip
_STARS = 3  # files of one import of everything
_DEFAULT = re.compile(
    r"\bexport\s+default\s+(?:abstract\s+|async\s+)*(?:(?:class|function\b\s*\*?|interface|enum)\s+)?([A-Za-z_$][\w$]*)"
    r"|\bmodule\.exports\s*=\s*(?:(?:new|async|class|function)\s+)?([A-Za-z_$][\w$]*)"
    r"|\bexport\s*\{[^}]*?([\w$]+)\s+as\s+default\b"
)
_REEXPORTED = 80  # names that one file reexports


class NameResolver:
    """
    Finds definitions by name; what it caches is valid as long as the reader's state token is the same.

    `own` is a buffer that is being edited: what it uses does not count, and nothing inside its functions is remembered.
    """

    def __init__(self, reader: IndexReader, own: str | None = None) -> None:
        self.reader = reader
        self._own = own
        self._facts: dict[str, FileFacts | None] = {}
        self._postings: dict[str, Postings] = {}
        self.unknown: set[str] = set()  # of the names looked up, those that no file has
        self.co_used: OrderedDict[object, dict[str, float]] = OrderedDict()  # see name_cooccurrence.py
        self._reexports: dict[str, list[Key]] = {}
        self._resolved: dict[tuple[str, str, bool], list[Key]] = {}
        self._types: dict[Key, list[Key]] = {}
        self._bases: dict[Key, list[Key]] = {}

    def facts(self, path: str) -> FileFacts | None:
        """The facts about a file."""
        if path in self._facts:
            return self._facts[path]
        found = self.reader.facts(path)
        if path != self._own:
            self._facts[path] = found
        return found

    def preload(self, names: set[str]) -> None:
        """Look up many names at once, so that `postings` is quick for them."""
        known = self._postings  # a set less its keys would go through all of them
        wanted = [name for name in names if name not in known]
        if wanted:
            found = self.reader.postings(sorted(wanted), self._own)
            known.update(found)
            self.unknown.update([name for name, each in found.items() if not each.uses and not each.definitions])

    def postings(self, name: str) -> Postings:
        """The files that define and use a name."""
        found = self._postings.get(name)
        if found is None:
            found = self._postings[name] = self.reader.postings([name], self._own)[name]
        return found

    def cache_key(self, whole: CursorContext) -> object:
        """The cache key of a whole file's ranking; names that the workspace does not know do not change it."""
        self.preload({*whole.file, *whole.imported, *whole.original.values()})
        known = frozenset(whole.file.keys() - self.unknown)
        imported = tuple([(each._replace(line=0), tuple(targets)) for each, targets in whole.imports])
        return whole.path, known, imported, frozenset(whole.unused), frozenset(whole.words), whole.header

    def definitions_of(self, path: str, name: str) -> list[Key]:
        """The definitions of a name in a file."""
        facts = self.facts(path)
        numbers = facts.definitions.by_name.get(name) if facts is not None else None
        return [(path, number) for number in numbers] if numbers else []

    def resolve(self, path: str, name: str, *, package: bool = True) -> list[Key]:
        """The definitions that a name in a file refers to; with `package` those of the same folder count too."""
        key = (path, name, package)
        found = self._resolved.get(key)
        if found is None:
            found = self._follow(path, name, 0, set())
            if not found and package:
                found = self._beside(path, name)
            if path != self._own:
                self._resolved[key] = found
        return found

    def _follow(self, path: str, name: str, depth: int, seen: set[tuple[str, str]]) -> list[Key]:
        found = self.definitions_of(path, name)
        if found or depth >= _DEEPEST or (path, name) in seen:
            return found
        seen.add((path, name))
        stars: list[str] = []
        facts = self.facts(path)
        for each in facts.imports if facts is not None else ():
            if each.alias == name:
                targets = self.reader.resolve(path, each)
                there = each.name or name
                found = [key for target in targets[:8] for key in self._follow(target, there, depth + 1, seen)]
                if not found and there == "default":
                    found = [key for target in targets[:1] for key in self.default_export(target)]
                if found:
                    return found
            elif each.name == "*" and each.alias == "*":
                targets = self.reader.resolve(path, each)
                if len(targets) > _STARS:
                    defined = set(self.postings(name).defined)
                    targets = [target for target in targets if target in defined]
                stars += targets[:_STARS]
        for target in stars[:12]:
            found = self._follow(target, name, depth + 1, seen)
            if found:
                return found
        return []

    def default_export(self, path: str) -> list[Key]:
        """The definition that a module of JavaScript exports as its default."""
        named = _DEFAULT.search(self.reader.lines(path).text)
        return self.definitions_of(path, named[1] or named[2] or named[3]) if named else []

    def _beside(self, path: str, name: str) -> list[Key]:
        postings = self.postings(name)
        if postings.definitions > _NOISE:
            return []
        paths = postings.defined
        folder = path.rpartition("/")[0]
        near = [each for each in paths if each.rpartition("/")[0] == folder and package_scoped(each)]
        chosen = near or (paths if len(paths) == 1 else [])
        return [key for each in sorted(chosen)[:4] for key in self.definitions_of(each, name)]

    def reexports(self, path: str) -> list[Key]:
        """The definitions that a file such as __init__.py, index.ts or lib.rs imports for its importers."""
        found = self._reexports.get(path)
        if found is None:
            facts = self.facts(path) if path.rpartition("/")[2] in _INDEXES else None
            found = list[Key]()
            for each in facts.imports[:_REEXPORTED] if facts is not None else ():
                if each.name not in {"", "*"}:
                    for target in self.reader.resolve(path, each)[:2]:
                        found += self.definitions_of(target, each.name)[:1]
            if path != self._own:
                self._reexports[path] = found
        return found

    def signature_types(self, key: Key) -> list[Key]:
        """The types in a signature: what a call gives, or takes."""
        found = self._types.get(key)
        if found is None:
            names = [name for name in self.signature_names(key)[:12] if type_like(name)]
            found = [each for name in names for each in self.resolve(key[0], name)[:2] if self._is_class(each)]
            if key[0] != self._own:
                self._types[key] = found
        return found

    def bases(self, key: Key) -> list[Key]:
        """What the head of a class names beside itself."""
        found = self._bases.get(key)
        if found is None:
            facts = self.facts(key[0])
            own = facts.definitions.names[key[1]] if facts is not None else ""
            names = [name for name in self.signature_names(key)[:8] if name != own and type_like(name)]
            found = [each for name in names for each in self.resolve(key[0], name)[:1]]
            if key[0] != self._own:
                self._bases[key] = found
        return found

    def _is_class(self, key: Key) -> bool:
        facts = self.facts(key[0])
        return facts is not None and facts.definitions.kinds[key[1]] in CLASSES

    def signature_names(self, key: Key) -> list[str]:
        """Identifiers in the signature of a definition."""
        facts = self.facts(key[0])
        if facts is None:
            return []
        return facts.names_in(key[1]) if facts.definitions.kinds[key[1]] in VALUES else facts.names_in_signature(key[1])


def members(facts: FileFacts, number: int) -> Sequence[int]:
    """Number the members of a class of this file."""
    return facts.definitions.by_name.get("." + facts.definitions.names[number], ())


def type_like(name: str) -> bool:
    """Whether a name may be a type's, by its looks."""
    return name[0].isupper() or name.endswith("_t") or not re.search(r"[A-Z]", name)


def package_scoped(path: str) -> bool:
    """Whether files of one folder see each other's names without an import."""
    return path.endswith((".go", ".java", ".kt", ".cs", ".swift", ".scala"))


def parent_module(path: str, known: Container[str]) -> list[str]:
    """The file of the module that a file of Rust is a part of: `super` needs no import."""
    folder, _, name = path.rpartition("/")
    if not name.endswith(".rs"):
        return []
    inner = folder.rpartition("/")[0] if name == "mod.rs" else folder
    tried = [f"{inner}/{each}.rs" for each in ("mod", "lib", "main")] + [f"{inner}.rs"]
    return [each for each in tried if each in known and each != path][:1]
