"""Too long, in the words of many servers: the window they name, and how many tokens the prompt has by their count."""

import pytest

from darner_clients.refusals.context_overflow import TooLong, about_output, figures, too_long

OPENAI = "This model's maximum context length is 8192 tokens. However, "
VLLM = "However, the model's context length is only 1024 tokens, resulting in a maximum input length of 1014 tokens."
MINUTE = "on tokens per minute (TPM): Limit 6000, "


@pytest.mark.parametrize(
    ("message", "window", "prompt"),
    [
        # OpenAI, Azure, vLLM of all ages, SGLang, DeepSeek, LiteLLM in front of them
        (f"{OPENAI}your messages resulted in 9000 tokens. Please reduce the length of the messages.", 8192, 9000),
        (f"{OPENAI}you requested 9600 tokens (9000 in the messages, 600 in the completion).", 8192, 9000),
        (f"{OPENAI}you requested 9600 tokens (9000 in your prompt; 600 for the completion).", 8192, 9000),
        (f"{OPENAI}your request has 9000 input tokens. Please reduce the length of the input messages.", 8192, 9000),
        ((f"litellm.ContextWindowExceededError: OpenAIException - {OPENAI.replace('8192', '8,192')}you requested 9,600 "
         "tokens (9,000 in the messages, 600 in the completion)."), 8192, 9000),
        ("Input tokens exceed the configured limit of 272000 tokens. Your messages resulted in 300010 tokens.",
         272_000, 300_010),
        ("Your input exceeds the context window of this model. Please adjust your input and try again.", None, None),
        (f"You passed 1015 input tokens and requested 10 output tokens. {VLLM}", 1024, 1015),
        (f"You passed 90000 input characters and requested 10 output tokens. {VLLM}", 1024, None),
        (("'max_tokens' or 'max_completion_tokens' is too large: 10000. This model's maximum context length is 16384 "
         "tokens and your request has 8000 input tokens (10000 > 16384 - 8000)."), 16_384, 8000),
        (("The prompt (total length 9353) is too long to fit into the model (context length 4096). Make sure that "
         "`max_model_len` is no smaller than the number of text tokens plus multimodal tokens."), 4096, 9353),
        ("The decoder prompt (length 9353) is longer than the maximum model length of 4096.", 4096, 9353),
        ("max_tokens must be at least 1, got -186", None, None),
        ("The input (9000 tokens) is longer than the model's context length (8192 tokens).", 8192, 9000),
        (("Requested token count exceeds the model's maximum context length of 8192 tokens. You requested a total of "
         "9000 tokens: 8000 tokens from the input messages and 1000 tokens for the completion."), 8192, 8000),
        # TGI, Together, Hugging Face
        (("Input validation error: `inputs` tokens + `max_new_tokens` must be <= 8193. Given: 9000 `inputs` tokens and "
         "512 `max_new_tokens`"), 8193, 9000),
        ("Input validation error: `inputs` must have less than 4095 tokens. Given: 5000", 4095, None),
        # what is reserved for the reply is no window, and of two figures the second is
        ("Input tokens (9000) + max_tokens (2048) > model limit (8192)", 8192, None),
        ("Input token count 9000 plus max_tokens 2048 exceeds limit of 8192", 8192, 9000),
        ("max_tokens=2048 plus the prompt exceeds the context length of 8192", 8192, None),
        ("prompt tokens and `max_completion_tokens`: 2048 exceed the context window 8192", 8192, None),
        ("prompt_length (9000) + max_new_tokens (2048) > max_context_len (8192)", 8192, None),
        ("prompt has 9000 tokens but the limit is 8192", 8192, 9000),
        ("Token limit exceeded: 40000/32768", 32_768, None),
        ("The context is too long (40,000 / 32,768 tokens)", 32_768, None),
        ("The prompt is too long, 9000 out of 8192 tokens", 8192, None),
        # llama.cpp, LM Studio, Ollama, exllama, MLX
        ("request (12031 tokens) exceeds the available context size (4096 tokens), try increasing it", 4096, 12_031),
        ("the request exceeds the available context size. try increasing the context size", None, None),
        (("Trying to keep the first 9100 tokens when context the overflows. However, the model is loaded with context "
         "length of only 4096 tokens, which is not enough."), 4096, 9100),
        (("The number of tokens to keep from the initial prompt is greater than the context length (n_keep: 9100>= "
         "n_ctx: 4096). Try to load the model with a larger context length, or provide a shorter input"), 4096, 9100),
        ("prompt too long; exceeded max context length by 512 tokens", None, None),
        ("Prompt length 9353 is greater than max_seq_len 4096", 4096, 9353),
        ("Token limit exceeded: 9353 tokens in prompt, model supports 4096", 4096, None),
        # xAI, Gemini, Vertex, DashScope, Anthropic, Bedrock, Mistral, Moonshot, Cohere
        ("This model's maximum prompt length is 131072 but the request contains 150000 tokens.", 131_072, None),
        ("The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
         1_048_576, 1_200_000),
        ("The input token count exceeds the maximum number of tokens allowed 1048576.", 1_048_576, None),
        ("Unable to submit request because the input token count is 40000 but model only supports up to 32768.",
         32_768, 40_000),
        ("<400> InternalError.Algo.InvalidParameter: Range of input length should be [1, 30720]", 30_720, None),
        ("prompt is too long: 208310 tokens > 200000 maximum", 200_000, 208_310),
        (("input length and `max_tokens` exceed context limit: 188240 + 21333 > 200000, decrease input length or "
         "`max_tokens` and try again"), 200_000, None),
        ("Input is too long for requested model.", None, None),
        ("Too many input tokens. Max input tokens: 4096, request input token count: 5000", 4096, None),
        ("Input Tokens Exceeded: Number of input tokens exceeds maximum length.", None, None),
        ("Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 maximum context length",
         32_768, 40_000),
        ("Invalid request: Your request exceeded model token limit: 8192 (requested: 9000)", 8192, None),
        (("too many tokens: total number of tokens in the request cannot exceed 4081 - received 9353. Try using a "
         "shorter prompt, or a smaller max_tokens value"), 4081, None),
        ("too many tokens: size limit exceeded by 5000 tokens. Try using shorter or fewer inputs", None, None),
        # GitHub Models, Copilot, Fireworks, SambaNova, OpenRouter, Cloudflare, Databricks, watsonx, MiniMax
        ("Request body too large for gpt-4o model. Max size: 8000 tokens.", 8000, None),
        ("prompt token count of 131000 exceeds the limit of 128000", 128_000, 131_000),
        ("The prompt is too long: 9801, model maximum context length: 4096", 4096, 9801),
        ("Input length 9353 exceeds maximum allowed token limit 4096", 4096, 9353),
        (("This endpoint's maximum context length is 131072 tokens. However, you requested about 150000 tokens (145000 "
         "of text input, 5000 in the output)."), 131_072, 145_000),
        (("AiError: 5021: The estimated number of input and maximum output tokens (9801) exceeded this model context "
         "window limit (4096)."), 4096, None),
        ("prompt token count (9353) cannot exceed 4095. Total tokens requested: 9801", 4095, 9353),
        ("the number of input tokens 9353 cannot exceed the total tokens limit 4096 for this model", 4096, 9353),
        ("invalid params, context window exceeds limit", None, None),
        ("Please reduce the length of the messages or completion.", None, None),
        ("Prompt exceeds max length", None, None),
        ("too many total text bytes: 200000 > 100000", 100_000, None),
        (("default_max_tokens (-50) should be greater than 0, default_max_tokens (-50) = max_seq_len (4096) - "
         "splited_prompt_len (4146)"), 4096, None),
        ("Input tokens 9353 + max tokens 448 > model context window 4096", 4096, None),
        ("the max input characters is 8000", None, None),
        ("Prompt \u8d85\u957f", None, None),
        ("\u8f93\u5165\u8d85\u8fc7\u6a21\u578b\u6700\u5927\u957f\u5ea6", None, None),
        ("\u8f93\u5165\u8fc7\u957f", None, None),
        ("This model's context window is 32k tokens, your prompt has 40000 tokens", 32_000, 40_000),
    ],
)  # fmt: skip  # sentences as they come
@pytest.mark.parametrize("status", [400, 413, 422, 500])
def test_too_long(message: str, window: int | None, prompt: int | None, status: int) -> None:
    assert too_long(message, status=status) == TooLong(window, prompt)


