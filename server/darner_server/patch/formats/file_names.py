"""File names as models write them: alone on a line, decorated, in a comment, behind a fence's opening."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from darner_server.patch.formats.file_name_tables import (
    ALSO_WORDS,
    KNOWN_SUFFIX,
    PRODUCT,
    SENTENCE_WORDS,
    WITHOUT_SUFFIX,
    WORD_PAIRS,
)
from darner_server.patch.lazy_pattern import lazy_pattern
from darner_server.patch.paths import is_elsewhere

_LONGEST = 250
_MOST_WORDS = 8
_FEW = 4  # words, of a comment that names a file
_FORBIDDEN = lazy_pattern(r'[\x00-\x1f<>"|*?`]')
_SUFFIX = lazy_pattern(r"(?:^|[^.])\.[A-Za-z_][\w+-]{0,15}$|^\.[\w.-]+$")
_LABEL = lazy_pattern(
    r"(?:(?:step|schritt|part|file|edit|change)\s*#?\d+\s*[:.)\u2013-]\s*)?"
    r"(?:(?:in\s+|for\s+)?(?:the\s+)?(?:(?:new|modified|updated|changed|edited|existing|full|complete|target|current|"
    r"source|test|config(?:uration)?)\s+)?(?:file(?:\s?name|\s?path)?|path|datei|fichier|archivo|file|文件|文件名|ファイル|файл)"
    r"\s*(?:[:=\uff1a]|\s)\s*|"
    r"(?:in|update|updated|edit|edited|modify|modified|create|created|add|added|new|change|changed|for|patch|write|replace|"
    r"rewrite|fix)\s*:\s*)?",
    re.IGNORECASE,
)
_MARKS = lazy_pattern(
    r"^(?:<!--|//+|/\*+|-{2,}\s|;+|%+|#+|>+|=+|\|\s|[-*+\u2022\u25aa\u2013\u2014]\s|\d{1,3}[.)]\s|[a-z][.)]\s|"
    r"\[[ xX]\]\s|"
    r"[\u2190-\u21ff\u2600-\u27bf\u2b00-\u2bff\U0001f300-\U0001faff\ufe0f]|\s)+"
)
_NUMBER = lazy_pattern(r"^\d{1,3}[.)]\s+(?=\S)")
_ENDS = lazy_pattern(r"(?:\s*(?:-->|\s\||\*/|=+|#+|-{2,}|\u2192|->|\u2b07\ufe0f?|\ufe0f)|[\s:\uff1a])+$")
_TAGGED = lazy_pattern(
    r"<(path|file|file_?path|file_?name|filename|source_?file|target_?file|name|title)>\s*([^<>]+?)\s*</\1>",
    re.IGNORECASE,
)
_ATTRIBUTE = lazy_pattern(
    r"<?\s*[\w:-]*\s[^>]*?\b(?:path|file|name|file_?path|file_?name|target_?file|title|src)\s*=\s*(?:\"([^\"]+)\"|'([^']+)')[^>]*>?",
    re.IGNORECASE,
)
_LINK = lazy_pattern(r"\[`?([^\[\]`]+)`?\]\(([^()\s]+|[^()\s][^()]*[^()\s])\)")
_SAME_LINK = lazy_pattern(r"\[(`?)(.+)\1\]\((?:\./)?<?\2>?\)")  # whatever brackets the name has itself
_BRACKETED = lazy_pattern(r"\((.+)\)|\[(.+)\]")
_FIRST = lazy_pattern(
    r"(?:and|then|next|now|also|finally|first|second|third|lastly)(?:[,:]\s*|\s+)(?=\S+$)", re.IGNORECASE
)
_BEHIND = lazy_pattern(
    r"(?:"
    r"\s+[(\[][^()\[\]]*[)\]]"  # x.yaml (updated)
    r"|\((?:new|updated|modified|changed|full|edited|excerpt|part|partial|lines?)\b[^()]*\)"
    r"|\s*:\s*\d+(?:\s?[-:,\u2013]\s?\d+)*"  # x.yaml:1-2
    r"|\s*#L?\d+(?:[-\u2013:]L?\d+)*"  # x.yaml#L1-L2
    r"|\s*@\s*L?\d+(?:[-\u2013]L?\d+)?"
    r"|\s*[,;]\s*(?:at |around )?(?:lines?|zeilen?|l\.)\s*\d.*"
    r"|\s+(?:at |around )?lines? \d.*"
    r"|\s+[-\u2013\u2014:|]{1,3}\s.*"  # x.yaml - the port moves
    r"|\s*[,;!\u2026]"
    r"|\s*\*+"
    r")"
)
_MOST_BEHIND = 3  # such parts
_COMPOUND = lazy_pattern(r"(?!v?[\d.]+$)\w[\w+]*(?:[-_.][\w+]+)+")  # pre-commit, my_script, darner.1
_SYMBOL = lazy_pattern(r"[A-Za-z_]\w*\.[A-Za-z_]\w*$")  # Shop.price, for a file or for what a block is about
_HEAD = lazy_pattern(r"#!.*|<\?php|# -\*- .*|[\"']use strict[\"'];?")
_HTML = lazy_pattern(
    r"^(?:<(?:b|strong|em|i|u|code|p|li|td|h[1-6]|summary)>\s*)+|(?:\s*</(?:b|strong|em|i|u|code|p|li|td|h[1-6]|summary)>:?)+$"
)
_QUOTED = lazy_pattern(
    r"[*_(\[]*([`'\"\u2018\u201c\u201e\u00ab<]|\*\*|__|\*)[*_]*([^`]+?)[*_]*(?:[`'\"\u2019\u201d\u00bb>]|\*\*|__|\*)[*_)\]]*(.*)"
)
_AROUND = " \t`'\"*_()[]{}<>|~=:,;!\u2018\u2019\u201c\u201d\u201e\u201a\u00ab\u00bb\u300c\u300d\u3010\u3011\uff1a\u2026"
_QUOTES = "`'\"\u2018\u2019\u201c\u201d\u201e\u201a\u00ab\u00bb"


@dataclass(frozen=True, slots=True)
class Name:
    """The name of a block's file, as written.

    `readings` count, the first that is there, before `path`. Without a path, and none of them there, the block belongs
    where one without a name does, unless `said` is set: the words to reject it with. `alone`: nothing else is on
    the line. `passing`: the files are only mentioned, so the one that has the block's text is meant.
    """

    path: str | None
    readings: tuple[str, ...] = ()
    said: str = ""
    alone: bool = True
    passing: bool = False


def in_line(line: str) -> Name | None:
    """Return the name that a line consists of, its decoration (`**x.py**:`, `### File: x.py (new)`) removed.

    The line as it is is one more reading: a file may be called "what?.md".
    """
    name = _in_line(line)
    as_is = tuple(dict.fromkeys((line.strip(), line.strip().rstrip(":").strip(_QUOTES + "*_"))))
    if len(line) > _LONGEST or not line.strip() or len(line.split()) > _MOST_WORDS or "://" in line:
        return name
    if name is None:
        return Name(None, as_is) if _SUFFIX.search(as_is[-1]) and "@" not in line else None
    given = name.readings or ((name.path,) if name.path is not None else ())
    given = (*as_is, *given, *(each[1:] for each in given if each.startswith("@")))
    if name.path is not None and (" " in name.path or _undecorated(name.path) != name.path):
        given = (*given, *(each for each in runs(name.path) if _undecorated(name.path).endswith(each)))
    readings = tuple(dict.fromkeys(given))
    return name if readings == (name.path,) else replace(name, readings=readings)


def runs(line: str) -> tuple[str, ...]:
    """Return what of a short line may be a file's name if there is such a file, the longest first."""
    words = line.split()
    if len(line) > _LONGEST or len(words) > _MOST_WORDS or "://" in line:
        return ()
    found: list[str] = []
    for size in range(len(words), 0, -1):
        for first in range(len(words) - size + 1):
            run = _undecorated(" ".join(words[first : first + size]))
            last = size == 1 and first == len(words) - 1 <= 2  # noqa: PLR2004 - "Updating gradlew"
            for each in (run, _undecorated(without_rest(run))):
                suffixed = _SUFFIX.search(each) is not None
                if _fits(each) and (suffixed or (size == 1 and ("/" in each or last or known_in_backquotes(each)))):
                    found.append(each)
    return tuple(dict.fromkeys(found))


