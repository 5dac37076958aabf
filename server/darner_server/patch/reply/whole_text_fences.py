"""What becomes of the fences of a reply that contain a text and no block: files, illustrations, or a rejection."""

from __future__ import annotations

import re
from dataclasses import replace

from darner_server.patch.edit import Edit, malformed
from darner_server.patch.formats import captions, file_names, find_replace, tag_calls
from darner_server.patch.formats.captions import Caption
from darner_server.patch.formats.file_names import Name
from darner_server.patch.formats.unified_diff import UnifiedDiff
from darner_server.patch.formats.whole_text import Fence
from darner_server.patch.lazy_pattern import lazy_pattern
from darner_server.patch.reply import edit_scripts, wrappers
from darner_server.patch.text.file_types import TAGGED, is_code, is_prose

_SHELL = frozenset(("bash", "sh", "shell", "zsh", "powershell", "cmd", "ps1", "fish"))
_OUTPUT = frozenset(("console", "terminal", "output", "log", "shell-session", "sh-session", "bash-session"))
_OLD = lazy_pattern(
    r"\W*(?:(?:here is |this is )?the )?(?:before|original|old|current|previous)"
    r"(?:\s+(?:code|version|file|contents?))?"
    r"(?:\s+(?:in|of|for))?[\s:(\u2013\u2014-]+\S+?\W*|"
    r"\W*(?:(?:the|file|code|in)\s+){0,3}\S+?[\s(,\u2013\u2014-]+(?:before|original|old|currently|previously)\W*",
    re.IGNORECASE,
)
_NEW = lazy_pattern(
    r"\W*(?:after|new|updated|now|becomes|changed|fixed|revised|modified|replacement|change (?:it )?to|with|to)"
    r"(?:\s+(?:code|version|file|this))?\W*",
    re.IGNORECASE,
)
_DIVIDED = lazy_pattern(
    r"\s*(?:={2,}|-{3,}|\*{3,}|#{3,}|/{3,})\s*(?:file\s*:\s*)?([\w./@+-]+\.\w+)\s*(?:={2,}|-{3,}|\*{3,}|#{3,}|/{3,})\s*",
    re.IGNORECASE,
)
_BEGINNING = lazy_pattern(
    r"\s*(?:<{4,}(?:\s+[A-Z]{0,8})?|-{5,}\s+[SO][A-Z]{0,7}|\*{3} (?:Begin|Update|Add|Delete|Move)[A-Za-z ]*:?"
    r"|\[SEA?R?C?H?|diff --git \S.*|--- a/\S+|<(?:edit|file|apply_patch|search)(?:\s[^<>]*)?)\s*"
)
_SENTENCE = lazy_pattern(r"\W*[A-Z][\w'\u2019]*,?(?:\s\S+){2,}[.:!?]\W*")
_HEREDOC = lazy_pattern(r"^\s*(?:cat|tee)\b.*<<-?\s*['\"]?\w+", re.MULTILINE)


def begins(line: str) -> bool:
    """Return whether a reply's last line is the beginning of a mark that a block starts with."""
    return _BEGINNING.fullmatch(line) is not None


def begun(path: str | None) -> Edit:
    """Return what stands for a block of which the reply has only the beginning."""
    return malformed(path, "cut-off", "the reply ends at the beginning of a block")


def _is_shell(fence: Fence) -> bool:
    return bool(fence.info.split()) and fence.info.split()[0].lower() in _SHELL | _OUTPUT


