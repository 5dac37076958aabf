"""The user's settings and the workspace's, read once at the edge and passed down frozen.

Endpoints and keys are the user's alone: a workspace file can name neither, so a cloned repository sends code nowhere.
"""

import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from platformdirs import user_config_path
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from darner_clients.endpoint import Deadlines, Endpoint

WORKSPACE_FILE = ".darner.toml"
DEFAULT_BUDGET = 8_192  # tokens of snippets from other files
DEFAULT_LOCAL_MODEL = "qwen2.5-coder-1.5b"

_ReplyFormat = Literal["search-replace", "apply-patch", "unified-diff", "whole"]


class SettingsError(Exception):
    """The settings cannot be used; the message names the file, the line and what to write instead."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the user decided. No endpoints: the embedded model `local_model` answers."""

    endpoints: tuple[Endpoint, ...]
    local_model: str
    budget: int
    hedge: bool
    source: str  # the file or the variables these came from, for `darner doctor`


@dataclass(frozen=True, slots=True)
class WorkspaceSettings:
    """What a workspace may decide: nothing that names an endpoint, a key or a program to run unasked."""

    ignore: tuple[str, ...] = ()
    budget: int | None = None
    instructions: str = ""
    check: str | None = None


def load(config: Path | None, environ: Mapping[str, str], key_of: Callable[[str], str | None]) -> Settings:
    """Settings from `config`, `$DARNER_CONFIG`, the platform's config folder, or the environment alone, in this order.

    `key_of` looks an endpoint's name up in the system's keyring. Raises SettingsError.
    """
    named = config or (Path(environ["DARNER_CONFIG"]) if environ.get("DARNER_CONFIG") else None)
    path = named or user_config_path("darner") / "config.toml"
    if named is None and not path.exists():
        found = _from_environment(environ, key_of)
        return replace(found, source=f"{found.source} (there is no {path})")
    text = _read(path)
    return _settings(_parse(text, str(path)), environ, key_of, source=str(path), text=text)


def from_mapping(
    options: Mapping[str, Any], environ: Mapping[str, str], key_of: Callable[[str], str | None]
) -> Settings:
    """Settings from an editor's initializationOptions, with the keys of the file; without endpoints those of `load`."""
    if not options.get("endpoints"):
        base = load(None, environ, key_of)
        file = _validate(dict(options), "the editor's settings", "")
        return Settings(
            base.endpoints,
            file.local_model or base.local_model,
            file.budget or base.budget,
            base.hedge if file.hedge is None else file.hedge,
            base.source,
        )
    return _settings(dict(options), environ, key_of, source="the editor's settings", text="")


def load_workspace(root: Path) -> WorkspaceSettings:
    """The settings of one workspace root. Raises SettingsError, also for a key that only the user may set."""
    path = root / WORKSPACE_FILE
    if not path.is_file():
        return WorkspaceSettings()
    text = _read(path)
    data = _parse(text, str(path))
    for key in ("endpoints", "local_model", "hedge"):
        if key in data:
            raise SettingsError(
                f"{path}:{_line(text, (key,))}: '{key}' cannot be set by a workspace, only in your own settings "
                f"({user_config_path('darner') / 'config.toml'} or --config); remove it here"
            )
    try:
        file = _WorkspaceFile.model_validate(data)
    except ValidationError as error:
        raise SettingsError(_explain(error, str(path), text)) from None
    return WorkspaceSettings(tuple(file.ignore), file.budget, file.instructions, file.check)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise SettingsError(f"{path}: there is no such settings file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: cannot be read as UTF-8 text ({error})") from None


