"""What the command line prints: results to stdout, words and progress to stderr, colour on a terminal only."""

import json
import os
import sys
from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, cast

from rich.console import Console
from rich.status import Status
from rich.text import Text

if TYPE_CHECKING:
    from io import TextIOWrapper


class _Words(Console):
    """A console on stderr that falls silent when nobody reads it any more: the work goes on."""

    def on_broken_pipe(self) -> None:
        """Called by rich instead of raising."""
        self.quiet = True
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())


stderr = _Words(stderr=True, highlight=False, soft_wrap=True)
stdout = Console(highlight=False, soft_wrap=True)


def open_missing() -> None:
    """Give a process that was started without stdin, stdout or stderr an empty one; escape what an encoding lacks."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115 - open to the end
    if hasattr(sys.stdout, "reconfigure"):
        cast("TextIOWrapper", sys.stdout).reconfigure(errors="backslashreplace")


def abandon() -> None:
    """Let what stdout still holds go nowhere, or Python complains while it exits."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def say(message: str, style: str = "") -> None:
    """A line on stderr. File names and model text are printed as they are, never as markup."""
    stderr.print(Text(message, style=style))


def emit(event: Mapping[str, Any]) -> None:
    """One JSON object on a line of stdout, at once."""
    sys.stdout.write(json.dumps(event, ensure_ascii=True, separators=(",", ":")) + "\n")
    sys.stdout.flush()


def show_diff(diff: str) -> None:
    """A unified diff on stdout, byte for byte where it is read by a program. One that has read enough may go."""
    if not stdout.is_terminal:
        try:
            sys.stdout.buffer.write(diff.encode("utf-8", "surrogateescape"))
            sys.stdout.flush()
        except BrokenPipeError:
            abandon()
        return
    for line in diff.removesuffix("\n").split("\n"):
        stdout.print(Text(line, style=_style(line)))


def _style(line: str) -> str:
    if line.startswith(("+++", "---")):
        return "bold"
    return {"+": "green", "-": "red", "@": "cyan"}.get(line[:1], "")


class Progress:
    """A spinner with the present stage, on a terminal; nothing elsewhere."""

    def __init__(self, *, wanted: bool = True) -> None:
        self._status = Status("", console=stderr, spinner="dots") if wanted and stderr.is_terminal else None

    def __enter__(self) -> Self:
        if self._status is not None:
            self._status.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._status is not None:
            self._status.stop()

    def show(self, text: str) -> None:
        """Replace the words behind the spinner."""
        if self._status is not None:
            self._status.update(Text(text))
