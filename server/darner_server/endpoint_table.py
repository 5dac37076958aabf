"""One [[endpoints]] table of the settings: what it may hold, and the endpoint that it makes."""

import re
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal, Self
from urllib.parse import parse_qsl, urlsplit

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, model_validator

from darner_clients.context_budget import AUTO, WRONG, Budget, is_budget
from darner_clients.endpoint import Deadlines, Endpoint
from darner_context.text.model_tokenizers import tokenizer_of
from darner_server.key_validation import cleaned, fault, looks_like_key, may_be_key
from darner_server.keyring_names import is_stored
from darner_server.settings_errors import at
from darner_server.user_directories import state_folder

_ReplyFormat = Literal["search-replace", "apply-patch", "unified-diff", "whole"]
_NO_ADDRESS = "base_url{} is not an http or https address such as https://host/v1"
_WHOLE_ADDRESS = re.compile(r"/(?:chat/completions|completions|responses|messages|embeddings|models|infill)$")
_SECRET_NAME = re.compile(r"key|token|secret|passw|auth|cookie|credential|sig(?:nature)?$|^code$", re.IGNORECASE)
_VARIABLE = re.compile(r"\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)\})")
_FRAMING = {"host", "content-length", "transfer-encoding", "connection", "content-encoding", "te", "trailer", "upgrade"}
_OURS = {"messages": "", "prompt": "", "model": "model", "stream": "", "max_tokens": "max_output"}
_OURS["max_completion_tokens"] = "max_output"


