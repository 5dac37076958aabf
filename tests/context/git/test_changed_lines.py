"""What the work tree changes against the last commit is a reason, and asking git runs nothing of the repository's."""

import subprocess
from pathlib import Path

from tests.context.sample_workspace import ask, indexed, write

from darner_context.git.changed_lines import changed_lines

SHOP = {
    "shop/tax.py": "RATE = 19\n\n\ndef with_tax(amount: int) -> int:\n    return amount + amount * RATE // 100\n",
    "shop/mail.py": "def send_mail(to: str) -> None:\n    print(to)\n\n\ndef read_mail() -> None:\n    pass\n",
    "shop/old.py": "def gone() -> None:\n    pass\n",
    "shop/view.py": "def show(amount: int) -> str:\n    return str(amount)\n",
}


def git(root: Path, *words: str) -> None:
    subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b", *words], cwd=root, check=True)


def committed(root: Path) -> Path:
    write(root, SHOP)
    git(root, "init", "-q")
    git(root, "add", ".")
    git(root, "commit", "-q", "-m", "first")
    return root


def test_lines_that_differ_by_path(tmp_path: Path) -> None:
    root = committed(tmp_path / "one")
    assert changed_lines({"": root}) == {}
    write(root, {"shop/mail.py": SHOP["shop/mail.py"].replace("    pass\n", "    while True:\n        pass\n")})
    write(root, {"shop/tax.py": SHOP["shop/tax.py"].replace("RATE = 19\n", "")})
    (root / "shop/old.py").unlink()
    assert changed_lines({"": root}) == {"shop/mail.py": [range(6, 8)], "shop/tax.py": [range(2)]}
    assert changed_lines({"a": root / "shop"}) == {"a/mail.py": [range(6, 8)], "a/tax.py": [range(2)]}
    assert changed_lines({"": tmp_path}) == {}
    assert changed_lines({"": tmp_path / "missing"}) == {}


async def test_what_is_being_changed_is_shown_and_says_so(tmp_path: Path) -> None:
    root = committed(tmp_path)
    write(root, {"shop/mail.py": SHOP["shop/mail.py"].replace("    pass\n", "    return\n")})
    async with indexed(root) as index:
        found = ask(index, "shop/view.py", 2).snippets[0]
        assert (found.path, found.start_line, found.end_line) == ("shop/mail.py", 5, 6)
        assert found.reasons == ("in the git diff: read_mail", "its file in the git diff: read_mail")
        git(root, "commit", "-q", "-a", "-m", "second")
        await index.refresh()
        assert "shop/mail.py" not in {each.path for each in ask(index, "shop/view.py", 2).snippets}


def test_nothing_that_a_repository_configures_is_run(tmp_path: Path) -> None:
    root = committed(tmp_path / "one")
    trap = f"touch {tmp_path / 'sprung'}; cat"
    for key in (
        *("core.fsmonitor", "core.pager", "diff.external", "diff.trap.command", "diff.trap.textconv"),
        *("filter.trap.clean", "filter.trap.smudge", "filter.trap.process", "core.sshCommand", "gpg.program"),
    ):
        git(root, "config", key, trap)
    git(root, "config", "filter.trap.required", "true")
    hook = root / ".git/hooks/post-index-change"
    hook.write_text(f"#!/bin/sh\n{trap}\n")
    hook.chmod(0o755)
    write(root, {".gitattributes": "* filter=trap diff=trap\n", "shop/view.py": "changed = 1\n"})
    assert changed_lines({"": root}) == {"shop/view.py": [range(1, 3)]}
    assert not (tmp_path / "sprung").exists()
