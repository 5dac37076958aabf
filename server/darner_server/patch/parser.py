from __future__ import annotations

import re

from darner_server.patch import apply_patch, find_replace, paths, search_replace, unified, whole
from darner_server.patch.apply_patch import ApplyPatch
from darner_server.patch.edit import Edit
from darner_server.patch.find_replace import FindReplace
from darner_server.patch.reader import DONE, MORE, Reader
from darner_server.patch.search_replace import SearchReplace
from darner_server.patch.unified import UnifiedDiff

_THINK = re.compile(r"\s*<(think|thinking|reasoning)>", re.IGNORECASE)
_KNOWN = ("search-replace", "apply-patch", "unified-diff", "whole")
_SHELL = frozenset(("bash", "sh", "shell", "console", "zsh", "powershell", "cmd", "terminal", "output", "log"))
_PROSE = frozenset((".md", ".mdx", ".markdown"))
_ABOVE = 3  # so many lines above a fence may hold its file name


class Parser:
    """Turns a reply, fed in pieces of any size, into edits, each as soon as it is complete. Never raises."""

    def __init__(
        self, reply_format: str | None = None, *, target: str | None = None, region: str | None = None
    ) -> None:
        """`target` is the file that blocks naming none are about; `region` the part of it that a fence rewrites."""
        self._format = reply_format if reply_format in _KNOWN else None
        self._target = target
        self._region = region
        self._tail: list[str] = []  # of a line that has not ended
        self._out: list[Edit] = []
        self._lines: list[str] = []  # of the whole reply, for one that has no markup at all
        self._above: list[str] = []  # the last lines of prose
        self._before = ""  # the line before this one
        self._path: str | None = None  # of the last block that named one
        self._fence: whole.Fence | None = None
        self._reader: Reader | None = None
        self._think: str | None = None
        self._unnamed: list[whole.Fence] = []
        self._likely: list[whole.Fence] = []  # named by a sentence: edits if the reply has no others
        self._held: whole.Fence | None = None  # of a text that may hold fences itself
        self._fences = 0
        self._edits = 0

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
        return self._complete() if self._out else ()

    def close(self, *, cut_off: bool = False) -> tuple[Edit, ...]:
        """Return the edits that the end of the reply completes; with `cut_off`, none that the end has cut."""
        last = "".join(self._tail)
        self._tail = []
        if last and (not cut_off or self._reader is not None):
            self._take(last.removesuffix("\r"))
        if self._reader is not None:
            self._reader.close(self._out, cut_off=cut_off)
        elif self._fence is not None and not cut_off and not self._fence.used:
            self._whole(self._fence, closed=False)
        self._reader = self._fence = None
        self._release()
        self._edits += len(self._out)
        if not self._edits and not cut_off:
            self._nothing_marked()
        self._edits += len(self._out)
        done, self._out = tuple(self._out), []
        return done

    def _complete(self) -> tuple[Edit, ...]:
        done, self._out = tuple(self._out), []
        self._edits += len(done)
        return done

    def _take(self, line: str) -> None:
        self._lines.append(line)
        before, self._before = self._before, line
        if self._think is not None:
            if self._think in line.lower():
                self._think = None
            return
        while self._reader is not None:
            state = self._reader.line(line, self._out)
            if state is MORE:
                return
            self._reader = None
            if state is DONE:
                return
        if self._fence is not None:
            self._in_fence(self._fence, line, before)
        else:
            self._prose(line, before)

    def _prose(self, line: str, before: str) -> None:
        first = line.lstrip()[:1]
        if first in ("`", "~", "<", "[", "-", "*", "{", "@", "d", "+") and self._opens(line, before):
            return
        self._above.append(line)
        if len(self._above) > _ABOVE:
            del self._above[0]

    def _opens(self, line: str, before: str) -> bool:
        """Begin what `line` opens, if it opens anything."""
        fence = whole.opening(line)
        if fence is not None:
            line_above = next((text for text in reversed(self._above) if text.strip()), "")
            alone = fence.path or paths.in_line(line_above) or _path_in_info(fence.info)
            fence.path = alone or paths.in_sentence(line_above)
            fence.sure = alone is not None
            self._release(
                None if fence.path or fence.info else "the file's own fences and the reply's cannot be told apart"
            )
            self._fence = fence
            self._fences += 1
            self._above = []
            return True
        think = _THINK.match(line)
        if think is not None:
            end = f"</{think[1].lower()}>"
            self._think = None if end in line.lower() else end
            return True
        return self._begins(line, before, self._named_above())

    def _begins(self, line: str, before: str, named: str | None) -> bool:
        """Begin the block of a format that `line` opens, if it does."""
        if self._format == "whole":
            return False
        marker = search_replace.opening(line)
        if marker is not None and marker[4]:
            named = paths.in_line(marker[4]) or named
        path = named or self._path or self._target
        if marker is not None:
            self._path = path
            self._reader = SearchReplace(marker, path, fenced=self._fence is not None)
        elif apply_patch.opening(line):
            self._reader = ApplyPatch(self._closes)
        elif unified.opening(line, before):
            self._reader = UnifiedDiff(path, self._closes, fenced=self._fence is not None)
        elif self._fence is None and find_replace.opening(line):
            self._reader = FindReplace(path, self._closes)
        else:
            return False
        self._above = []
        if marker is None:
            # These formats have no opening line apart from their first, and a diff's second line tells it.
            for each in (before, line) if line.startswith("+++") else (line,):
                if self._reader is not None and self._reader.line(each, self._out) is not MORE:
                    self._reader = None
        return True

    def _closes(self, line: str) -> bool:
        """Tell whether a line ends the fence around the block that is being read; one marked as kept does not."""
        return self._fence is not None and not line.startswith(" ") and self._fence.closes(line)

    def _in_fence(self, fence: whole.Fence, line: str, before: str) -> None:
        if fence.closes(line):
            self._fence = None
            if not fence.used:
                self._whole(fence, closed=True)
            return
        # A block stands at the beginning, behind a file name at the most; but a SEARCH marker is always one.
        inside = [text for text in fence.lines[:3] if text.strip()]
        if fence.used or len(inside) <= 1 + line.startswith("+++") or search_replace.opening(line):
            named = paths.in_line(fence.lines[-1]) if fence.lines else None
            if self._begins(line, before, named or (None if fence.used else fence.path)):
                fence.used = True
                fence.lines.clear()
                return
        fence.lines.append(line)

    def _whole(self, fence: whole.Fence, *, closed: bool) -> None:
        if self._format != "whole" and closed and fence.lines and find_replace.opening(fence.lines[0]):
            found = find_replace.pairs("\n".join(fence.lines), fence.path or self._path or self._target)
            if found:
                self._out += found
                return
        if self._format not in (None, "whole"):
            return
        if not closed:
            problem = "the reply ends inside the fence"
            self._out.append(Edit(fence.path or self._target, kind="malformed", problem=problem, format="whole"))
        elif fence.info.lower() in _SHELL and fence.path is not None and not fence.path.endswith("sh"):
            return  # a command to run, below a sentence that names a file
        elif fence.path is None:
            named = paths.in_comment(next((line for line in fence.lines if line.strip()), ""))
            fence.path, fence.sure = named, named is None
            (self._unnamed if named is None else self._likely).append(fence)
        elif not fence.sure:
            self._likely.append(fence)
        elif len(fence.mark) == len("```") and fence.path[fence.path.rfind(".") :] in _PROSE:
            self._held = fence
        else:
            self._path = fence.path
            self._out.append(self._edit(fence))

    def _release(self, problem: str | None = None) -> None:
        """Give the edit of a text that may hold fences itself, once it is known whether they were told apart."""
        fence, self._held = self._held, None
        if fence is not None:
            bad = Edit(fence.path, kind="malformed", problem=problem or "", format="whole")
            self._out.append(bad if problem else self._edit(fence))

    def _nothing_marked(self) -> None:
        """No edit is beyond doubt: then fences named by a sentence, a lone fence, or the bare reply for the target."""
        if self._likely:
            self._out += [self._edit(fence) for fence in self._likely]
            return
        if len(self._unnamed) == 1:
            self._out.append(self._edit(self._unnamed[0]))
        elif not self._fences and self._format in (None, "whole") and any(line.strip() for line in self._lines):
            self._out.append(self._edit(whole.Fence("", "", None, self._lines, sure=False)))
        else:
            problem = "the reply holds several fences and does not say which one is meant"
            if not self._unnamed:
                problem = "the reply holds no edit"
            self._out.append(Edit(self._target, kind="malformed", problem=problem))

    def _edit(self, fence: whole.Fence) -> Edit:
        after = "".join(f"{line}\n" for line in fence.lines)
        target = self._target
        about = target is not None and (fence.path or target).rsplit("/", 1)[-1] == target.rsplit("/", 1)[-1]
        region = self._region if about else None
        form = "whole" if fence.sure else "bare"
        return Edit(fence.path or target, after=after, kind="whole", region=region, format=form)

    def _named_above(self) -> str | None:
        for line in reversed(self._above):
            if line.strip():
                return paths.in_line(line) or paths.in_sentence(line)
        return None


def _path_in_info(info: str) -> str | None:
    """Return the file named behind a fence's opening (```python src/x.py, ```ts:src/x.ts, ```title="x.py")."""
    for word in re.split(r"[\s:=\"']+", info):
        if ("/" in word or "." in word) and (path := paths.in_line(word)):
            return path
    return None
