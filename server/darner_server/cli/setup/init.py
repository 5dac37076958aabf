"""`darner init`: a commented endpoints file for a provider, its key, and a first small request."""

import os
import sys
from dataclasses import replace
from json import dumps
from pathlib import Path
from typing import Any, cast

from darner_clients.client import Client
from darner_clients.errors import EndpointError
from darner_context.system.private_files import private_folder, private_opener
from darner_server.cli import exit_codes, output
from darner_server.cli.command_setup import read_place, with_endpoint
from darner_server.cli.doctor import doctor
from darner_server.cli.setup.login import ask_for_key, save_key
from darner_server.cli.setup.providers import PROVIDERS, Provider
from darner_server.endpoint_table import made
from darner_server.interruptible_read import interruptible
from darner_server.key_store import stored_key
from darner_server.settings import SettingsError, load
from darner_server.user_directories import config_folder
from darner_server.validation.table_rows import EndpointRow, check_endpoint

_MOST_LISTED = 30  # models
_WITH_MODEL = "darner init {} --model NAME"
_HEADER = """\
# The endpoints that darner sends requests to, the preferred one first. `darner doctor` checks them.
#
# Settings for all of them go here, above the first table:
# budget = "auto"         # code from other files: as much as is worth sending, or a number of tokens
# hedge = true            # request a second endpoint when the first one is late
"""
_ANY_MODEL = '# model = "NAME"        # default: the one it serves\n'
_TABLE = """
# {title}{keys}
[[endpoints]]
name = {name}
kind = {kind}
base_url = {base_url}
{model}{key}# window = 131072         # tokens, if the endpoint does not report it
# max_output = 32768      # tokens of a reply, the same
"""


def show_providers() -> int:
    """Print the providers with their addresses and key variables."""
    widest = max(map(len, PROVIDERS))
    for each in PROVIDERS.values():
        variable = each.key_env or "no key"
        output.show((f"{each.name:<{widest}}", "bold"), f"  {each.title}; {each.base_url}; {variable}")
    return exit_codes.PATCHED


async def init(provider: str | None, *, base_url: str | None, model: str | None, config: Path | None) -> int:
    """Add a provider to the endpoints file; returns what `doctor` returns for that file."""
    chosen = _provider(provider)
    path = config or Path(os.environ.get("DARNER_CONFIG") or config_folder() / "config.toml")
    _refuse_twice(chosen, path)
    chosen = replace(chosen, base_url=_address(chosen, base_url))
    _see_key(chosen)
    row = EndpointRow(
        chosen.name,
        chosen.kind,
        chosen.base_url,
        api_key_env=chosen.key_env or None,
        api_key_header=chosen.key_header,
    )
    try:
        check_endpoint(row)
    except ValueError as error:
        raise exit_codes.Stop(str(error)) from None
    _write(path, _table(chosen, model or await _model(chosen, row)))
    output.say(f"wrote {path}")
    return await doctor(with_endpoint(read_place(None, path), chosen.name, None), json=False)


def _provider(name: str | None) -> Provider:
    if name is None:
        if not sys.stdin.isatty():
            raise exit_codes.Stop("name a provider, for example: darner init cerebras (darner init --list shows all)")
        show_providers()
        name = _asked("Provider: ")
    if name.lower() not in PROVIDERS:
        raise exit_codes.Stop(f"'{name}' is no provider that darner knows; it knows {', '.join(PROVIDERS)}")
    return PROVIDERS[name.lower()]


def _refuse_twice(provider: Provider, path: Path) -> None:
    """Stop if the file has the endpoint already, or cannot be read: it would not get better."""
    if not path.exists():
        return
    try:
        names = [each.name for each in load(path, os.environ, lambda _name: None).endpoints]
    except SettingsError as error:
        raise exit_codes.Stop(f"{error}; nothing was written") from None
    if provider.name in names:
        raise exit_codes.Stop(f"{path} has an endpoint '{provider.name}' already; edit it there, or remove it first")


