"""One call to one webhook: to the address that was looked at, in bounded time, no redirects."""

from __future__ import annotations

import contextlib
import socket
import ssl
from time import monotonic
from urllib.parse import urlsplit

from app.messages import errors
from app.messages.rules import guard, signing
from app.messages.terms import Heard, OutgoingCall

CALL_SECONDS = 10  # in all, however slowly the other side speaks
_LINE_MAX = 4_096
_AGENT = "suyuan-webhook/1"


def call(one: OutgoingCall, seconds: int, *, inside: bool) -> Heard:
    """Send one delivery, signed at ``seconds``; what was answered, or why nothing was.

    Only the status counts; nothing else of the answer is read. A redirect is an answer that is
    not fine: it could lead where the first address may not.
    """
    until = monotonic() + CALL_SECONDS
    parts = urlsplit(one.url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        host = parts.hostname or ""
        with contextlib.ExitStack() as stack:
            link = stack.enter_context(_connected(_looked_at(host, port, inside=inside), port))
            if parts.scheme == "https":
                link.settimeout(_left(until))
                trusted = ssl.create_default_context()
                link = stack.enter_context(trusted.wrap_socket(link, server_hostname=host))
            link.settimeout(_left(until))
            link.sendall(_request(one, seconds))
            return Heard(status=_status(link, until))
    except (errors.WebhookHostUnknown, errors.WebhookAddressInside) as refused:
        return Heard(status=None, said=refused.code)
    except (OSError, ValueError) as problem:
        return Heard(status=None, said=f"{type(problem).__name__}: {problem}"[:200])


def _left(until: float) -> float:
    left = until - monotonic()
    if left <= 0:
        raise TimeoutError("no answer in time")
    return left


def _looked_at(host: str, port: int, *, inside: bool) -> str:
    """The address to connect to: looked up once, and the one that was judged is the one called.

    Refuses: WebhookHostUnknown; WebhookAddressInside where any of its addresses is not public.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as problem:
        raise errors.WebhookHostUnknown(host=host) from problem
    numbers = [str(place[4][0]) for place in found]
    if not inside and not all(guard.is_outside(number) for number in numbers):
        raise errors.WebhookAddressInside(host=host)
    return numbers[0]


def _connected(number: str, port: int) -> socket.socket:
    return socket.create_connection((number, port), timeout=CALL_SECONDS)


def _request(one: OutgoingCall, seconds: int) -> bytes:
    parts = urlsplit(one.url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = {
        "Host": parts.netloc,
        "User-Agent": _AGENT,
        "Content-Type": "application/json",
        "Content-Length": str(len(one.body)),
        "Connection": "close",
        "webhook-id": one.reference,
        "webhook-timestamp": str(seconds),
        "webhook-signature": signing.signature(one.key, one.reference, seconds, one.body),
    }
    lines = [f"POST {target} HTTP/1.1", *(f"{name}: {said}" for name, said in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode("ascii") + one.body


def _status(link: socket.socket, until: float) -> int:
    """The number of the first line of the answer; raises ValueError for what is no HTTP."""
    said = b""
    while b"\n" not in said:
        link.settimeout(_left(until))
        more = link.recv(_LINE_MAX)
        said += more
        if not more or len(said) > _LINE_MAX:
            raise ValueError("the answer is not HTTP")
    words = said.split(b"\r\n", 1)[0].split()
    if len(words) < 2 or not words[0].startswith(b"HTTP/1.") or not words[1].isdigit():
        raise ValueError("the answer is not HTTP")
    return int(words[1])