def _parse(text: str, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        where = f"{name}:{line[1]}" if line else name
        raise SettingsError(f"{where}: not valid TOML: {error}") from None


def _from_environment(environ: Mapping[str, str], key_of: Callable[[str], str | None]) -> Settings:
    endpoints: list[dict[str, Any]] = []
    if environ.get("CEREBRAS_API_KEY"):
        endpoints.append(
            {
                "name": "cerebras",
                "kind": "cerebras",
                "base_url": environ.get("CEREBRAS_BASE_URL", "https://api.cerebras.ai").rstrip("/").removesuffix("/v1")
                + "/v1",
                "model": "gpt-oss-120b",
                "api_key_env": "CEREBRAS_API_KEY",
            }
        )
    if environ.get("DARNER_GPU_BASE_URL"):
        gpu: dict[str, Any] = {"name": "gpu", "kind": "vllm", "base_url": environ["DARNER_GPU_BASE_URL"]}
        gpu["model"] = environ.get("DARNER_GPU_MODEL", "")  # empty: the model that the endpoint serves
        if environ.get("DARNER_GPU_API_KEY"):
            gpu["api_key_env"] = "DARNER_GPU_API_KEY"
        endpoints.append(gpu)
    if not endpoints:
        model = environ.get("DARNER_LOCAL_MODEL", DEFAULT_LOCAL_MODEL)
        return Settings((), model, DEFAULT_BUDGET, hedge=True, source="the defaults")
    return _settings({"endpoints": endpoints}, environ, key_of, source="the environment", text="")


def _settings(
    data: dict[str, Any], environ: Mapping[str, str], key_of: Callable[[str], str | None], *, source: str, text: str
) -> Settings:
    file = _validate(data, source, text)
    if not file.endpoints and not file.local_model and file.budget is None and file.hedge is None:
        raise SettingsError(
            f"{source}:1: the file sets nothing; add an [[endpoints]] table (name, kind, base_url, model), "
            'or local_model = "…", or remove the file to use the embedded model'
        )
    return Settings(
        endpoints=tuple(_endpoint(each, environ, key_of, source, text, n) for n, each in enumerate(file.endpoints)),
        local_model=file.local_model or environ.get("DARNER_LOCAL_MODEL", DEFAULT_LOCAL_MODEL),
        budget=file.budget or DEFAULT_BUDGET,
        hedge=True if file.hedge is None else file.hedge,
        source=source,
    )


def _endpoint(  # noqa: PLR0917 - one call, straight above
    row: "_EndpointRow",
    environ: Mapping[str, str],
    key_of: Callable[[str], str | None],
    source: str,
    text: str,
    number: int,
) -> Endpoint:
    key = environ.get(row.api_key_env) if row.api_key_env else None
    if not key:
        key = key_of(row.name)
    if row.api_key_env and not key:
        name = row.api_key_env if row.api_key_env.isupper() else "that it names"  # it may be a key by mistake
        raise SettingsError(
            f"{_at(source, text, ('endpoints', number, 'api_key_env'))}: the variable {name} is not set and "
            f"the keyring has no key for '{row.name}'; export it, or run: darner login {row.name}"
        )
    whole = row.kind == "llamacpp"
    first_token, gap = (300.0, 60.0) if whole else (30.0, 20.0)  # a CPU prefills for minutes
    return Endpoint(
        name=row.name,
        kind=row.kind,
        base_url=row.base_url.rstrip("/"),
        model=row.model,
        api_key=key,
        window=row.window,
        max_output=row.max_output,
        reply=row.reply or ("whole" if whole else "search-replace"),
        tokenizer=row.tokenizer or _tokenizer_of(row.model),
        deadlines=Deadlines(
            connect=row.deadlines.connect or 5.0,
            first_token=row.deadlines.first_token or first_token,
            gap=row.deadlines.gap or gap,
        ),
        budget=row.budget,
    )


def _tokenizer_of(model: str) -> str:
    """The tokenizer that a model's name tells of; the nearest is used, upwards, where it is not known."""
    name = model.lower()
    for part, tokenizer in (
        ("gpt-oss", "o200k_harmony"),
        ("qwen", "qwen"),
        ("llama", "llama3"),
        ("gpt-4o", "o200k_base"),
    ):
        if part in name:
            return tokenizer
    return "o200k_base"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


_Tokens = Annotated[int, Field(gt=0)]


_Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]
_NO_ADDRESS = "base_url '{}' is not an http or https address such as https://host/v1"


class _DeadlineRow(_Strict):
    connect: _Seconds | None = None
    first_token: _Seconds | None = None
    gap: _Seconds | None = None


