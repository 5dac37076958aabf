"""The user's settings and the workspace's, read once at the edge and passed down frozen.

Endpoints and keys are the user's alone: a workspace file can name neither, so a cloned repository sends code nowhere.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from darner_clients.auto_budget import AUTO, Budget
from darner_clients.endpoint import Endpoint
from darner_context.request import Unreadable
from darner_context.system.private_files import changed_by_others
from darner_context.system.regular_file import read_plain
from darner_context.text.toml import read_toml
from darner_server.endpoint_table import made, may_have_key, place_in
from darner_server.user_directories import config_folder
from darner_server.validation.draft_count import Drafts
from darner_server.validation.mistakes import line
from darner_server.validation.table_rows import EndpointRow, NextEditTier, SettingsRow
from darner_server.validation.without_pydantic import plain_settings, plain_workspace

WORKSPACE_FILE = ".darner.toml"
_MOST = 200_000  # bytes of a workspace's settings
DEFAULT_BUDGET: Budget = AUTO
DEFAULT_CHECK_SECONDS = 20.0
DEFAULT_NEXT_EDITS: NextEditTier = "on"
DEFAULT_LOCAL_MODEL = "qwen2.5-coder-1.5b"


class SettingsError(Exception):
    """The settings cannot be used; the message names the file, the line and what to write instead."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the user decided. No endpoints: the embedded model `local_model` answers."""

    endpoints: tuple[Endpoint, ...]
    local_model: str
    budget: Budget
    hedge: bool
    source: str  # the file or the variables these came from, for `darner doctor`
    check_seconds: float = DEFAULT_CHECK_SECONDS  # for repairs of a patch whose check failed; 0: none
    next_edits: NextEditTier = DEFAULT_NEXT_EDITS
    drafts: Drafts = 1  # of a patch that is checked


@dataclass(frozen=True, slots=True)
class WorkspaceSettings:
    """What a workspace may decide: nothing that names an endpoint, a key or a program to run unasked."""

    ignore: tuple[str, ...] = ()
    budget: Budget | None = None
    instructions: str = ""
    check: str | None = None


def load(
    config: Path | None, environ: Mapping[str, str], key_of: Callable[[str], str | None], *, sparing: bool = False
) -> Settings:
    """Settings from `config`, `$DARNER_CONFIG`, the platform's config folder, or the environment alone, in this order.

    `key_of` looks an endpoint's name up in the system's keyring; if `sparing`, only where a key is likely, because
    opening a keyring takes longer than a patch. Raises SettingsError.
    """
    key_for = _key_for(key_of, sparing=sparing)
    named = config or (Path(environ["DARNER_CONFIG"]) if environ.get("DARNER_CONFIG") else None)
    path = named or config_folder() / "config.toml"
    if named is None and not path.exists():
        found = _from_environment(environ, key_for)
        return replace(found, source=f"{found.source} (there is no {path})")
    text = _read(path)
    others = changed_by_others(path) if named is None else None
    if others is not None:
        raise SettingsError(
            f"{path}: {others}, so its settings are not used; take that right away (chown, chmod o-w), "
            "or name the file with --config or DARNER_CONFIG if you trust it"
        )
    return _settings(_parse(text, str(path)), environ, key_for, source=str(path), text=text)


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
            base.budget if file.budget is None else file.budget,
            base.hedge if file.hedge is None else file.hedge,
            base.source,
            base.check_seconds if file.check_seconds is None else file.check_seconds,
            file.next_edits or base.next_edits,
            base.drafts if file.drafts is None else file.drafts,
        )
    return _settings(dict(options), environ, _key_for(key_of, sparing=False), source="the editor's settings", text="")


def load_workspace(root: Path) -> WorkspaceSettings:
    """The settings of one workspace root. Raises SettingsError, also for a key that only the user may set."""
    path = root / WORKSPACE_FILE
    if not path.is_file():  # a link may lead to a device
        return WorkspaceSettings()
    held = read_plain(path, _MOST)
    if isinstance(held, Unreadable):
        raise SettingsError(f"{path}: {held.reason}; a workspace's settings may have at most {_MOST:,} bytes")
    text = _text(path, held)
    data = _parse(text, str(path))
    for key in ("endpoints", "local_model", "hedge", "check_seconds", "next_edits", "drafts"):
        if key in data:
            raise SettingsError(
                f"{path}:{line(text, (key,))}: '{key}' cannot be set by a workspace, only in your own settings "
                f"({config_folder() / 'config.toml'} or --config); remove it here"
            )
    row = plain_workspace(data)
    if row is None:
        from darner_server.validation.pydantic_tables import validated_workspace  # noqa: PLC0415 - slow to import

        found = validated_workspace(data, str(path), text)
        if isinstance(found, str):
            raise SettingsError(found)
        row = found
    return WorkspaceSettings(row.ignore, row.budget, row.instructions, row.check)


def _read(path: Path) -> str:
    try:
        held = path.read_bytes()
    except FileNotFoundError:
        raise SettingsError(f"{path}: there is no such settings file") from None
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read ({error})") from None
    return _text(path, held)


def _text(path: Path, held: bytes) -> str:
    try:
        return held.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path}: cannot be read as UTF-8 text ({error})") from None


def _parse(text: str, name: str) -> dict[str, Any]:
    data = read_toml(text)
    if isinstance(data, str):
        found = re.search(r"line (\d+)", data)
        where = f"{name}:{found[1]}" if found else name
        raise SettingsError(f"{where}: not valid TOML: {data}")
    return data


def _from_environment(environ: Mapping[str, str], key_for: "_KeyFor") -> Settings:
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
    return _settings({"endpoints": endpoints}, environ, key_for, source="the environment", text="")


def _settings(
    data: dict[str, Any], environ: Mapping[str, str], key_for: "_KeyFor", *, source: str, text: str
) -> Settings:
    file = _validate(data, source, text)
    if file == SettingsRow():
        raise SettingsError(
            f"{source}:1: the file sets nothing; add an [[endpoints]] table (name, kind, base_url, model), "
            'or local_model = "…", or remove the file to use the embedded model'
        )
    return Settings(
        endpoints=tuple(
            made(each, environ, key_for(each), place_in(source, text, n)) for n, each in enumerate(file.endpoints)
        ),
        local_model=file.local_model or environ.get("DARNER_LOCAL_MODEL", DEFAULT_LOCAL_MODEL),
        budget=DEFAULT_BUDGET if file.budget is None else file.budget,
        hedge=True if file.hedge is None else file.hedge,
        source=source,
        check_seconds=DEFAULT_CHECK_SECONDS if file.check_seconds is None else file.check_seconds,
        next_edits=file.next_edits or DEFAULT_NEXT_EDITS,
        drafts=1 if file.drafts is None else file.drafts,
    )


_KeyFor = Callable[[EndpointRow], Callable[[str], str | None]]


def _key_for(key_of: Callable[[str], str | None], *, sparing: bool) -> _KeyFor:
    """What looks up the key of a table: with `sparing` nothing does where a key is unlikely."""

    def chosen(row: EndpointRow) -> Callable[[str], str | None]:
        return key_of if not sparing or may_have_key(row) else lambda _name: None

    return chosen


def _validate(data: dict[str, Any], name: str, text: str) -> SettingsRow:
    row = plain_settings(data)
    if row is not None:
        return row
    from darner_server.validation.pydantic_tables import validated_settings  # noqa: PLC0415 - slow to import

    found = validated_settings(data, name, text)
    if isinstance(found, str):
        raise SettingsError(found)
    return found
