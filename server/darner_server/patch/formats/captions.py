"""Which file a block is about, by the lines between it and the block before it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from darner_server.patch.formats import file_names
from darner_server.patch.formats.file_names import Name
from darner_server.patch.lazy_pattern import lazy_pattern

FAR = 60  # so many lines above a block may hold its file's name
_NEAR = 3  # so many may mention it in passing
_TOKEN = lazy_pattern(
    r"`([^`\n]+)`|\"([^\"\n]+)\"|\*\*([^*\n]+)\*\*|(?<![\w`/.\\~+-])([\w./\\@~+-][\w./\\@~+#()\[\]-]*)"
)
_ADDRESS = lazy_pattern(r"\w+://\S+|(?<![\w/.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_LEAD = lazy_pattern(
    r"updating|editing|changing|modifying|creating|adding|writing|in|inside|within|into|for|to|on|update|updates|edit|change|changes|modify|create|add|write|save|open"
    r"|replace|rewrite|fix|patch|make|new|extend|adjust|put|insert|append|here's|here|is|are|the|a|an|file"
    r"|files|this|these|content|contents|of|updated|modified|complete|full|whole|corrected|revised|final|fixed"
    r"|changed|version|then|next|now|also|and|finally|first|firstly|second|secondly|third|lastly|additionally"
    r"|similarly|likewise|please|we|i|need|will|must|should|have|let's|let|me|you|can|it|step|made|done|so"
    r"|apply|following|below|code|with|as|called|named|config|configuration|module|script|test|tests|header"
    r"|stylesheet|1|2|3|4|5|6|7|8|9|10|edits|same|our|my"
)
_PLACE = lazy_pattern(r"\b(?:in|inside|within|update|edit|modify|change|create|to|into|open)\b", re.IGNORECASE)
_PLACED = lazy_pattern(
    r"(?:\b(?:in|inside|within|into|to|for|of|on|dans|en|em|nel|im|der|datei|fichier|archivo|\u0432|\u0444\u0430\u0439\u043b\u0435?)\s+"
    r"(?:the\s+)?(?:file\s+)?|[\u5728\u4ef6]\s*)$",
    re.IGNORECASE,
)
_CONTROL = lazy_pattern("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029]")
_ITEM = lazy_pattern(r"\s*(?:[-*+\u2022]|\d+[.)])\s")
_MAKES = lazy_pattern(
    r"\b(?:update|edit|change|modify|create|add|write|save|replace|rewrite|fix|patch|make|new|extend|adjust|put|insert|"
    r"append|(?:updat|edit|chang|modify|creat|add|writ|sav|replac|rewrit|fix|patch|extend|adjust)ing|"
    r"here(?:'s|\u2019s|\sis)|becomes?|updated|modified|full|complete|revised|corrected)\b",
    re.IGNORECASE,
)
_CREATES = lazy_pattern(r"\b(?:create|add|write|save|new|make|put|introduce)\b", re.IGNORECASE)
_ALL = lazy_pattern(
    r"\b(?:contents?|full|complete|entire|whole|updated|rewritten|revised|final|corrected|new version|replac\w+|"
    r"overwrit\w+|rewrit\w+|becomes|now (?:looks|reads)|new `|inhalt|contenu|contenido|conte[u\u00fa]do|contenuto|"
    r"\u0441\u043e\u0434\u0435\u0440\u0436\u0438\u043c\u043e\u0435)\b|new `|\u5185\u5bb9",
    re.IGNORECASE,
)
_PART = lazy_pattern(
    r"\b(?:add\w*|append\w*|insert\w*|put|includ\w+|part|section|snippet|excerpt|lines?|method|function|block|class|"
    r"below|above|after|before|inside|entry|entries|rule|key)\b",
    re.IGNORECASE,
)
_HEADING = lazy_pattern(r"\s*#{1,6}\s+[A-Za-z]+\s*")  # of one word, which no suffix makes a name
_ELSEWHERE = lazy_pattern(
    r"\b(?:from|like|unlike|by|with|using|uses?|via|see|than|imports?|imported|calls?|matches|matching|as\sin|needs?|requires?|since|because|while|although|"
    r"similar\sto|same\sas|depends?\son|run|runs|running|output\sof|result\sof|reads?|loads?|tests?)\s+(?:the\s+)?$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Caption:
    """The name of a block's file, and the meaning of the words around it: `edits`, that its text is written there."""

    name: Name
    edits: bool = True


