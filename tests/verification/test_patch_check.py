"""Checks of a patch by a checker of the project's own: the files that use what it changes are looked at, too."""

from collections.abc import Collection, Mapping
from pathlib import Path

import pytest

from darner_clients.chat import Usage
from darner_server.check.project.plan import find_plan
from darner_server.check.verdict import NoEvidence, Verdict
from darner_server.engine import Done
from darner_server.verification.patch_check import Begun, CheckedWorkspace, open_check

PYRIGHT = """#!/bin/sh
# every call with one argument is wrong if area takes two, or is not there
for file in "$@"; do
  grep -q 'def area(w)' a.py 2>/dev/null ||
    grep -n 'area(1)' "$file" | sed "s#^\\([0-9]*\\):.*#$PWD/$file:\\1:1 - error: wrong (reportCallIssue)#"
  grep -n 'old fault' "$file" | sed "s#^\\([0-9]*\\):.*#$PWD/$file:\\1:1 - error: old (reportOld)#"
done
echo "$@" >&2
"""
FILES = {
    "a.py": "def area(w):\n    return w\n",
    "b.py": "import a\n\na.area(1)  # old fault\n",
    "c.py": "import a\n\na.area(2)\n",
    "d.ts": "area(1)\n",
    "pyrightconfig.json": "{}",
}
TWO = "def area(w, h):\n    return w * h\n"


async def found(root: Path, changes: Mapping[str, str | None]) -> tuple[Verdict | NoEvidence, list[str], set[str]]:
    """The verdict, the checks that began, and the names whose users were looked for."""
    for name, text in {**FILES, ".venv/bin/pyright": PYRIGHT}.items():
        path = root / "work" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (root / "work/.venv/bin/pyright").chmod(0o755)
    begun, wanted = list[str](), set[str]()

    async def users(names: Collection[str], most: int) -> list[str]:
        wanted.update(names)
        return ["a.py", "b.py", "c.py", "d.ts"][:most]

    before = {path: FILES.get(path) for path in changes}
    done = Done("", before, changes, (), Usage(), "one", {})
    workspace = CheckedWorkspace(
        root / "work", find_plan(root / "work", None, "/usr/bin:/bin"), {"PATH": "/usr/bin:/bin"}, ()
    )
    async with open_check(workspace, root / "copies", sandboxed=False) as check:
        verdict = await check.verdict(
            done, lambda each: begun.append(each.what) if isinstance(each, Begun) else None, users
        )
    assert not list((root / "copies").iterdir())
    return verdict, begun, wanted


@pytest.mark.parametrize(
    ("changes", "places", "names"),
    [
        ({"a.py": TWO}, [("b.py", 3)], {"area"}),
        ({"a.py": TWO, "b.py": "import a\n\na.area(1, 2)  # old fault\n"}, [], {"area"}),
        ({"a.py": None}, [("b.py", 3)], {"area"}),
        ({"a.py": "def area(w):\n    return 2 * w\n"}, [], {"area"}),
        ({"a.py": TWO + "\n\ndef f():\n    pass\n"}, [("b.py", 3)], {"area", "f", "a"}),
    ],
)
async def test_callers_in_other_files(
    tmp_path: Path, changes: dict[str, str | None], places: list[tuple[str, int]], names: set[str]
) -> None:
    verdict, begun, wanted = await found(tmp_path, changes)
    assert isinstance(verdict, Verdict)
    assert (begun, wanted) == (["pyright"], names)
    assert (list(verdict.places), verdict.passed, verdict.new) == (places, not places, len(places))


async def test_a_patch_of_other_files_is_not_this_checkers(tmp_path: Path) -> None:
    verdict, begun, _ = await found(tmp_path, {"d.ts": "area(3)\n"})
    assert isinstance(verdict, NoEvidence)
    assert begun == []
