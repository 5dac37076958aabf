"""How many tokens of other files are sent: the task's word, else the workspace's, else the user's; 0 is a word, too."""

from dataclasses import replace
from pathlib import Path

import pytest
from tests.engine.scene import block, scene

from darner_clients.testing import Script
from darner_context.index import Focus
from darner_server.engine import Task
from darner_server.settings import WorkspaceSettings

FILES = {
    "a.py": "def one():\n    return 1\n",
    "b.py": "from a import one\n\n\ndef two():\n    return one()\n",
}
EDIT = block("b.py", "    return one()\n", "    return one() + 1\n")


@pytest.mark.parametrize(
    ("task", "workspace", "user", "endpoint", "shown"),
    [
        (None, None, 4_096, None, True),
        (0, None, 4_096, None, False),
        (None, 0, 4_096, None, False),
        (None, None, 0, None, False),
        (None, None, 4_096, 0, False),
        (100, 0, 4_096, None, True),
        (100, None, 0, None, True),
        (None, 100, 0, None, True),
        (100, 100, 100, 0, False),
        (0, 100, 100, 100, False),
    ],
)
async def test_whose_budget_counts(
    tmp_path: Path, task: int | None, workspace: int | None, user: int, endpoint: int | None, *, shown: bool
) -> None:
    own = WorkspaceSettings(budget=workspace)
    async with scene(tmp_path, FILES, [Script(otherwise=EDIT)], workspace=own, budget=endpoint) as stage:
        stage.engine.settings = replace(stage.engine.settings, budget=user)
        await stage.engine.indexed()
        await stage.told(Task("add one to two", Focus("b.py"), budget=task))
        assert ("def one" in str(stage.endpoints[0].asked[0].body["messages"])) == shown