class Fences:
    """Keeps the fences whose meaning the rest of the reply decides."""

    def __init__(self, reply_format: str | None, target: str | None, region: str | None) -> None:
        self.count = 0
        self._format = reply_format
        self._target = target
        self._region = region
        self._unnamed: list[Fence] = []
        self._likely: list[Fence] = []  # named by a sentence or a comment: edits if the reply has no others of the file
        self._last: Fence | None = None  # of a text that may hold fences itself, the end of which is not certain yet
        self._shown: Caption | None = None  # of the last fence, which shows a file as it was
        self._tight = True  # whether text follows the last fence without a blank line between

    def forget(self) -> None:
        """Forget all fences so far: they were reasoning."""
        self.count = 0
        self._unnamed, self._likely, self._last = [], [], None

    def unclosed(self, fence: Fence) -> list[Edit]:
        """Return what a fence at the reply's end is that nothing closes."""
        if self._format not in (None, "whole"):
            last = next((line for line in reversed(fence.lines) if line.strip()), "")
            shows = fence.old or _is_shell(fence)
            return [begun(fence.path or self._target)] if begins(last) or (fence.sure and not shows) else []
        return [malformed(fence.path or self._target, "cut-off", "the reply ends inside the fence", format="whole")]

    def captioned(self, fence: Fence, above: list[str]) -> None:
        """Recognise a fence that shows a file as it was, and carry its name over to the one with the new text."""
        line = next((line for line in reversed(above) if line.strip()), "")
        shown, self._shown = self._shown, None
        name = fence.caption.name if fence.caption is not None else Name(None)
        if shown is not None and not (name.path or name.said or name.passing) and _NEW.fullmatch(line):
            fence.caption = Caption(replace(shown.name, alone=True, passing=False))
        elif fence.caption is not None:
            fence.old = _OLD.fullmatch(line) is not None
            self._shown = fence.caption

    def closed(self, fence: Fence, about: Name) -> list[Edit]:
        """Return the edits of a fence, as far as they are beyond doubt."""
        text = "\n".join(fence.lines)
        found = self._calls(fence, text, about) if fence.lines else None
        if found is not None:
            return found
        word = fence.info.split()[0].lower() if fence.info.split() else ""
        if word in _SHELL and _HEREDOC.search(text) and not fence.sure and self._region is None:
            problem = "the reply writes a file by a shell command, which darner does not run"
            return [malformed(None, "unsupported", problem, format="whole")]
        unnamed = fence.path is None and is_code(self._target or "")
        if (unnamed and word in _SHELL | _OUTPUT) or (fence.caption is not None and self._is_command(fence, word)):
            return []
        if word in _SHELL and fence.sure and is_code(fence.path or ""):
            problem = f"the fence below {fence.path} contains shell commands, which darner does not run"
            return [malformed(fence.path, "unsupported", problem, format="whole")]
        if fence.path is None and not (fence.caption is not None and fence.caption.name.said):
            first = next((line for line in fence.lines if line.strip() and not file_names.is_head(line)), "")
            if (several := _several(fence.lines, first)) is not None:
                return [malformed(None, "unclear-fence", several, format="whole")]
            if (named := file_names.in_comment(first)) is not None:
                fence.caption = Caption(Name(named, (named,), alone=False))
            elif fence.caption is None and (maybe := file_names.maybe_in_comment(first)) is not None:
                fence.caption = Caption(Name(None, (maybe,), alone=False), edits=False)
        elif (several := _several(fence.lines, None)) is not None and not is_prose(fence.path or ""):
            return [malformed(fence.path, "unclear-fence", several, format="whole")]
        return self._sorted(fence)

    def _sorted(self, fence: Fence) -> list[Edit]:
        if fence.caption is None or (fence.path is None and not fence.caption.name.said):
            self._unnamed += [fence] if self._format in (None, "whole") else []
        else:
            if fence.mark == "```":
                self._last, self._tight = fence, True
            if not fence.sure or self._format not in (None, "whole"):
                self._likely.append(fence)
            elif fence is not self._last:
                return [self._edit(fence)]
        return []

    def _calls(self, fence: Fence, text: str, about: Name) -> list[Edit] | None:
        """Return the edits of a fence that holds tool calls, a diff without its header or a script; None: a text."""
        path = fence.path if fence.sure else about.path
        first = next((line for line in fence.lines if line.strip()), "")
        if (bare := find_replace.unwrapped(first)) != first:
            first, text = bare, text.replace(first, bare, 1)
        found: list[Edit] = []
        called = None
        if self._format == "whole":
            if (kind := _script(fence, path)) is None:
                return None
            return [malformed(path, "unsupported", f"the fence contains {kind}, and not the new text", format="whole")]
        if find_replace.opening(first):
            called = find_replace.edits(text, path)
            found = called or []
        elif (opened := tag_calls.opening(first, calls=_is_markup(path))) is not None and f"</{opened[1]}" in text:
            found = tag_calls.edits(text)
        if not found and edit_scripts.is_signed(fence.text(), fence.info, path):
            reader = UnifiedDiff(lambda _: False, fenced=False)
            for line in ("@@", *fence.text()):
                reader.line(line, found)
            reader.close(found, cut_off=False)
        if not found and (kind := edit_scripts.foreign(fence.lines, fence.info, path)) is not None:
            found = [malformed(None, "unsupported", f"the fence contains {kind}; darner does not support that")]
        return [_named(edit, about) for edit in found] or (None if fence.sure else called)

    def _is_command(self, fence: Fence, word: str) -> bool:
        """Return whether a fence below a name shows a command or what it prints."""
        if word in _OUTPUT or (word in _SHELL and all(line.startswith("$ ") for line in fence.lines if line.strip())):
            return True
        said = fence.caption.name.said if fence.caption is not None else ""
        path = fence.path or self._target or ""
        return word in _SHELL and not fence.sure and not path.endswith("sh") and not captions.creates(said)

    def below(self, line: str) -> list[Edit]:
        """Take the line below a fence: a blank one means that the fence has ended its text, unless that is prose."""
        self._tight = bool(line.strip())
        if self._tight or self._last is None or is_prose(self._last.path or self._target or ""):
            return []
        return self.release()

    def opened(self, fence: Fence, above: list[str]) -> list[Edit]:
        """Take the next fence, which may be the end of one that the last fence's text holds itself."""
        last = self._last
        if last is None or not self._is_within(last, fence, [line for line in above if line.strip()]):
            return self.release()
        self._last = None
        self._likely = [each for each in self._likely if each is not last]
        problem = "the file's own fences cannot be distinguished from the reply's; put a longer fence around the file"
        return [malformed(last.path, "unclear-fence", problem, format="whole")]

    def _is_within(self, last: Fence, fence: Fence, between: list[str]) -> bool:
        """Return whether the last fence's end and this fence may both belong to the text of the last one."""
        if fence.info:
            return False
        name = fence.path if fence.sure and len(between) == 1 else None
        if is_prose(last.path or self._target or ""):
            alone = name is not None and " " not in name and not last.info and last.lines[-1:] != [""]
            return not alone if self._tight else fence.path is None
        return self._tight and name is None and not (between and all(map(_is_sentence, between)))

    def release(self) -> list[Edit]:
        """Give the edit of a text that may contain fences itself, once it is known whether these are certain."""
        fence, self._last = self._last, None
        return [self._edit(fence)] if fence is not None and all(each is not fence for each in self._likely) else []

    def left(self, files: set[str | None], *, any_edit: bool, cut_off: bool) -> list[Edit]:
        """Return the edits of fences that a sentence names, for files that no other edit is about.

        Beside other edits, one that is only mentioned is an illustration.
        """
        out: list[Edit] = []
        for fence in self._likely:
            named = fence.caption
            if named is None or any(each in files for each in (named.name.path, *named.name.readings) if each):
                continue
            seems = named.name.alone and named.name.path is None and named.name.said not in "\n".join(fence.lines)
            if named.edits or seems or (not any_edit and not cut_off):
                out.append(self._edit(fence))
        return out

    def nothing_marked(self, lines: list[str]) -> list[Edit]:
        """No edit is beyond doubt: then a lone fence, or the bare reply for the target."""
        said = self._unnamed[0].lines if self._unnamed else lines
        if len(self._unnamed) + (not self.count) == 1 and wrappers.is_said(said, self._target):
            return [malformed(self._target, "no-edit", "the reply contains no edit")]
        if len(self._unnamed) == 1:
            return [self._edit(self._unnamed[0])]
        bare = not self.count and self._format in (None, "whole") and any(line.strip() for line in lines)
        if bare and (problem := wrappers.around(lines, self._target)) is not None:
            return [Edit(self._target, kind="malformed", problem=problem)]
        if bare:
            return [self._edit(Fence("", "", None, lines))]
        if not self._unnamed:
            return [malformed(self._target, "no-edit", "the reply contains no edit")]
        several = "the reply contains several fences and does not specify which one is the edit"
        return [malformed(self._target, "unclear-fence", several)]

    def _edit(self, fence: Fence) -> Edit:
        after = "".join(f"{line}\n" for line in fence.text())
        name = fence.caption.name if fence.caption is not None else Name(None)
        target = self._target
        if name.passing and len(name.readings) == 1:
            name = Name(name.readings[0], name.readings, alone=False)
        path = name.path or (None if name.said and name.said not in after else target)
        region = None
        if self._region is not None and target is not None:
            if path is None or not name.alone:
                path, name = target, Name(target)
            region = self._region if path.rsplit("/", 1)[-1] == target.rsplit("/", 1)[-1] else None
        told = name.path is None or name.alone or (name.said and captions.gives_all(name.said))
        said = name.said if path is None else ""
        return Edit(
            path, after=after, kind="whole", region=region, format="whole" if fence.mark and told else "bare",
            readings=name.readings, said=said,
        )  # fmt: skip


