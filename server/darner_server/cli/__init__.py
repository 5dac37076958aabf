"""The command line: a thin skin on the engine. The diff goes to stdout, all else to stderr."""

import sys


def main() -> None:
    """Run `darner` with the process's arguments and exit with the code of the contract."""
    if sys.argv[1:] in (["serve"], ["serve", "--stdio"]):
        from darner_server.lsp.opening import serve_stdio  # noqa: PLC0415 - an editor waits: no help pages, no colours

        sys.exit(serve_stdio())
    from darner_server.cli.app import run  # noqa: PLC0415 - the editor's path above must not pay for it

    sys.exit(run(sys.argv[1:]))
