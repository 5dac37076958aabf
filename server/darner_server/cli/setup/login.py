"""`darner login` and `darner logout`: a key into the system's keyring, and out of it."""

import getpass
import os
import sys
from pathlib import Path

from darner_server.cli import exit_codes, output
from darner_server.cli.setup.providers import PROVIDERS
from darner_server.interruptible_read import interruptible
from darner_server.key_store import forget_key, key_file, store_key
from darner_server.key_validation import cleaned, fault
from darner_server.settings import Settings, SettingsError, load

_LONGEST = 10_000  # characters of a key on stdin


def login(name: str, config: Path | None = None, *, stdin: bool = False) -> int:
    """Ask for the key of an endpoint, or read it from stdin, and store it; the key is never shown or logged."""
    settings = _settings(config)
    names = [each.name for each in settings.endpoints]
    if name not in names and name not in PROVIDERS:
        known = f"{settings.source} has {', '.join(names)}" if names else f"no endpoint is set up ({settings.source})"
        raise exit_codes.Stop(f"there is no endpoint '{name}'; {known}, and darner init --list names the providers")
    if not stdin and not sys.stdin.isatty():
        raise exit_codes.Stop(
            f"darner login needs a terminal; without one: darner login {name} --stdin < FILE, "
            "or put the key into the variable named by api_key_env"
        )
    save_key(name, sys.stdin.read(_LONGEST) if stdin else ask_for_key(name))
    check = "darner doctor checks whether the endpoint accepts it"
    output.say(check if name in names else f"run darner init {name} to set the endpoint up")
    return exit_codes.PATCHED


def logout(name: str) -> int:
    """Remove a stored key."""
    try:
        if forget_key(name):
            output.say(f"the key of '{name}' is removed from this machine")
            return exit_codes.PATCHED
    except OSError as error:
        raise exit_codes.Stop(f"the key of '{name}' could not be removed: {error}") from None
    raise exit_codes.Stop(f"no key is stored for '{name}'")


def ask_for_key(name: str) -> str:
    """The key as it is typed, which is not shown."""
    try:
        with interruptible():
            return getpass.getpass(f"Key for {name} (not shown): ")
    except KeyboardInterrupt:
        output.say("")  # the prompt's line ends
        raise
    except EOFError:
        return ""


def save_key(name: str, typed: str) -> None:
    """Store a key, and show where it is. Raises Stop for what is none."""
    key = cleaned(typed)
    if not key:
        raise exit_codes.Stop("no key given; nothing was stored")
    if why := fault(key):
        raise exit_codes.Stop(f"the key {why}; copy it again. Nothing was stored")
    try:
        place = store_key(name, key)
    except OSError as error:
        raise exit_codes.Stop(f"the key could not be stored: {error}") from None
    if place == "keyring":
        output.say(f"the key of '{name}' is in the system's keyring")
    else:
        output.say(f"this system has no keyring: the key of '{name}' is in {key_file()}, which only you can read")


def _settings(config: Path | None) -> Settings:
    try:
        return load(config, os.environ, lambda _name: "any")
    except SettingsError as error:
        raise exit_codes.Stop(str(error)) from None
