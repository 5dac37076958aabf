"""How many drafts of a patch the checks choose from."""

from typing import Literal, TypeGuard

Drafts = int | Literal["auto"]  # "auto": more than one where the quota has room

MOST = 8
WRONG = f'drafts must be "auto" or a number from 1 (one patch, and repairs) to {MOST}'


def are_drafts(value: object) -> TypeGuard[Drafts]:
    """Whether a setting's value is a number of drafts."""
    return value == "auto" or (type(value) is int and 1 <= value <= MOST)


def parse_drafts(text: str) -> Drafts | None:
    """The number that a command line names; None if it names none."""
    value = int(text) if len(text) == 1 and text.isascii() and text.isdecimal() else text
    return value if are_drafts(value) else None
