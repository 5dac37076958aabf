"""The code that a model requests by its place, or why it is not shown and what may be meant instead."""

import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from pathlib import Path

from darner_context.facts.file_facts import FileFacts
from darner_context.localization.literals import paths_like
from darner_context.localization.packing import PlacePacker
from darner_context.localization.places import LikelyPlace, Places
from darner_context.lookup.names import NameResolver
from darner_context.request import CodeRequest, Unreadable
from darner_context.workspace.file_kind import SECRET

REQUESTED = "requested by the model"
_NEAREST = 3  # names that are suggested
_LOOKED_THROUGH = 400  # names or paths that a misspelt one is compared with
_SAME_NAME = 4  # definitions of one name in one file that are shown
_LONGEST = 300  # characters of a path or a name
_SEPARATOR = re.compile(r"\.|::|#|->|/")
_SECRET = "it may contain secrets"  # noqa: S105 - a sentence


class RequestedPlaces:
    """Finds what requests mean, and shows it through a packer. `places` are what the instruction's words find."""

    def __init__(self, resolver: NameResolver, places: Places, packer: PlacePacker) -> None:
        self._resolver = resolver
        self._reader = resolver.reader
        self._places = places
        self._packer = packer

    def show(self, wanted: Sequence[CodeRequest]) -> tuple[tuple[CodeRequest, str], ...]:
        """Show what is requested, definitions before whole files; returns the unmet requests, each with the reason."""
        unmet: dict[CodeRequest, str] = {}
        for each in sorted(dict.fromkeys(wanted), key=lambda each: not each.name):
            reason = self._show(each)
            if reason:
                unmet[each] = reason
        return tuple((each, unmet[each]) for each in dict.fromkeys(wanted) if each in unmet)

    def _show(self, wanted: CodeRequest) -> str:
        if len(wanted.path) > _LONGEST or len(wanted.name) > _LONGEST:
            return "it is no name of a file or a definition"
        path = self._path(wanted.path)
        if isinstance(path, Unreadable):
            return self._elsewhere(wanted.name, path) if path.kind == "missing" else path.reason
        facts = self._resolver.facts(path)
        if facts is None:
            return "it is not indexed, so it is not shown"
        if facts.flags & SECRET:
            return _SECRET
        if not wanted.name:
            return self._show_file(path, facts)
        numbers = _defined(facts, wanted.name)
        return self._show_definitions(path, numbers) if numbers else self._elsewhere(wanted.name, path)

    def _path(self, named: str) -> str | Unreadable:
        """The file that a path names; of one that is not there, the only one whose path ends like it."""
        path = named.replace("\\", "/").removeprefix("./")
        found = self._reader.workspace.find(path)
        if isinstance(found, Path) or (found.kind == "missing" and path in self._reader.live):
            return path
        if found.kind not in {"missing", "no file"}:
            return found
        alike = paths_like(self._reader, [path]).get(path, [])
        if len(alike) == 1 and isinstance(self._reader.workspace.find(alike[0]), Path):
            return alike[0]
        return Unreadable("missing", f"there is no such file{_meant(alike or self._near_paths(path))}")

    def _near_paths(self, path: str) -> list[str]:
        """Files of the same folder, or of the same stem, whose paths are spelt alike."""
        folder, _, name = path.rpartition("/")
        stem = name.partition(".")[0]
        near = [
            each
            for each in self._reader.paths.all
            if each.rpartition("/")[0] == folder or each.rpartition("/")[2].partition(".")[0] == stem
        ]
        return get_close_matches(path, near[:_LOOKED_THROUGH], _NEAREST)

    def _elsewhere(self, name: str, there: str | Unreadable) -> str:
        """Show a definition that only another file has; else word the reason, with the nearest names."""
        last = _SEPARATOR.split(name)[-1]
        defined = self._reader.postings([last])[last].defined if last else []
        others = [path for path in defined[: _NEAREST + 1] if isinstance(self._path(path), str)]
        if len(others) == 1 and (facts := self._resolver.facts(others[0])) and not facts.flags & SECRET:
            numbers = _defined(facts, name)
            if numbers:
                return self._show_definitions(others[0], numbers)
        if isinstance(there, Unreadable):
            return there.reason
        facts = self._resolver.facts(there)
        names = dict.fromkeys(facts.definitions.names if facts is not None else ())
        near = get_close_matches(last, list(names)[:_LOOKED_THROUGH], _NEAREST)
        return f"{there} defines no such name{_meant([*near, *(f'{path}::{last}' for path in others[:_NEAREST])])}"

    def _show_definitions(self, path: str, numbers: Iterable[int]) -> str:
        shown = [self._packer.add_definition(self._place(path, number), self._places.words) for number in numbers]
        return "" if any(shown) else "it is too long for the tokens that are left"

    def _show_file(self, path: str, facts: FileFacts) -> str:
        """Show a whole file, or if it is too long the places in it that the instruction's words find."""
        if self._packer.add_file(self._place(path, -1)):
            return ""
        found = [each for each in self._places.places if each.path == path and each.number >= 0]
        for each in found:
            self._packer.add_definition(self._place(path, each.number), self._places.words)
        names = ", ".join(dict.fromkeys(facts.definitions.names[each.number] for each in found[:_NEAREST]))
        rest = f"shown are {names}" if names else "name its definitions"
        return f"{path} is too long to be shown whole ({facts.sums[-1]:,} tokens); {rest}"

    def _place(self, path: str, number: int) -> LikelyPlace:
        return LikelyPlace(path, number, 1.0, (REQUESTED,))


def _defined(facts: FileFacts, name: str) -> list[int]:
    """Number the definitions that a name means: `f`, `Class.f` or `module::Class::f`, with brackets or without."""
    *holders, last = _SEPARATOR.split(name.partition("(")[0].strip())
    definitions = facts.definitions
    found = [number for number in definitions.by_name.get(last, ()) if definitions.names[number] == last]
    inside = [number for number in found if holders and (definitions.containers[number] or "").endswith(holders[-1])]
    return (inside or found)[:_SAME_NAME]


def _meant(names: Sequence[str]) -> str:
    return f"; perhaps {' or '.join(names[:_NEAREST])}" if names else ""
