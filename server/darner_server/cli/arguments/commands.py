"""The commands and their help: parsed here, run in a file each."""

import asyncio
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.exceptions import TyperException

from darner_clients.auto_budget import WRONG, Budget, parse_budget
from darner_server import __version__
from darner_server.cli import exit_codes, output
from darner_server.validation.draft_count import WRONG as WRONG_DRAFTS
from darner_server.validation.draft_count import Drafts, parse_drafts

if TYPE_CHECKING:
    from darner_server.cli.command_setup import Place

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
NoDaemon = Annotated[
    bool,
    typer.Option("--no-daemon", help="Work in a process of its own, and leave none behind. So does DARNER_DAEMON=0."),
]
Apply = Annotated[bool, typer.Option("--apply", help="Write the files. Without it nothing is written.")]


def _budget(text: str) -> Budget:
    budget = parse_budget(text)
    if budget is None:
        raise typer.BadParameter(f"'{text}': {WRONG}")
    return budget


def _drafts(text: str) -> Drafts:
    drafts = parse_drafts(text)
    if drafts is None:
        raise typer.BadParameter(f"'{text}': {WRONG_DRAFTS}")
    return drafts


BudgetOption = Annotated[
    Any,
    typer.Option(
        "--budget",
        parser=_budget,
        metavar="auto|TOKENS",
        help="Code from other files: as much as is worth sending (auto), or at most so many tokens (0: none). "
        "Default: the settings' budget, else auto.",
    ),
]

DraftsOption = Annotated[
    Any,
    typer.Option(
        "--drafts",
        parser=_drafts,
        metavar="auto|NUMBER",
        help="With --check: request so many drafts side by side, and let the checks choose. Auto: three, if more than "
        "a third of the quota is left. Default: the settings' drafts, else 1.",
    ),
]

RunFiles = Annotated[
    bool,
    typer.Option(
        "--allow-run-files",
        help="Also write files that are run or obeyed automatically (workflows, hooks, editor settings, rc files, "
        "agent instructions) and that you did not name.",
    ),
]


@app.callback(invoke_without_command=True)
def darner(
    version: Annotated[bool, typer.Option("-V", "--version", help="Print the version and exit.")] = False,
) -> None:
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

`darner patch "fix the failing test" --apply --check` writes only what the project's checks pass

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
            "--check",
            help="Run the project's checkers, tests and check command on a patched copy; --apply writes if they pass.",
        ),
    ] = False,
    trust: Annotated[bool, typer.Option("--trust", help="Trust those checks, now and from now on.")] = False,
    require_sandbox: Annotated[
        bool,
        typer.Option("--require-sandbox", help="Do not run it without a sandbox that forbids network and writes."),
    ] = False,
    check_seconds: Annotated[
        float | None,
        typer.Option(
            min=0,
            metavar="SECONDS",
            help="Time for repairs after a failed check; 0 for none. Default: the settings' check_seconds, else 20.",
        ),
    ] = None,
    drafts: DraftsOption = None,
    endpoint: Annotated[
        str | None, typer.Option(metavar="NAME", help="Send the request to this endpoint of the settings only.")
    ] = None,
    model: Annotated[
        str | None, typer.Option(metavar="NAME", help="Request this model, from --endpoint or else the first one.")
    ] = None,
    budget: BudgetOption = None,
    allow_run_files: RunFiles = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Show only the result, warnings and failures.")] = False,
    verbose: Annotated[bool, typer.Option("-v", "--verbose", help="Show what is sent, and why.")] = False,
    no_daemon: NoDaemon = False,  # noqa: ARG001 - read before anything is imported
) -> None:
    """Change code as instructed: a unified diff on stdout, or the files themselves with --apply."""
    from darner_server.cli import patch as command

    options = command.PatchOptions(
        apply=apply, json=json, partial=partial, check=check, trust=trust, sandboxed=require_sandbox,
        repair_seconds=check_seconds, budget=budget, allow=allow_run_files, drafts=drafts,
    )  # fmt: skip
    output.set_verbosity(quiet=quiet, verbose=verbose)
    from darner_server.cli.command_setup import with_endpoint

    place = with_endpoint(_place(root, config), endpoint, model)
    _run(command.patch(place, instruction, paths or [], options))


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
    from darner_server.cli.locations import find_root, working_folder

    here = working_folder()
    options = command.ApplyOptions(apply=apply_, json=json, partial=partial, target=target, allow=allow_run_files)
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
    budget: BudgetOption = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="Answer requests from stdin, one JSON object a line.")] = False,
    no_daemon: NoDaemon = False,  # noqa: ARG001 - read before anything is imported
) -> None:
    """Show what the model would see, and why each snippet was chosen. Nothing is sent."""
    from darner_server.cli import context as command

    options = command.ContextOptions(instruction=instruction, budget=budget, json=json, jsonl=jsonl)
    _run(command.context(_place(root, config), path, options))


