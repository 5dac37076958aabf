"""The names of the endpoints whose keys `darner login` stored: opening a keyring takes longer than a patch.

The file holds names, never keys.
"""

from pathlib import Path

from darner_context.system.private_files import private_folder, private_opener


def is_stored(name: str, state_dir: Path) -> bool:
    """Whether `darner login` stored a key for the endpoint of this name."""
    return name in _read(state_dir)


def remember(name: str, state_dir: Path) -> None:
    """Record that the keyring has a key for the endpoint of this name. Raises OSError."""
    names = sorted({*_read(state_dir), name})
    text = "".join(f"{each}\n" for each in names)
    with open(private_folder(state_dir) / _FILE, "w", encoding="utf-8", opener=private_opener) as file:
        file.write(text)


_FILE = "keyring-names"


def _read(state_dir: Path) -> list[str]:
    try:
        return (state_dir / _FILE).read_text(encoding="utf-8").split("\n")
    except (OSError, ValueError):
        return []
