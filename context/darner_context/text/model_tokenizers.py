"""Which tokenizer counts for a model, by the model's name as providers spell it."""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from darner_context.text.tokenizer import Tokenizer

UNKNOWN = "estimate"  # no vocabulary's name: counts are estimated, and never below what such models count

# (what the name contains, the tokenizer): the first that fits. A distilled model keeps its base model's vocabulary.
_TOKENIZERS = tuple(
    (re.compile(pattern, re.IGNORECASE), name)
    for pattern, name in (
        (r"gpt-oss", "o200k_harmony"),
        (r"gpt-(4o|4\.1|4\.5|5)|\bo[134](-|\b)", "o200k_base"),
        (r"gpt-(4|3\.5)", "cl100k_base"),
        (r"distill-llama", "llama3"),
        (r"qwen-?3\.[5-9]", "qwen3.5"),
        (r"qwen|qwq", "qwen"),
        (r"deepseek-?(coder-?)?v?2|deepseek-(coder|llm|moe|vl|math)", UNKNOWN),
        (r"deepseek", "deepseek"),
        (r"glm-?4", "glm"),
        (r"kimi-?k[23]", "kimi"),
        (r"codellama|code-llama|llama-?2|tinyllama", "sentencepiece"),
        (r"llama-?3", "llama3"),
        (r"gemma", "gemma"),
        (r"mixtral|codestral-(22b|2405|mamba)|mistral-7b|mathstral", "sentencepiece"),
        (r"mistral|ministral|devstral|codestral|magistral", "mistral"),
    )
)


def tokenizer_of(model: str) -> str:
    """The name of a model's tokenizer; UNKNOWN where the model's name does not tell."""
    return next((name for pattern, name in _TOKENIZERS if pattern.search(model)), UNKNOWN)


def counts_exactly(counter: "Tokenizer", model: str) -> bool:
    """Whether a tokenizer has the vocabulary of a model, as far as the model's name tells."""
    return counter.exact and tokenizer_of(model) == counter.name
