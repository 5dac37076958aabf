"""Text that others wrote, as it may be shown: nothing in it moves a cursor, turns the writing or makes a link."""

import re
from collections.abc import Callable
from typing import Any, cast

# Characters that terminals obey or readers cannot see: C0 but tab and line feed, DEL, C1, separators, direction
# marks, signs without a width, fillers, variation selectors beyond those of emoji, tags, and halves of pairs.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0d\ufeff\uffa0\ufff0-\ufffb\ud800-\udfff\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_LINK = re.compile(r"(?<=\])(?=[(:])|(?<=\$)(?=\()|(?<=<)(?=[a-zA-Z/!])")


def visible(text: str) -> str:
    r"""The text with every sign that a terminal obeys or a reader does not see written out, as in \x1b and \u202e.

    Line feeds and tabs stay, and so do line ends of two signs.
    """
    return _UNSEEN.sub(_written_out, text.replace("\r\n", "\n"))


def in_line(text: str) -> str:
    """The same on one line, for what is one: a name, a title, a progress bar."""
    return " ".join(visible(text).split("\n"))


def plain(text: str) -> str:
    """The text for an editor's messages, which may read links, pictures, tags and icons in them: none is left whole."""
    return _LINK.sub(" ", visible(text))


def plain_words(value: Any) -> Any:  # noqa: ANN401 - JSON
    """JSON with each reason, message and problem in it plain; all else, such as code, as it is."""
    if isinstance(value, dict):
        given = cast("dict[str, Any]", value)
        return {
            key: plain(each) if key in _WORDS and isinstance(each, str) else plain_words(each)
            for key, each in given.items()
        }
    if isinstance(value, list):
        return [plain_words(each) for each in value]  # pyright: ignore[reportUnknownVariableType] - JSON
    return value


def instructions_notice(instructions: str, *, hide: Callable[[str], str], longest: int) -> str:
    """The instructions of a workspace's settings to the model, for the user to know; "" if there are none.

    `hide` masks secrets; `longest` is the most characters that are shown.
    """
    text = hide(" ".join(instructions.split()))
    rest = f"… ({len(text)} characters; the file contains the rest)" if len(text) > longest else ""
    return f".darner.toml instructs the model: {text[:longest]}{rest}" if text else ""


_WORDS = frozenset({"reason", "message", "problem", "model", "detail", "next_request", "window_source"})


def _written_out(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape", "surrogatepass").decode("ascii")
