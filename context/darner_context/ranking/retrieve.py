"""From a request to a bundle: the focus file on top, then what fits of the ranked candidates."""

from array import array
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate

from darner_context.localization.file_map import file_map as write_map
from darner_context.localization.packing import PlacePacker
from darner_context.localization.places import Places, find_places
from darner_context.localization.requested_code import RequestedPlaces
from darner_context.lookup.cursor import cursor_context, file_context
from darner_context.lookup.lru import cached
from darner_context.lookup.names import NameResolver
from darner_context.lookup.reader import IndexReader
from darner_context.ranking.change_chance import change_chances
from darner_context.ranking.focus_snippet import focus_snippet
from darner_context.ranking.packing import BudgetPacker
from darner_context.ranking.ranking import Ranking
from darner_context.ranking.text_search import Search
from darner_context.ranking.weights import PLACE_LEAST, PLACE_MORE, PLACE_SHARE
from darner_context.request import (
    CodeRequest,
    ContextBundle,
    ContextRequest,
    Focus,
    LeftOut,
    RequestedCode,
    Snippet,
    Withheld,
)
from darner_context.text.tokenizer import Tokenizer

_O200K = frozenset({"o200k_base", "o200k_harmony"})


class Retriever:
    """Ranks candidates and packs the best into the budget. Caching changes no result."""

    def __init__(self, reader: IndexReader) -> None:
        self._reader = reader
        self._state_token: object = None
        self._own: str | None = None
        self._resolver = NameResolver(reader)
        self._file_rankings: OrderedDict[object, Ranking] = OrderedDict()
        self._searches: OrderedDict[tuple[str, str | None], Search] = OrderedDict()
        self._packed: OrderedDict[object, tuple[BudgetPacker, list[Snippet]]] = OrderedDict()
        self._places: OrderedDict[object, Places] = OrderedDict()

    def retrieve(self, request: ContextRequest, tokenizer: Tokenizer, left_out: tuple[LeftOut, ...]) -> ContextBundle:
        """Choose the context of a request, within its budget."""
        reader = self._reader
        with reader.with_overlays(request.texts):
            path = request.focus.path if request.focus is not None else None
            self._renew(path)
            counter = _Counter(reader, tokenizer)
            focus = focus_snippet(reader, request, counter.tokens)
            query, file_map = _query(request), ""
            if focus is None or request.focus is None:
                places = self._places_of(request)
                packer = PlacePacker(request.budget, self._resolver, counter.sums, reader.secrets)
                packer.pack(places, selective=request.selective)
                snippets, dropped, withheld = packer.snippets(), packer.dropped, packer.withheld
                if request.map_limit:
                    whole = {
                        each.path
                        for each in snippets
                        if each.end_line - each.start_line + 1 == len(reader.lines(each.path))
                    }
                    file_map = write_map(places, self._resolver, whole, request.map_limit, tokenizer.count)
            else:
                search = cached(self._searches, (query, path), lambda: Search(reader, query, path))
                snippets, dropped, withheld = self._around_place(request, counter, search, request.focus)
        tokens = sum(each.tokens for each in snippets)
        held = tuple(sorted(set(withheld), key=lambda each: (each.path, each.line)))
        focus_tokens = focus.tokens if focus else 0
        return ContextBundle(focus, tuple(snippets), dropped, left_out, tokens, focus_tokens, held, file_map)

    def requested(self, request: ContextRequest, wanted: Sequence[CodeRequest], tokenizer: Tokenizer) -> RequestedCode:
        """Show code that is requested by its place, within the request's budget."""
        reader = self._reader
        with reader.with_overlays(request.texts):
            self._renew(None)
            counter = _Counter(reader, tokenizer)
            packer = PlacePacker(request.budget, self._resolver, counter.sums, reader.secrets)
            unmet = RequestedPlaces(self._resolver, self._places_of(request), packer).show(wanted)
            return RequestedCode(tuple(packer.snippets()), unmet, tuple(packer.withheld))

    def _places_of(self, request: ContextRequest) -> Places:
        query = _query(request)
        return cached(self._places, (query, request.recent), lambda: find_places(self._resolver, query, request.recent))

    def _renew(self, own: str | None) -> None:
        token = self._reader.state_token(own)
        if token != self._state_token:
            self._state_token, self._own = token, own
            self._resolver = NameResolver(self._reader, own if own in self._reader.live else None)
            self._file_rankings.clear()
            self._searches.clear()
            self._packed.clear()
            self._places.clear()

    def forget(self, path: str) -> None:
        """Drop what is cached for a buffer that was closed."""
        if path == self._own:
            self._renew(None)

    def _around_place(
        self, request: ContextRequest, counter: "_Counter", search: Search, focus: Focus
    ) -> tuple[list[Snippet], int, list[Withheld]]:
        """Pack one share of the budget for the whole file, which stays when the cursor moves, and the rest for it."""
        reader = self._reader
        lines = reader.lines(focus.path)
        size = max(len(lines), 1)
        first = min(max(focus.first_line or 1, 1), size)
        last = min(max(focus.last_line or focus.first_line or size, first), size)
        for_place = min(int(request.budget * PLACE_SHARE), PLACE_LEAST + int(request.budget * PLACE_MORE))

        overview = file_context(reader, focus.path, lines, first, request.hidden)
        key = (self._resolver.cache_key(overview), request.recent)
        whole = cached(
            self._file_rankings, key, lambda: Ranking(self._resolver, overview, request.recent, callers=False)
        )

        def pack() -> tuple[BudgetPacker, list[Snippet]]:
            packer = BudgetPacker(request.budget - for_place, reader.lines, counter.sums, reader.secrets)
            ranked = whole.ranked(search, request.budget)
            packer.pack(ranked, change_chances(ranked, focus.path, at_place=False) if request.selective else None)
            return packer, packer.snippets()

        for_file, stable = cached(
            self._packed, (key, search.instruction, request.budget, request.selective, counter.name), pack
        )
        cursor = cursor_context(reader, focus.path, lines, first, last, hidden=request.hidden, whole=overview)
        ranking = Ranking(self._resolver, cursor, request.recent, callers=bool(search.query), whole=whole)
        left = request.budget - sum(each.tokens for each in stable)
        rest = BudgetPacker(left, reader.lines, counter.sums, reader.secrets, for_file)
        ranked = ranking.ranked(search, request.budget)
        rest.pack(ranked, change_chances(ranked, focus.path, at_place=True) if request.selective else None)
        stable = _raised(stable, ranking)
        snippets = sorted((*stable, *rest.snippets()), key=lambda each: (-each.score, each.path, each.start_line))
        return snippets, rest.dropped, [*for_file.withheld, *rest.withheld]


