"""The embedded model behind the server, with text that is in the editor only: nothing here is scripted."""

from pathlib import Path

import pytest
from tests.lsp.editor import CLIENTS, editing

from darner_server.local.server import stop_server
from darner_server.user_directories import cache_folder

pytestmark = [pytest.mark.model, pytest.mark.usefixtures("embedded_model"), pytest.mark.timeout(300)]

MODEL = "qwen2.5-coder-0.5b"
SAVED = "def total(values):\n    return None\n"
TYPED = "# not saved 😀\r\ndef larger(a, b):\r\n    return a\r\n\r\n\r\ndef other():\r\n    return 1\r\n"


@pytest.mark.parametrize("client", CLIENTS[:2])
async def test_a_patch_of_an_unsaved_buffer(tmp_path: Path, client: str) -> None:
    environ = {"DARNER_CACHE_DIR": str(cache_folder()), "DARNER_STATE_DIR": str(tmp_path / "state")}
    try:
        async with editing(
            tmp_path, {"a.py": SAVED}, client=client, options={"local_model": MODEL}, environ=environ
        ) as editor:
            buffer = editor.open("a.py", TYPED)
            place = {"start": {"line": 1, "character": 0}, "end": {"line": 2, "character": 12}}
            result = await editor.patch("a.py", "return the larger of a and b", scope="range", range=place)
            assert (result["refused"], (editor.root / "a.py").read_text()) == ([], SAVED)
            names: dict[str, object] = {}
            exec(buffer.text, names)  # noqa: S102 - what the model wrote is only known by running it
            larger = names["larger"]
            assert callable(larger)
            assert [larger(2, 3), larger(3, 2)] == [3, 3]
            assert buffer.text.startswith("# not saved 😀\r\ndef larger(")
            assert buffer.text.endswith("\r\n\r\n\r\ndef other():\r\n    return 1\r\n")
            await editor.command("darner.undoAll")
            assert buffer.text == TYPED
    finally:
        assert await stop_server(tmp_path / "state", f"{MODEL}-8192")
