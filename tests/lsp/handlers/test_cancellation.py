import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from lsprotocol import types
from tests.engine.scene import block
from tests.lsp.editor import Editor, editing, plain, refused

from darner_clients.testing import Fault, Script, ScriptedEndpoint, ScriptedReply

CODE = "def one():\n    return 1\n\n\ndef two():\n    return 2\n"
ONE = block("a.py", "    return 1\n", "    return 11\n")
TWO = block("a.py", "    return 2\n", "    return 22\n")
WRONG = block("a.py", "    return 3\n", "    return 33\n")
AFTERWARDS = ScriptedReply("afterwards", TWO)

Reached = Callable[[Editor, ScriptedEndpoint], bool]


def at_once(_editor: Editor, _scripted: ScriptedEndpoint) -> bool:
    return True


def requested(count: int) -> Reached:
    return lambda _editor, scripted: len(scripted.asked) == count


def edited(editor: Editor, _scripted: ScriptedEndpoint) -> bool:
    return len(editor.edits) == 1


@pytest.mark.parametrize(
    ("script", "reached", "kept"),
    [
        pytest.param(Script((AFTERWARDS,), ONE), at_once, "1", id="at once"),
        pytest.param(
            Script((AFTERWARDS,), ONE, faults=(Fault("slow", seconds=600, times=1),)),
            requested(1),
            "1",
            id="before the head",
        ),
        pytest.param(
            Script((AFTERWARDS,), ONE, faults=(Fault("silence", after=0, times=1),)),
            requested(1),
            "1",
            id="before the first token",
        ),
        pytest.param(
            Script((AFTERWARDS,), ONE + "pause\n" + TWO, faults=(Fault("pause", text="pause", times=1),)),
            edited,
            "11",
            id="in the stream",
        ),
        pytest.param(
            Script((AFTERWARDS,), ONE + WRONG, faults=(Fault("slow", when="return 33", seconds=600, times=1),)),
            requested(2),
            "11",
            id="in a repair",
        ),
    ],
)
async def test_cancelled(tmp_path: Path, script: Script, reached: Reached, kept: str) -> None:
    """Wherever a patch is: its request is answered, its sockets close, what was right stays, and the next one works."""
    async with ScriptedEndpoint(script) as scripted, editing(tmp_path, {"a.py": CODE}, scripted) as editor:
        buffer = editor.open("a.py")
        patch = asyncio.ensure_future(refused(editor.patch("a.py")))
        await asyncio.sleep(0)
        ident = next(iter(editor.client.protocol._request_futures))
        while not reached(editor, scripted):  # noqa: ASYNC110 - of two sides, either may tell
            await asyncio.sleep(0.005)
        editor.client.cancel_request(types.CancelParams(ident))
        assert await patch == (-32800, "Cancelled")
        await scripted.until(lambda: all(each.closed == "client" or each.done for each in scripted.asked))
        assert plain(await editor.command("darner.status"))["patches"] == 0
        assert (await editor.patch("a.py", "afterwards"))["refused"] == []
        assert buffer.text == CODE.replace("1", kept).replace("2", "22")
