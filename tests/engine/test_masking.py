"""Secrets of the file that is edited: masks are sent, and the file gets what it had."""

import json
from pathlib import Path

import pytest
from tests.context.secret_samples import key_block, made
from tests.engine.scene import block, scene, short

from darner_clients.testing import Script, ScriptedReply
from darner_context.index import Focus
from darner_context.secrets.masks import Masks
from darner_server.engine import ContextReady, Done, Failed, Task
from darner_server.engine.masking import restored_from_any
from darner_server.patch import Edit

TOKEN, PASSWORD = made("ghp_{A36}"), made("{A7}!{A6}")
KEY = "".join(f"{each}\n" for each in key_block())
APP = f'import os\n\nTOKEN = "{TOKEN}"\nPASSWORD = "{PASSWORD}"\n\n\ndef one():\n    return TOKEN\n\n\nKEY = """\n{KEY}"""\n'
TASK = Task("change it", Focus("app.py"), scope="file")
HIDDEN = (TOKEN, PASSWORD, *key_block()[1:-1])


def masked(text: str = APP) -> Masks:
    """The masks of a task about a file."""
    masks = Masks()
    masks.learn("app.py", text)
    return masks


async def check(
    tmp_path: Path, before: str, after: str, wanted: str, *, reply: str = "search-replace", text: str = APP
) -> None:
    """A reply in words of masks changes the file as it would in words of secrets, and no secret is sent."""
    hide = masked(text).hide
    said = f"app.py\n```\n{hide(after)}```\n" if reply == "whole" else block("app.py", hide(before), hide(after))
    async with scene(tmp_path, {"app.py": text}, [Script(otherwise=said, write="byte")], reply=reply) as stage:
        events = await stage.run(TASK)
        done = events[-1]
        assert isinstance(done, Done), done
        assert done.changes == {"app.py": wanted}
        sent = json.dumps([each.body for each in stage.endpoints[0].asked])
        assert [each for each in HIDDEN if each in sent] == []


TOKEN_LINE, KEY_LINES = f'TOKEN = "{TOKEN}"\n', "".join(f"{each}\n" for each in key_block()[3:6])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("    return TOKEN\n", "    return TOKEN + '1'\n"),
        (TOKEN_LINE, f'TOKEN = os.environ.get("TOKEN", "{TOKEN}")\n'),
        (TOKEN_LINE, ""),
        (TOKEN_LINE, TOKEN_LINE + TOKEN_LINE.replace("TOKEN =", "OTHER =")),
        (f'{TOKEN_LINE}PASSWORD = "{PASSWORD}"\n', f'PASSWORD = "{PASSWORD}"\n{TOKEN_LINE}'),
        (KEY_LINES, KEY_LINES + "\n"),
        (KEY_LINES, ""),
    ],
)
async def test_a_mask_is_exchanged_for_its_secret(tmp_path: Path, before: str, after: str) -> None:
    await check(tmp_path, before, after, APP.replace(before, after))


async def test_a_file_written_anew_keeps_its_secrets(tmp_path: Path) -> None:
    wanted = APP.replace("def one():", "def two():")
    await check(tmp_path, "", wanted, wanted, reply="whole")


async def test_line_ends_stay_as_they_are(tmp_path: Path) -> None:
    text = APP.replace("\n", "\r\n")
    await check(
        tmp_path,
        "    return TOKEN\n",
        f"    return '{TOKEN}'\n",
        text.replace("return TOKEN", f"return '{TOKEN}'"),
        text=text,
    )


async def test_a_mask_that_is_altered_is_refused_and_asked_again(tmp_path: Path) -> None:
    masks = masked()
    line = masks.hide(TOKEN_LINE)
    bad = block("app.py", line, line[:24] + '..."\n')
    good = block("app.py", line, "# " + line)
    async with scene(
        tmp_path, {"app.py": APP}, [Script((ScriptedReply("was not applied", good), ScriptedReply("", bad)))]
    ) as stage:
        events = await stage.run(TASK)
        assert [said for each in events if (said := short(each))] == [
            "route one", "refused app.py", "repair 1", "edit app.py", "done app.py",
        ]  # fmt: skip
        done = events[-1]
        assert isinstance(done, Done)
        assert done.changes == {"app.py": APP.replace(TOKEN_LINE, f"# {TOKEN_LINE}")}
    async with scene(tmp_path / "2", {"app.py": APP}, [Script(otherwise=bad)]) as stage:
        last = (await stage.run(TASK))[-1]
        assert isinstance(last, Failed)
        assert "the reply changes the placeholder of a secret (GitHub token)" in last.message


