"""The keys that `darner login` stored: in the system's keyring or, where there is none, in a file of the user's alone.

Opening a keyring takes longer than a patch, so a file holds the names of the endpoints that have a stored key.
"""

import json
import os
from pathlib import Path
from typing import Literal, cast

from darner_context.system.private_files import private_folder, private_opener
from darner_server.user_directories import config_folder, state_folder

Place = Literal["keyring", "file"]
_SERVICE = "darner"
_NAMES = "keyring-names"
_FILE = "keys.json"


def is_stored(name: str, state_dir: Path) -> bool:
    """Whether a key was stored for the endpoint of this name."""
    return name in _names(state_dir)


def remember(name: str, state_dir: Path) -> None:
    """Record that there is a key for the endpoint of this name. Raises OSError."""
    _write_names(state_dir, {*_names(state_dir), name})


def key_file() -> Path:
    """The file for keys on a system without a keyring."""
    return config_folder() / _FILE


def stored_key(name: str) -> str | None:
    """The key stored for an endpoint, or None."""
    if os.environ.get("DARNER_KEYRING") != "off":
        try:
            import keyring  # noqa: PLC0415 - slow to import, and most people have a variable

            if key := keyring.get_password(_SERVICE, name):
                return key
        except Exception:  # noqa: BLE001, S110 - whatever its back ends raise, also when they are imported
            pass
    return _keys().get(name)


def store_key(name: str, key: str) -> Place:
    """Store a key; returns where it is. Raises OSError."""
    place: Place = "keyring"
    try:
        if os.environ.get("DARNER_KEYRING") == "off":
            raise RuntimeError  # noqa: TRY301 - as on a system that has none
        import keyring  # noqa: PLC0415 - see above

        keyring.set_password(_SERVICE, name, key)
    except Exception:  # noqa: BLE001 - as above
        place = "file"
        _write_keys({**_keys(), name: key})
    else:
        _drop_from_file(name)
    remember(name, state_folder())
    return place


def forget_key(name: str) -> bool:
    """Remove a key from wherever it was stored; False if there was none. Raises OSError."""
    found = _drop_from_file(name)
    if os.environ.get("DARNER_KEYRING") != "off":
        try:
            import keyring  # noqa: PLC0415 - see above

            if keyring.get_password(_SERVICE, name):
                keyring.delete_password(_SERVICE, name)
                found = True
        except Exception:  # noqa: BLE001, S110 - as above
            pass
    if is_stored(name, state_folder()):
        _write_names(state_folder(), _names(state_folder()) - {name})
    return found


def _keys() -> dict[str, str]:
    try:
        data: object = json.loads(key_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    rows = cast("dict[object, object]", data) if isinstance(data, dict) else {}
    return {name: key for name, key in rows.items() if isinstance(name, str) and isinstance(key, str)}


def _drop_from_file(name: str) -> bool:
    keys = _keys()
    if name not in keys:
        return False
    del keys[name]
    _write_keys(keys)
    return True


def _write_keys(keys: dict[str, str]) -> None:
    _replace(private_folder(key_file().parent), _FILE, json.dumps(keys, indent=1) + "\n")


def _names(state_dir: Path) -> set[str]:
    try:
        return set((state_dir / _NAMES).read_text(encoding="utf-8").split("\n")) - {""}
    except (OSError, ValueError):
        return set()


def _write_names(state_dir: Path, names: set[str]) -> None:
    _replace(private_folder(state_dir), _NAMES, "".join(f"{each}\n" for each in sorted(names)))


def _replace(folder: Path, name: str, text: str) -> None:
    """Write a file that is the user's alone, whole or not at all."""
    draft = folder / f"{name}.{os.getpid()}"
    try:
        with open(draft, "w", encoding="utf-8", opener=private_opener) as file:
            file.write(text)
        draft.replace(folder / name)
    finally:
        draft.unlink(missing_ok=True)
