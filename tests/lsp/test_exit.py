"""The server ends when it is told to, whatever it waits for."""

import asyncio
from pathlib import Path

from tests.engine.scene import block
from tests.lsp.editor import editing

from darner_clients.testing import Script, ScriptedEndpoint

_BACKEND = """

from pathlib import Path
from threading import Event
from keyring.backend import KeyringBackend

class Odd(KeyringBackend):
    priority = 9

    def get_password(self, service, username):
        Path(__file__).with_name("asked").touch()
        {does}

    def set_password(self, service, username, password): ...
    def delete_password(self, service, username): ...
"""


def keyring(home: Path, does: str) -> dict[str, str]:
    """Give the user a keyring that does so when it is asked; returns what to add to the environment."""
    settings = home / "config" / "python_keyring"
    settings.mkdir(parents=True)
    (home / "odd.py").write_text(_BACKEND.replace("{does}", does))
    (settings / "keyringrc.cfg").write_text(f"[backend]\ndefault-keyring=odd.Odd\nkeyring-path={home}\n")
    return {"DARNER_KEYRING": ""}


async def test_while_the_keyring_answers_nothing(tmp_path: Path) -> None:
    environ = keyring(tmp_path, "Event().wait()")
    async with ScriptedEndpoint(Script()) as scripted, editing(tmp_path, {}, scripted, environ=environ):
        while not (tmp_path / "asked").exists():  # noqa: ASYNC110 - another process's file
            await asyncio.sleep(0.01)


async def test_a_keyring_that_is_broken_is_none(tmp_path: Path) -> None:
    environ = keyring(tmp_path, "raise TypeError")
    async with (
        ScriptedEndpoint(Script(otherwise=block("a.py", "x = 1\n", "x = 2\n"))) as scripted,
        editing(tmp_path, {"a.py": "x = 1\n"}, scripted, environ=environ) as editor,
    ):
        buffer = editor.open("a.py")
        assert (await editor.patch("a.py"))["refused"] == []
        assert buffer.text == "x = 2\n"
