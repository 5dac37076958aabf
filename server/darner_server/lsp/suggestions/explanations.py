"""What was explained in this session, shown again as a hover on the same lines."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Explanation:
    """What was said of some lines, which still stand in the document as `text`."""

    uri: str
    text: str
    said: str
