"""The commands that the server announces are those it has."""

from darner_server.lsp import server_capabilities
from darner_server.lsp.handlers import execute_command


def test_announced_commands_are_those_that_can_be_run() -> None:
    assert sorted(server_capabilities.COMMANDS) == sorted([server_capabilities.PATCH, *execute_command.COMMANDS])
