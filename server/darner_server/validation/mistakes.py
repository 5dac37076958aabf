"""Mistakes in the settings, with their line and with what to write instead."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from darner_server.key_validation import may_be_key

if TYPE_CHECKING:
    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

_LONGEST = 60  # characters of a wrong value worth showing

KINDS = (
    'kind is "cerebras", "vllm", "llamacpp" (llama-server), or "openai" for any other server that speaks OpenAI\'s '
    "protocol (Ollama, LM Studio, OpenRouter, LiteLLM, Azure, Mistral, Groq, ...)"
)
_KINDS_MEANT = {
    **{each: each for each in ("cerebras", "vllm", "llamacpp", "openai")},
    **dict.fromkeys(("llamaserver", "llama"), "llamacpp"),
}

_KEY = "put the key into an environment variable and set api_key_env to its name"
_EXTRA = "put a field of the request's body into extra, as in  extra = {{ {0} = ... }}"
_MEANT: Mapping[str, str] = {
    **dict.fromkeys(("apikey", "key", "token", "secret", "password", "authtoken", "bearertoken"), _KEY),
    **dict.fromkeys(("apikeyvar", "keyenv", "envkey", "apikeyenvvar", "apikeyvariable"), "write api_key_env"),
    **dict.fromkeys(
        ("url", "apibase", "baseurl", "endpoint", "host", "address", "apiurl", "server", "openaiapibase"),
        "write base_url",
    ),
    **dict.fromkeys(("type", "provider", "backend", "apitype"), f"write kind; {KINDS}"),
    **dict.fromkeys(("modelname", "modelid", "deployment", "models"), "write model, with one name"),
    **dict.fromkeys(
        ("contextlength", "contextwindow", "contextsize", "maxmodellen", "numctx", "nctx", "maxcontext", "context"),
        "write window",
    ),
    **dict.fromkeys(
        ("maxtokens", "maxcompletiontokens", "maxoutputtokens", "numpredict", "npredict"), "write max_output"
    ),
    **dict.fromkeys(
        ("timeout", "connecttimeout", "readtimeout", "requesttimeout", "timeouts"),
        "write  deadlines = { connect = 5, first_token = 30, gap = 20 }  (seconds)",
    ),
    **dict.fromkeys(("extraheaders", "httpheaders", "defaultheaders", "customheaders"), "write headers"),
    **dict.fromkeys(("headersenv", "envheaders"), 'write headers, with a variable as in  x-key = "$VARIABLE"'),
    **dict.fromkeys(("params", "queryparams", "extraquery", "defaultquery", "queryparameters"), "write query"),
    "apiversion": 'write  query = { api-version = "..." }',
    **dict.fromkeys(("authheader", "keyheader", "apikeyname", "headername"), "write api_key_header"),
    **dict.fromkeys(("extrabody", "body", "options", "modelkwargs", "completionoptions"), "write extra"),
    **dict.fromkeys(
        ("temperature", "topp", "topk", "seed", "reasoningeffort", "servicetier", "user", "thinking"), _EXTRA
    ),
    **dict.fromkeys(("format", "editformat", "replyformat"), "write reply"),
}


def explain(error: "ValidationError", name: str, text: str) -> str:
    """The first fault as a sentence with its line; pydantic's own words only where they read well."""
    first = next(filter(_renamed, error.errors()), error.errors()[0])
    where = first["loc"]
    names = [part for part in where if isinstance(part, str)]
    key = ".".join(names) or "the file"
    context = first.get("ctx", {})
    match first["type"]:
        case "extra_forbidden":
            message = unknown(str(where[-1]), endpoint=where[0] == "endpoints")
        case "missing" if where[-1] == "kind":
            message = f"'kind' is missing; every [[endpoints]] table needs name, kind, base_url; {KINDS}"
        case "missing":
            message = f"'{where[-1]}' is missing; every [[endpoints]] table needs name, kind, base_url"
        case "literal_error" if names[-1:] == ["kind"]:
            message = f"{key}{shown(first['input'])} is not one of {context.get('expected')}; {_kind(first['input'])}"
        case "literal_error":
            message = f"{key}{shown(first['input'])} is not one of {context.get('expected')}"
        case "list_type" | "model_type" if where[:1] == ("endpoints",) and names[-1:] == ["endpoints"]:
            message = "write each endpoint as a table below a line [[endpoints]], with two brackets"
        case "dict_type" if names[-1:] in (["headers"], ["query"], ["extra"]):
            message = f'{key} must be a table, as in  {names[-1]} = {{ name = "value" }}'
        case "value_error":
            message = str(context.get("error"))
        case _:
            value = "" if key.endswith("api_key_env") else shown(first["input"])  # it may be a key by mistake
            message = f"{key}{value}: {first['msg'][:1].lower()}{first['msg'][1:]}"
    return f"{at(name, text, where)}: {message}"


def shown(value: object) -> str:
    """The value behind an equals sign; nothing where it may be a key by mistake, is long, or is no single value."""
    if isinstance(value, (list, dict)) or (isinstance(value, str) and (may_be_key(value) or len(value) > _LONGEST)):
        return ""
    return f" = {value!r}"


def unknown(key: str, *, endpoint: bool) -> str:
    """What to do about a key that there is not."""
    if may_be_key(key):
        return f"a key of these settings is unknown, and looks like an API key; {_KEY}"
    meant = _MEANT.get(_plain(key)) if endpoint else None
    message = (
        meant.replace("{{", "{").replace("}}", "}").replace("{0}", key)
        if meant
        else "remove it, or correct its spelling"
    )
    return f"unknown key '{key}'; {message}"


def _renamed(fault: "ErrorDetails") -> bool:
    """A key by another name: the right one is missing then, which is less helpful."""
    return fault["type"] == "extra_forbidden" and _plain(str(fault["loc"][-1])) in _MEANT


def _plain(name: str) -> str:
    return re.sub(r"[^a-z]", "", name.lower())


def _kind(value: object) -> str:
    meant = _KINDS_MEANT.get(_plain(value)) if isinstance(value, str) else None
    return f'write kind = "{meant}"' if meant else KINDS


def at(name: str, text: str, where: tuple[int | str, ...]) -> str:
    """The file and the line of a key in it; only the name where there is no text."""
    return f"{name}:{line(text, where)}" if text else name


def line(text: str, where: tuple[int | str, ...]) -> int:
    """The line of a key in TOML text, found by its table header and name: tomllib keeps no positions."""
    number = next((part for part in where if isinstance(part, int)), -1)
    keys = [part for part in where if isinstance(part, str) and part != "endpoints"]
    table, header = -1, 1
    for nth, row in enumerate(text.split("\n"), 1):
        if re.match(r"\s*\[\[\s*endpoints\s*\]\]", row):
            table += 1
            if table == number:
                header = nth
        in_table = table == number if number >= 0 else True
        if in_table and keys and re.match(rf"\s*(?:\[+.*\b)?[\"']?{re.escape(keys[-1])}[\"']?\s*(?:=|\])", row):
            return nth
    return header
