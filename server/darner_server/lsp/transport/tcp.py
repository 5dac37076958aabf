"""One client on a TCP port, and only one that may: no web page, no other user of this machine, no one on the network.

What does not begin as the protocol does is turned away at its first line: a browser can only speak HTTP. A client of
the same user on this machine is let in if the system reports the owner; any other has to show a token.
"""

import os
import re
import secrets
import select
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from pathlib import Path

from darner_server.lsp.transport.byte_stream import Pipe

TOKEN = "DARNER_TCP_TOKEN"  # noqa: S105 - the variable's name
_TABLES = ("/proc/net/tcp", "/proc/net/tcp6")  # each connection of this machine, with its user
_HEADER = re.compile(rb"[\w-]{1,128}(?::[^\r\n]*\r?\n?)?\Z|[\w-]{1,128}:[^\r\n]*\r?\n")
_LONGEST = 4_096  # bytes of a first line
_LAST_PORT = 65_535
_NOBODY = "0"  # the inode of an end that was closed: of such a one the table names the superuser
_WAITING = 32  # connections that have not sent anything yet
_PATIENCE = 10.0  # seconds between two parts of a first message
_REFUSAL = b"HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


class CannotListen(Exception):
    """Why there is no port to listen on, as a sentence."""


@dataclass(frozen=True, slots=True)
class Guest:
    """A connection that begins as the protocol does; `settle` when it has proven itself."""

    pipe: Pipe
    token: str | None  # that it has to show
    settle: Callable[[], None]
    leave: Callable[[], None]


def listen(host: str, port: int) -> socket.socket:
    """A listening socket (port 0: any free one). Raises CannotListen."""
    if port > _LAST_PORT:
        raise CannotListen(f"{port} is not a port; ports go up to {_LAST_PORT}")
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return socket.create_server(address[:2], family=family)
    except (socket.gaierror, UnicodeError):
        raise CannotListen(f"the host {host} is unknown; name an address of this machine, such as 127.0.0.1") from None
    except OSError as error:
        why = os.strerror(error.errno).lower() if error.errno else str(error)
        raise CannotListen(f"cannot listen there: {why}; choose another address or port") from None


def guests(server: socket.socket, warn: Callable[[str], None]) -> Iterator[Guest]:
    """Those who come, each as soon as its first line is that of the protocol."""
    given = os.environ.get(TOKEN)
    here = ip_address(server.getsockname()[0].partition("%")[0]).is_loopback
    token = given or secrets.token_urlsafe(24)
    if not here:
        warn("other machines can connect here, without encryption: anyone with the token can read and change files")
    if not given and not (here and Path(_TABLES[0]).exists()):
        warn(f"clients must send initializationOptions.token = {token!r} (or set {TOKEN} to one of your own)")
    for connection, data in _well_begun(server):
        proven = here and not given and _same_user(connection)
        yield _guest(connection, data, None if proven else token)


def _guest(connection: socket.socket, data: bytes, token: str | None) -> Guest:
    begun = [data]

    def read(size: int) -> bytes:
        return begun.pop() if begun else connection.recv(size)

    connection.settimeout(_PATIENCE)
    number = connection.fileno()
    pipe = Pipe(read=read, write=connection.send, incoming=number, outgoing=number)
    return Guest(pipe, token, lambda: connection.settimeout(None), connection.close)


def _well_begun(server: socket.socket) -> Iterator[tuple[socket.socket, bytes]]:
    """Connections with their first bytes, once those are the first line of a header; others are closed."""
    waiting: dict[socket.socket, bytes] = {}
    while True:
        for each in select.select([server, *waiting], [], [])[0]:
            if each is server:
                connection, _ = server.accept()
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                connection.settimeout(0)
                waiting[connection] = b""
                if len(waiting) > _WAITING:
                    oldest = next(iter(waiting))
                    del waiting[oldest]
                    oldest.close()
                continue
            if each not in waiting:
                continue
            said = waiting.pop(each) + _received(each)
            if not _HEADER.match(said) or len(said) > _LONGEST > said.find(b"\n") < 0:
                _turn_away(each)
            elif b"\n" in said:
                yield each, said
            else:
                waiting[each] = said


def _received(connection: socket.socket) -> bytes:
    try:
        return connection.recv(_LONGEST) or b"\n"  # no header: it has left
    except OSError:
        return b"\n"


def _turn_away(connection: socket.socket) -> None:
    try:
        connection.send(_REFUSAL)
        connection.shutdown(socket.SHUT_WR)
    except OSError:
        pass
    connection.close()


def _same_user(connection: socket.socket) -> bool:
    """Whether the other end belongs to a process of this user, by the system's own table."""
    ours, theirs = connection.getsockname(), connection.getpeername()
    ends = {(theirs_row, ours_row) for theirs_row, ours_row in zip(_rows(theirs), _rows(ours), strict=True)}
    for table in _TABLES:
        try:
            lines = Path(table).read_text(encoding="ascii").split("\n")[1:]
        except (OSError, ValueError):
            continue
        for fields in map(str.split, lines):
            if len(fields) > 9 and (fields[1], fields[2]) in ends:  # noqa: PLR2004 - user and inode are eighth and tenth
                return fields[9] != _NOBODY and int(fields[7]) == os.geteuid()
    return False


def _rows(end: tuple[str, int]) -> list[str]:
    """An end as the tables have it: words of four bytes in the machine's order, IPv4 also as IPv6."""
    address = ip_address(end[0].partition("%")[0])
    mapped = [] if isinstance(address, IPv6Address) else [IPv6Address(f"::ffff:{address}")]
    return [
        "".join(
            f"{int.from_bytes(form.packed[at : at + 4], sys.byteorder):08X}" for at in range(0, len(form.packed), 4)
        )
        + f":{end[1]:04X}"
        for form in (address, *mapped)
    ]
