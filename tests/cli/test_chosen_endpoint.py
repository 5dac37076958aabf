"""`--endpoint` and `--model`: one endpoint of the settings, or another model there."""

from pathlib import Path

import pytest

from darner_clients.endpoint import Endpoint
from darner_server.cli.command_setup import Place, with_endpoint
from darner_server.cli.exit_codes import Stop
from darner_server.settings import Settings, WorkspaceSettings

FAST = Endpoint("fast", "cerebras", "http://f/v1", "gpt-oss-120b", tokenizer="o200k_harmony", window=65_536)
GPU = Endpoint("gpu", "vllm", "http://g/v1", "other")


def place(*endpoints: Endpoint) -> Place:
    settings = Settings(endpoints, "small", "auto", hedge=True, source="the file")
    return Place(Path(), Path(), settings, WorkspaceSettings())


def test_nothing_chosen_changes_nothing() -> None:
    given = place(FAST, GPU)
    assert with_endpoint(given, None, None) is given


@pytest.mark.parametrize(
    ("name", "model", "expected"),
    [
        ("gpu", None, ("gpu", "other")),
        ("fast", "gpt-oss-120b", ("fast", "gpt-oss-120b")),
        ("gpu", "new", ("gpu", "new")),
        (None, "new", ("fast", "new")),
    ],
)
def test_only_the_chosen_endpoint_is_left(name: str | None, model: str | None, expected: tuple[str, str]) -> None:
    (chosen,) = with_endpoint(place(FAST, GPU), name, model).settings.endpoints
    assert (chosen.name, chosen.model) == expected


def test_what_is_known_of_a_model_does_not_count_for_another() -> None:
    (same,) = with_endpoint(place(FAST), "fast", "gpt-oss-120b").settings.endpoints
    (other,) = with_endpoint(place(FAST), "fast", "qwen-3-coder").settings.endpoints
    assert (same.window, same.tokenizer) == (65_536, "o200k_harmony")
    assert other.window is None
    assert other.tokenizer != "o200k_harmony"


def test_an_unknown_endpoint_is_named_with_the_known_ones() -> None:
    with pytest.raises(Stop, match=r"--endpoint slow: there is no such endpoint in the file \(fast, gpu\)"):
        with_endpoint(place(FAST, GPU), "slow", None)
    with pytest.raises(Stop, match="none is set up"):
        with_endpoint(place(), "slow", None)


def test_the_embedded_model_is_chosen_where_no_endpoint_is_set_up() -> None:
    assert with_endpoint(place(), None, "big").settings.local_model == "big"
