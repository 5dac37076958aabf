"""What the command line says of secrets: the place and the kind, never the value."""

from pathlib import Path

import pytest
from tests.cli.desk import Desk
from tests.context.secret_samples import key_block, made
from tests.engine.scene import block

from darner_context.secrets.masks import Masks

TOKEN, OTHER = made("ghp_{A36}"), made("xoxb-{d12}-{d12}-{A24}")
KEY = "".join(f"{each}\n" for each in key_block())
FILES: dict[str, str | bytes] = {
    "app.py": f"from far import send\n\nTOKEN = '{TOKEN}'\n\n\ndef go():\n    return send(TOKEN)\n",
    "far.py": f"def send(value):\n    # the bot\n    token = '{OTHER}'\n    return value, token\n",
    "keys.py": f'def sign():\n    return """{KEY}"""\n',
    ".env": "A=hunter\nB=2\n",
}
FOCUS = "app.py:3: a GitHub token is replaced before sending"
SNIPPET = "far.py:3: the line with a Slack token is left out"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    made = Desk(tmp_path)
    made.put(FILES)
    return made


async def test_context_leaves_lines_out_and_tells(desk: Desk) -> None:
    ran = await desk.run("context", "app.py:7", "--json")
    (told,) = ran.events
    assert told["withheld"] == [FOCUS, SNIPPET]
    assert "line 3: a GitHub token is replaced before sending" in told["focus"]["reasons"]
    assert TOKEN not in ran.out
    assert OTHER not in ran.out
    text = str(FILES["far.py"]).splitlines(keepends=True)
    shown = [each for each in told["snippets"] if each["path"] == "far.py"]
    assert [(each["start_line"], each["end_line"]) for each in shown] == [(1, 2), (4, 4)]
    assert all(each["text"] == "".join(text[each["start_line"] - 1 : each["end_line"]]) for each in shown)
    focus = str(FILES["app.py"])
    assert len(told["focus"]["text"]) == len(focus)
    words = await desk.run("context", "app.py:7")
    assert [each in words.err for each in (FOCUS, SNIPPET, TOKEN, OTHER)] == [True, True, False, False]
    assert TOKEN not in words.out


@pytest.mark.parametrize(
    ("named", "before", "held"),
    [
        ("keys.py", "def sign():\n    return 1\n", "BEGIN RSA"),
        ("link", "A=1\nB=2\n", "hunter"),
        (".env", "A=1\nB=2\n", "hunter"),
    ],
)
async def test_apply_prints_no_lines_of_a_withheld_file(desk: Desk, named: str, before: str, held: str) -> None:
    (desk.root / "link").symlink_to(".env")
    ran = await desk.run("apply", "-", stdin=block(named, before, "x = 1\n"))
    assert (ran.code, held in ran.out + ran.err) == (1, False)


async def test_a_reply_about_a_shown_context_gets_its_secrets_back(desk: Desk) -> None:
    focus = str(FILES["app.py"])
    shown = (await desk.run("context", "app.py", "--json")).events[0]["focus"]["text"]
    masks = Masks()
    masks.learn("app.py", focus)
    assert shown == masks.hide(focus)  # this is what `apply` relies on
    line, mask = shown.split("\n")[2], shown.split("'")[1]
    for reply, app, new in (
        (f"app.py\n```\n{shown.replace('go', 'run')}```\n", focus.replace("go", "run"), None),
        (block("app.py", f"{line}\n", "") + f"new.py\n```\n{line}\n```\n", focus.replace(f"TOKEN = '{TOKEN}'\n", ""), f"TOKEN = '{TOKEN}'\n"),
        (block("app.py", f"{line}\n", f"TOKEN = '{mask[:20]}'\n"), None, None),
    ):  # fmt: skip
        desk.put(FILES)
        ran = await desk.run("apply", "-", "--apply", stdin=reply)
        assert ran.code == (0 if app else 1), ran
        assert app is not None or "the reply changes the placeholder of a secret" in ran.err
        assert desk.texts()["app.py"].decode() == (app or focus)
        assert (new or "").encode() == desk.texts().get("new.py", b"")
        (desk.root / "new.py").unlink(missing_ok=True)