def read(above: list[str]) -> Caption | None:
    """Return the file that the lines above a block name; None if they name none.

    The nearest line that is a name, or announces a change to the file, counts; then one that only mentions it.
    """
    content = [line for line in above if line.strip()]
    mentioned: Caption | None = None
    for back, line in enumerate(reversed(content)):
        if back < _NEAR and _CONTROL.search(line):  # who knows where a name in it begins
            return Caption(Name(None, (), line.strip(), alone=False), edits=False)
        name = file_names.in_line(line)
        if name is not None and (name.path is not None or name.said):
            return _by_name(name, mentioned, content, len(content) - 1 - back)
        said = None if _HEADING.fullmatch(line) else _sentence(line)
        if said is not None and (listed := _in_list(content, len(content) - 1 - back)) is not None:
            said = listed
        if name is not None and not back:
            said = _either(name, said)
        if said is not None and said.edits:
            return said
        if mentioned is None and back < _NEAR:
            mentioned = said
    return mentioned if mentioned is not None and _is_told(mentioned.name) else _by_words(content, mentioned)


def _is_told(name: Name) -> bool:
    return name.path is not None or name.passing or (len(name.readings) > 1 and not name.alone)


def _by_words(content: list[str], mentioned: Caption | None) -> Caption | None:
    """Add what words of the lines right above a block are, if there are files of that name."""
    near = [line for line in content[:-_NEAR] if line.lstrip().startswith(("#", "**"))][-1:] + content[-_NEAR:]
    readings = [each for line in reversed(near) for each in file_names.runs(line)]
    if not readings:
        return mentioned
    name = mentioned.name if mentioned is not None else Name(None, alone=False)
    return Caption(replace(name, readings=tuple(dict.fromkeys((*name.readings, *readings)))), edits=False)


def _either(name: Name, said: Caption | None) -> Caption:
    """Return the caption of a line that may be a name, and may mention one."""
    if said is None:
        return Caption(name, edits=False)
    return replace(said, name=replace(said.name, readings=(*name.readings, *said.name.readings)))


def _by_name(name: Name, mentioned: Caption | None, content: list[str], at: int) -> Caption:
    """Return the caption of a name above a block, where a sentence between them may mention other files."""
    listed = at < len(content) - 1 and _is_listed(name, content[max(0, at - 1) : at] + content[at + 1 : at + 2])
    if mentioned is not None and mentioned.name.alone:
        mentioned = None  # a line that may have been a name, and was none
    if listed:
        return mentioned or Caption(Name(None, (), content[at].strip(), alone=False), edits=False)
    if mentioned is None:
        return Caption(name, edits=name.path is not None)
    other = mentioned.name
    unclear = other.path is None and other.said and not other.passing and name.path not in other.readings
    return mentioned if unclear or name.path is None else Caption(name)


def _is_listed(name: Name, beside: list[str]) -> bool:
    """Return whether a name is one of several in a list of files, which does not caption a block further down."""
    others = map(file_names.in_line, beside)
    return any(other is not None and other.path not in (None, name.path) for other in others)


