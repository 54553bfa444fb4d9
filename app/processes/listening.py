"""The port people come to: taken before anything else starts, and kept through every restart."""

from __future__ import annotations

import contextlib
import errno
import http.client
import socket
from http import HTTPStatus

from app.processes.errors import AddressUnusable, PortTaken

_WAITING_CONNECTIONS_MAX = 512


def listening_socket(host: str, port: int) -> socket.socket:
    """A socket that listens at `host` and `port`; port 0 lets the system choose.

    It is ours from here on and handed to each web process that starts, so a taken port is known
    before anything runs, and people who come during a restart wait instead of being turned away.

    Raises:
        PortTaken: another program listens there.
        AddressUnusable: the address is not ours, or the port needs rights we lack.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with contextlib.ExitStack() as stack:
            sock = stack.enter_context(socket.socket(family, kind, protocol))
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.bind(address)
            sock.listen(_WAITING_CONNECTIONS_MAX)
            stack.pop_all()  # it listens: from here on it is the caller's to close
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise PortTaken(host=host, port=port) from error
        raise AddressUnusable(host=host, port=port, reason=error.strerror) from error
    return sock


def says_ready(sock: socket.socket, *, seconds: float) -> bool:
    """Whether `GET /healthz` at our own socket answers 200 within so many seconds."""
    host, port = sock.getsockname()[:2]
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - not bound
    connection = http.client.HTTPConnection(reachable, port, timeout=seconds)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
