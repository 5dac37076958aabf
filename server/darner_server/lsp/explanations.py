"""What was explained in this session, shown again as a hover on the same lines."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Explanation:
    """What the model answered about some lines, shown while the document still holds them as `code`."""

    uri: str
    code: str
    text: str