@pytest.mark.parametrize(
    "message",
    [
        "max_tokens is too large: 448. This model supports at most 256 completion tokens.",
        "Range of max_tokens should be [1, 8192]",
        (
            "`max_tokens` must be less than or equal to `8192`, the maximum value for `max_tokens` is less than the "
            "`context_window` for this model"
        ),
        "max_tokens: 64000 > 8192, which is the maximum allowed number of output tokens for claude-3-5-haiku-20241022",
        "The maximum tokens you requested exceeds the model limit of 4096.",
        "Unsupported value: 'temperature' does not support 0.0 with this model. Only the default (1) is supported.",
        "temperature: Input should be less than or equal to 1",
        "Input validation error: `temperature` must be strictly positive",
        "Extra inputs are not permitted",
        "System role not supported",
        "stop: at most 4 sequences",
        "output token limit is 1024, got 2048",
        "`n` must be at most 1",
        "JSON decode error: expecting value at line 1 column 3000",
        "Conversation roles must alternate user/assistant/user/assistant/...",
        "The model `gpt-4-32k` does not exist",
        "Internal server error",
    ],
)
def test_something_else(message: str) -> None:
    assert too_long(message, status=400) is None


def test_the_code_says_it_where_the_words_do_not() -> None:
    for code in ("context_length_exceeded", "tokens_limit_reached", "model_max_prompt_tokens_exceeded"):
        assert too_long("bad request", status=400, code=code) == TooLong(None, None)
    assert too_long("no", status=400, kind="exceed_context_size_error") == TooLong(None, None)
    assert too_long("Request Entity Too Large", status=413) == TooLong(None, None)


@pytest.mark.parametrize("status", [401, 402, 403, 404, 429, 503])
def test_other_states_say_something_else(status: int) -> None:
    assert too_long("This model's maximum context length is 8192 tokens.", status=status) is None


@pytest.mark.parametrize(
    ("status", "message", "window"),
    [
        (413, f"Request too large for model `m` {MINUTE}Requested 9801, please reduce your message size.", 6000),
        (429, f"Request too large for m in organization org-4x {MINUTE}Requested 9801.", 6000),
        (429, "Rate limit of 6000 tokens per minute exceeded: you requested 9801 tokens.", 6000),
        (429, f"Rate limit reached for m {MINUTE}Used 5000, Requested 3000. Please try again in 12s.", None),
        (429, "This request would exceed your organization's rate limit of 50,000 input tokens per minute.", None),
        (429, "Rate limit reached for requests", None),
    ],
)
def test_too_large_for_any_minute(status: int, message: str, window: int | None) -> None:
    assert too_long(message, status=status) == (TooLong(window, None, quota=True) if window else None)


def test_figures() -> None:
    said = "llama-3.1-8b of 2024-05-13 takes 8,192 tokens or 16k, not -5, 1.5 or v2; 12_000 is <= 20000."
    assert figures(said) == (8192, 16_000, 12_000, 20_000)
    assert about_output("max_tokens is too large")
    assert not about_output("the prompt and max_tokens are too large")
