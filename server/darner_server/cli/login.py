"""`darner login`: a key into the system's keyring."""

import getpass
import os
import sys
from pathlib import Path

from darner_server.cli import exit_codes, output
from darner_server.keyring_names import remember
from darner_server.settings import SettingsError, load
from darner_server.user_directories import state_folder


def login(name: str, config: Path | None = None) -> int:
    """Ask for the key of an endpoint and store it; the key is never shown or logged."""
    import keyring  # only this command needs it
    from keyring.errors import KeyringError

    if not sys.stdin.isatty():
        raise exit_codes.Stop(
            "darner login needs a terminal; without one, put the key into the variable named by api_key_env"
        )
    _known(name, config)
    try:
        key = getpass.getpass(f"Key for {name} (not shown): ").strip()
    except KeyboardInterrupt:
        output.say("")  # the prompt's line ends
        raise
    if not key:
        raise exit_codes.Stop("no key given; nothing was stored")
    try:
        keyring.set_password("darner", name, key)
        remember(name, state_folder())
    except KeyringError as error:
        raise exit_codes.Stop(
            f"this system offers no keyring ({error}); put the key into the variable named by api_key_env"
        ) from None
    output.say(f"the key of '{name}' is in the system's keyring; darner doctor checks whether the endpoint accepts it")
    return exit_codes.PATCHED


def _known(name: str, config: Path | None) -> None:
    """Stop at a name that no endpoint has."""
    try:
        settings = load(config, os.environ, lambda _name: "any")
    except SettingsError as error:
        raise exit_codes.Stop(str(error)) from None
    names = [each.name for each in settings.endpoints]
    if not names:
        raise exit_codes.Stop(f"no endpoint can use a key yet: {settings.source}; write that file first")
    if name not in names:
        raise exit_codes.Stop(f"{settings.source} has no endpoint '{name}'; it has {', '.join(names)}")