def _in_line(line: str) -> Name | None:
    text = _HTML.sub("", re.sub(r"\s{3,}", "  ", line.strip()))
    if not text or len(text) > _LONGEST or text.endswith(("...", "{")):
        return None
    if tagged := _TAGGED.fullmatch(text):
        return Name(tagged[2]) if _fits(tagged[2]) else None
    if text.startswith("<") and (attribute := _ATTRIBUTE.fullmatch(text)):
        path = attribute[1] or attribute[2]
        return Name(path) if _fits(path) else None
    marked = _MARKS.match(text)
    heading = marked is not None and "#" in marked[0]
    text = _LINK.sub(_of_link, text[marked.end() :] if marked is not None else text)
    text = _bare(_ENDS.sub("", text))
    label = _LABEL.match(text)
    if text[:1] in ("*", "_") and (label is None or not label.end()):
        inner = _NUMBER.sub("", text.lstrip("*_"))
        label = _LABEL.match(inner)
        text = inner if (label is not None and label.end()) or inner != text.lstrip("*_") else text
    labelled = label is not None and label.end() > 0
    text = text[label.end() :] if label is not None else text
    return _decorated(text.strip(), labelled=labelled, doubtful=heading)


def _bare(text: str) -> str:
    """Take off what may surround a name: brackets around all of it, and a word such as "then"."""
    if same := _SAME_LINK.fullmatch(text):
        return f"`{same[2]}`"
    if (found := _BRACKETED.fullmatch(text)) and not re.match(
        r"[^/]*[)\]](?:[^/]|/[^/]*[(\[])*$", found[1] or found[2]
    ):
        text = found[1] or found[2]
    return _FIRST.sub("", text)


