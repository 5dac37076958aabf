from pathlib import Path

import pytest
from tests.engine.scene import block
from tests.lsp.editor import CLIENTS, editing

from darner_clients.testing import Said, Script, ScriptedEndpoint

CODE = "def one():\n    return 1\n\n\ndef two():\n    return 2\n"
BOTH = block("a.py", "    return 1\n", "    return 11\n") + block("a.py", "    return 2\n", "    return 22\n")
DONE = CODE.replace("1", "11").replace("2", "22")


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("transport", ["stdio", "tcp"])
async def test_the_command_puts_hunks_into_the_buffer(tmp_path: Path, client: str, transport: str) -> None:
    async with (
        ScriptedEndpoint(Script(otherwise=BOTH, rate=300)) as scripted,
        editing(tmp_path, {"a.py": CODE}, scripted, client=client, transport=transport) as editor,
    ):
        buffer = editor.open("a.py")
        result = await editor.patch("a.py")
        assert buffer.text == DONE
        assert result["refused"] == []
        assert (editor.root / "a.py").read_text() == CODE