def _query(request: ContextRequest) -> str:
    return "\n".join((request.instruction, *request.diagnostics))


def _raised(stable: list[Snippet], ranking: Ranking) -> list[Snippet]:
    """Give snippets that were chosen for the whole file the scores that they have at the place, if these are higher."""
    scores: dict[str, list[tuple[int, float]]] = {}
    for each in ranking.candidates.values():
        scores.setdefault(each.path, []).append((each.definition.line, each.score))
    raised: list[Snippet] = []
    for shown in stable:
        inside = [score for line, score in scores.get(shown.path, ()) if shown.start_line <= line <= shown.end_line]
        best = max(inside, default=0.0)
        raised.append(replace(shown, score=best) if best > shown.score else shown)
    return raised


class _Counter:
    """Tokens of the first n lines of a file: stored ones where the tokenizer fits, else counted and kept."""

    def __init__(self, reader: IndexReader, tokenizer: Tokenizer) -> None:
        self._reader = reader
        self._tokenizer = tokenizer
        self.name = tokenizer.name

    def tokens(self, path: str, first: int, last: int) -> int:
        """Tokens of some lines."""
        sums = self.sums(path)
        last = min(last, len(sums) - 1)
        return sums[last] - sums[min(first - 1, last)]

    def sums(self, path: str) -> Sequence[int]:
        """Tokens of the first n lines of a file, for each n."""
        facts = self._reader.facts(path) if self.name in _O200K else None
        return facts.sums if facts is not None else self._counted(path)

    def _counted(self, path: str) -> Sequence[int]:
        kept = self._reader.counts.get((self._tokenizer.name, path))
        if kept is None:
            counts = map(self._tokenizer.count, self._reader.lines(path))
            kept = self._reader.counts[self._tokenizer.name, path] = array("I", accumulate(counts, initial=0))
        return kept