async def test_what_is_withheld_is_told(tmp_path: Path) -> None:
    key = made("AKIA{U16}")
    task = Task(f"use {key} there", Focus("app.py", 8, 8), diagnostics=(f"bad {PASSWORD}",))
    edit = block("app.py", "    return TOKEN\n", "    return 2\n")
    async with scene(tmp_path, {"app.py": APP}, [Script(otherwise=edit)]) as stage:
        events = await stage.run(task)
        told = next(each for each in events if isinstance(each, ContextReady)).withheld
        lines = [f"app.py:{number}: a private key is replaced before sending" for number in range(13, 22)]
        assert told == (
            "app.py:3: a GitHub token is replaced before sending",
            "app.py:4: a password is replaced before sending",
            *lines,
            "the instruction: an AWS access key is replaced before sending",
        )
        sent = str([each.body for each in stage.endpoints[0].asked])
        assert [each for each in (key, *HIDDEN) if each in sent] == []


async def test_the_secret_of_an_instruction_reaches_the_file(tmp_path: Path) -> None:
    key = made("AKIA{U16}")
    masks = masked("x = 1\n")
    masks.learn("the instruction", f"set x to {key}", words=True)
    edit = block("app.py", "x = 1\n", masks.hide(f'x = "{key}"\n'))
    async with scene(tmp_path, {"app.py": "x = 1\n"}, [Script(otherwise=edit)]) as stage:
        done = (await stage.run(Task(f"set x to {key}", Focus("app.py"))))[-1]
        assert isinstance(done, Done)
        assert done.changes == {"app.py": f'x = "{key}"\n'}


SIGN = "def sign():\n    return 7\n"


@pytest.mark.parametrize(
    ("named", "before", "shown", "held"),
    [
        ("keys.py", SIGN, "which holds a private key", "BEGIN RSA"),
        ("link", "A=1\nB=2\n", "link", "hunter"),
        (".env", "A=1\nB=2\n", ".env", "hunter"),
        ("far.py", SIGN, "    return 1\n", TOKEN),
    ],
)
async def test_no_lines_of_a_withheld_file_answer_a_reply(
    tmp_path: Path, named: str, before: str, shown: str, held: str
) -> None:
    files = {
        "app.py": "x = 1\n",
        "keys.py": f'def sign():\n    return """{KEY}"""\n',
        ".env": "A=hunter\nB=2\n",
        "far.py": f"def sign():\n    return 1\n\n\nTOKEN = '{TOKEN}'\n",
    }
    async with scene(tmp_path, files, [Script(otherwise=block(named, before, "x\n"))]) as stage:
        (stage.root / "link").symlink_to(".env")
        events = await stage.run(Task("change it", Focus("app.py")))
        assert isinstance(events[-1], Failed)
        asked = [str(each.body) for each in stage.endpoints[0].asked]
        assert len(asked) > 1
        assert shown in json.dumps(asked[-1]).replace("\\\\n", "\\n").replace("\\n", "\n")
        assert held not in f"{asked} {events}"


OTHER, WORD = f"ghp_{TOKEN[4:][::-1]}", f"{PASSWORD[::-1]}"
TWO = {
    "app.py": f"TOKEN = '{TOKEN}'\nPASSWORD = '{PASSWORD}'\n",
    "lib.py": f"TOKEN = '{OTHER}'\nPASSWORD = '{WORD}'\n",
    "use.py": "x = 1\n",
    "use.json": '{\n  "x": 1\n}\n',
}
FIRST, SECOND = f"TOKEN = '{TOKEN}'\n", f"TOKEN = '{OTHER}'\n"


