"""Whether a refusal is about the model."""

import pytest

from darner_clients.errors import ErrorDetails
from darner_clients.refusals.unknown_model import ModelMention, model_mention


@pytest.mark.parametrize(
    ("message", "mention"),
    [
        (None, "none"),
        ("", "none"),
        ("temperature is out of range", "none"),
        ("this Model takes no images", "mentioned"),
        ("The model `x` does not exist", "unknown"),
        ("model 'x' not found, try pulling it first", "unknown"),
        ("Unknown model: x", "unknown"),
        ("invalid model ID", "unknown"),
        ("no such model", "unknown"),
        ("acme/small-1 is retired", "unknown"),
    ],
)
def test_the_mention_of_a_model(message: str | None, mention: ModelMention) -> None:
    refusal = None if message is None else ErrorDetails(message)
    assert model_mention(refusal, "acme/small-1") == mention


def test_a_model_without_a_name_is_named_by_nothing() -> None:
    assert model_mention(ErrorDetails("bad request"), "") == "none"
