"""The prompts of one task: one for each tokenizer and reply format, assembled once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from darner_clients.auto_budget import AUTO, LONGEST, Budget, limit_of, map_limit
from darner_clients.endpoint import Endpoint
from darner_context.index import (
    CodeRequest,
    ContextBundle,
    ContextRequest,
    Focus,
    Index,
    RequestedCode,
    Snippet,
    Unreadable,
)
from darner_context.prompt import Prompt, assemble
from darner_context.request import Withheld
from darner_context.secrets.masks import Masks
from darner_context.syntax.notebook import unshown_lines
from darner_context.text.lines import split_lines
from darner_context.text.model_tokenizers import counts_exactly
from darner_context.text.tokenizer import Tokenizer, tokenizer
from darner_server.engine.garbage_collection import no_collection
from darner_server.engine.prompt.instruction import instruction_at, rewrite_instruction
from darner_server.engine.prompt.rewrite_range import NoRegion, Region, choose_region, find_focus, surroundings
from darner_server.engine.task import Task
from darner_server.patch import MAP_RULES, rules


class Prompts:
    """Context and prompt of a task as each endpoint would get them, with `texts` in the place of the disk's."""

    def __init__(self, task: Task, index: Index, *, budget: Budget, project: str) -> None:
        self.task = task
        self._index = index
        self._budget: Budget = budget
        self._limits: dict[str, int] = {}  # of snippets, by the endpoint's name
        self._prefills: dict[str, float | None] = {}
        self._most: int | None = None  # what is left of them after the last cut ...
        self._focus_limit = LONGEST  # ... and of the focus file
        self._project = project
        self._texts: Mapping[str, str] = task.texts
        self._note = ""
        self.masks = Masks()
        self._cache: dict[tuple[object, ...], tuple[ContextBundle, Prompt, Region | NoRegion | None]] = {}

    def limit(self, endpoint: Endpoint, *, tokens_left: int | None, prefill: float | None) -> None:
        """Set how many tokens of snippets an endpoint gets, for as long as the task runs."""
        if endpoint.name not in self._limits:
            self._limits[endpoint.name] = limit_of(self._budget, endpoint, tokens_left=tokens_left, prefill=prefill)
            self._prefills[endpoint.name] = prefill

    async def prepare(self, endpoint: Endpoint) -> None:
        """Make the endpoint's prompt beside the event loop: from then on it is there at once."""
        await self._index.run_in_thread(lambda: self._made(endpoint))

    def prompt(self, endpoint: Endpoint) -> Prompt:
        """The prompt that the endpoint gets."""
        return self._made(endpoint)[1]

    def bundle(self, endpoint: Endpoint) -> ContextBundle:
        """The context inside that prompt."""
        return self._made(endpoint)[0]

    def region(self, endpoint: Endpoint) -> Region | NoRegion | None:
        """The piece a `whole` reply rewrites; None where the reply may edit anything."""
        return self._made(endpoint)[2]

    def withheld(self, endpoint: Endpoint) -> tuple[Withheld, ...]:
        """The secrets that are not sent."""
        return (*self.masks.told, *self.bundle(endpoint).withheld)

    def part_of_focus(self, endpoint: Endpoint) -> str:
        """What is shown of a focus file that is too long for the endpoint; "" if it is shown whole."""
        focus = self.bundle(endpoint).focus
        size = len(split_lines(self._text(focus.path) or "")) if focus is not None else 0
        if focus is None or focus.kind != "focus" or (focus.start_line, focus.end_line) == (1, size):
            return ""
        return f"{focus.path} is shown in part: lines {focus.start_line} to {focus.end_line} of {size}, and an outline"

    def count(self, endpoint: Endpoint) -> int:
        """Tokens of the prompt by the endpoint's tokenizer."""
        return self.prompt(endpoint).tokens

    def count_text(self, endpoint: Endpoint, text: str) -> int:
        """Tokens of any text by the endpoint's tokenizer."""
        return tokenizer(endpoint.tokenizer).count(text)

    def reply_counter(self, endpoint: Endpoint) -> Callable[[str], int]:
        """What counts the tokens of a reply, never above the endpoint's own count."""
        counter = tokenizer(endpoint.tokenizer)
        if counts_exactly(counter, endpoint.model):
            return counter.count
        return lambda text: round(counter.count(text) * SURE)

    async def fit(self, endpoint: Endpoint, room: int) -> int:
        """Leave out what is not needed until the endpoint's prompt has at most `room` tokens.

        Returns what the prompt has then. If that is more than `room`, it is what is needed: the focus, the places that
        the user named and what is nearly certain; then nothing was left out.
        """
        return await self._index.run_in_thread(lambda: self._fit(endpoint, room))

    def _fit(self, endpoint: Endpoint, room: int) -> int:
        bundle, prompt, _ = self._made(endpoint)
        needed = prompt.tokens - sum(each.tokens + MARKS for each in bundle.snippets if not _is_needed(each))
        needed -= _map_tokens(prompt)
        if needed > room:
            return needed
        before = self._limits.get(endpoint.name)
        limit = _map_tokens(prompt) + sum(each.tokens for each in bundle.snippets if not _is_named(each))
        for _ in range(MOST_FITS):
            limit = max(0, limit - max(1, prompt.tokens - room))
            self._limits[endpoint.name] = limit
            _, prompt, _ = self._made(endpoint)
            if prompt.tokens <= room:
                return prompt.tokens
        if before is not None:
            self._limits[endpoint.name] = before
        return prompt.tokens

    def shrink_to(self, endpoint: Endpoint, window: int) -> bool:
        """Leave out snippets, and then most of the focus file, until the prompt has at most `window` tokens.

        False if nothing is left to leave out.
        """
        bundle, prompt, _ = self._made(endpoint)
        excess = prompt.tokens - window
        others = _map_tokens(prompt) + sum(each.tokens for each in bundle.snippets if not _is_named(each))
        if excess <= 0 or (others == 0 and bundle.focus_tokens <= LEAST_FOCUS):
            return False
        if others:
            self._most = max(0, min(others - excess, others - 1))
        if others < excess:
            self._most = 0
            self._focus_limit = max(LEAST_FOCUS, bundle.focus_tokens - (excess - others) - MARKS)
        self._cache.clear()
        return True

    async def requested(
        self, endpoint: Endpoint, wanted: Sequence[CodeRequest], texts: Mapping[str, str], room: int
    ) -> RequestedCode:
        """The code that the endpoint's model requests, `texts` in the place of the files; at most `room` tokens."""
        query = self._query(None, min(room, self._limit(endpoint)))
        query = replace(query, texts={**self._texts, **texts})
        counter = tokenizer(endpoint.tokenizer)
        return await self._index.run_in_thread(lambda: self._index.requested(query, wanted, counter))

    def continue_from(self, texts: Mapping[str, str]) -> None:
        """From now on show the files as the finished edits left them, and ask for the rest only."""
        self._texts = {**self.task.texts, **texts}
        self._note = _REST if texts else ""
        self._cache.clear()

    def _made(self, endpoint: Endpoint) -> tuple[ContextBundle, Prompt, Region | NoRegion | None]:
        budget = self._limit(endpoint)
        mapped = map_limit(budget, endpoint, prefill=self._prefills.get(endpoint.name)) if self._has_no_place else 0
        reverse = self.task.variation(endpoint.name) % 2 == 1
        key = (endpoint.tokenizer, endpoint.reply, budget, mapped, reverse)  # the focus has one limit for all of them
        if key not in self._cache:
            counter = tokenizer(endpoint.tokenizer)
            self._cache[key] = self._make(endpoint.reply, counter, budget - mapped, mapped, reverse=reverse)
        return self._cache[key]

    def _limit(self, endpoint: Endpoint) -> int:
        """The most tokens of snippets that the endpoint gets now."""
        budget = self._limits.get(endpoint.name)
        budget = limit_of(self._budget, endpoint) if budget is None else budget
        return budget if self._most is None else min(budget, self._most)

    @property
    def _has_no_place(self) -> bool:
        return self.task.focus is None and not self.task.also

    def _make(
        self, reply: str, counter: Tokenizer, budget: int, mapped: int, *, reverse: bool
    ) -> tuple[ContextBundle, Prompt, Region | NoRegion | None]:
        task = self.task
        focus = task.focus
        self._learn()
        region: Region | NoRegion | None = None
        if reply == "whole":
            region = self._region(counter, budget)
        if isinstance(region, Region):
            bundle = self._around(region, self._context(_focus(region), counter, budget), counter, budget)
        else:
            bundle = self._context(focus, counter, budget, mapped)
        prompt = assemble(
            rules=rules(reply),
            project=self._project,
            bundle=bundle,
            instruction=self._instruction(region),
            tokenizer=counter,
            hide=self.masks.hide,
            reverse=reverse,
            file_map=MAP_RULES.format(file_map=bundle.file_map) if bundle.file_map else "",
        )
        return bundle, prompt, region

    def _learn(self) -> None:
        """Register the secrets of all that is sent in part: a line of a key reveals nothing by itself."""
        task = self.task
        for place in (*((task.focus,) if task.focus else ()), *task.also):
            self.masks.learn(place.path, self._text(place.path) or "")
        self.masks.learn("the instruction", task.instruction, words=True)
        self.masks.learn("what is reported there", "\n".join(task.diagnostics), words=True)
        self.masks.learn("the workspace's instructions", self._project, words=True)

    def _instruction(self, region: Region | NoRegion | None) -> str:
        task = self.task
        focus = task.focus
        if isinstance(region, Region) and (focus is None or not region.holds_more_than(focus)):
            focus = None  # the prompt shows the region, and it is the place
        text = self._text(focus.path) if focus else None
        if self._note and focus is not None:
            focus = Focus(focus.path)  # the lines have moved by the edits that were kept
        said = instruction_at(task.instruction, focus, text, task.diagnostics) + self._note
        return rewrite_instruction(region, said) if isinstance(region, Region) else said

    def _query(self, focus: Focus | None, budget: int, mapped: int = 0) -> ContextRequest:
        task = self.task
        return ContextRequest(
            instruction=task.instruction,
            focus=focus,
            budget=budget,
            recent=task.recent,
            diagnostics=task.diagnostics,
            texts=self._texts,
            selective=self._budget == AUTO,
            focus_limit=self._focus_limit,
            map_limit=mapped,
        )

    def _context(self, focus: Focus | None, counter: Tokenizer, budget: int, mapped: int = 0) -> ContextBundle:
        task = self.task
        with no_collection():
            bundle = self._index.context(self._query(focus, budget, mapped), counter)
        named = tuple(snippet for each in task.also if (snippet := self._place(each, counter)) is not None)
        if not named:
            return bundle
        paths = {each.path for each in named}
        rest = tuple(each for each in bundle.snippets if each.path not in paths)
        snippets = named + rest
        return replace(bundle, snippets=snippets, tokens=sum(each.tokens for each in snippets))

    def _place(self, place: Focus, counter: Tokenizer) -> Snippet | None:
        text = self._text(place.path)
        if text is None:
            return None
        lines = text.split("\n")
        first, last = place.first_line or 1, min(place.last_line or len(lines), len(lines))
        unshown = unshown_lines(place.path, text)
        shown = "\n".join(lines[number - 1] for number in range(first, last + 1) if number not in unshown)
        return Snippet(place.path, first, last, shown, counter.count(shown), "file", (NAMED,), 1.0)

    def _around(self, region: Region, bundle: ContextBundle, counter: Tokenizer, budget: int) -> ContextBundle:
        """The focus file without the region, which the prompt shows by itself: a slow endpoint reads nothing twice."""
        whole = self._text(region.path) or ""
        rest = surroundings(region, whole, lambda text: counter.count(text) <= budget)
        if rest is None or bundle.focus is None or unshown_lines(region.path, whole):
            return replace(bundle, focus=None, focus_tokens=0)
        tokens = counter.count(rest)
        focus = replace(bundle.focus, text=rest, tokens=tokens, kind="outline")
        return replace(bundle, focus=focus, focus_tokens=tokens)

    def _region(self, counter: Tokenizer, budget: int) -> Region | NoRegion:
        focus = self.task.focus or find_focus(self.task.instruction, self._context(None, counter, budget))
        if focus is None:
            return NoRegion(
                "nothing in the workspace fits the instruction; name a file, or lines as in PATH:FIRST-LAST"
            )
        text = self._text(focus.path)
        if text is None:
            return NoRegion(f"{focus.path} cannot be read")
        self.masks.learn(focus.path, text)
        return choose_region(self.task.instruction, focus, text)

    def _text(self, path: str) -> str | None:
        if path in self._texts:
            return self._texts[path]
        found = self._index.read(path)
        return None if isinstance(found, Unreadable) else found


SURE = 0.7  # of a count by a vocabulary that may not be the model's: no measured file has fewer tokens there
CERTAIN = 0.8  # the score of a definition that is needed
MARKS = 12  # tokens around a snippet: its path and its fences
MOST_FITS = 4
LEAST_FOCUS = 512  # tokens
NAMED = "named by you"


def _map_tokens(prompt: Prompt) -> int:
    return sum(part.tokens for part in prompt.parts if part.name == "file map")


def _is_named(snippet: Snippet) -> bool:
    return snippet.kind == "file"


def _is_needed(snippet: Snippet) -> bool:
    return _is_named(snippet) or snippet.score >= CERTAIN


_REST = (
    "\n\nA part of this has been done already and is in the code above. "
    "Answer only with the edits that are still missing."
)


def _focus(region: Region) -> Focus:
    return Focus(region.path, region.first_line, region.last_line)
