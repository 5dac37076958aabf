"""A file's entry on its way into the store, and the names and words by which it is found there."""

from array import array
from collections import defaultdict
from dataclasses import dataclass

from darner_context.facts.file_facts import FileFacts
from darner_context.store.codec import pack
from darner_context.text.identifiers import parts

_SEPARATOR = "\n"  # never in a name


@dataclass(frozen=True, slots=True)
class Parsed:
    """A file on its way into the store."""

    path: str
    size: int
    stamp: int
    digest: bytes
    symbols: int
    defined: str  # names that it defines, uses: joined
    used: str
    facts: bytes


def parsed(path: str, size: int, stamp: int, facts: FileFacts) -> Parsed:
    """Make a file ready to be stored: it is done beside the process that writes."""
    # an example in prose defines nothing
    names = () if path.endswith((".md", ".markdown")) else {each.name for each in facts.definitions}
    return Parsed(
        path,
        size,
        stamp,
        facts.digest,
        len(facts.definitions),
        _SEPARATOR.join(sorted(names)),
        _SEPARATOR.join(facts.names),
        pack(facts),
    )


def unchanged(path: str, size: int, stamp: int, digest: bytes) -> Parsed:
    """A file whose content is what is stored of it."""
    return Parsed(path, size, stamp, digest, 0, "", "", b"")


def unparsed(path: str, size: int, stamp: int) -> Parsed:
    """A file that no parser survives: it is not tried again until it changes, or `try_again` lets it."""
    return Parsed(path, size, stamp, b"", 0, "", "", b"")


class Delta:
    """What one transaction changes: the names and words of the files that come, and of those that go."""

    def __init__(self) -> None:
        self.defined: defaultdict[str, array[int]] = defaultdict(_none)
        self.used: defaultdict[str, array[int]] = defaultdict(_none)
        self.paths: dict[int, str] = {}
        self.taken: set[int] = set()
        self.old_names: set[str] = set()
        self.old_words: set[str] = set()

    def add(self, number: int, each: Parsed) -> None:
        """Take in a file that comes."""
        self.paths[number] = each.path
        for postings, said in ((self.used, each.used), (self.defined, each.defined)):
            for key in said.split(_SEPARATOR) if said else ():
                postings[key].append(number)

    def words(self) -> dict[str, set[int]]:
        """The words by which files are found, taken out of each name only once."""
        found: defaultdict[str, set[int]] = defaultdict(set)
        for name, numbers in self.used.items():
            for word in parts(name):
                found[word].update(numbers)
        for number, path in self.paths.items():
            for word in parts(path):
                found[word].add(number)
        return found

    def take(self, number: int, path: str, facts: FileFacts | None) -> None:
        """Take in a file that goes. Without facts its number stays under its names: no other file is ever given it."""
        self.taken.add(number)
        self.old_words.update(parts(path))
        if facts is not None:
            self.old_names.update(facts.names, (each.name for each in facts.definitions))
            self.old_words |= words_of(path, facts)


def words_of(path: str, facts: FileFacts) -> set[str]:
    """The words by which a file is found: those of its path and of all its names."""
    words = set(parts(path))
    words.update(*map(parts, facts.names))
    return words


def _none() -> "array[int]":
    return array("I")