@app.command()
def undo(root: Root = None) -> None:
    """Revert the last patch that was written, then the one before it, unless a file has changed since."""
    from darner_server.cli.locations import find_root, working_folder
    from darner_server.cli.undo import undo as command

    _exit(command.undo(find_root(root, working_folder())))


@app.command()
def doctor(
    root: Root = None,
    config: Config = None,
    json: Json = False,
    no_daemon: NoDaemon = False,  # noqa: ARG001 - read before anything is imported
) -> None:
    """Check the endpoints, windows, quota, latency, tokenizers and the index."""
    from darner_server.cli import doctor as command

    _run(command.doctor(_place(root, config), json=json))


@app.command(
    epilog="""
**Examples**

`darner init cerebras` writes a commented endpoints file and checks the key

`darner init azure --base-url https://shop.openai.azure.com/openai/v1 --model gpt-5-mini`

`darner init --list` shows the providers
"""
)
def init(
    provider: Annotated[str | None, typer.Argument(metavar="[PROVIDER]", help="Which one; see --list.")] = None,
    show: Annotated[bool, typer.Option("--list", help="List the providers and exit.")] = False,
    base_url: Annotated[
        str | None, typer.Option(metavar="URL", help="Its address. Default: the provider's own.")
    ] = None,
    model: Annotated[str | None, typer.Option(metavar="NAME", help="Which model. Default: one that it serves.")] = None,
    config: Config = None,
) -> None:
    """Set up an endpoint: write the endpoints file, store the key, and check both by a small request."""
    from darner_server.cli.setup import init as command

    if show:
        _exit(command.show_providers())
    _run(command.init(provider, base_url=base_url, model=model, config=config))


@app.command()
def login(
    name: Annotated[str, typer.Argument(help="The endpoint's name, or a provider's (darner init --list).")],
    config: Config = None,
    stdin: Annotated[bool, typer.Option("--stdin", help="Read the key from stdin.")] = False,
) -> None:
    """Store an endpoint's key in the system's keyring. The key is not shown while you type it."""
    from darner_server.cli.setup import login as command

    _exit(command.login(name, config, stdin=stdin))


@app.command()
def logout(name: Annotated[str, typer.Argument(help="The endpoint's name.")]) -> None:
    """Remove an endpoint's key from this machine."""
    from darner_server.cli.setup import login as command

    _exit(command.logout(name))


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


daemon = typer.Typer(
    no_args_is_help=True, help="The warm process that `patch`, `context` and `doctor` leave behind for 15 minutes."
)
app.add_typer(daemon, name="daemon")


@daemon.command("status")
def daemon_status() -> None:
    """Show whether one is there. The exit code is 1 if not."""
    from darner_server.cli.daemon import client

    said = client.status()
    output.show(said.strip() if said is not None else "no warm process")
    _exit(exit_codes.PATCHED if said is not None else exit_codes.NOTHING)


@daemon.command("stop")
def daemon_stop() -> None:
    """End it; what it is doing is finished first."""
    from darner_server.cli.daemon import client

    output.show("the warm process ends" if client.stop() else "no warm process")


def parse_and_run(arguments: list[str]) -> object:
    """Run the command and return its exit code. Raises Stop, without a message if a help page was printed."""
    try:
        return app(arguments, standalone_mode=False)
    except TyperException as error:
        message = f"{error.format_message()} (see darner --help)" if str(error) else ""
        raise exit_codes.Stop(message) from None
    except typer.Abort:
        return exit_codes.INTERRUPTED


def _place(root: Path | None, config: Path | None) -> "Place":
    from darner_server.cli.command_setup import read_place

    return read_place(root, config)


def _run(command: Coroutine[Any, Any, int]) -> None:
    _exit(asyncio.run(command))


def _exit(code: int) -> None:
    raise typer.Exit(code)
