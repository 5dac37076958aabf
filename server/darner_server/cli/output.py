"""What the command line prints: results to stdout, words and progress to stderr, colour on a terminal only.

Text of files, names, endpoints and checks is shown by `visible`: terminals obey none of it. Only a diff that is sent to
a pipe is as it is, and JSON, which escapes by itself.
"""

import json
import os
import sys
from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, cast

from rich.console import Console
from rich.status import Status
from rich.text import Text

from darner_server.display_text import in_line, visible

if TYPE_CHECKING:
    from io import TextIOWrapper


class _Words(Console):
    """A console on stderr that falls silent when its reader is gone: the work continues."""

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
    """A line on stderr; nothing in it is markup."""
    stderr.print(Text(visible(message), style=style))


def show(*parts: str | tuple[str, str]) -> None:
    """A line on stdout, in parts with their styles; nothing in it is markup."""
    shown = (visible(each) if isinstance(each, str) else (visible(each[0]), each[1]) for each in parts)
    stdout.print(Text.assemble(*shown))


def emit(event: Mapping[str, Any]) -> None:
    """One JSON object on a line of stdout, at once."""
    line = json.dumps(event, ensure_ascii=True, separators=(",", ":"))
    sys.stdout.write(line.replace("\x7f", r"\u007f") + "\n")  # the one that JSON leaves as it is
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
    for line in visible(diff).removesuffix("\n").split("\n"):
        stdout.print(Text(line, style=_style(line)))


def _style(line: str) -> str:
    if line.startswith(("+++", "---")):
        return "bold"
    return {"+": "green", "-": "red", "@": "cyan"}.get(line[:1], "")


class Progress:
    """A spinner with the present stage, on a terminal; nothing elsewhere."""

    def __init__(self, *, wanted: bool = True) -> None:
        self._status = Status("", console=stderr, spinner="dots") if wanted and stderr.is_terminal else None

    @property
    def is_seen(self) -> bool:
        """Whether anybody sees it."""
        return self._status is not None

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
            self._status.update(Text(in_line(text)))
