"""Where the text that a patch works on and the document that the user types in differ, while both change.

The patch's text (`model`) holds every edit of the patch so far; the document (`live`) holds what the editor has applied
of them and what the user typed. Outside the regions the two are the same. A region of our own (`own`) is an edit the
editor has not got yet, every other one is the user's doing. An echo of our edit makes both sides equal and the region
is, in whatever pieces the client reports it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from darner_server.lsp.text.documents import equal_at_start


class Cut(Protocol):
    """Characters start up to end of a text become `text`."""

    @property
    def start(self) -> int: ...  # noqa: D102 - as above
    @property
    def end(self) -> int: ...  # noqa: D102 - as above
    @property
    def text(self) -> str: ...  # noqa: D102 - as above


@dataclass(slots=True, eq=False)
class PendingRegion:
    """Characters m0..m1 of the patch's text replace d0..d1 of the document; `held`: not to be sent yet.

    Each is equal only to itself.
    """

    m0: int
    m1: int
    d0: int
    d1: int
    own: bool
    held: bool = False


class Alignment:
    """Both texts and their regions, in order; between two regions are equally many equal characters."""

    def __init__(self, text: str) -> None:
        self.model = text
        self.live = text
        self.lost: list[int] = []  # where in `model` the user changed an edit of ours before the document had got it
        self._regions: list[PendingRegion] = []

    @property
    def pending(self) -> tuple[PendingRegion, ...]:
        """Our edits that the document has not got yet."""
        return tuple(each for each in self._regions if each.own and not each.held)

    def edit_model(self, cuts: Sequence[Cut], *, held: bool = False) -> tuple[PendingRegion, ...] | None:
        """Enter an edit of the patch and return its pending regions; all cuts are in offsets of `model` as it is.

        None if the user has changed the same lines: the edit is then no longer ours to send. One that is `held` waits
        for `release`, or for an edit that touches it.
        """
        clean = not any(self._conflicts(cut) for cut in cuts)
        entered = {
            self._enter_model(cut, own=clean, held=held)
            for cut in sorted(cuts, key=lambda each: each.start, reverse=True)
        }
        return tuple(each for each in self.pending if each in entered) if clean else None

    def release(self) -> bool:
        """Let go what was held. Whether there was anything.

        It becomes one edit with those of ours that it touches: a client may have these already, without an echo so far,
        and takes an edit that touches them to hold their text too.
        """
        held = [each for each in self._regions if each.held and each.own]
        for each in held:
            each.held = False
        regions: list[PendingRegion] = []
        for each in self._regions:
            last = regions[-1] if regions else None
            if last is not None and last.own and each.own and last.m1 == each.m0 and last.d1 == each.d0:
                last.m1, last.d1 = each.m1, each.d1
            else:
                regions.append(each)
        self._regions = regions
        return bool(held)

    def edit_live(self, cut: Cut) -> None:
        """Enter a change of the document, the user's or an echo of ours."""
        if (echo := self._echo(cut)) is not None:
            self._take_in(echo)
            return
        regions, start, end = self._regions, cut.start, cut.end
        i = next((n for n, each in enumerate(regions) if each.d1 > start or each.d0 == each.d1 == start), len(regions))
        j = next((n for n in range(i, len(regions)) if regions[n].d0 >= end and regions[n].d0 > start), len(regions))
        beside = self._beside(i, j, start, end)
        self.live = self.live[:start] + cut.text + self.live[end:]
        grown = len(cut.text) - (end - start)
        region = self._joined(*beside, start, end, grown)
        if self._narrow(region) and any(each.own for each in (*regions[beside[0] : i], *regions[j : beside[1]])):
            beside = self._beside(i, j, start, end, own=False)  # no echo: what is merely next to it stays ours
            region = self._joined(*beside, start, end, grown)
            self._narrow(region)
        i, j = beside
        left = region.m0 < region.m1 or region.d0 < region.d1
        if left and any(each.own and not each.held and _meet(region, each) for each in regions[i:j]):
            self.lost.append(region.m0)
        for each in regions[j:]:
            each.d0 += grown
            each.d1 += grown
        regions[i:j] = [region] if left else []
        regions[:] = [each for each in regions if not (each.own and self._same(each))]  # the document has it

    def _same(self, region: PendingRegion) -> bool:
        return self.model[region.m0 : region.m1] == self.live[region.d0 : region.d1]

    def _echo(self, cut: Cut) -> PendingRegion | None:
        """Our edit that a change is, by its result: among equal characters a client may report other offsets."""
        live = self.live
        for each in self.pending:
            ours = PendingRegion(each.m0, each.m1, each.d0, each.d1, own=True)
            self._narrow(ours)
            if ours.m1 - ours.m0 - (ours.d1 - ours.d0) != len(cut.text) - (cut.end - cut.start):
                continue
            low, high = min(ours.d0, cut.start), max(ours.d1, cut.end)
            text = self.model[ours.m0 : ours.m1]
            if (
                live[low : ours.d0] + text + live[ours.d1 : high]
                == live[low : cut.start] + cut.text + live[cut.end : high]
            ):
                return each
        return None

    def _take_in(self, echo: PendingRegion) -> None:
        """The document has an edit of ours; what the user typed right beside it stays the user's."""
        self.live = self.live[: echo.d0] + self.model[echo.m0 : echo.m1] + self.live[echo.d1 :]
        grown = echo.m1 - echo.m0 - (echo.d1 - echo.d0)
        at = self._regions.index(echo)
        for each in self._regions[at + 1 :]:
            each.d0 += grown
            each.d1 += grown
        del self._regions[at]

    def _beside(self, i: int, j: int, start: int, end: int, *, own: bool = True) -> tuple[int, int]:
        """Take in the regions that a change only touches; our own ones if `own`."""
        regions = self._regions
        while i and regions[i - 1].d1 == start and (own or not regions[i - 1].own):
            i -= 1
        while j < len(regions) and regions[j].d0 == end and (own or not regions[j].own):
            j += 1
        return i, j

    def _joined(self, i: int, j: int, start: int, end: int, grown: int) -> PendingRegion:
        """One region for a change of the document and the regions i up to j."""
        regions = self._regions
        if i == j:
            m0 = start + (regions[i - 1].m1 - regions[i - 1].d1 if i else 0)
            return PendingRegion(m0, m0 + end - start, start, end + grown, own=False)
        first, last = regions[i], regions[j - 1]
        before, after = max(0, first.d0 - start), max(0, end - last.d1)
        return PendingRegion(first.m0 - before, last.m1 + after, first.d0 - before, last.d1 + after + grown, own=False)

    def to_live(self, at: int, *, end: bool = False) -> int:
        """Where an offset of `model` is in the document; inside a region, where that ends.

        What the user has put in at that very place comes before it; with `end`, behind it.
        """
        shift = 0
        for each in self._regions:
            if each.m0 > at or (each.m0 == at and (end or each.m1 > at)):
                break
            if at < each.m1:
                return each.d1
            shift = each.d1 - each.m1
        return at + shift

    def give_up(self) -> None:
        """What is still pending will not be sent: the document stays as it is there."""
        for each in self.pending:
            each.own = False

    def _enter_model(self, cut: Cut, *, own: bool, held: bool) -> PendingRegion:
        regions, start, end = self._regions, cut.start, cut.end
        i = next((n for n, each in enumerate(regions) if each.m1 > start), len(regions))
        j = next((n for n in range(i, len(regions)) if regions[n].m0 >= end), len(regions))
        while i and regions[i - 1].m1 == start and not regions[i - 1].held and (regions[i - 1].own or not own):
            i -= 1
        while j < len(regions) and regions[j].m0 == end and not regions[j].held and (regions[j].own or not own):
            j += 1
        grown = len(cut.text) - (end - start)
        if i == j:
            d0 = start + (regions[i - 1].d1 - regions[i - 1].m1 if i else 0)
            region = PendingRegion(start, end + grown, d0, d0 + end - start, own, held)
        else:
            first, last = regions[i], regions[j - 1]
            before, after = max(0, first.m0 - start), max(0, end - last.m1)
            ours = own and all(each.own for each in regions[i:j])
            region = PendingRegion(first.m0 - before, last.m1 + after + grown, first.d0 - before, last.d1 + after, ours)
        for each in regions[j:]:
            each.m0 += grown
            each.m1 += grown
        self.model = self.model[:start] + cut.text + self.model[end:]
        regions[i:j] = [region]
        return region

    def _conflicts(self, cut: Cut) -> bool:
        mine = _touched_lines(self.model, cut.start, cut.end, cut.text)
        for each in self._regions:
            if not each.own and _overlap(
                mine, _touched_lines(self.model, each.m0, each.m1, self.live[each.d0 : each.d1])
            ):
                return True
        return False

    def _narrow(self, region: PendingRegion) -> bool:
        """Take what is equal at both ends out of a region; False if nothing is left."""
        model, live = self.model[region.m0 : region.m1], self.live[region.d0 : region.d1]
        head = equal_at_start(model, live)
        region.m0 += head
        region.d0 += head
        tail = equal_at_start(model[head:][::-1], live[head:][::-1])
        region.m1 -= tail
        region.d1 -= tail
        return region.m0 < region.m1 or region.d0 < region.d1


