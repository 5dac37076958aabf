"""A file's entry on its way into the store, and the names and words by which it is found there."""

from array import array
from collections import defaultdict
from dataclasses import dataclass

from darner_context.facts.file_facts import FileFacts
from darner_context.store.codec import serialize
from darner_context.text.identifiers import parts

_PROSE = (".md", ".markdown", ".mdx", ".rst", ".adoc", ".asciidoc", ".org", ".tex")
_SEPARATOR = "\n"  # never in a name


@dataclass(frozen=True, slots=True)
class Entry:
    """A file on its way into the store."""

    path: str
    size: int
    stamp: int
    digest: bytes
    symbols: int
    defined: str  # names that it defines, uses: joined
    used: str
    facts: bytes


def make_entry(path: str, size: int, stamp: int, facts: FileFacts) -> Entry:
    """Make a file ready to be stored: it is done beside the process that writes."""
    # an example in prose defines nothing
    names = () if path.endswith(_PROSE) else set(facts.definitions.names)
    return Entry(
        path,
        size,
        stamp,
        facts.digest,
        len(facts.definitions),
        _SEPARATOR.join(sorted(names)),
        _SEPARATOR.join(facts.names),
        serialize(facts),
    )


def unchanged_entry(path: str, size: int, stamp: int, digest: bytes) -> Entry:
    """A file whose content is what is stored of it."""
    return Entry(path, size, stamp, digest, 0, "", "", b"")


def empty_entry(path: str, size: int, stamp: int) -> Entry:
    """A file that no parser survives: it is not tried again until it changes, or `retry_suspects` lets it."""
    return Entry(path, size, stamp, b"", 0, "", "", b"")


class Delta:
    """What one transaction changes: the names and words of the files that come, and of those that go."""

    def __init__(self) -> None:
        self.defined: defaultdict[str, array[int]] = defaultdict(_none)
        self.used: defaultdict[str, array[int]] = defaultdict(_none)
        self.paths: dict[int, str] = {}
        self.removed: set[int] = set()
        self.old_names: set[str] = set()
        self.old_words: set[str] = set()

    def add(self, number: int, each: Entry) -> None:
        """Take in a file that comes."""
        self.paths[number] = each.path
        for postings, names in ((self.used, each.used), (self.defined, each.defined)):
            for key in names.split(_SEPARATOR) if names else ():
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

    def remove(self, number: int, path: str, facts: FileFacts | None) -> None:
        """Take in a removed file. Without facts its number stays under its names: no other file ever gets it."""
        self.removed.add(number)
        self.old_words.update(parts(path))
        if facts is not None:
            self.old_names.update(facts.names, facts.definitions.names)
            self.old_words |= words_of(path, facts)


def words_of(path: str, facts: FileFacts) -> set[str]:
    """The words by which a file is found: those of its path and of all its names."""
    words = set(parts(path))
    words.update(*map(parts, facts.names))
    return words


def _none() -> "array[int]":
    return array("I")
