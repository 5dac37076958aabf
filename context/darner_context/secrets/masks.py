"""Masks: the placeholders of secrets, each of the shape of its secret, in all that is sent and in what comes back."""

import re
from bisect import bisect_right
from collections.abc import Iterable
from hashlib import blake2b
from itertools import groupby
from string import digits

from darner_context.request import Withheld
from darner_context.secrets.scanner import newlines, secrets_of

_ANYWHERE = 6  # characters of a secret that is hidden wherever it occurs, not only where it was found
_PIECE, _PIECE_LEAST = 6, 4  # characters of a mask that are known again, and half of a short one
_RARE = 16  # characters from which on a mask is nowhere by chance
_TRIES = 64


class Masks:
    """
    The masks of one task. The same secrets in the same order have the same masks, and no mask reveals more of one
    than its length and where it has letters, digits and marks.
    """

    def __init__(self) -> None:
        self._masks: dict[str, str] = {}  # by secret
        self._secrets: dict[str, str] = {}  # by mask
        self._kinds: dict[str, str] = {}  # by mask
        self._pieces: dict[int, dict[str, str]] = {}  # of masks, in small letters, by their size: the mask
        self._told: dict[Withheld, None] = {}
        self._learnt: dict[str, str] = {}
        self._seen: dict[str, None] = {}
        self._ambiguous: set[str] = set()  # masks that a text contained before: what they stand for is unknown
        self._used = False  # whether masks may have been sent
        self._found: re.Pattern[str] | None = None  # the masks
        self._known: re.Pattern[str] | None = None  # the secrets

    def __bool__(self) -> bool:
        """Whether there is anything to hide."""
        return bool(self._masks)

    @property
    def told(self) -> tuple[Withheld, ...]:
        """What is replaced, by place."""
        return tuple(self._told)

    def learn(self, path: str, text: str, *, words: bool = False) -> None:
        """Take in the secrets of a file, or of a request's words: what of them is sent in whatever part is hidden."""
        if self._learnt.get(path) == text:
            return
        self._learnt[path] = text
        line, at = 1, 0
        for start, end, kind in secrets_of(text):
            line, at = line + newlines(text, at, start), start
            self._add(text[start:end], kind, text)
            self._told[Withheld(path, 0 if words else line, kind)] = None
        self.avoid(text)

    def avoid(self, text: str) -> None:
        """Take no masks that a file's own text holds, where they would be exchanged too."""
        found = self._masks_pattern()
        for mask in dict.fromkeys(found.findall(text)) if found is not None else ():
            if self._used:
                self._ambiguous.add(mask)
            else:
                value = self._secrets.pop(mask)
                del self._masks[value]
                self._add(value, self._kinds[mask], text, unlike=True)

    def hide(self, text: str) -> str:
        """The text with a mask for every secret in it, as long as it was and with its lines."""
        pieces: list[str] = []
        at = 0
        places = self._places(text)
        self._used = bool(self._masks)
        for start, end in places:
            pieces += (text[at:start], self._masks[text[start:end]])
            at = end
        return "".join((*pieces, text[at:])) if pieces else text

    def restore(self, text: str) -> str:
        """The text with the secrets in place of their masks."""
        found = self._masks_pattern()
        return found.sub(lambda each: self._secrets[each[0]], text) if found is not None else text

    def altered(self, text: str) -> str | None:
        """
        The kind of a secret whose mask is in the text in part only, in other letters, or where it may be the text's
        own; None: there is none.
        """
        found = self._masks_pattern()
        if found is None:
            return None
        unclear = next((mask for mask in found.findall(text) if mask in self._ambiguous), None)
        if unclear is not None:
            return self._kinds[unclear]
        rest = found.sub("\n", text).lower()
        for size, pieces in self._pieces.items():
            for at in range(len(rest) - size + 1):
                piece = rest[at : at + size]
                if piece in pieces and not any(piece in each.lower() for each in self._seen):
                    return self._kinds[pieces[piece]]
        return None

    def _masks_pattern(self) -> re.Pattern[str] | None:
        if self._found is None and self._secrets:
            self._found = _any_of(self._secrets)
        return self._found

    def _places(self, text: str) -> list[tuple[int, int]]:
        """The secrets in the text, in order and apart: those that are found in it, and those that are known."""
        pattern = self._masks_pattern()
        masks = [each.span() for each in pattern.finditer(text)] if pattern is not None else []
        found: list[tuple[int, int]] = []
        for start, end, kind in secrets_of(text):
            if not _meets(masks, start, end):
                self._add(text[start:end], kind, text)
                found.append((start, end))
        if self._known is None and self._masks:
            self._known = _any_of(each for each in self._masks if len(each) >= _ANYWHERE)
        if self._known is not None:
            known = [each.span() for each in self._known.finditer(text)]
            found += [each for each in known if not _meets(found, *each) and not _meets(masks, *each)]
        return sorted(found)

    def _add(self, value: str, kind: str, text: str, *, unlike: bool = False) -> None:
        if value in self._masks:
            return
        mask = self._made(value, text, unlike=unlike)
        self._masks[value], self._secrets[mask], self._kinds[mask] = mask, value, kind
        self._found = self._known = None
        self._seen[text] = None
        small = mask.lower()
        size = _PIECE if len(mask) >= 2 * _PIECE else max(_PIECE_LEAST, len(mask) // 2)
        pieces = self._pieces.setdefault(size, {})
        for start in range(len(mask) - size + 1):
            piece = small[start : start + size]
            if sum(map(str.isalnum, piece)) >= min(_PIECE_LEAST, size - 1):
                pieces[piece] = mask

    def _made(self, value: str, text: str, *, unlike: bool) -> str:
        """A mask that is neither another one nor a secret itself; nor in the text, if by chance or `unlike` asks."""
        mask = value
        for attempt in range(_TRIES):
            mask = _shaped(value, f"{len(self._masks)} {attempt}")
            rare = len(mask) >= _RARE
            taken = mask in self._secrets or mask in self._masks
            near = not rare and any(mask in each or each in mask for each in (*self._secrets, *self._masks))
            if (
                not taken
                and not near
                and ((rare and not unlike) or mask not in text)
                and mask != value
                and not secrets_of(mask)
            ):
                return mask
        return mask


def _shaped(value: str, seed: str) -> str:
    """Letters for letters, digits for digits and marks as they are, chosen by the seed and not by the value."""
    shape = "".join(
        ["a" if each.islower() else "A" if each.isupper() else "1" if each.isdigit() else each for each in value]
    )
    chosen = b""
    while len(chosen) < len(value):
        chosen += blake2b(f"{seed} {len(chosen)} {shape}".encode("utf-8", "surrogatepass")).digest()
    return "".join(
        [
            _ALPHABETS[kind][number % len(_ALPHABETS[kind])] if kind in _ALPHABETS else kind
            for kind, number in zip(shape, chosen, strict=False)
        ]
    )


_CONSONANTS = "bcdfghjklmnpqrstvwxz"  # some in a row are part of no word, so a piece of a mask is known for what it is
_ALPHABETS = {"a": _CONSONANTS, "A": _CONSONANTS.upper(), "1": digits}


def _any_of(texts: Iterable[str]) -> re.Pattern[str]:
    """Any of some texts, the longest first; by their beginnings, or thousands of them would be tried everywhere."""
    branches: list[str] = []
    for first, alike in groupby(sorted(texts), key=lambda each: each[:1]):
        rests: list[str] = []
        for second, group in groupby(alike, key=lambda each: each[1:2]):
            ends = sorted((each[2:] for each in group), key=len, reverse=True)
            rests.append(f"{re.escape(second)}(?:{'|'.join(map(re.escape, ends))})")
        branches.append(f"{re.escape(first)}(?:{'|'.join(rests)})")
    return re.compile("|".join(branches) or r"(?!)")


def _meets(places: list[tuple[int, int]], start: int, end: int) -> bool:
    """Whether a stretch meets one of some that are apart and in order."""
    after = bisect_right(places, (start, len(places) and places[-1][1]))
    return (after > 0 and places[after - 1][1] > start) or (after < len(places) and places[after][0] < end)