def _meet(region: PendingRegion, ours: PendingRegion) -> bool:
    """Whether what differs is in the text of our edit; elsewhere, the document has our edit already.

    A client may report our edit and what the user typed as one change.
    """
    if ours.m0 < ours.m1:
        return region.m0 < ours.m1 and ours.m0 < region.m1
    return region.m0 <= ours.m0 <= region.m1


def _touched_lines(text: str, start: int, end: int, new: str) -> tuple[int, int]:
    """The lines a cut touches, from the first's start to the last's end; empty for lines put between two."""
    first = max(text.rfind("\n", 0, start), text.rfind("\r", 0, start)) + 1
    if start == end == first and new.endswith(("\n", "\r")):
        return first, first
    if start < end and text[end - 1] in "\r\n":
        return first, end
    return first, _line_end(text, end)


def _line_end(text: str, at: int) -> int:
    ends = [found for found in (text.find("\n", at), text.find("\r", at)) if found >= 0]
    if not ends:
        return len(text)
    end = min(ends)
    return end + (2 if text.startswith("\r\n", end) else 1)


def _overlap(a: tuple[int, int], b: tuple[int, int]) -> bool:
    return a[0] < b[1] and b[0] < a[1] if a[0] < a[1] and b[0] < b[1] else a != b and _inside(a, b)


def _inside(a: tuple[int, int], b: tuple[int, int]) -> bool:
    """Whether lines put between two are inside the other's lines."""
    empty, other = (a, b) if a[0] == a[1] else (b, a)
    return other[0] < empty[0] < other[1]
