"""The commands and their help: parsed here, run in a file each."""

import asyncio
import errno
import logging
import os
import sys
import traceback
from collections.abc import Coroutine
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.exceptions import TyperException

from darner_context.system.private_files import private_file, private_folder
from darner_server import __version__
from darner_server.cli import exit_codes, output
from darner_server.user_directories import state_folder

if TYPE_CHECKING:
    from darner_server.cli.command_environment import Place

app = typer.Typer(
    name="darner",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    add_completion=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Near-instant code patches: context, routing, streaming and edits around a fast model.",
    epilog="Exit codes: 0 patched, 1 no usable edit, 2 usage or settings, 3 no endpoint, 130 interrupted.",
)

Root = Annotated[
    Path | None,
    typer.Option("--root", metavar="DIR", help="The workspace. Default: the repository around this folder."),
]
Config = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="The endpoints file. Default: $DARNER_CONFIG, then the user's own."),
]
Json = Annotated[bool, typer.Option("--json", help="One JSON object a line on stdout, each with the key `event`.")]
Apply = Annotated[bool, typer.Option("--apply", help="Write the files. Without it nothing is written.")]

RunFiles = Annotated[
    bool,
    typer.Option(
        "--allow-run-files",
        help="Also write files that are run or obeyed automatically (workflows, hooks, editor settings, rc files, "
        "agent instructions) and that you did not name.",
    ),
]


@app.callback(invoke_without_command=True)
def darner(version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False) -> None:
    """Near-instant code patches in any editor, and here without one."""
    if version:
        sys.stdout.write(f"darner {__version__}\n")
        raise typer.Exit


@app.command(
    epilog="""
**Examples**

`darner patch "make this async" src/fetch.py:10-42` shows a diff

`darner patch "fix the off-by-one in count_words" --apply` finds the place and writes the file

`darner patch - src/a.py < task.txt` reads the instruction from stdin

`darner patch "fix the failing test" --apply --check` reverts the patch if the workspace's check command fails

`darner patch "rename x to count" src/a.py | git apply` lets git write
"""
)
def patch(
    instruction: Annotated[
        str, typer.Argument(metavar="[INSTRUCTION]", help="What to change; `-` reads it from stdin.")
    ] = "",
    paths: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[PATH[:FIRST-LAST]]...", help="Where; the first is the focus. Default: the whole workspace."
        ),
    ] = None,
    root: Root = None,
    config: Config = None,
    apply: Apply = False,
    json: Json = False,
    partial: Annotated[
        bool, typer.Option("--partial", help="Keep the edits that applied, even if others were rejected.")
    ] = False,
    check: Annotated[
        bool,
        typer.Option(
            "--check", help="After --apply, run the check command of .darner.toml, and revert the patch if it fails."
        ),
    ] = False,
    budget: Annotated[int | None, typer.Option(min=0, help="Tokens of context from other files.")] = None,
    allow_run_files: RunFiles = False,
) -> None:
    """Change code as instructed: a unified diff on stdout, or the files themselves with --apply."""
    from darner_server.cli import patch as command

    options = command.Options(
        apply=apply, json=json, partial=partial, check=check, budget=budget, allow=allow_run_files
    )
    _run(command.patch(_place(root, config), instruction, paths or [], options))


@app.command(
    epilog="""
**Examples**

`darner apply reply.md` shows a model's reply as a diff

`pbpaste | darner apply - --apply` applies what was copied from a chat
"""
)
def apply(
    reply: Annotated[
        str | None, typer.Argument(metavar="[REPLY|-]", help="A file with the reply; `-` reads stdin.")
    ] = None,
    root: Root = None,
    apply_: Apply = False,
    json: Json = False,
    partial: Annotated[
        bool, typer.Option("--partial", help="Keep the edits that applied, even if others were rejected.")
    ] = False,
    target: Annotated[
        str | None, typer.Option("--file", metavar="PATH", help="Target file, if the reply does not name one.")
    ] = None,
    allow_run_files: RunFiles = False,
) -> None:
    """Apply a model's reply from anywhere: search/replace blocks, diffs, apply_patch, whole files."""
    from darner_server.cli import apply as command
    from darner_server.cli.locations import find_root

    here = _here()
    options = command.Options(apply=apply_, json=json, partial=partial, target=target, allow=allow_run_files)
    _exit(command.apply(reply, find_root(root, here), here, options))


