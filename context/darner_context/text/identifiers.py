"""Identifiers in a text, and the words they are made of."""

import re
from collections.abc import Sequence
from functools import lru_cache

IDENTIFIER = re.compile(r"[^\W\d]\w+")
_ENDINGS = {  # by their last letter, with the letters that must be left
    "s": (("ations", 4), ("ies", 3), ("ers", 4), ("es", 4), ("s", 3)),
    "n": (("ation", 4),),
    "g": (("ing", 4),),
    "d": (("ed", 4),),
    "r": (("er", 4),),
}
_SHORT = 4  # letters of a word that keeps its last e
_QUOTED = re.compile(r"`([^`\r\n]+)`")
_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_A-Za-z]+")

# words of the languages themselves, and of prose: they mean nothing for a place
_KEYWORDS = """
    abstract and any as assert async auto await bool boolean break byte case catch chan char class const constexpr
    continue crate debugger def default defer defined del delete do double elif else endif enum err except explicit
    export extends extern fallthrough false False final finally float fn for friend from func function global go goto
    if ifdef ifndef impl implements import in include inline instanceof int interface is it keyof lambda let long loop
    match mod module mut namespace native new nil None nonlocal not null nullptr number object of ok operator or
    override package pass pragma private protected pub public raise range readonly ref register return self Self
    select short signed sizeof static std str string String struct super switch synchronized template then this throw
    throws trait transient True true try type typedef typename typeof u8 u16 u32 u64 undefined union unsafe unsigned
    usize use using var virtual void volatile where while with yield
    the to that be an by on no we are if this which can will has have was when should at its into there
    cls args kwargs endfor endblock i32 i64 uint uint8 uint32 uint64 int64 int32 Option Some Ok Err Vec Result dyn
"""
KEYWORDS = frozenset(_KEYWORDS.split())
_STOPPING = """
    add adds added use uses used using make makes fix fixes fixed bug issue remove removes removed change changes
    changed update updates updated support allow allows improve refactor refactoring implement implements
    feat chore test tests docs pr closes close when for and the with from into that this not all also now new only
    instead should some than more code get set has have been can will does its are was were which one see via case
"""
STOP_WORDS = frozenset(_STOPPING.split())


def identifiers(text: str) -> set[str]:
    """Return the identifiers of the text that are no words of its language."""
    return set(IDENTIFIER.findall(text)) - KEYWORDS


@lru_cache(maxsize=50_000)
def parts(identifier: str) -> tuple[str, ...]:
    """Split an identifier into its words, small and without endings: getUserNames -> get, user, name."""
    return tuple(_parts(identifier))


@lru_cache(maxsize=50_000)
def word_set(identifier: str) -> frozenset[str]:
    """The same without an order."""
    return frozenset(_parts(identifier))  # not of `parts`: it would hold the same names a second time


def _parts(identifier: str) -> list[str]:
    if identifier.islower() and identifier.isascii() and identifier.replace("_", "").isalpha():
        return [stem(part) for part in identifier.split("_") if len(part) > 1]  # as most are
    return [stem(part.lower()) for part in _PARTS.findall(identifier) if len(part) > 1]


@lru_cache(maxsize=30_000)
def stem(word: str) -> str:
    """Cut the commonest English endings, the same way on both sides of a comparison."""
    for ending, least in _ENDINGS.get(word[-1:], ()):
        if word.endswith(ending) and len(word) - len(ending) >= least and not word.endswith("ss"):
            return word[: -len(ending)]
    return word[:-1] if word.endswith("e") and len(word) > _SHORT else word


def query_words(text: str) -> dict[str, float]:
    """Weigh the words of an instruction; one that is written as code counts more, and all between backticks count."""
    weights: dict[str, float] = {}
    for place, stretch in enumerate(_QUOTED.split(text)):
        quoted = place % 2 == 1
        for found in IDENTIFIER.findall(stretch):
            code = quoted or "_" in found or not (found.islower() or found.istitle())
            if quoted or (found.lower() not in STOP_WORDS and (code or found.lower() not in KEYWORDS)):
                for part in parts(found):
                    if quoted or part not in STOP_WORDS:
                        weights[part] = max(weights.get(part, 0.0), 1.5 if code else 1.0)
    return weights


def masks_of_names(names: Sequence[str], words: Sequence[str]) -> dict[int, int]:
    """Number the names that hold words, each with a bit for each of these."""
    text = "\n".join(names)
    found: dict[int, int] = {}
    if not text.isascii() or text.count("\n") >= len(names):
        bits = {word: 1 << bit for bit, word in enumerate(words)}
        for number, name in enumerate(names):
            if held := bits.keys() & word_set(name):
                found[number] = sum([bits[word] for word in held])
        return found
    text = text.lower()
    for bit, word in enumerate(words):
        number = end = 0
        while (place := text.find(word, end)) >= 0:  # a word begins like its stem, and only this can decide
            number += text.count("\n", end, place)
            if word in word_set(names[number]):
                found[number] = found.get(number, 0) | 1 << bit
            end = text.find("\n", place)
            if end < 0:
                break
    return found
