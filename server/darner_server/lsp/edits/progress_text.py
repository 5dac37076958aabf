"""A patch's events as words for a progress bar."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from darner_context.secrets.masks import Masks
from darner_server.display_text import instructions_notice

if TYPE_CHECKING:
    from darner_server.engine import PatchEvent


_LONGEST = 300  # characters


def event_text(event: "PatchEvent", hunks: int) -> str:
    """The text of the bar after an event; "" for one that changes nothing there."""
    from darner_server.engine import Decoding, Repairing, Routed, Stage

    match event:
        case Stage():
            return event.detail or event.name
        case Routed():
            return f"{event.endpoint}: waiting for the first token"
        case Decoding():
            return f"{event.endpoint}: {event.tokens} tokens, {event.tokens_per_second:.0f}/s, {_hunks(hunks)}"
        case Repairing():
            return f"{event.endpoint}: retrying {event.refused} rejected edit{'' if event.refused == 1 else 's'}"
        case _:
            return ""


def instructions_text(instructions: str) -> str:
    """A repository's instructions to the model, for the user to know; "" if there are none."""
    notice = instructions_notice(instructions, hide=Masks().hide, longest=_LONGEST)
    return notice and f"this workspace's {notice}"


def summary(hunks: int, refused: int) -> str:
    """How it ended."""
    return f"{_hunks(hunks)}, {refused} rejected" if refused else _hunks(hunks)


def refusals(refused: Sequence[dict[str, Any]]) -> str:
    """What was not done, for a client that may not look at the result."""
    reasons, count = list(dict.fromkeys(str(each["reason"]) for each in refused)), len(refused)
    others = f" (and {len(reasons) - 1} other reasons)" if len(reasons) > 1 else ""
    return f"{count} edit{'' if count == 1 else 's'} not made: {reasons[0]}{others}"


def _hunks(count: int) -> str:
    return f"{count} hunk{'' if count == 1 else 's'}"