class Strict(BaseModel):
    """A table without unknown keys, and without a value of another type."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


_Tokens = Annotated[int, Field(gt=0)]


def _budget(value: object) -> Budget:
    if not is_budget(value):
        raise ValueError(WRONG)
    return value


BudgetSetting = Annotated[Budget, PlainValidator(_budget)]
_Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]
_Pairs = dict[str, str | bool | int | float]


class _DeadlineRow(Strict):
    """Seconds; where absent, what fits the kind."""

    connect: _Seconds | None = None
    first_token: _Seconds | None = None
    gap: _Seconds | None = None


class EndpointTable(Strict):
    """The table below a line [[endpoints]]."""

    name: Annotated[str, Field(min_length=1, pattern=r"^[\w.-]+$")]
    kind: Literal["cerebras", "vllm", "llamacpp", "openai"]
    base_url: str
    model: str = ""
    api_key_env: str | None = None
    api_key_header: str = ""
    headers: _Pairs = {}
    query: _Pairs = {}
    extra: dict[str, Any] = {}
    window: _Tokens | None = None
    max_output: _Tokens | None = None
    reply: _ReplyFormat | None = None
    tokenizer: str | None = None
    budget: BudgetSetting | None = None
    deadlines: _DeadlineRow = _DeadlineRow()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        for field in ("name", "model", "tokenizer"):
            if looks_like_key(getattr(self, field) or ""):
                raise ValueError(f"{field} looks like a key; put the key into a variable and name it in api_key_env")
        _check_address(self.base_url.strip(), self.name)
        if self.api_key_env is not None and not re.fullmatch(r"[A-Za-z_]\w*", self.api_key_env):
            raise ValueError("api_key_env must be the name of an environment variable, not the key itself")
        if self.window and self.max_output and self.max_output >= self.window:
            raise ValueError(f"max_output ({self.max_output}) must be smaller than window ({self.window})")
        if self.api_key_header:
            _check_header(self.api_key_header, "", "api_key_header")
        for name, value in self.headers.items():
            _check_header(name, _text(value), f"headers.{name}")
        for name in self.extra:
            if name in _OURS:
                instead = f"; set {_OURS[name]} instead" if _OURS[name] else ""
                raise ValueError(f"extra cannot hold {name}, which darner sets itself{instead}")
        return self


def made(
    row: EndpointTable,
    environ: Mapping[str, str],
    key_of: Callable[[str], str | None],
    place: Callable[[str], str],
) -> Endpoint:
    """The endpoint. One whose key or variables cannot be used is made too, with the reason in `unusable`.

    `place` gives the file and line of a key of the table.
    """
    key, key_source, unusable = _key(row, environ, key_of, place)
    headers, hidden, missing = _expanded(row.headers, environ)
    query, also_hidden, also_missing = _expanded(row.query, environ)
    for field, name in (("headers", missing), ("query", also_missing)):
        if name and not unusable:
            unusable = f"{place(field)}: {field} of '{row.name}' names the variable {name}, which is not set; export it"
    for name, value in headers:
        if not unusable and (why := fault(value.replace(" ", ""))):
            unusable = f"{place('headers')}: the header {name} of '{row.name}' {why}; correct it or its variable"
    whole = row.kind == "llamacpp"
    first_token, gap = (300.0, 60.0) if whole else (30.0, 20.0)  # a CPU prefills for minutes
    url = urlsplit(row.base_url.strip())
    return Endpoint(
        name=row.name,
        kind=row.kind,
        base_url=url._replace(query="").geturl().rstrip("/"),
        model=row.model.strip(),
        api_key=key,
        window=row.window,
        max_output=row.max_output,
        reply=row.reply or ("whole" if whole else "search-replace"),
        tokenizer=row.tokenizer or tokenizer_of(row.model),
        deadlines=Deadlines(
            connect=row.deadlines.connect or 5.0,
            first_token=row.deadlines.first_token or first_token,
            gap=row.deadlines.gap or gap,
        ),
        budget=None if row.budget == AUTO else row.budget,
        key_source=key_source,
        api_key_header="" if row.api_key_header.lower() == "authorization" else row.api_key_header,
        headers=headers,
        query=(*parse_qsl(url.query, keep_blank_values=True), *query),
        extra=row.extra,
        secrets=(*hidden, *also_hidden),
        unusable=unusable,
    )


def may_have_key(row: EndpointTable) -> bool:
    """Whether it is worth opening the keyring: a server on this machine that names no variable seldom has a key."""
    host = urlsplit(row.base_url.strip()).hostname or ""
    local = host in {"localhost", "::1"} or host.startswith("127.")
    return bool(row.api_key_env) or not local or is_stored(row.name, state_folder())


def _key(
    row: EndpointTable,
    environ: Mapping[str, str],
    key_of: Callable[[str], str | None],
    place: Callable[[str], str],
) -> tuple[str | None, str, str]:
    """(the key, where it is from, why it cannot be used)."""
    # what is named may be a key by mistake
    variable = (row.api_key_env if row.api_key_env.isupper() else "that it names") if row.api_key_env else ""
    given = environ.get(row.api_key_env, "") if row.api_key_env else ""
    key, source = cleaned(given), f"the variable {variable}"
    if not key:
        key, source = cleaned(key_of(row.name) or ""), f"the keyring (darner login {row.name})"
    if not key and row.api_key_env:
        state = "is empty" if given else "is not set"
        return (
            None,
            f"the variable {variable}",
            (
                f"{place('api_key_env')}: the variable {variable} {state} and the keyring has no key for '{row.name}'; "
                f"export it, or run: darner login {row.name}"
            ),
        )
    if not key:
        return None, "", ""
    if why := fault(key):
        return None, source, f"{place('api_key_env')}: the key of '{row.name}' in {source} {why}; copy it again"
    return key, source, ""


def _expanded(pairs: _Pairs, environ: Mapping[str, str]) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...], str]:
    """(the pairs with the values of the variables that they name, those values that must not be shown, one not set)."""
    found: list[tuple[str, str]] = []
    hidden: list[str] = []
    missing = ""
    for name, given in pairs.items():
        value = _text(given)
        named = [plain or braced for plain, braced in _VARIABLE.findall(value)]
        missing = missing or next((each for each in named if not environ.get(each)), "")
        known = {each: cleaned(environ.get(each, "")) for each in named}

        def filled(match: re.Match[str], known: Mapping[str, str] = known) -> str:
            return known[match[1] or match[2]]

        value = _VARIABLE.sub(filled, value)
        hidden += known.values()
        if _SECRET_NAME.search(name):
            hidden.append(value)
        found.append((name, value))
    return tuple(found), tuple(each for each in hidden if each), missing


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _check_address(url: str, name: str) -> None:
    plain = "" if may_be_key(url) else f" '{url.partition('?')[0].rpartition('@')[2]}'"
    try:
        parts = urlsplit(url)
        fit = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # an IPv6 address without its bracket, a port beyond all
        raise ValueError(_NO_ADDRESS.format(plain)) from None
    if "@" in url.partition("?")[0]:
        raise ValueError("base_url holds a password; put the key into a variable and name it in api_key_env")
    secret = next((each for each, _ in parse_qsl(parts.query) if _SECRET_NAME.search(each)), None)
    if secret is not None:
        raise ValueError(
            f"base_url holds a key in its query; put the key into a variable and write "
            f'query = {{ {secret} = "$VARIABLE" }}'
        )
    if not fit:
        raise ValueError(_NO_ADDRESS.format(plain))
    if re.search(r"\s", url):
        raise ValueError(f"base_url of '{name}' contains a space; remove it")
    if parts.fragment:
        raise ValueError(f"base_url of '{name}' holds a '#'; end it before that")
    if whole := _WHOLE_ADDRESS.search(parts.path.rstrip("/")):
        base = parts._replace(path=parts.path.rstrip("/").removesuffix(whole[0]), query="").geturl()
        raise ValueError(f"base_url of '{name}' ends in {whole[0]}, which darner adds itself; write \"{base}\"")


def _check_header(name: str, value: str, where: str) -> None:
    if not re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", name):
        raise ValueError(f"{where}: a header name may contain only letters, digits and characters such as - and _")
    if name.lower() in _FRAMING:
        raise ValueError(f"{where}: this header is set by darner itself; remove it")
    if why := fault(value.replace(" ", "")):
        raise ValueError(f"{where}: its value {why}")


def place_in(source: str, text: str, number: int) -> Callable[[str], str]:
    """Gives the file and line of a key of the table with this number."""
    return lambda key: at(source, text, ("endpoints", number, key))
