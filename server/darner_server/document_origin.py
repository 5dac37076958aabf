"""Where the text of an editor's document may come from: an engine decides by it whether the text may be sent."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Origin:
    """One document's whereabouts.

    `places` are the paths that it may have: absolute ones, and others below a folder that is unknown. `view`
    means that the document is none of these files itself, but shows one of them, or a part, or an older version; what
    follows the folder of a workspace in them may then be anywhere in a path. `left` are the roots that the workspace
    has no longer: what they left out stays left out.
    """

    places: tuple[str, ...]
    view: bool
    left: tuple[Path, ...]
    readable: bool = True  # whether the origin is known
