"""Whether an error is about the requested model, by its words. Pure."""

import re
from typing import Literal

from darner_clients.errors import ErrorDetails

ModelMention = Literal["none", "mentioned", "unknown"]


def model_mention(refusal: ErrorDetails | None, model: str = "") -> ModelMention:
    """What an error reveals of a model: nothing, that it does not exist (or its name), or something else."""
    words = refusal.message if refusal is not None else ""
    if (model and model in words) or _UNKNOWN.search(words):
        return "unknown"
    return "mentioned" if "model" in words.lower() else "none"


_UNKNOWN = re.compile(
    r"model.{0,20}(?:not? exist|not found|unknown|unavailable|not (?:a )?valid|no such)"
    r"|(?:invalid|unknown|no such) model",
    re.IGNORECASE,
)
