"""The commands `darner.check` and `darner.repair`, on the latest patch."""

from collections.abc import Coroutine
from typing import Any

from lsprotocol import types

from darner_server.display_text import in_line
from darner_server.lsp.edits.checked_patches import CheckedPatch
from darner_server.lsp.errors import Failure
from darner_server.lsp.handlers.patch import patch
from darner_server.lsp.patch_check import start
from darner_server.lsp.patch_params import read_patch_params
from darner_server.lsp.session import Session

_TRUST = "Run, now and from now on"


async def check(session: Session, _arguments: list[Any]) -> dict[str, Any]:
    """Check the latest patch; what is not trusted yet runs only if the user agrees."""
    session.require_trust()
    found = _latest(session)
    if found.state == "untrusted":
        await _ask(session, found)
    await start(session, found)
    return found.as_json()


def repair(session: Session, _arguments: list[Any]) -> Coroutine[Any, Any, dict[str, Any]]:
    """Repair the latest patch, whose check failed: a patch of its own."""
    found = _latest(session)
    if found.repair is None:
        raise Failure("there is nothing to repair: no check of the latest patch has failed")
    return patch(session, read_patch_params(found.repair), deliver=True)


def _latest(session: Session) -> CheckedPatch:
    found = session.checks.latest
    if found is None:
        raise Failure(
            "there is no patch with a check; a project is checked if it configures a checker or tests that are"
            ' installed, or if .darner.toml has a line such as  check = "pytest -q"'
        )
    return found


async def _ask(session: Session, found: CheckedPatch) -> None:
    """Raises Failure unless the user agrees."""
    from darner_server.check.trusted_commands import trust
    from darner_server.user_directories import state_folder

    what = f"darner: a check runs code of {found.root} that you have not run before: {in_line(found.plan.shown)}"
    params = types.ShowMessageRequestParams(
        type=types.MessageType.Warning, message=what, actions=[types.MessageActionItem(title=_TRUST)]
    )
    answer: Any = await session.protocol.send_request_async(types.WINDOW_SHOW_MESSAGE_REQUEST, params)
    if answer is None or answer.title != _TRUST:
        raise Failure("the checks were not run: they are not trusted")
    trust(found.plan.shown, found.root, state_folder())
