"""The candidates for a place and an instruction, the likeliest first."""

from collections.abc import Mapping, Sequence
from functools import cached_property

from darner_context.lookup.cursor import CursorContext
from darner_context.lookup.names import Key, NameResolver
from darner_context.ranking.candidate_pool import CandidatePool
from darner_context.ranking.finders import FOR_FILE, FOR_PLACE, callers_of_place, git_changes
from darner_context.ranking.passages import passages
from darner_context.ranking.scoring import Candidate, order_key, score_candidates
from darner_context.ranking.similar_files import file_similarity
from darner_context.ranking.text_search import Hits, Search
from darner_context.ranking.weights import Signals

_PASSAGE_TOKENS = 40  # tokens of a passage that has few


class Ranking:
    """
    The ranking for one place in a file, or for the whole file: what does not depend on the cursor.

    `whole`: the ranking for the whole file, if this is for a place; what it found is not looked for again.
    """

    def __init__(
        self,
        names: NameResolver,
        cursor: CursorContext,
        recent: Sequence[str],
        *,
        callers: bool,
        whole: "Ranking | None" = None,
    ) -> None:
        self._names = names
        self._cursor = cursor
        self._whole = whole
        self._worked_on = dict[str, Signals]()
        for path in recent:
            self._worked_on.setdefault(path, {})["recent_file"] = 1.0
        for path in names.reader.git_changes:
            self._worked_on.setdefault(path, {})["file_in_git_diff"] = 1.0
        found_for_file: Mapping[Key, Candidate] = whole.candidates if whole is not None else {}
        self._pool = CandidatePool(names, cursor.path, found_for_file)
        git_changes(names, self._pool)
        for find in FOR_FILE if whole is None else FOR_PLACE:
            find(cursor, names, self._pool)
        if callers:
            callers_of_place(cursor, names, self._pool)
        self.candidates: dict[Key, Candidate] = self._pool.candidates
        score_candidates(self.candidates.values(), cursor, self._worked_on)
        self._ranked = sorted(self.candidates.values(), key=order_key)

    def ranked(self, search: Search, budget: int) -> list[Candidate]:
        """Order the candidates with what an instruction finds, the likeliest first; `budget` in tokens."""
        most = 40 + budget // _PASSAGE_TOKENS
        exact = self._whole is not None
        found = passages(self._names, search, self._cursor, self.similarity, most, exact=exact) if search.words else []
        return sorted([*self._with_hits(search.hits), *found], key=order_key)

    @cached_property
    def similarity(self) -> Mapping[str, float]:
        """The files that are similar to the cursor's, each with its similarity from 0 to 1."""
        return self._whole.similarity if self._whole is not None else file_similarity(self._names, self._cursor)

    def _with_hits(self, hits: Hits) -> list[Candidate]:
        if not hits:
            return self._ranked
        touched: list[Candidate] = []
        for key, signals in hits.items():
            known = self.candidates.get(key)
            candidate = Candidate(*key, known.definition, known.facts) if known else self._pool.candidate(key)
            if candidate is not None:
                candidate.signals = {**known.signals, **signals} if known else signals.copy()
                touched.append(candidate)
        score_candidates(touched, self._cursor, self._worked_on)
        return [*touched, *[other for other in self._ranked if (other.path, other.number) not in hits]]
