import pytest

from darner_context.text.model_tokenizers import UNKNOWN, tokenizer_of

MODELS = {
    "o200k_harmony": "gpt-oss-120b openai/gpt-oss-20b unsloth/gpt-oss-120b-GGUF",
    "o200k_base": "gpt-4o-mini gpt-4.1 gpt-5-codex o3 o4-mini openai/o1",
    "cl100k_base": "gpt-4-turbo gpt-3.5-turbo",
    "qwen": "qwen2.5-coder-1.5b Qwen/Qwen3-8B Qwen/Qwen3-Coder-480B-A35B-Instruct qwen-3-32b qwen3:8b QwQ-32B"
    " deepseek-ai/DeepSeek-R1-Distill-Qwen-32B qwen-plus",
    "qwen3.5": "Qwen/Qwen3.5-35B-A3B qwen3.6-27b qwen-3.8-27b",
    "deepseek": "deepseek-chat deepseek-reasoner deepseek-ai/DeepSeek-V3.2 deepseek-r1:671b deepseek-v4",
    "glm": "glm-4.7 zai-glm-4.7 THUDM/GLM-4-32B glm4",
    "kimi": "moonshotai/Kimi-K2-Instruct kimi-k2-0905",
    "llama3": "meta-llama/Llama-3.3-70B-Instruct llama3.1-8b llama-3.3-70b deepseek-r1-distill-llama-70b",
    "gemma": "gemma-3-27b-it codegemma:7b",
    "mistral": "mistral-small-latest mistralai/Devstral-Small-2507 ministral-8b codestral-2508 magistral-medium",
    "sentencepiece": "codellama:13b meta-llama/Llama-2-7b mistral-7b-instruct mixtral-8x7b codestral-22b",
    UNKNOWN: "deepseek-coder-6.7b DeepSeek-V2.5 DeepSeek-Coder-V2-Lite llama-4-scout grok-4 claude-sonnet-5 my-model glm-5 starcoder2",
}


@pytest.mark.parametrize(
    ("name", "model"), [(name, model) for name, models in MODELS.items() for model in models.split()]
)
def test_the_tokenizer_by_the_models_name(name: str, model: str) -> None:
    assert tokenizer_of(model) == name