def _address(provider: Provider, given: str | None) -> str:
    if given or not provider.address_needed:
        return (given or provider.base_url).strip()
    if not sys.stdin.isatty():
        raise exit_codes.Stop(f"darner init {provider.name} needs your address: --base-url {provider.base_url}")
    return _asked(f"Address, such as {provider.base_url}: ")


def _see_key(provider: Provider) -> None:
    """Take the key from the variable or the keyring, or ask for it on a terminal; without one, show what to do."""
    if not provider.key_env:
        return
    if os.environ.get(provider.key_env):
        output.say(f"the key is in the variable {provider.key_env}")
    elif stored_key(provider.name):
        output.say(f"a key is stored for '{provider.name}' (darner login {provider.name} replaces it)")
    elif sys.stdin.isatty():
        output.say(f"keys are made at {provider.key_page}; press Enter to set {provider.key_env} yourself later")
        if typed := ask_for_key(provider.name):
            save_key(provider.name, typed)
    else:
        output.say(f"no key yet: set {provider.key_env}, or run: darner login {provider.name}", "yellow")


async def _model(provider: Provider, row: EndpointRow) -> str:
    """The suggested model, or one that the endpoint serves; "" where it serves one only, or cannot be asked."""
    if provider.model or provider.kind in {"vllm", "llamacpp"}:
        return provider.model
    endpoint = made(row, os.environ, stored_key, lambda _key: str(row.name))
    if endpoint.unusable:
        words = "without a key its models cannot be listed; name one"
        raise exit_codes.Stop(f"{words}: {_WITH_MODEL.format(provider.name)}")
    client = Client(endpoint)
    try:
        models = _names(await client.get("models"))
    except EndpointError as error:
        output.say(f"its models could not be listed: {error}", "yellow")
        return ""
    finally:
        client.close()
    if len(models) <= 1:
        return next(iter(models), "")
    listed = ", ".join(models[:_MOST_LISTED]) + (", …" if len(models) > _MOST_LISTED else "")
    if not sys.stdin.isatty():
        raise exit_codes.Stop(f"name a model: {_WITH_MODEL.format(provider.name)}; it serves {listed}")
    output.say(f"it serves {listed}")
    return _asked("Model: ")


def _names(answer: object) -> list[str]:
    """The names in a list of models, as OpenAI's interface gives it."""
    rows: Any = cast("dict[str, Any]", answer).get("data") if isinstance(answer, dict) else None
    found = [cast("dict[str, Any]", row).get("id") for row in rows or () if isinstance(row, dict)]
    return [each for each in found if isinstance(each, str)]


def _asked(question: str) -> str:
    with interruptible():
        output.say(question)
        answer = sys.stdin.readline().strip()
    if not answer:
        raise exit_codes.Stop("nothing was chosen; nothing was written")
    return answer


def _table(provider: Provider, model: str) -> str:
    quoted = {name: dumps(getattr(provider, name), ensure_ascii=False) for name in ("name", "kind", "base_url")}
    key = f'api_key_env = "{provider.key_env}"    # or: darner login {provider.name}\n' if provider.key_env else ""
    if provider.key_header:
        key += f'api_key_header = "{provider.key_header}"\n'
    return _TABLE.format(
        title=provider.title,
        keys=f". Keys: {provider.key_page}" if provider.key_page else "",
        model=f"model = {dumps(model, ensure_ascii=False)}\n"
        if model
        else '# model = "…"           # the one it serves\n',
        key=key,
        **quoted,
    )


def _write(path: Path, table: str) -> None:
    """Add the table at the end of the file, which is made for its user alone if it is not there."""
    try:
        if path.exists():
            text = path.read_text(encoding="utf-8")
            with path.open("a", encoding="utf-8") as file:
                file.write(table if text.endswith("\n") else f"\n{table}")
            return
        private_folder(path.parent) if path.parent == config_folder() else path.parent.mkdir(
            parents=True, exist_ok=True
        )
        with open(path, "x", encoding="utf-8", opener=private_opener) as file:
            file.write(_HEADER + table)
    except OSError as error:
        raise exit_codes.Stop(f"{path} could not be written: {error}") from None