def _sentence(line: str) -> Caption | None:
    """Return the caption in a sentence, if it mentions a block's file."""
    text = line.strip()
    if len(text) > 2000:  # noqa: PLR2004 - no file is named so
        return None
    found = _mentions(_ADDRESS.sub(lambda each: " " * len(each[0]), text))
    if not found:
        return None
    own = [each for each in found if not _ELSEWHERE.search(text[: each[0]])]
    elsewhere = tuple(dict.fromkeys(each[1] for each in found if each[2]))
    sure = [each for each in own if each[2]]
    leading = next((each for each in own if each[2] and _leads(text[: each[0]])), None)
    if leading is not None:
        others = {each[1] for each in sure} - {leading[1]}
        if not others or _is_first(text[: leading[0]]):
            return Caption(Name(leading[1], (leading[1],), text, alone=False))
    distinct = dict.fromkeys(each[1] for each in sure)
    if len(distinct) == 1:
        path = next(iter(distinct))
        last = sure[-1]
        ends = not re.search(
            r"\w", text[last[3] :].replace("to", "").replace("as follows", "").replace("like this", "")
        )
        edits = (ends and _MAKES.search(text[: last[0]]) is not None) or text[: sure[0][0]].strip("*_#- ") == ""
        if edits or _PLACED.search(text[: last[0]]) or (ends and text.rstrip("*_ ").endswith((":", "\uff1a"))):
            return Caption(Name(path, (path,), text, alone=False), edits=edits)
        return Caption(Name(None, (path,), text, alone=False, passing=True), edits=False)
    if len(distinct) > 1:
        passing = _MAKES.search(text) is None
        return Caption(Name(None, tuple(distinct), text, alone=False, passing=passing), edits=not passing)
    if elsewhere:
        return Caption(Name(None, elsewhere, text, alone=False, passing=True), edits=False)
    maybe = tuple(dict.fromkeys(each[1] for each in own))
    return Caption(Name(None, maybe, alone=False), edits=False) if len(maybe) == 1 else None


def creates(said: str) -> bool:
    """Return whether a sentence announces a new file."""
    return _CREATES.search(said) is not None


def gives_all(said: str) -> bool:
    """Return whether a sentence announces the text below it as all of its file."""
    return _ALL.search(said) is not None and _PART.search(said) is None


def _in_list(content: list[str], at: int) -> Caption | None:
    """Return the files that a list mentions, whose items describe a change to each of several."""
    first = last = at
    while first and _ITEM.match(content[first - 1]):
        first -= 1
    while last + 1 < len(content) and _ITEM.match(content[last + 1]):
        last += 1
    if first == last or not _ITEM.match(content[at]):
        return None
    found = [each[1] for line in content[first : last + 1] for each in _mentions(line) if each[2]]
    files = tuple(dict.fromkeys(found))
    if len(files) < 2:  # noqa: PLR2004 - one file is what the list is about
        return None
    return Caption(Name(None, files, content[at].strip(), alone=False, passing=True), edits=False)


def _mentions(text: str) -> list[tuple[int, str, bool, int]]:
    """Return where a sentence mentions files, which, whether it is beyond doubt that they are, and where that ends."""
    found: list[tuple[int, str, bool, int]] = []
    for token in _TOKEN.finditer(text):
        quoted = token[1] or token[2] or token[3]
        word = quoted.strip().rstrip(":,;") if quoted else token[4].rstrip(".:,;()[]-+~")
        if quoted is None:
            if file_names.known(word) and not word.endswith((".log", ".env", ".map", ".sort")):
                found.append((token.start(), word, True, token.end()))
            continue
        name = file_names.in_line(f"`{word}`")
        if name is None or (name.path is None and not name.readings):
            continue
        path = name.path or name.readings[-1]
        sure = name.path is not None and (
            (file_names.known_in_backquotes(path) if token[1] else file_names.known(path))
            or ("/" in path and not file_names.is_pair(path))
            or re.search(r"\s", path) is not None
        )
        if token[1] is None and not sure:
            continue
        if name.path is None and "." not in path and not re.fullmatch(r"[\w+-]+", path):
            continue
        found.append((token.start(), path, sure, token.end()))
    return found


def _leads(before: str) -> bool:
    """Return whether nothing but words such as "now in the file" is before a name."""
    return all(_LEAD.fullmatch(word.lower()) for word in re.findall(r"[\w'\u2019]+", before.replace("\u2019", "'")))


def _is_first(before: str) -> bool:
    """Return whether a name comes so early in its sentence that it is the sentence's place (In `x.py`, ...)."""
    return _PLACE.search(before) is not None


def doubted(name: Name, block: str) -> Name:
    """Take a word in backquotes above a block for what it is about, not for a file, if the block has that word too."""
    if name.alone and name.said and re.search(rf"\b{re.escape(name.said.rsplit('.', 1)[-1])}\b", block):
        return replace(name, path=None, said="")
    return name
