"""What the parts below log, as lines in the client's log: stderr stays empty, and no content leaves."""

import asyncio
import logging
from collections.abc import Callable

from lsprotocol import types

_OURS = ("darner_server", "darner_clients", "darner_context")


class ClientLog(logging.Handler):
    """Sends records to the client. An exception is its kind and place; its own words may hold content."""

    def __init__(self, send: Callable[[str, types.MessageType], None]) -> None:
        super().__init__(logging.WARNING)
        self._send = send
        self._loop = asyncio.get_running_loop()

    def emit(self, record: logging.LogRecord) -> None:
        """Send one."""
        text = record.getMessage()
        if record.exc_info and record.exc_info[1] is not None:
            text += f": {place_of(record.exc_info[1])}"
        kind = types.MessageType.Error if record.levelno >= logging.ERROR else types.MessageType.Warning
        self._loop.call_soon_threadsafe(self._send, text, kind)


def place_of(error: BaseException) -> str:
    """The kind of an exception and the last few places it came through."""
    trace, places = error.__traceback__, list[str]()
    while trace is not None:
        places.append(f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}")
        trace = trace.tb_next
    return f"{type(error).__name__} at {' > '.join(places[-4:])}"


def send_to(log: ClientLog) -> None:
    """Have our parts log there, and everybody else nowhere."""
    root = logging.getLogger()
    root.handlers = [logging.NullHandler()]
    for name in _OURS:
        logging.getLogger(name).handlers = [log]
        logging.getLogger(name).propagate = False
    logging.getLogger("pygls").disabled = True  # it logs parameters, which are content
