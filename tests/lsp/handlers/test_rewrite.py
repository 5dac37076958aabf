"""A model writes the next edit where only its place is known; nothing is requested that is known or not wanted."""

from pathlib import Path
from typing import Any

import pytest
from tests.lsp.editor import Editor, Json, editing
from tests.lsp.handlers.test_copilot_inline_edit import ask, take
from tests.lsp.handlers.test_inline_completion import ask as complete
from tests.lsp.handlers.test_inline_completion import spans
from tests.lsp.handlers.test_next_edits import ask as ask_all

from darner_clients.testing import Script, ScriptedEndpoint, ScriptedReply
from darner_server.lsp.next_edits.rewrite_prompt import BEGIN, END, NOTHING

A = "def load_all(path):\n    return path\n\n\nload_all('a')\nload_all('b')\n"
TYPED = A.replace("path):", "path, mode):")


def window(text: str) -> str:
    return f"{BEGIN}\n{text}{END}"


def type_parameter(editor: Editor) -> None:
    editor.open("a.py")
    editor.type("a.py", (0, 17), (0, 17), ", mode")


def place(edit: Json) -> tuple[int, int, str]:
    """The line, the character and the text."""
    return edit["range"]["start"]["line"], edit["range"]["start"]["character"], edit["text"]


async def test_a_window_one_edit_after_the_other_from_one_request(tmp_path: Path) -> None:
    new = TYPED.replace("'a')", "'a', 1)").replace("'b')", "'b', 2)")
    async with (
        ScriptedEndpoint(Script(otherwise=window(new))) as scripted,
        editing(tmp_path, {"a.py": A}, scripted, client="neovim") as editor,
    ):
        type_parameter(editor)
        assert {each["text"] for each in await ask_all(editor, "a.py")} == {None}  # without a model
        assert len(scripted.asked) == 0
        (edit,) = await ask(editor, "a.py", 0)
        assert place(edit) == (4, 12, ", 1")
        editor.type("a.py", (4, 12), (4, 12), ",")  # it survives typing that agrees
        (edit,) = await ask(editor, "a.py", 4)
        assert place(edit) == (4, 13, " 1")
        assert spans(await complete(editor, "a.py", 4, 13)) == [(" 1", 13, 13)]  # what only adds is ghost text as well
        editor.type("a.py", (0, 0), (0, 0), "import os\n")  # and moves with edits elsewhere
        (edit,) = await ask(editor, "a.py", 5)
        assert place(edit) == (5, 13, " 1")
        take(editor, edit)
        (edit,) = await ask(editor, "a.py", 5)
        assert place(edit) == (6, 12, ", 2")
        take(editor, edit)
        assert editor.buffers[editor.uri("a.py")].text == f"import os\n{new}"
        assert len(scripted.asked) == 1


async def test_a_rewrite_that_the_user_passes_over_is_gone(tmp_path: Path) -> None:
    more = A + "".join(f"line_{number} = {number}\n" for number in range(60))
    new = TYPED.replace("'a')", "'a', 1)") + "".join(more.splitlines(keepends=True)[6:19])
    reply = ScriptedReply("", window(new), times=1)
    async with (
        ScriptedEndpoint(Script(replies=(reply,), otherwise=NOTHING)) as scripted,
        editing(tmp_path, {"a.py": more}, scripted, client="neovim") as editor,
    ):
        type_parameter(editor)
        assert len(await ask(editor, "a.py", 0)) == 1
        for line, shown in ((20, 1), (35, 1), (50, 0)):
            editor.type("a.py", (line, 0), (line, 0), "x")
            assert len(await ask(editor, "a.py", line)) == shown


@pytest.mark.parametrize(
    "reply",
    [
        NOTHING,
        window(TYPED.replace("'a')", "'a', 1")),  # a syntax error
    ],
)
async def test_nothing_is_shown_and_the_same_is_not_requested_again(tmp_path: Path, reply: str) -> None:
    async with (
        ScriptedEndpoint(Script(otherwise=reply)) as scripted,
        editing(tmp_path, {"a.py": A}, scripted, client="bare") as editor,
    ):
        type_parameter(editor)
        assert await ask(editor, "a.py", 0) == []
        assert await ask(editor, "a.py", 0) == []
        assert len(scripted.asked) == 1


@pytest.mark.parametrize("options", [{"trusted": False}, {"next_edits": "sure"}])
async def test_nothing_is_requested(tmp_path: Path, options: dict[str, Any]) -> None:
    async with (
        ScriptedEndpoint(Script(otherwise=window(TYPED.replace("'a')", "'a', 1)")))) as scripted,
        editing(tmp_path, {"a.py": A}, scripted, options=options) as editor,
    ):
        type_parameter(editor)
        assert await ask(editor, "a.py", 0) == []
        assert len(scripted.asked) == 0