def _named(edit: Edit, about: Name) -> Edit:
    if edit.path is not None:
        return edit
    return replace(edit, path=about.path, readings=about.readings, said=about.said)


def _script(fence: Fence, path: str | None) -> str | None:
    signed = fence.info.split(" ")[0] in ("diff", "patch", "udiff") and edit_scripts.is_signed(
        fence.text(), fence.info, path
    )
    return "a diff" if signed else edit_scripts.foreign(fence.lines, fence.info, path)


def _several(lines: list[str], first: str | None) -> str | None:
    """Report a fence that contains several files, each below a comment (if `first` is one) or a line that names it."""
    found = [found[1] for line in lines if (found := _DIVIDED.fullmatch(line)) is not None]
    if first is not None and file_names.in_comment(first) is not None:
        found += [named for line in lines if (named := file_names.in_comment(line)) is not None]
    several = dict.fromkeys(found)
    if len(several) < (2 if first is not None else 1):
        return None
    return f"one fence contains the text of several files ({', '.join(several)}); put each in a fence of its own"


def _is_sentence(line: str) -> bool:
    """Return whether a line is for the user, and no code: a sentence, or a file's name."""
    name = file_names.in_line(line)
    return _SENTENCE.fullmatch(line) is not None or (name is not None and name.path is not None)


def _is_markup(path: str | None) -> bool:
    return (path or "").lower().endswith(TAGGED)