class _EndpointRow(_Strict):
    name: Annotated[str, Field(min_length=1, pattern=r"^[\w.-]+$")]
    kind: Literal["cerebras", "vllm", "llamacpp", "openai"]
    base_url: str
    model: str = ""
    api_key_env: str | None = None
    window: _Tokens | None = None
    max_output: _Tokens | None = None
    reply: _ReplyFormat | None = None
    tokenizer: str | None = None
    budget: _Tokens | None = None
    deadlines: _DeadlineRow = _DeadlineRow()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        try:
            parts = urlsplit(self.base_url)
            fit = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
        except ValueError:  # an IPv6 address without its bracket, a port beyond all
            raise ValueError(_NO_ADDRESS.format(self.base_url.rpartition("@")[2])) from None
        if "@" in self.base_url or parts.query:
            raise ValueError("base_url holds a password; put the key into a variable and name it in api_key_env")
        if not fit:
            raise ValueError(_NO_ADDRESS.format(self.base_url))
        if self.api_key_env is not None and not re.fullmatch(r"[A-Za-z_]\w*", self.api_key_env):
            raise ValueError("api_key_env is no variable's name; a key belongs into a variable, which is named here")
        if self.window and self.max_output and self.max_output >= self.window:
            raise ValueError(f"max_output ({self.max_output}) must be smaller than window ({self.window})")
        return self


class _File(_Strict):
    endpoints: list[_EndpointRow] = []
    local_model: str | None = None
    budget: _Tokens | None = None
    hedge: bool | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        names = [each.name for each in self.endpoints]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice:
            raise ValueError(f"two endpoints are named '{twice}'; give each its own name")
        return self


class _WorkspaceFile(_Strict):
    ignore: list[str] = []
    budget: _Tokens | None = None
    instructions: str = ""
    check: str | None = None


def _validate(data: dict[str, Any], name: str, text: str) -> _File:
    try:
        return _File.model_validate(data)
    except ValidationError as error:
        raise SettingsError(_explain(error, name, text)) from None


def _explain(error: ValidationError, name: str, text: str) -> str:
    """The first fault as a sentence with its line; pydantic's own words only where they read well."""
    first = error.errors()[0]
    where = first["loc"]
    key = ".".join(str(part) for part in where if isinstance(part, str)) or "the file"
    context = first.get("ctx", {})
    match first["type"]:
        case "extra_forbidden":
            said = f"unknown key '{where[-1]}'; remove it or correct its spelling"
        case "missing":
            said = f"'{where[-1]}' is missing; every [[endpoints]] table needs name, kind, base_url"
        case "literal_error":
            said = f"{key} = {first['input']!r} is not one of {context.get('expected')}"
        case "list_type" | "model_type" if where[:1] == ("endpoints",):
            said = "endpoints are tables, each below a line [[endpoints]] with two brackets"
        case "value_error":
            said = str(context.get("error"))
        case _:
            shown = "" if key.endswith("api_key_env") else f" = {first['input']!r}"  # it may be a key by mistake
            said = f"{key}{shown}: {first['msg'][:1].lower()}{first['msg'][1:]}"
    return f"{_at(name, text, where)}: {said}"


def _at(name: str, text: str, where: tuple[int | str, ...]) -> str:
    return f"{name}:{_line(text, where)}" if text else name


def _line(text: str, where: tuple[int | str, ...]) -> int:
    """The line of a key in TOML text, found by its table header and name: tomllib keeps no positions."""
    number = next((part for part in where if isinstance(part, int)), -1)
    keys = [part for part in where if isinstance(part, str) and part != "endpoints"]
    table, header = -1, 1
    for at, line in enumerate(text.split("\n"), 1):
        if re.match(r"\s*\[\[\s*endpoints\s*\]\]", line):
            table += 1
            if table == number:
                header = at
        in_table = table == number if number >= 0 else True
        if in_table and keys and re.match(rf"\s*(?:\[+.*\b)?[\"']?{re.escape(keys[-1])}[\"']?\s*(?:=|\])", line):
            return at
    return header


def keyring_key(name: str) -> str | None:
    """The key stored for an endpoint by `darner login`, or None; a system without a keyring has none."""
    if os.environ.get("DARNER_KEYRING") == "off":
        return None
    import keyring  # noqa: PLC0415 - slow to import, and most people have a variable
    from keyring.errors import KeyringError  # noqa: PLC0415 - likewise

    try:
        return keyring.get_password("darner", name)
    except KeyringError:
        return None
