"""Where the text that an editor has open may come from: what an engine needs to tell whether it may be sent."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Origin:
    """One document's whereabouts.

    `places` are the paths that it may have: absolute ones, and others that count from a folder nobody names. `view`
    says that the document is none of these files itself, but shows one of them, or a part, or an older version; what
    follows the folder of a workspace in them may then be anywhere in a path. `left` are the roots that the workspace
    has no longer: what they left out stays left out.
    """

    places: tuple[str, ...]
    view: bool
    left: tuple[Path, ...]
    readable: bool = True  # whether anybody can tell
