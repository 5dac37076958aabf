"""The places that a report is most likely about, where it names no file: definitions, and files by the best of them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from darner_context.facts.file_facts import FileFacts
from darner_context.localization.lexical import Lexical
from darner_context.localization.literals import find_literals
from darner_context.localization.report import Report, read_report
from darner_context.lookup.names import Key, NameResolver
from darner_context.lookup.pagerank import pagerank
from darner_context.workspace.file_kind import GENERATED, SECRET, TEST, VENDORED

_FILES = 40  # files looked into
_PLACES = 400  # places that are given
_SEEDS = 30  # definitions that PageRank begins with
_LINKED, _WHOLE, _OTHERS = 0.3, 1.0, 0.2  # beside the best definition: its PageRank, the file's words, the next ones
_RECENT = 0.15  # what a file gains that the user works on
_NEXT = 4  # definitions of a file that count beside the best one
_TEST, _DOCUMENT, _UNCHANGED = 0.3, 0.25, 0.3  # of tests, of documents and data, of what others or programs write
_WANTED = 1.5  # of what the words ask for
_TESTS = re.compile(r"(?:^|/)(?:test_?suite|testdata|fixtures|specs)/|[-_.]test-d\.|(?:^|/)\w+-test/", re.IGNORECASE)
_DOCUMENTS = re.compile(
    r"(?:^|/)(?:docs?|documentation|examples?|benchmarks?)/|\.(?:md|markdown|rst|txt|adoc|json|ya?ml|toml|cfg|ini)$"
    r"|(?:^|/)(?:change|history|authors|news|readme)[^/]*$",
    re.IGNORECASE,
)
_MARKUP = (".html", ".htm", ".css", ".scss", ".sass", ".less")
_MARKUP_PROJECT = 0.2  # of the files of a workspace: there, markup is the code
_LOCKED = re.compile(r"(?:[.-]lock(?:\.\w+)?|\.sum|\.min\.\w+)$")
_CHANGE = r"(?i)\b(?:add|write|update|extend|fix|rename|remove|move|improve|correct|cover)\w*\b[^.\n]{0,40}\b"
_WANTS_TESTS = re.compile(_CHANGE + r"(?:tests?|specs?)\b")
_WANTS_DOCUMENTS = re.compile(_CHANGE + r"(?:docs?|documentation|readme|changelog|changes|examples?|guide|page)\b")
_WANTS_MARKUP = re.compile(
    r"(?i)\b(?:html|s?css|markup|style(?:s|d|sheets?)?|styling|templates?|layouts?|(?:home|web)?pages?|buttons?|colou?rs?|fonts?"
    r"|margins?|padding|responsive|dark mode|navbar|footers?|headings?)\b"
)
_WORDS, _NAMED, _USED = "words of the instruction", "named in the instruction", "used by what the words find"


@dataclass(frozen=True, slots=True)
class LikelyPlace:
    """A definition of a file, -1 for what is outside its functions; `score` is 1 for the likeliest place."""

    path: str
    number: int
    score: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Places:
    """The likeliest places, best first; a file's best place has the file's score. `words` are stems with weights."""

    places: tuple[LikelyPlace, ...]
    files: tuple[str, ...]  # of all places that were found, best first
    found: int  # how many there were
    words: Mapping[str, float]


def find_places(resolver: NameResolver, text: str, recent: Sequence[str] = ()) -> Places:
    """Find the places that a text is about; `recent` are the files that the user works on."""
    reader, report = resolver.reader, read_report(text)
    lexical = Lexical(reader, report)
    files = lexical.best_files(_FILES)
    literals = find_literals(reader, report, files)
    weights: dict[Key, float] = {}
    for path in dict.fromkeys([*files, *literals.files, *[path for path, _ in literals.places]]):
        facts = _shown(resolver, path)
        if facts is not None:
            found = lexical.definitions(path, facts) or {-1: 0.0}  # the words may be those of the path alone
            for number, score in found.items():
                weights[path, number] = score
    best = max(weights.values(), default=0.0) or 1.0
    weights = {key: score / best for key, score in weights.items()}
    for key, value in literals.places.items():
        if _shown(resolver, key[0]) is not None:
            weights[key] = weights.get(key, 0.0) + value
    linked = _linked(resolver, weights)
    for key, value in linked.items():
        weights[key] = weights.get(key, 0.0) + _LINKED * value
    prior = _Prior(resolver, text, report)
    worked_on = {*recent, *reader.git_changes}
    by_file: dict[str, dict[int, float]] = {}
    for (path, number), value in weights.items():
        by_file.setdefault(path, {})[number] = value
    ranked: list[tuple[float, str, int]] = []
    most = max(files.values(), default=1.0)
    for path, values in by_file.items():
        share = prior.of(path)
        ordered = sorted(values.values(), reverse=True)
        of_file = literals.files.get(path, 0.0) + _WHOLE * files.get(path, 0.0) / most
        of_file += _RECENT if path in worked_on else 0.0
        whole = share * (ordered[0] + _OTHERS * sum(ordered[1 : 1 + _NEXT]) + of_file)
        top = ordered[0] or 1.0
        ranked += [(whole * (value / top if ordered[0] else 1.0), path, number) for number, value in values.items()]
    ranked.sort(key=lambda each: (-each[0], each[1], each[2]))
    top = ranked[0][0] if ranked else 1.0
    places = [
        LikelyPlace(path, number, score / top, _reasons((path, number), literals.places, linked, lexical.words))
        for score, path, number in ranked[:_PLACES]
        if score > 0
    ]
    by_rank = dict.fromkeys(path for _, path, _ in ranked)
    return Places(tuple(places), tuple(by_rank), len(ranked), MappingProxyType(lexical.words))


def _reasons(
    key: Key, literals: Mapping[Key, float], linked: Mapping[Key, float], words: Mapping[str, float]
) -> tuple[str, ...]:
    named = (_NAMED,) if key in literals else ()
    return (*named, *((_WORDS,) if words else ()), *((_USED,) if linked.get(key, 0.0) > _LINKED else ()))


def _linked(resolver: NameResolver, weights: Mapping[Key, float]) -> dict[Key, float]:
    """What the likeliest definitions, tests too, use and lead to: its PageRank."""
    seeds = sorted(((-value, key) for key, value in weights.items() if key[1] >= 0))[:_SEEDS]
    found = pagerank(resolver, {key: -value for value, key in seeds}, "") if seeds else {}
    return {key: value for key, value in found.items() if _shown(resolver, key[0]) is not None}


def _shown(resolver: NameResolver, path: str) -> FileFacts | None:
    """The facts about a file, unless it is a secret."""
    facts = resolver.facts(path)
    return facts if facts is not None and not facts.flags & SECRET else None


class _Prior:
    """How likely it is that a file of a kind is to be changed, beside code."""

    def __init__(self, resolver: NameResolver, text: str, report: Report) -> None:
        self._resolver = resolver
        self._test = _WANTED if _WANTS_TESTS.search(text) else _TEST
        self._document = _WANTED if _WANTS_DOCUMENTS.search(text) else _DOCUMENT
        self._markup = 1.0 if _WANTS_MARKUP.search(text) or _is_markup_project(resolver) else _DOCUMENT
        self._named: Iterable[str] = report.paths

    def of(self, path: str) -> float:
        if any(named and ("/" + path).endswith("/" + named) for named in self._named):
            return 1.0
        facts = self._resolver.facts(path)
        flags = facts.flags if facts is not None else 0
        prior = 1.0
        if flags & TEST or _TESTS.search(path):
            prior *= self._test
        if _DOCUMENTS.search(path):
            prior *= self._document
        elif path.endswith(_MARKUP):
            prior *= self._markup
        if flags & (GENERATED | VENDORED) or _LOCKED.search(path):
            prior *= _UNCHANGED
        return prior


def _is_markup_project(resolver: NameResolver) -> bool:
    paths = resolver.reader.paths.all
    return sum(path.endswith(_MARKUP) for path in paths) > _MARKUP_PROJECT * len(paths)
