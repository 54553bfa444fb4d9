"""A client that asks a web server again and again, cheaply, in a process of its own.

Closed loop: each of some connections sends its next request when its last one is answered. The
server closes after each answer (gunicorn's sync workers do), so every request connects anew, for
whatever server is measured. Run as ``python -m scripts.bench.load``, it reads an order from its
standard input and writes what it found to its standard output, both as JSON.
"""

from __future__ import annotations

import json
import select
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import cycle
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parents[2]
_CHUNK = 1 << 16
_ANSWER_SECONDS_MAX = 60.0
_SHOWN = 1_500


@dataclass(frozen=True, kw_only=True)
class Order:
    """What to ask: whole requests as text, on so many connections.

    Without ``repeat`` each request is sent at most once, with it they are sent over and over; the
    work ends after ``seconds`` (or with the last request). The first ``warm`` answers, which may
    take as long again, are not counted.
    """

    port: int
    requests: list[str]
    connections: int = 16
    seconds: float = 2.0
    warm: int = 0
    repeat: bool = True


@dataclass(kw_only=True)
class Outcome:
    """What came back: answers and their seconds, statuses, and how long it took altogether.

    ``refused`` is the end of the first answer that was no success, for whoever looks for the cause.
    """

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    statuses: dict[str, int] = field(default_factory=dict)
    refused: str = ""

    @property
    def per_second(self) -> float:
        """Answers a second."""
        return len(self.latencies) / self.seconds

    def percentile_ms(self, share: float) -> float:
        """The latency that this share of the answers did not exceed, in milliseconds."""
        ordered = sorted(self.latencies)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]

    def insist(self, *statuses: str) -> Outcome:
        """Itself, where every answer had one of these statuses; a figure of refusals is none."""
        if not self.latencies or set(self.statuses) - set(statuses):
            wanted = " or ".join(statuses)
            raise AssertionError(f"answers were {self.statuses}, not {wanted}: {self.refused}")
        return self


def request(method: str, path: str, body: str = "", headers: Sequence[str] = ()) -> str:
    """A whole request as text."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Connection: close", *headers]
    if body:
        lines += [f"Content-Length: {len(body.encode())}", "Content-Type: application/json"]
    return "\r\n".join([*lines, "", body])


def asked(order: Order) -> Outcome:
    """Carry an order out in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "scripts.bench.load"],
        input=json.dumps(asdict(order)).encode(),
        capture_output=True,
        cwd=_ROOT,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(done.stderr.decode(errors="replace")[-2000:])
    return Outcome(**json.loads(done.stdout))


class _Loop:
    """All connections of one order, in one thread."""

    def __init__(self, order: Order) -> None:
        self.order = order
        texts = [text.encode() for text in order.requests]
        self.waiting: Iterator[bytes] = cycle(texts) if order.repeat else iter(texts)
        self.poll = select.epoll()
        self.open: dict[int, tuple[socket.socket, float, bytearray]] = {}
        self.outcome = Outcome()
        self.statuses: Counter[str] = Counter()
        self.cold = order.warm
        self.began = 0.0

    def run(self) -> Outcome:
        self.began = time.perf_counter()
        for _ in range(self.order.connections):
            self._ask()
        while self.open:
            ready = self.poll.poll(_ANSWER_SECONDS_MAX)
            if not ready:
                raise TimeoutError("the server does not answer")
            for number, _event in ready:
                self._read(number)
        self.outcome.statuses = dict(self.statuses)
        return self.outcome

    def _ask(self) -> None:
        text = next(self.waiting, None)
        if text is None or self._is_over():
            return
        begun = time.perf_counter()
        sock = socket.create_connection(("127.0.0.1", self.order.port))
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.sendall(text)
        sock.setblocking(False)
        self.open[sock.fileno()] = (sock, begun, bytearray())
        self.poll.register(sock.fileno(), select.EPOLLIN)

    def _is_over(self) -> bool:
        spent = time.perf_counter() - self.began
        if self.cold > 0 and spent > self.order.seconds:
            self.cold, self.began, spent = 0, time.perf_counter(), 0.0
        return spent > self.order.seconds

    def _read(self, number: int) -> None:
        sock, begun, answer = self.open[number]
        try:
            part = sock.recv(_CHUNK)
        except BlockingIOError:
            return
        except ConnectionResetError:
            part = b""
        if part:
            answer += part
            return
        del self.open[number]
        sock.close()  # epoll forgets it
        self._count(begun, answer)
        self._ask()

    def _count(self, begun: float, answer: bytearray) -> None:
        now = time.perf_counter()
        if self.cold > 0:
            self.cold -= 1
            if self.cold == 0:
                self.began = now
            return
        self.outcome.latencies.append(now - begun)
        self.outcome.seconds = now - self.began
        status = bytes(answer[9:12]).decode("latin-1")
        self.statuses[status] += 1
        if not status.startswith("2") and not self.outcome.refused:
            self.outcome.refused = bytes(answer[-_SHOWN:]).decode(errors="replace")


def main() -> None:
    """Read an order, carry it out, write what was found."""
    given: dict[str, Any] = json.load(sys.stdin)
    json.dump(asdict(_Loop(Order(**given)).run()), sys.stdout)


if __name__ == "__main__":
    main()
