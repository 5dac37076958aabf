"""`darner login`: a key into the system's keyring."""

import getpass
import sys

from darner_server.cli import exits, out


def login(name: str) -> int:
    """Ask for the key of an endpoint and store it; the key is never shown or logged."""
    import keyring  # noqa: PLC0415 - only this command needs it
    from keyring.errors import KeyringError  # noqa: PLC0415 - likewise

    if not sys.stdin.isatty():
        raise exits.Stop(
            "darner login asks for the key on a terminal; elsewhere put it into the endpoint's api_key_env"
        )
    key = getpass.getpass(f"Key for {name} (not shown): ").strip()
    if not key:
        raise exits.Stop("no key given; nothing was stored")
    try:
        keyring.set_password("darner", name, key)
    except KeyringError as error:
        raise exits.Stop(
            f"this system offers no keyring ({error}); put the key into the endpoint's api_key_env"
        ) from None
    out.say(f"the key of '{name}' is in the system's keyring")
    return exits.PATCHED
