from pathlib import Path

import pytest
from lsprotocol import types
from tests.engine.scene import block
from tests.lsp.editor import Editor, editing, plain

from darner_clients.testing import Script, ScriptedEndpoint

CODE = "def one():\n    return 1\n" + "# a line that stays\n" * 200
ONE = block("a.py", "    return 1\n", "    return 11\n")
CHANGES, PATCHES = 20_000, 500
WARM = 100  # patches after which everything has been imported and every cache is full


@pytest.mark.long
async def test_a_long_day(tmp_path: Path) -> None:
    """After very many changes and patches the server holds what it held before."""
    async with (
        ScriptedEndpoint(Script(otherwise=ONE)) as scripted,
        editing(tmp_path, {"a.py": CODE}, scripted) as editor,
    ):
        buffer = editor.open("a.py")
        await patches(editor, WARM)
        before = held(editor)
        await patches(editor, PATCHES - WARM)
        for number in range(CHANGES):
            line = 5 + number // 2 % 50
            editor.type("a.py", (line, 0), (line, number % 2), "x" * (1 - number % 2))
        await editor.request("textDocument/hover", hover(editor))
        memory, files, sockets = held(editor)
        status = plain(await editor.command("darner.status"))
        assert (status["patches"], status["documents"], buffer.text) == (0, 1, CODE)
        assert files == before[1]
        assert sockets <= before[2] + 1  # a probe of the tokenizer beside a patch opens a second one
        assert memory <= 1.1 * before[0], (before[0], memory)


async def patches(editor: Editor, count: int) -> None:
    for _ in range(count):
        result = await editor.patch("a.py")
        assert result["refused"] == []
        await editor.command("darner.undoAll")


def held(editor: Editor) -> tuple[int, list[str], int]:
    """Kilobytes of memory, open files and pipes, and the number of open sockets of the server."""
    process = Path(f"/proc/{editor.pid}")
    memory = (process / "status").read_text().partition("VmRSS:")[2].split()[0]
    targets = [str(descriptor.readlink()) for descriptor in (process / "fd").iterdir()]
    files = sorted(target for target in targets if not target.startswith("socket:"))
    return int(memory), files, len(targets) - len(files)


def hover(editor: Editor) -> types.HoverParams:
    return types.HoverParams(types.TextDocumentIdentifier(editor.uri("a.py")), types.Position(0, 0))