@app.command(
    epilog="""
**Examples**

`darner context src/fetch.py:20` shows what would be sent for that line, and why

`darner context --instruction "where are retries handled" --json`
"""
)
def context(
    path: Annotated[
        str | None, typer.Argument(metavar="PATH[:LINE]", help="The place. Default: wherever the instruction leads.")
    ] = None,
    root: Root = None,
    config: Config = None,
    instruction: Annotated[str, typer.Option(help="What to change there.")] = "",
    budget: Annotated[int | None, typer.Option(min=0, help="Tokens of snippets from other files.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="Answer requests from stdin, one JSON object a line.")] = False,
) -> None:
    """Show what the model would see, and why each snippet was chosen. Nothing is sent."""
    from darner_server.cli import context as command

    options = command.Options(instruction=instruction, budget=budget, json=json, jsonl=jsonl)
    _run(command.context(_place(root, config), path, options))


@app.command()
def doctor(root: Root = None, config: Config = None, json: Json = False) -> None:
    """Check the endpoints, windows, quota, latency, tokenizers and the index."""
    from darner_server.cli import doctor as command

    _run(command.doctor(_place(root, config), json=json))


@app.command()
def login(
    name: Annotated[str, typer.Argument(help="The endpoint's name, as in the endpoints file.")], config: Config = None
) -> None:
    """Store an endpoint's key in the system's keyring. The key is not shown while you type it."""
    from darner_server.cli import login as command

    _exit(command.login(name, config))


@app.command()
def serve(
    stdio: Annotated[bool, typer.Option("--stdio", help="Use stdin and stdout (the default).")] = False,  # noqa: ARG001 - editors pass it
    tcp: Annotated[
        str | None,
        typer.Option("--tcp", metavar="[HOST:]PORT", help="Listen on a TCP port. Without HOST: of this machine only."),
    ] = None,
) -> None:
    """Run the language server for an editor."""
    from darner_server.lsp.startup import serve_stdio, serve_tcp

    if tcp is None:
        _exit(serve_stdio())
    from darner_server.lsp.transport.tcp import CannotListen

    host, _, port = (tcp or "").rpartition(":")
    if not port.isdecimal():
        raise exit_codes.Stop(f"--tcp must be HOST:PORT, for example 127.0.0.1:7777; it is {tcp}")
    try:
        code = serve_tcp(host.strip("[]") or "127.0.0.1", int(port), warn=lambda said: output.say(said, "yellow"))
    except CannotListen as error:
        raise exit_codes.Stop(f"--tcp {tcp}: {error}") from None
    _exit(code)


model = typer.Typer(no_args_is_help=True, help="The embedded model, used when no endpoint is set up.")
app.add_typer(model, name="model")


@model.command("pull")
def model_pull(
    name: Annotated[str | None, typer.Argument(help="Which model; see `darner model list`.")] = None,
    file: Annotated[Path | None, typer.Option("--file", help="Take the model from this file.")] = None,
) -> None:
    """Fetch the embedded model and verify its hash. An interrupted download is resumed."""
    from darner_server.cli import model as command

    _run(command.pull(name, file))


@model.command("list")
def model_list(json: Json = False) -> None:
    """List the models that can be embedded, and which of them are stored on this machine."""
    from darner_server.cli import model as command

    _exit(command.show(json=json))


def run(arguments: list[str]) -> int:
    """Parse and run; every expected failure becomes a sentence on stderr and a code."""
    json_wanted = "--json" in arguments
    output.open_missing()
    _log_to_file()
    try:
        code = app(arguments, standalone_mode=False)
        sys.stdout.flush()
    except exit_codes.Stop as stop:
        return _failed(str(stop), stop.code, json_wanted=json_wanted)
    except TyperException as error:
        if not str(error):  # no arguments: the help has been printed
            return exit_codes.USAGE
        return _failed(f"{error.format_message()} (see darner --help)", exit_codes.USAGE, json_wanted=json_wanted)
    except (KeyboardInterrupt, typer.Abort):
        code = exit_codes.INTERRUPTED
    except BrokenPipeError:
        output.abandon()
        return exit_codes.PATCHED
    except OSError as error:
        if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
            return _bug(error, json_wanted=json_wanted)
        output.abandon()
        return _failed(
            f"the disk is full: {error.filename or 'the output was cut short'}", exit_codes.NOTHING, json_wanted=False
        )
    except Exception as error:  # noqa: BLE001 - whatever it is, a person gets a sentence
        return _bug(error, json_wanted=json_wanted)
    if code == exit_codes.INTERRUPTED:  # typer makes a wordless exit of an interrupt
        return _failed("interrupted; no file is half written", exit_codes.INTERRUPTED, json_wanted=json_wanted)
    return code if isinstance(code, int) else exit_codes.PATCHED


def _bug(error: Exception, *, json_wanted: bool) -> int:
    """Log where the error happened, without its message, which may contain code; report it in one sentence."""
    where = "".join(traceback.format_tb(error.__traceback__))
    name, log = type(error).__name__, state_folder() / "darner.log"
    logging.getLogger(__name__).critical("%s\n%s", name, where)
    message = f"internal error ({name}); please report it and attach {log}"
    return _failed(message, exit_codes.NOTHING, json_wanted=json_wanted)


def _log_to_file() -> None:
    """Write the trace of a bug to a file; the user gets a sentence."""
    folder = state_folder()
    try:
        handler: logging.Handler = PrivateLog(
            private_folder(folder) / "darner.log", maxBytes=1_000_000, backupCount=1, delay=True
        )
    except OSError:
        handler = logging.NullHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(process)d %(name)s %(levelname)s %(message)s"))
    logging.getLogger().addHandler(handler)


class PrivateLog(RotatingFileHandler):
    """A log file that only the user can read."""

    def _open(self) -> TextIOWrapper:
        private_file(Path(self.baseFilename))
        return super()._open()


def _failed(message: str, code: int, *, json_wanted: bool) -> int:
    if json_wanted:
        output.emit({"event": "error", "message": message, "exit_code": code})
    output.say(f"darner: {message}", "red")
    return code


def _here() -> Path:
    try:
        return Path.cwd()
    except FileNotFoundError:
        raise exit_codes.Stop("the current directory no longer exists; change to another") from None


def _place(root: Path | None, config: Path | None) -> "Place":
    from darner_server.cli.command_environment import read_settings
    from darner_server.cli.locations import find_root

    here = _here()
    return read_settings(find_root(root, here), here, config, dict(os.environ))


def _run(command: Coroutine[Any, Any, int]) -> None:
    _exit(asyncio.run(command))


def _exit(code: int) -> None:
    raise typer.Exit(code)