def _of_link(link: re.Match[str]) -> str:
    return f"`{link[1]}`" if link[1].rsplit("/", 1)[-1] == link[2].removeprefix("./").rsplit("/", 1)[-1] else link[1]


def _decorated(text: str, *, labelled: bool, doubtful: bool) -> Name | None:
    """Read a name in quotes or not, and what may follow it."""
    quoted = _QUOTED.fullmatch(text)
    inner = quoted[2].strip() if quoted else ""
    if quoted and inner and not re.search(r"\w", quoted[3][:1]):
        rest = quoted[3].strip().rstrip(":").strip("* ")
        if rest and not _is_behind(" " + rest):
            return None
        return _read(
            inner.strip(_QUOTES), labelled=labelled, quoted="`" in text[: text.index(inner)], doubtful=doubtful
        )
    return _read(text.strip("*_ ").strip(_QUOTES), labelled=labelled, quoted=False, doubtful=doubtful)


def _read(text: str, *, labelled: bool, quoted: bool, doubtful: bool) -> Name | None:
    text = text.removeprefix("file://").strip().rstrip(":").strip()
    cut = without_rest(text)
    readings = tuple(dict.fromkeys((text, cut)))
    if re.search(r"\w@\w", cut) and "/" not in cut:
        return None  # a mail address
    if not is_path(cut, blanks=quoted or labelled):
        bare = re.fullmatch(r"[\w.+-]{1,60}", cut) is not None
        if _COMPOUND.fullmatch(text) and not doubtful:
            return Name(None, readings, text)
        if labelled and bare:
            return Name(cut, readings)
        if quoted and bare:
            return Name(None, readings, cut)
        return Name(None, readings) if _fits(text) and len(text.split()) <= 6 and "://" not in text else None  # noqa: PLR2004
    *folders, whole = cut.split("/")
    product = PRODUCT.fullmatch(whole) and all("." in each for each in folders)
    if not (labelled or quoted) and (product or is_pair(cut) or _is_word(cut, doubtful=doubtful)):
        return Name(None, (*readings, f"{cut}.md"))
    if not (labelled or quoted) and " " in cut:
        return Name(cut, (*readings, cut.split()[-1]))
    symbol = _SYMBOL.match(cut) is not None and not KNOWN_SUFFIX.search(cut)
    if symbol and doubtful and not (quoted or labelled):
        return Name(None, readings, cut)
    if symbol and (quoted or doubtful) and not labelled:
        return Name(cut, readings, cut)
    return Name(cut, () if readings == (cut,) else readings)


