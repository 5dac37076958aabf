"""Names as disks take them, and the folders that no patch changes: a version control system's own data."""

import re
import unicodedata

from darner_server.patch.lazy_pattern import lazy_pattern

# Disks may ignore invisible signs, in the middle of a name too.
_UNSEEN = lazy_pattern(
    "[\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_LISTED = """
    .git .hg .svn .jj .sl .bzr .pijul _darcs cvs .fossil .fslckout _fossil_ _mtn .got .repo .bk bitkeeper {arch}
    .arch-ids .osc .gvfs .eden .plastic .p4root $tf .tf cvsroot .stgit .git-rewrite
"""
_OWN = frozenset(_LISTED.split())
# What Windows also calls them: six letters and a number, or two letters, four signs and a number.
_DOTTED = sorted(name.strip("._") for name in _OWN if name[0] in "._")
_SHORT = lazy_pattern(
    f"(?:{'|'.join(re.escape(name[:6]) for name in _DOTTED)})~[0-9]+|"
    f"(?:{'|'.join(re.escape(name[:2]) for name in _DOTTED)})[0-9a-f]{{4}}~[0-9]+"
)


def names(path: str) -> list[str]:
    """The names of a path as the disk that forgives most takes them: whatever their case and forms of letters.

    Blanks and dots at a name's end, what follows a colon, and invisible signs do not count.
    """
    return [_taken(part) for part in re.split(r"[/\\]", path) if part]


def is_of_repository(path: str) -> bool:
    """Whether a path leads into what a repository keeps about itself: hooks, or settings that run programs."""
    return any(name in _OWN or name.endswith(".git") or _SHORT.fullmatch(name) for name in names(path))


def holds_unseen(name: str) -> bool:
    """Whether a name contains invisible signs, except those that emoji are joined with."""
    return _UNSEEN.search(re.sub("[\u200d\ufe0f]", "", name)) is not None


def _taken(part: str) -> str:
    whole = unicodedata.normalize("NFKC", _UNSEEN.sub("", part)).casefold()
    return _UNSEEN.sub("", whole).partition(":")[0].rstrip(". ")
