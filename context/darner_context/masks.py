"""Masks: what stands for a secret in all that is sent, of its shape, and makes place for it in what comes back."""

import re
from collections.abc import Iterator
from hashlib import blake2b
from string import ascii_lowercase, ascii_uppercase, digits

from darner_context.bundle import Withheld
from darner_context.secrets import newlines, secrets_of

_ANYWHERE = 8  # characters of a secret that is hidden wherever it stands, not only where it was found
_PIECE = 6  # characters of a mask that are seen again, or half of a short one
_TRIES = 64


class Masks:
    """
    The masks of one task. The same secrets in the same order have the same masks, and no mask tells of its secret more
    than its length and where it has letters, digits and marks.
    """

    def __init__(self) -> None:
        self._masks: dict[str, str] = {}  # by secret
        self._secrets: dict[str, tuple[str, str]] = {}  # by mask: the secret and its kind
        self._pieces: dict[str, str] = {}  # of masks, in small letters: the kind
        self._known: re.Pattern[str] | None = None
        self._told: dict[Withheld, None] = {}
        self._learnt: dict[str, str] = {}

    def __bool__(self) -> bool:
        """Whether there is anything to hide."""
        return bool(self._masks)

    @property
    def told(self) -> tuple[Withheld, ...]:
        """What is replaced, by place."""
        return tuple(self._told)

    def learn(self, path: str, text: str) -> None:
        """Take in the secrets of a file, or of a request's words: what of them is sent in whatever part is hidden."""
        if self._learnt.get(path) == text:
            return
        self._learnt[path] = text
        line, at = 1, 0
        for each in secrets_of(text):
            line, at = line + newlines(text, at, each.start), each.start
            value = text[each.start : each.end]
            if value not in self._secrets:
                self._add(value, each.kind, text)
                self._told[Withheld(path, line, each.kind)] = None

    def hide(self, text: str) -> str:
        """The text with a mask for every secret in it, as long as it was and with its lines."""
        pieces: list[str] = []
        at = 0
        for start, end in self._places(text):
            pieces += (text[at:start], self._masks[text[start:end]])
            at = end
        return "".join((*pieces, text[at:])) if pieces else text

    def restore(self, text: str) -> str:
        """The text with the secrets where their masks stand."""
        if not self._secrets:
            return text
        return _any_of(self._secrets).sub(lambda found: self._secrets[found[0]][0], text)

    def altered(self, text: str) -> str | None:
        """The kind of a secret whose mask stands in the text in part only, or in other letters; None: there is none."""
        if not self._secrets:
            return None
        rest = _any_of(self._secrets).sub("\n", text).lower()
        return next((kind for piece, kind in self._pieces.items() if piece in rest), None)

    def _places(self, text: str) -> Iterator[tuple[int, int]]:
        """The secrets in the text, in order and apart: those that are found in it, and those that are known."""
        found: list[tuple[int, int]] = []
        for each in secrets_of(text):
            value = text[each.start : each.end]
            if any(mask in value for mask in self._secrets):
                continue
            if value not in self._masks:
                self._add(value, each.kind, text)
            found.append((each.start, each.end))
        if self._known is None and self._masks:
            self._known = _any_of({secret: mask for secret, mask in self._masks.items() if len(secret) >= _ANYWHERE})
        if self._known is not None:
            taken = dict(found)
            for place in self._known.finditer(text):
                start, end = place.span()
                if not any(first < end and start < last for first, last in taken.items()):
                    found.append((start, end))
        found.sort()
        return iter(found)

    def _add(self, value: str, kind: str, text: str) -> None:
        if value in self._masks:
            return
        mask = self._made(value, text)
        self._masks[value] = mask
        self._secrets[mask] = value, kind
        self._known = None
        small, around = mask.lower(), text.lower()
        size = _PIECE if len(mask) >= 2 * _PIECE else max(4, len(mask) // 2)
        for start in range(len(mask) - size + 1):
            piece = small[start : start + size]
            if piece not in around and sum(map(str.isalnum, piece)) >= min(4, size - 1):
                self._pieces[piece] = kind

    def _made(self, value: str, text: str) -> str:
        """A mask that is neither in the text nor like another one."""
        mask = value
        for attempt in range(_TRIES):
            mask = _shaped(value, f"{len(self._masks)} {attempt}")
            small = mask.lower()
            near = any(small in other.lower() or other.lower() in small for other in (*self._secrets, *self._masks))
            if mask not in text and value not in mask and not near and not secrets_of(mask):
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


_ALPHABETS = {"a": ascii_lowercase, "A": ascii_uppercase, "1": digits}


def _any_of(keys: dict[str, object] | dict[str, str] | dict[str, tuple[str, str]]) -> re.Pattern[str]:
    return re.compile("|".join(re.escape(each) for each in sorted(keys, key=len, reverse=True)) or r"(?!)")
