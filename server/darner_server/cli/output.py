"""What the command line prints: results to stdout, words and progress to stderr, colour on a terminal only.

Text of files, names, endpoints and checks is shown by `visible`: terminals obey none of it. Only a diff that is sent to
a pipe is as it is, and JSON, which escapes by itself.
"""

import errno
import json
import os
import sys
from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TextIO, cast

from darner_server.display_text import in_line, visible

if TYPE_CHECKING:
    from io import TextIOWrapper

_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "magenta": "35", "cyan": "36"}
_ERASE = "\r\x1b[K"
_NO_CONTROL = {"dumb", "unknown"}  # values of TERM
_WINDOWS = ("WT_SESSION", "ConEmuANSI", "ANSICON", "TERM")  # one is set where a console of Windows knows ANSI codes

_quiet = False  # whether notes and progress are left out ...
_verbose = False  # ... and whether details are shown
_progress: "Progress | None" = None  # the one whose line is on the terminal


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


def set_verbosity(*, quiet: bool, verbose: bool) -> None:
    """With `quiet`, leave out notes (what is dim) and progress, not warnings and failures; `verbose` shows details."""
    global _quiet, _verbose
    _quiet, _verbose = quiet, verbose


def detail(message: str) -> None:
    """A line on stderr for those who want details."""
    if _verbose:
        say(message, "dim")


def say(message: str, style: str = "") -> None:
    """A line on stderr; nothing in it is markup."""
    if _quiet and style == "dim":
        return
    line = _styled(visible(message), style, sys.stderr) + "\n"
    _write_words(line if _progress is None else f"{_ERASE}{line}{_progress.line}")


def show(*parts: str | tuple[str, str]) -> None:
    """A line on stdout, in parts with their styles; nothing in it is markup."""
    pairs = ((each, "") if isinstance(each, str) else each for each in parts)
    sys.stdout.write("".join(_styled(visible(text), style, sys.stdout) for text, style in pairs) + "\n")
    sys.stdout.flush()  # a disk that is full is met here, and what stderr shows comes in its order


def emit(event: Mapping[str, Any]) -> None:
    """One JSON object on a line of stdout, at once."""
    line = json.dumps(event, ensure_ascii=True, separators=(",", ":"))
    sys.stdout.write(line.replace("\x7f", r"\u007f") + "\n")  # the one that JSON leaves as it is
    sys.stdout.flush()


def is_on_terminal() -> bool:
    """Whether a person reads stdout, and not a program."""
    return _is_terminal(sys.stdout)


def show_diff(diff: str) -> None:
    """A unified diff on stdout, byte for byte where it is read by a program. One that has read enough may go."""
    if not is_on_terminal():
        try:
            sys.stdout.buffer.write(diff.encode("utf-8", "surrogateescape"))
            sys.stdout.flush()
        except BrokenPipeError:
            abandon()
        return
    if _progress is not None:
        _write_words(_ERASE)
    lines = visible(diff).removesuffix("\n").split("\n")
    sys.stdout.write("".join(f"{_styled(line, _style(line), sys.stdout)}\n" for line in lines))
    sys.stdout.flush()
    if _progress is not None:
        _write_words(_progress.line)


def _style(line: str) -> str:
    if line.startswith(("+++", "---")):
        return "bold"
    return {"+": "green", "-": "red", "@": "cyan"}.get(line[:1], "")


class Progress:
    """A line with the present stage, on a terminal; nothing elsewhere."""

    def __init__(self, *, wanted: bool = True) -> None:
        self.is_seen = wanted and not _quiet and _obeys_codes(sys.stderr)  # whether anybody sees it
        self.line = ""

    def __enter__(self) -> Self:
        global _progress  # noqa: PLW0603 - a terminal has one last line
        if self.is_seen:
            _progress = self
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        global _progress  # noqa: PLW0603 - see above
        if self.is_seen:
            _progress = None
            _write_words(_ERASE)

    def show(self, text: str) -> None:
        """Replace the words of the line; what is wider than the terminal is cut."""
        if self.is_seen:
            width = os.get_terminal_size(sys.stderr.fileno()).columns
            self.line = _styled(in_line(text)[: max(width - 1, 10)], "dim", sys.stderr)
            _write_words(_ERASE + self.line)


def _is_terminal(stream: TextIO) -> bool:
    try:
        return stream.isatty()
    except ValueError:  # closed
        return False


def _obeys_codes(stream: TextIO) -> bool:
    if not _is_terminal(stream) or os.environ.get("TERM", "").lower() in _NO_CONTROL:
        return False
    return os.name != "nt" or any(os.environ.get(each) for each in _WINDOWS)


def _styled(text: str, style: str, stream: TextIO) -> str:
    if not style or not text or os.environ.get("NO_COLOR") or not _obeys_codes(stream):
        return text
    codes = ";".join(_CODES[each] for each in style.split())
    return f"\x1b[{codes}m{text}\x1b[0m"


def _write_words(text: str) -> None:
    """Write to stderr; when its reader is gone nothing is shown any more, and the work continues."""
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except OSError as error:
        if error.errno not in {errno.EPIPE, errno.EIO}:  # EIO: the terminal was closed
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
