"""A model's reply, in pieces of any size, as edits: which lines are blocks of which format, and what is prose."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from darner_server.patch.edit import malformed
from darner_server.patch.formats import (
    apply_patch,
    captions,
    file_names,
    find_replace,
    search_replace,
    tag_calls,
    unified_diff,
    whole_text,
)
from darner_server.patch.formats.apply_patch import ApplyPatch
from darner_server.patch.formats.block_reader import DONE, MORE, Reader
from darner_server.patch.formats.captions import Caption
from darner_server.patch.formats.file_names import Name
from darner_server.patch.formats.find_replace import FindReplace
from darner_server.patch.formats.format_instructions import REPLY_FORMATS
from darner_server.patch.formats.search_replace import SearchReplace
from darner_server.patch.formats.tag_calls import TagCall
from darner_server.patch.formats.unified_diff import UnifiedDiff
from darner_server.patch.reply import special_tokens
from darner_server.patch.reply.code_requests import CodeRequests
from darner_server.patch.reply.code_requests import read as read_request
from darner_server.patch.reply.held_edits import Drafts
from darner_server.patch.reply.reasoning import ReasoningDetector, is_final, is_preface, is_thinking
from darner_server.patch.reply.whole_text_fences import Fences, begins, begun

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from darner_server.patch.edit import Edit

_MARKS = ("`", "~", "<", "[", "-", "*", "{", "@", "d", "+")  # what a block's first line can begin with


class Parser:
    """Turns a reply, fed in pieces of any size, into edits, each as soon as it is complete. Never raises."""

    def __init__(
        self,
        reply_format: str | None = None,
        *,
        target: str | None = None,
        region: str | None = None,
        requests: CodeRequests | None = None,
    ) -> None:
        """`target` is the file that blocks naming none are about; `region` the part of it that a fence rewrites.

        `requests` takes the lines that request code, and no edit behind the first counts: without it they are prose.
        """
        self._format = reply_format if reply_format in REPLY_FORMATS else None
        self._target = Name(target)
        self._fences = Fences(self._format, target, region)
        self.requests = requests
        self._reasoning = ReasoningDetector()
        self._tail: list[str] = []  # of a line that has not ended
        self._out: list[Edit] = []  # of the line being read
        self._drafts = Drafts(self._reasoning)
        self._lines: list[str] = []  # of the whole reply, for one that has no markup at all
        self._said = 0  # characters of prose, as long as that may be reasoning
        self._above: list[str] = []  # the lines since the last block
        self._before = ""  # the line before this one
        self._name: Name | None = None  # of the last block that named its file
        self._fence: whole_text.Fence | None = None
        self._reader: Reader | None = None
        self._about: Name = self._target  # the file of the block being read, if the block itself names none
        self._back: Name = self._target  # and the one it would be without a name
        self._unended = False  # the last block is a patch that its fence has ended before the end mark
        self._margin = ""  # the indentation of the block being read

    def feed(self, text: str) -> tuple[Edit, ...]:
        """Return the edits that `text` completes."""
        if "\n" not in text:
            self._tail.append(text)
            return ()
        self._tail.append(text)
        lines = "".join(self._tail).split("\n")
        self._tail = [lines.pop()]
        for line in lines:
            self._take(line.removesuffix("\r"))
        return self._drafts.complete()

    def close(self, *, cut_off: bool = False) -> tuple[Edit, ...]:
        """Return the edits that the end of the reply completes; with `cut_off`, none that the end has cut."""
        last = "".join(self._tail)
        self._tail = []
        if last and (not cut_off or self._may_end(last)):
            self._take(last.removesuffix("\r"))
        if self._reader is not None:
            known = len(self._out)
            self._reader.close(self._out, cut_off=cut_off)
            self._name_new(known)
            if len(self._out) == known and not cut_off and begins(last):
                self._out.append(begun(None))
        elif self._fence is not None and self._takes_requests(self._fence):
            pass
        elif self._fence is not None and not cut_off and not self._fence.used:
            self._out += self._fences.unclosed(self._fence)
        elif self._fence is None and not cut_off and begins(last):
            self._out.append(begun(None))
        self._reader = self._fence = None
        self._out += self._fences.release()
        self._settle()
        self._drafts.release()
        left = self._fences.left(self._drafts.answered, any_edit=self._drafts.count > 0, cut_off=cut_off)
        self._hand_on(_without_replies(left))
        if self._reasoning.inside and not self._drafts.count and not cut_off:
            reason = "the reply ends inside its reasoning: it contains no answer"
            self._drafts.take((malformed(None, "cut-off", reason),))
        if (missing := self._drafts.missing()) is not None:
            self._drafts.take((missing,))
        if not self._drafts.count and not cut_off and not (self.requests is not None and self.requests.found):
            self._drafts.take(self._fences.nothing_marked(self._lines))
        return self._drafts.complete()

    def _may_end(self, last: str) -> bool:
        """Return whether a line that the end has perhaps cut may be the mark that a block ends with."""
        if isinstance(self._reader, ApplyPatch):
            return apply_patch.ends(last)
        return self._reader is not None and not isinstance(self._reader, UnifiedDiff)

    def _take(self, line: str) -> None:
        if self._unended and self._reader is None and apply_patch.ends(line):
            reason = "the patch contains a line that ends its fence; everything after that line is lost"
            self._out.append(malformed(None, "unclear-fence", reason))
            self._unended = False
        if self._reader is None and self._fence is None:
            self._outside(line)
        elif self._drafts.doubtful and self._reasoning.closes_within(line):
            self._reader = self._fence = None
            self._void()
            reason = "a tag that ends reasoning is inside a block, so the answer cannot be identified"
            self._out.append(malformed(None, "unclear-answer", reason))
        else:
            self._inside(line)
        if self._out:
            self._settle()

    def _outside(self, line: str) -> None:
        text, void = self._reasoning.answer(line)
        if void:
            self._void()
        if text != line and not text.strip():
            return
        self._lines.append(text)
        before, self._before = self._before, text
        self._prose(text, before)

    def _inside(self, line: str) -> None:
        line = special_tokens.without(line)
        self._lines.append(line)
        before, self._before = self._before, line
        while self._reader is not None:
            known = len(self._out)
            state = self._reader.line(line.removeprefix(self._margin) if self._margin else line, self._out)
            self._name_new(known)
            if state is MORE:
                return
            self._forget_call()
            self._unended = isinstance(self._reader, ApplyPatch) and self._reader.unended
            self._reader = None
            self._above = []
            if state is DONE:
                return
        if self._fence is not None:
            self._in_fence(self._fence, line, before)
        else:
            del self._lines[-1:]
            self._before = before
            self._outside(line)

    def _forget_call(self) -> None:
        """A call that only reads is no text for the target."""
        if isinstance(self._reader, TagCall) or (isinstance(self._reader, FindReplace) and self._reader.called):
            self._lines.clear()

    def _settle(self) -> None:
        self._hand_on(_without_replies(self._out))
        self._out = []

    def _hand_on(self, edits: Iterable[Edit]) -> None:
        if self.requests is not None and self.requests.found:
            self.requests.edits_behind += len(tuple(edits))
        else:
            self._drafts.take(edits)

    def _void(self, *, final: bool = False) -> None:
        """All that came before was reasoning, or drafts: drop it, or report that it has gone out already."""
        self._settle()
        if self.requests is not None:
            self.requests.clear()
        if (late := self._drafts.void(final=final)) is not None:
            self._out.append(late)
        self._fences.forget()
        self._lines, self._above, self._before, self._name = [], [], "", None

    def _prose(self, line: str, before: str) -> None:
        if self._takes_request(line):
            return
        line = find_replace.unwrapped(line)
        if line.lstrip()[:1] in _MARKS and self._opens(line, before):
            return
        if not self._above:
            self._out += self._fences.below(line)
        if not line.strip():
            self._above.append(line)
            return
        if is_final(line) and self._drafts.any_waiting:
            self._void(final=True)
        elif not self._reasoning.known:
            self._doubt(line)
        self._above.append(line)
        if len(self._above) > captions.FAR:
            del self._above[0]

    def _doubt(self, line: str) -> None:
        """Note that prose may be reasoning, and hold the edits behind it if it reads so."""
        drafts = self._drafts
        drafts.doubtful = drafts.doubtful or not self._is_before_answer(line)
        self._said += len(line)
        drafts.holding = drafts.holding or (drafts.doubtful and is_thinking(line, self._said))

    def _is_before_answer(self, line: str) -> bool:
        """Return whether prose is a block's name, or the one sentence that models open an answer with."""
        name = file_names.in_line(line)
        if name is not None and name.path is not None:
            return True
        return not any(each.strip() for each in self._above) and is_preface(line)

    def _opens(self, line: str, before: str) -> bool:
        """Begin what `line` opens, if it opens anything."""
        fence = whole_text.opening(line)
        if fence is not None:
            fence.caption = fence.caption or captions.read(self._above)
            self._fences.captioned(fence, self._above)
            self._out += self._fences.opened(fence, self._above)
            self._fence = fence
            self._fences.count += 1
            self._above = []
            return True
        return self._begins(line, before, lambda: captions.read(self._above))

    def _begins(self, line: str, before: str, captioned: Callable[[], Caption | None]) -> bool:
        """Begin the block of a format that `line` opens, if it does."""
        if self._format == "whole":
            return False
        marker = search_replace.opening(line)
        margin = line[: len(line) - len(line.lstrip())] if marker is None else ""
        bare, bare_before = line.removeprefix(margin), before.removeprefix(margin)
        if marker is None and not self._is_opening(bare, bare_before):
            return False
        behind = file_names.in_line(marker[4]) if marker is not None and marker[4] else None
        above = Caption(behind) if behind is not None else captioned()
        about = self._of(above)
        if marker is not None:
            self._reader = SearchReplace(marker, fenced=self._fence is not None)
        else:
            self._reader = self._reader_of(bare, bare_before, about)
        self._about, self._back, self._margin, self._above = about, self._name or self._target, margin, []
        if above is not None and not about.passing and (about.path is not None or about.said):
            self._name = about
        if marker is None:
            # These formats have no opening line apart from their first, and a diff's second line reveals it.
            known = len(self._out)
            for each in (bare_before, bare) if bare.startswith("+++") else (bare,):
                if self._reader is not None and self._reader.line(each, self._out) is not MORE:
                    self._forget_call()
                    self._reader = None
            self._name_new(known)
        return True

    def _is_opening(self, line: str, before: str) -> bool:
        return (
            apply_patch.opening(line)
            or unified_diff.opening(line, before)
            or tag_calls.opening(line, calls=self._fence is not None) is not None
            or (self._fence is None and find_replace.opening(line))
        )

    def _reader_of(self, line: str, before: str, about: Name) -> Reader:
        """Return the reader of a format without an opening marker."""
        if apply_patch.opening(line):
            return ApplyPatch(self._closes)
        if unified_diff.opening(line, before):
            return UnifiedDiff(self._closes, fenced=self._fence is not None)
        if (opened := tag_calls.opening(line, calls=self._fence is not None)) is not None:
            return TagCall(opened, self._closes)
        return FindReplace(about.path, self._closes)

    def _of(self, above: Caption | None) -> Name:
        """Return the file of a block: that of its caption, else that of the block before it, else the target."""
        back = self._name or self._target
        if above is None:
            return back
        name = above.name
        if name.passing:
            return replace(name, path=back.path)
        return name if name.path is not None or name.said else self._behind(name, back)

    def _behind(self, name: Name, back: Name) -> Name:
        """Return a name that counts if there is such a file; if there is none, the other counts."""
        return replace(back, readings=(*name.readings, *back.readings))

    def _name_new(self, first: int) -> None:
        """Give the edits from `first` on that name no file the one that they are about."""
        for number, edit in enumerate(self._out[first:], first):
            if edit.path is None:
                name = captions.doubted(self._about, f"{edit.before}{edit.after}")
                if name is not self._about:
                    name = self._about = self._name = self._behind(name, self._back)
                self._out[number] = replace(edit, path=name.path, readings=name.readings, said=name.said)

    def _closes(self, line: str) -> bool:
        """Return whether a line ends the fence around the block that is being read; one marked as kept does not."""
        return self._fence is not None and (self._margin != "" or not line.startswith(" ")) and self._fence.closes(line)

    def _in_fence(self, fence: whole_text.Fence, line: str, before: str) -> None:
        if fence.closes(line) and (fence.used or not fence.is_within_text()):
            self._fence = None
            self._above = []
            if not fence.used and not fence.old and not self._takes_requests(fence):
                self._out += self._fences.closed(fence, self._of(fence.caption))
                if fence.caption is not None and fence.caption.name.path is not None and fence.caption.edits:
                    self._name = fence.caption.name
            return
        if line.lstrip()[:1] not in _MARKS:
            fence.lines.append(line)
            return
        # A block is at the beginning, after a file name at the most; but a SEARCH marker is always one.
        # A diff may have a letter's head above it.
        inside = [text for text in fence.lines[:3] if text.strip()]
        first = len(inside) <= 1 + line.lstrip().startswith("+++")
        headed = fence.info in ("diff", "patch", "udiff") and unified_diff.opening(line, before)
        if fence.used or first or headed or search_replace.opening(line):
            holds_diffs = fence.sure and (fence.path or "").endswith((".diff", ".patch"))
            if not holds_diffs and self._begins(line, before, lambda: _within(fence)):
                fence.used = True
                fence.lines.clear()
                return
        fence.lines.append(line)

    def _takes_request(self, line: str) -> bool:
        """Take a line of prose that requests code; the edits before it count."""
        if self.requests is None or not read_request(line):
            return False
        self._out += self._fences.release()
        self._settle()
        return self.requests.take(line)

    def _takes_requests(self, fence: whole_text.Fence) -> bool:
        """Take the requests of a fence that contains nothing else."""
        lines = [line for line in fence.lines if line.strip()]
        if self.requests is None or fence.used or not lines or not all(map(read_request, lines)):
            return False
        return all(map(self._takes_request, lines))


def _within(fence: whole_text.Fence) -> Caption | None:
    """Return what names a block in a fence: the line above it there, or what names the fence."""
    named = file_names.in_line(fence.lines[-1]) if fence.lines else None
    if named is not None and named.path is not None:
        return Caption(named)
    return None if fence.used else fence.caption


def _without_replies(edits: Iterable[Edit]) -> Iterator[Edit]:
    """Take apart the replies that calls of tools hold."""
    for edit in edits:
        if edit.kind != "reply":
            yield edit
            continue
        parser = Parser(target=edit.path)
        yield from (*parser.feed(edit.after or ""), *parser.close())
