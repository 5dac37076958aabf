"""Which edits of a reply go out at once, and which are held because they may be drafts of an answer that follows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from darner_server.patch.edit import Edit, malformed
from darner_server.patch.reply.line_numbers import unnumbered
from darner_server.patch.reply.wrappers import unwrapped

if TYPE_CHECKING:
    from collections.abc import Iterable

    from darner_server.patch.reply.reasoning import ReasoningDetector


class Drafts:
    """The edits of one reply that are not yet handed on.

    A reply may begin inside its reasoning, whose opening tag was part of the prompt. Edits behind prose that reads like
    thinking are held until the reply's end, or the reasoning's; others go out, and are reported if they prove drafts.
    """

    def __init__(self, reasoning: ReasoningDetector) -> None:
        self._reasoning = reasoning
        self._ready: list[Edit] = []
        self._held: list[Edit] = []
        self._released = 0
        self._drafted: set[str | None] = set()  # files of the drafts that a "final answer" has replaced
        self._latest: set[str | None] = set()  # files of the edits since
        self.answered: set[str | None] = set()  # the same in all readings of their names
        self._late = ""  # why edits that were handed on were drafts
        self.doubtful = False  # the reply began with prose, which may be reasoning
        self.holding = False  # and it reads so

    @property
    def count(self) -> int:
        """How many edits there are, handed on or not."""
        return self._released + len(self._ready) + len(self._held)

    @property
    def any_waiting(self) -> bool:
        """Whether edits wait that the end of reasoning, or a final answer, would replace."""
        return bool(self._held) or (self.doubtful and self.count > 0)

    def take(self, edits: Iterable[Edit]) -> None:
        """Take edits as they come."""
        for each in edits:
            edit = unnumbered(unwrapped(each))
            if self._late:
                edit = malformed(edit.path, "late", self._late, format=edit.format)
            if edit.kind != "malformed":
                self.answered.update((edit.path, edit.new_path, *edit.readings))
                self._latest.add(edit.path)
            (self._held if self.holding else self._ready).append(edit)
            self._reasoning.known = self._reasoning.known or not self.doubtful

    def void(self, *, final: bool) -> Edit | None:
        """All that came before were drafts: drop them, or return the rejection if they have gone out."""
        if final:
            self._drafted |= self._latest
        late = self._released > 0 or (not self.doubtful and bool(self._ready))
        self._held = []
        self._ready = self._ready if late else []
        self.answered, self._latest = set(), set()
        self.holding = self.doubtful = False
        if not late:
            return None
        what = "a final answer follows edits" if final else "the reply's reasoning ends after edits"
        self._late = f"{what}, so the answer cannot be identified; run the command again"
        return malformed(None, "late", self._late)

    def missing(self) -> Edit | None:
        """Return the rejection of a final answer that is about fewer files than its drafts."""
        files = sorted(str(each) for each in self._drafted - self.answered if each is not None)
        if not files or self._late:
            return None
        reason = f"the final answer leaves out the edits of {', '.join(files)} before it"
        return malformed(None, "unclear-answer", reason)

    def release(self) -> None:
        """Hold nothing any more: the reply has ended."""
        self._ready = [*self._held, *self._ready]
        self._held, self.holding = [], False

    def complete(self) -> tuple[Edit, ...]:
        """Hand on what is ready."""
        done, self._ready = tuple(self._ready), []
        self._released += len(done)
        return done
