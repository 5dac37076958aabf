"""Imports of languages in which names belong to namespaces: which files define them, wherever these are."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from darner_context.imports.record import NAMED_MODULE, OWN, Import
from darner_context.lookup.path_table import MOST

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from darner_context.facts.file_facts import FileFacts
    from darner_context.store.postings import Postings

_JVM = frozenset({"java", "kotlin", "groovy", "scala"})
NAMESPACED = _JVM | {"csharp", "php", "ruby", "elixir", "cpp", "c"}
_SIGNS = re.compile(r"\\|::|/")
_FIRST = 8  # definitions among which the namespaces of a whole file are
_NOISE = 400  # files that define a name: which of them is meant is not looked for


class QualifiedNames:
    """Finds files by the namespaces and the names that they define."""

    def __init__(
        self, postings: Callable[[Sequence[str]], dict[str, Postings]], facts: Callable[[str], FileFacts | None]
    ) -> None:
        self._postings = postings
        self._facts = facts

    def resolve(self, language: str, path: str, wanted: Import, found: list[str]) -> list[str]:
        """List the files that an import means; `found` are those that the layout of the folders suggests."""
        module, name = wanted.module, wanted.name
        if module.startswith(NAMED_MODULE):
            return self._module(module.removeprefix(NAMED_MODULE))
        if language in {"cpp", "c"}:
            return found
        if module.startswith(OWN):
            folder = path.rpartition("/")[0]
            others = [each for each in found if each.rpartition("/")[0] != folder]
            return others or self._namespace(language, module.removeprefix(OWN), path)
        if language in _JVM:
            return self._jvm(module, name, found)
        if name in {"*", ""} or not name:
            return found or self._namespace(language, module, "")
        if language == "elixir":
            full = f"{module}.{name}".strip(".")
            return self._defined(full) or found or self._qualified(_parts(full))
        qualified = self._qualified([*_parts(module), name]) if module else []
        if language == "php" and found:
            return found
        return qualified or found

    def _jvm(self, module: str, name: str, found: list[str]) -> list[str]:
        if name in {"*", ""}:
            return found or self._namespace("", module, "")
        if not found:
            return [each for each in self._defined(name) if self._package(each) == module][:MOST]
        defined = set(self._defined(name)) if len(found) > 1 else set[str]()
        return [each for each in found if each in defined] or found

    def _package(self, path: str) -> str:
        """The package that a file says that it belongs to."""
        facts = self._facts(path)
        owns = (each.module for each in (facts.imports if facts is not None else ()) if each.module.startswith(OWN))
        return next(owns, "").removeprefix(OWN)

    def _module(self, name: str) -> list[str]:
        """The interfaces and implementations of a module of C++; a part is named behind a colon."""
        tried = [name, name.replace(":", "_"), name.replace(".", "_")]
        found = [path for each in dict.fromkeys(tried) for path in self._defined(each) if self._is_module(path, each)]
        found.sort(key=lambda path: not path.endswith((".cppm", ".ixx", ".mpp")))
        return found[:MOST]

    def _is_module(self, path: str, name: str) -> bool:
        facts = self._facts(path)
        numbers = facts.definitions.by_name.get(name, ()) if facts is not None else ()
        return facts is not None and any(facts.definitions.kinds[one] == "module" for one in numbers)

    def _namespace(self, language: str, name: str, own: str) -> list[str]:
        """The files of a namespace; of a file's own namespace those in other folders."""
        sign = "\\" if language == "php" else "."
        found = [each for each in self._defined(name) if self._is_module(each, name)]
        if not found and sign in name and language == "csharp":
            last = name.rpartition(sign)[2]
            found = [each for each in self._defined(last) if name in self._full_names(each, last)]
        folder = own.rpartition("/")[0]
        return [each for each in found if each != own and (not own or each.rpartition("/")[0] != folder)][:MOST]

    def _qualified(self, parts: Sequence[str]) -> list[str]:
        """The files that define a name in a namespace: of the whole path, or of its end."""
        name = parts[-1]
        wanted = "." + ".".join(parts)
        defined = self._defined(name)
        return [path for path in defined if self._defines(path, name, wanted)][:MOST]

    def _defines(self, path: str, name: str, wanted: str) -> bool:
        return any(("." + each).endswith(wanted) for each in self._full_names(path, name))

    def _full_names(self, path: str, name: str) -> list[str]:
        """A name's definitions in a file with all that they are in: containers, and the namespaces of the file."""
        facts = self._facts(path)
        if facts is None:
            return []
        outer = [
            each.name
            for each in islice(facts.definitions, _FIRST)
            if each.kind == "module" and each.end - each.start < _HEADER and each.container is None
        ]
        found: list[str] = []
        for number in facts.definitions.by_name.get(name, ()):
            each = facts.definitions[number]
            full = f"{each.container}.{each.name}" if each.container else each.name
            found += [_dotted(full), *(_dotted(f"{one}.{full}") for one in outer)]
        return found

    def _defined(self, name: str) -> list[str]:
        postings = self._postings([name])[name] if name else None
        return postings.defined if postings is not None and postings.definitions <= _NOISE else []


_HEADER = 2  # lines of a namespace that holds for the rest of the file


def _dotted(name: str) -> str:
    return _SIGNS.sub(".", name)


def _parts(name: str) -> list[str]:
    return [each for each in _dotted(name).split(".") if each]
