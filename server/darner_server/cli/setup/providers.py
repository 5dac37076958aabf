"""The providers and servers that `darner init` can set up, as data. Models and limits are read from the endpoint."""

from dataclasses import dataclass
from typing import Final

from darner_clients.endpoint import Kind


@dataclass(frozen=True, slots=True)
class Provider:
    """`key_env` is empty where no key is needed; `model` is only a suggestion, and empty where the server has one.

    `address_needed`: each customer has an address of their own, and `base_url` only shows its form.
    """

    name: str
    title: str
    base_url: str
    key_env: str = ""
    model: str = ""
    kind: Kind = "openai"
    key_page: str = ""
    key_header: str = ""
    address_needed: bool = False


_ALL = (
    Provider(
        "cerebras",
        "Cerebras, 1,000 to 3,000 tokens a second",
        "https://api.cerebras.ai/v1",
        "CEREBRAS_API_KEY",
        "gpt-oss-120b",
        "cerebras",
        "https://cloud.cerebras.ai",
    ),
    Provider("vllm", "vLLM, a server of your own", "http://localhost:8000/v1", kind="vllm"),
    Provider(
        "groq",
        "Groq",
        "https://api.groq.com/openai/v1",
        "GROQ_API_KEY",
        "openai/gpt-oss-120b",
        key_page="https://console.groq.com/keys",
    ),
    Provider(
        "sambanova",
        "SambaNova",
        "https://api.sambanova.ai/v1",
        "SAMBANOVA_API_KEY",
        "gpt-oss-120b",
        key_page="https://cloud.sambanova.ai/apis",
    ),
    Provider(
        "openrouter",
        "OpenRouter, many providers behind one key",
        "https://openrouter.ai/api/v1",
        "OPENROUTER_API_KEY",
        "openai/gpt-oss-120b",
        key_page="https://openrouter.ai/keys",
    ),
    Provider(
        "openai",
        "OpenAI",
        "https://api.openai.com/v1",
        "OPENAI_API_KEY",
        key_page="https://platform.openai.com/api-keys",
    ),
    Provider(
        "gemini",
        "Google Gemini",
        "https://generativelanguage.googleapis.com/v1beta/openai",
        "GEMINI_API_KEY",
        key_page="https://aistudio.google.com/apikey",
    ),
    Provider(
        "mistral",
        "Mistral",
        "https://api.mistral.ai/v1",
        "MISTRAL_API_KEY",
        "codestral-latest",
        key_page="https://console.mistral.ai/api-keys",
    ),
    Provider(
        "azure",
        "Azure OpenAI, a deployment of your own",
        "https://RESOURCE.openai.azure.com/openai/v1",
        "AZURE_OPENAI_API_KEY",
        key_page="https://portal.azure.com",
        key_header="api-key",
        address_needed=True,
    ),
    Provider("ollama", "Ollama, on this machine", "http://localhost:11434/v1"),
    Provider("lmstudio", "LM Studio, on this machine", "http://localhost:1234/v1"),
    Provider("llamacpp", "llama.cpp's server, on this machine", "http://localhost:8080/v1", kind="llamacpp"),
)
PROVIDERS: Final = {each.name: each for each in _ALL}
