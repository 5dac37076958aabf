"""What a settings file may hold, and what must be so between its values."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import parse_qsl, urlsplit

from darner_clients.auto_budget import Budget
from darner_clients.endpoint import Kind
from darner_server.key_validation import fault, looks_like_key, may_be_key
from darner_server.validation.draft_count import Drafts

NextEditTier = Literal["on", "sure", "off"]
ReplyFormat = Literal["search-replace", "apply-patch", "unified-diff", "whole"]
Pairs = Mapping[str, str | bool | int | float]

_NO_ADDRESS = "base_url{} is not an http or https address such as https://host/v1"
_WHOLE_ADDRESS = re.compile(r"/(?:chat/completions|completions|responses|messages|embeddings|models|infill)$")
SECRET_NAME = re.compile(r"key|token|secret|passw|auth|cookie|credential|sig(?:nature)?$|^code$", re.IGNORECASE)
_FRAMING = {"host", "content-length", "transfer-encoding", "connection", "content-encoding", "te", "trailer", "upgrade"}
_OURS = {"messages": "", "prompt": "", "model": "model", "stream": "", "max_tokens": "max_output"}
_OURS["max_completion_tokens"] = "max_output"


@dataclass(frozen=True, slots=True)
class DeadlineRow:
    """Seconds; where absent, what fits the kind."""

    connect: float | None = None
    first_token: float | None = None
    gap: float | None = None


@dataclass(frozen=True, slots=True)
class EndpointRow:
    """The table below a line [[endpoints]]."""

    name: str
    kind: Kind
    base_url: str
    model: str = ""
    api_key_env: str | None = None
    api_key_header: str = ""
    headers: Pairs = field(default_factory=dict[str, str])
    query: Pairs = field(default_factory=dict[str, str])
    extra: Mapping[str, Any] = field(default_factory=dict[str, Any])
    window: int | None = None
    max_output: int | None = None
    reply: ReplyFormat | None = None
    tokenizer: str | None = None
    budget: Budget | None = None
    deadlines: DeadlineRow = DeadlineRow()


@dataclass(frozen=True, slots=True)
class SettingsRow:
    """The user's file."""

    endpoints: tuple[EndpointRow, ...] = ()
    local_model: str | None = None
    budget: Budget | None = None
    hedge: bool | None = None
    check_seconds: float | None = None
    next_edits: NextEditTier | None = None
    drafts: Drafts | None = None


@dataclass(frozen=True, slots=True)
class WorkspaceRow:
    """A workspace's file."""

    ignore: tuple[str, ...] = ()
    budget: Budget | None = None
    instructions: str = ""
    check: str | None = None


def check_endpoint(row: EndpointRow) -> None:
    """Raise ValueError, with what to do, where values that fit each by itself do not fit."""
    for name in ("name", "model", "tokenizer"):
        if looks_like_key(getattr(row, name) or ""):
            raise ValueError(f"{name} looks like a key; put the key into a variable and name it in api_key_env")
    _check_address(row.base_url.strip(), row.name)
    if row.api_key_env is not None and not re.fullmatch(r"[A-Za-z_]\w*", row.api_key_env):
        raise ValueError("api_key_env must be the name of an environment variable, not the key itself")
    if row.window and row.max_output and row.max_output >= row.window:
        raise ValueError(f"max_output ({row.max_output}) must be smaller than window ({row.window})")
    if row.api_key_header:
        _check_header(row.api_key_header, "", "api_key_header")
    for name, value in row.headers.items():
        _check_header(name, text_of(value), f"headers.{name}")
    for name in row.extra:
        if name in _OURS:
            instead = f"; set {_OURS[name]} instead" if _OURS[name] else ""
            raise ValueError(f"extra cannot hold {name}, which darner sets itself{instead}")


def check_settings(row: SettingsRow) -> None:
    """The same for a file."""
    names = [each.name for each in row.endpoints]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice:
        raise ValueError(f"two endpoints are named '{twice}'; give each its own name")


def text_of(value: object) -> str:
    """A value of headers or query as it is sent."""
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
    secret = next((each for each, _ in parse_qsl(parts.query) if SECRET_NAME.search(each)), None)
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