def _is_word(text: str, *, doubtful: bool) -> bool:
    """Return whether a name without a suffix is rather a word: a heading's, or one not written as BUILD is."""
    name = text.rsplit("/", 1)[-1]
    if "." in name or name.lower().endswith("file"):
        return False
    if doubtful:
        return "/" not in text or not _is_name_without_suffix(name)
    return text == name and name.lower() in ALSO_WORDS and (not name.isupper() or name == "FAQ")


def _is_name_without_suffix(name: str) -> bool:
    return WITHOUT_SUFFIX.fullmatch(name) is not None


def _undecorated(text: str, more: str = "") -> str:
    """Strip quotes, brackets and marks from both ends, but not the home folder's sign: `~/a` is not `/a`."""
    bare = text.strip(_AROUND + more)
    home = f"~{bare}"
    return home if is_elsewhere(home) and home in text and f"~{home}" not in text else bare


def without_rest(text: str) -> str:
    """Cut off what follows a name: `(updated)`, `:1-2`, `#L5`, ` - the port`."""
    for at in range(1, len(text)):
        if text[at] in " \t([:#@,;!*-\u2026\u2013\u2014" and _is_behind(text[at:]):
            head = text[:at].rstrip()
            if _SUFFIX.search(head) or "/" in head or _is_name_without_suffix(head) or " " not in head:
                return head
    return text


def _is_behind(text: str) -> bool:
    for _ in range(_MOST_BEHIND):
        if (found := _BEHIND.match(text)) is None:
            return False
        text = text[found.end() :]
        if not text:
            return True
    return False


def in_comment(line: str) -> str | None:
    """Return the file name that a comment consists of (`# src/x.py`); no shebang, product or pair of words."""
    found = re.fullmatch(
        r"\s*(?:#|//|/\*+|<!--|--|;|%)\s*(?:file(?:\s?name|\s?path)?\s*:\s*|path\s*:\s*)?(\S+)\s*(?:\*/|-->)?\s*",
        line,
        re.IGNORECASE,
    )
    if found is None or found[1].startswith(("!", "@", "#", "http", "+", "$", "-", "=")):
        return None
    path = found[1]
    name = re.split(r"[/\\]", path)[-1]
    plain = KNOWN_SUFFIX.search(name) is not None or re.fullmatch(r"[A-Z]\w+file", name) is not None
    if not plain or not is_path(path, blanks=False) or PRODUCT.fullmatch(name):
        return None
    if path == name and re.fullmatch(r"\w+(?:\.\w+)+\.[a-z]", name):
        return None  # a.b.c
    return path if ":" not in path and "=" not in path else None


def is_head(line: str) -> bool:
    """Return whether a line may be above the comment that names a file: a shebang and the like."""
    return _HEAD.fullmatch(line) is not None


def maybe_in_comment(line: str) -> str | None:
    """Return what a comment consists of, if that may be a file's name where there is such a file: `# bin/run`."""
    found = re.fullmatch(
        r"\s*(?:#|//|/\*+|<!--|--|;|%)\s*(?:in\s+|for\s+|from\s+)?(.*?)\s*(?:\*/|-->)?\s*", line, re.IGNORECASE
    )
    if found is None or not re.search(r"\w", found[1]) or len(found[1].split()) > _FEW:
        return None
    path = _undecorated(without_rest(found[1].lstrip(_AROUND.replace("~", "#-"))), "#-")
    if not _fits(path) or " " in path or "://" in path:
        return None
    return (
        path
        if "/" in path.strip("/") or path.startswith(".") or _SUFFIX.search(path) or _is_name_without_suffix(path)
        else None
    )