@pytest.mark.parametrize(
    ("edits", "wanted"),
    [
        ([("app.py", FIRST, ""), ("use.py", "x = 1\n", FIRST)], {"app.py": TWO["app.py"].replace(FIRST, ""), "use.py": FIRST}),
        ([("use.py", "x = 1\n", f"x = 1  # {TOKEN}\n")], {"use.py": f"x = 1  # {TOKEN}\n"}),
        ([("use.json", '  "x": 1\n', f'  "x": "{TOKEN}"\n')], {"use.json": f'{{\n  "x": "{TOKEN}"\n}}\n'}),
        ([("new.env.example", "", FIRST)], {"new.env.example": FIRST}),
        ([("app.py", FIRST, SECOND), ("lib.py", SECOND, FIRST)], {"app.py": TWO["app.py"].replace(FIRST, SECOND), "lib.py": TWO["lib.py"].replace(SECOND, FIRST)}),
        ([("use.py", "x = 1\n", FIRST + SECOND)], {"use.py": FIRST + SECOND}),
        ([("app.py", FIRST, f"OLD = '{TOKEN}'\n"), ("lib.py", SECOND, f"OLD = '{OTHER}'\n")], {"app.py": TWO["app.py"].replace("TOKEN", "OLD"), "lib.py": TWO["lib.py"].replace("TOKEN", "OLD")}),
        ([("use.py", "x = 1\n", f"x = '{PASSWORD}' + '{WORD}'\n")], {"use.py": f"x = '{PASSWORD}' + '{WORD}'\n"}),
    ],
)  # fmt: skip
async def test_a_secret_may_move_to_another_file(
    tmp_path: Path, edits: list[tuple[str, str, str]], wanted: dict[str, str]
) -> None:
    masks = Masks()
    for path in ("app.py", "lib.py"):
        masks.learn(path, TWO[path])
    hide = masks.hide
    said = "".join(block(path, hide(before), hide(after)) for path, before, after in edits)
    task = Task("move it", Focus("app.py"), also=(Focus("lib.py"),), scope="workspace")
    async with scene(tmp_path, TWO, [Script(otherwise=said)]) as stage:
        done = (await stage.run(task))[-1]
        assert isinstance(done, Done), done
        assert done.changes == wanted
        sent = str([each.body for each in stage.endpoints[0].asked])
        assert [each for each in (TOKEN, OTHER, PASSWORD, WORD) if each in sent] == []


def _masks_of(text: str) -> Masks:
    masks = Masks()
    masks.learn("app.py", text)
    return masks


@pytest.mark.parametrize(
    ("texts", "kind", "after"),
    [
        ([], "replace", None),
        (["x = 1\n"], "replace", None),
        (["password = 'tdkwqz4719!x'\n"], "replace", "password = 'tdkwqz4719!x'\n"),
        (["x = 1\n", "password = 'tdkwqz4719!x'\n"], "replace", "password = 'tdkwqz4719!x'\n"),
        (
            ["password = 'tdkwqz4719!x'\n", "a = 1\npassword = 'tdkwqz4719!x'\n"],
            "replace",
            "password = 'tdkwqz4719!x'\n",
        ),
        (["password = 'tdkwqz4719!x'\n", "password = 'vbmrhp2065!f'\n"], "malformed", None),
        (["password = 'tdkwqz4719!x'\n", "password = 'vbmrhp-2065!f3'\n"], "replace", "password = 'tdkwqz4719!x'\n"),
    ],
)
def test_a_mask_is_restored_from_whichever_file_it_is_of(texts: list[str], kind: str, after: str | None) -> None:
    mask = _masks_of("password = 'tdkwqz4719!x'\n").hide("password = 'tdkwqz4719!x'\n")
    assert "tdkwqz" not in mask
    edit = Edit("use.py", before="x = 1\n", after=mask)
    found = restored_from_any(edit, map(_masks_of, texts))
    assert (found.kind, found.after) == (kind, after if after or kind == "malformed" else mask)
