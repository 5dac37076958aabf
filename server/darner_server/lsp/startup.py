"""The connection up to the answer to `initialize`, with nothing imported that the answer does not need.

The protocol types alone take longer to import than an editor waits for its other servers. So this reads and answers
by hand, and then hands the connection over, together with what came in since.
"""

import gc
import sys
import threading
from collections.abc import Callable

from darner_server.lsp.handshake import Opened, shake_hands
from darner_server.lsp.transport.byte_stream import Pipe, standard_streams


def serve_stdio() -> int:
    """Serve one client on stdin and stdout; returns the exit code."""
    return _serve(standard_streams())


def serve_tcp(host: str, port: int, *, warn: Callable[[str], None]) -> int:
    """Serve one client on a TCP port; the address is on stdout once it can be connected to. Raises CannotListen."""
    from darner_server.lsp.transport.tcp import guests, listen  # stdio does not pay for it

    with listen(host, port) as server:
        at, on = server.getsockname()[:2]
        sys.stdout.write(f"darner listens on {at}:{on}\n")
        sys.stdout.flush()
        for guest in guests(server, warn):
            try:
                opened = shake_hands(guest.pipe, guest.token)
            except OSError:  # it closed the connection, or sends nothing more
                opened = 1
            if not isinstance(opened, int):
                guest.settle()
                break
            guest.leave()
        else:
            return 1
    return _begin(opened)


def _serve(pipe: Pipe) -> int:
    try:
        opened = shake_hands(pipe, None)
    except (BrokenPipeError, ConnectionError):
        return 1
    return opened if isinstance(opened, int) else _begin(opened)


def _begin(opened: Opened) -> int:
    gc.disable()  # until everything is imported: nothing of it is ever garbage
    threading.Thread(target=_load_vocabulary, daemon=True, name="darner-vocabulary").start()
    from darner_server.lsp.server import serve  # everything heavy is imported after the answer

    return serve(opened)


def _load_vocabulary() -> None:
    """Have the vocabulary that nearly all counting needs before the event loop runs: later it would stop it."""
    from darner_context.text.tokenizer import load  # after the answer

    load("o200k_base")
