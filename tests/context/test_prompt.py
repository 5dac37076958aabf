"""The order of a prompt's parts."""

from darner_context.prompt import assemble
from darner_context.request import ContextBundle, Snippet
from darner_context.text.tokenizer import tokenizer


def snippet(path: str, *, stable: bool) -> Snippet:
    return Snippet(path, 1, 1, f"{path}!", 1, "file", (), 1.0, stable=stable)


def test_another_order_keeps_the_beginning() -> None:
    snippets = tuple(snippet(name, stable=name in {"s", "t"}) for name in ("t", "m", "s", "n", "o"))
    bundle = ContextBundle(snippet("focus", stable=False), snippets, dropped=0, left_out=(), tokens=5, focus_tokens=1)
    orders = ["".join(_paths(bundle, reverse=reverse)) for reverse in (False, True)]
    assert orders == ["stfocusmno", "stfocusonm"]


def _paths(bundle: ContextBundle, *, reverse: bool) -> list[str]:
    prompt = assemble(
        rules="", project="", bundle=bundle, instruction="Do it.", tokenizer=tokenizer("o200k_base"), hide=str,
        reverse=reverse,
    )  # fmt: skip
    return [line[:-1] for line in prompt.messages[0][1].split("\n") if line.endswith("!")]