def in_info(info: str) -> str | None:
    """Return the file named behind a fence's opening (```python src/x.py, ```ts:src/x.ts, ```title="x.py")."""
    if len(info) > _LONGEST:
        return None
    info = re.sub(r"\s{3,}", "  ", info)
    found = re.search(
        r"\b(?:title|file|file_?name|file_?path|path|name|label|src)\s*[=:]\s*(?:\"([^\"]+)\"|'([^']+)'|([^\s\"',}]+))",
        info,
        re.IGNORECASE,
    )
    if found is not None and (_fits(path := found[1] or found[2] or found[3])):
        return path
    text = without_rest(info.strip().strip("{}").strip(_QUOTES))
    if " " not in text and is_path(text, blanks=False) and ":" not in text and not _language(text):
        return text
    for word in reversed(info.split()):
        parts = [part.strip(_QUOTES + "(){},;") for part in re.split(r":(?![\\/])|=", word)]
        for part in parts:
            if ("/" in part or "." in part) and is_path(part, blanks=False) and not _language(part):
                return part
            if _is_name_without_suffix(part) and len(info.split()) + len(parts) > 2 and part.lower() not in ALSO_WORDS:  # noqa: PLR2004
                return part
    return None


def _language(word: str) -> bool:
    """Return whether a word behind a fence's opening is a language: `asp.net`, `text/x-python`, `node.js`."""
    mime = re.match(r"(?:text|application|image|language|lang|code)/", word)
    return (mime is not None and "." not in word) or PRODUCT.fullmatch(word) is not None


def is_pair(text: str) -> bool:
    """Return whether words with a slash between them are rather a pair of words (CI/CD, client/server) than a path."""
    if "/" not in text or text.startswith((".", "/", "~")) or "." in text:
        return False
    capitals = all(re.fullmatch(r"[A-Z][A-Za-z]*|\d+", word) for word in text.split("/"))
    return capitals or WORD_PAIRS.fullmatch(text.lower()) is not None


def is_path(text: str, *, blanks: bool) -> bool:
    """Return whether a text is written as a path is; one with blanks only if it may have them, or is no sentence."""
    if not _fits(text) or text.endswith((" ", ".")) or "://" in text:
        return False
    name = re.split(r"[/\\]", text)[-1]
    suffixed = _SUFFIX.search(name) is not None
    if re.search(r"\s", text):
        return suffixed and (blanks or _is_no_sentence(text))
    if suffixed:
        return True
    return (
        ("/" in text.strip("/") or "\\" in text or _is_name_without_suffix(name))
        and ":" not in text
        and bool(re.search(r"\w", name))
    )


def _is_no_sentence(text: str) -> bool:
    words = re.split(r"[\s/\\]+", text.lower())
    if SENTENCE_WORDS.fullmatch(words[0]) or len(words) > 6:  # noqa: PLR2004 - names are short
        return False
    if "/" in text or "\\" in text:
        return not any(map(SENTENCE_WORDS.fullmatch, re.split(r"[/\\]", text.lower())[0].split()[:-1]))
    return not any(map(SENTENCE_WORDS.fullmatch, words[:-1])) and KNOWN_SUFFIX.search(text) is not None


def _fits(text: str) -> bool:
    return bool(text) and len(text) <= _LONGEST and _FORBIDDEN.search(text) is None and text == text.strip()


def known(text: str) -> bool:
    """Return whether a word in a sentence is certainly a file's name: by its suffix, or being one such as Makefile."""
    name = re.split(r"[/\\]", text)[-1]
    if not _fits(text) or "://" in text or PRODUCT.fullmatch(name):
        return False
    return KNOWN_SUFFIX.search(name) is not None or (_is_name_without_suffix(name) and name.lower() not in ALSO_WORDS)


def known_in_backquotes(text: str) -> bool:
    """Return whether a word in backquotes is a file's name: also BUILD, VERSION."""
    name = re.split(r"[/\\]", text)[-1]
    return known(text) or (_is_name_without_suffix(name) and (name[:1].isupper() or "/" in text))
