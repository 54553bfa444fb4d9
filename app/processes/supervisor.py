"""Watching processes: what ends without being asked is started again, ever more patiently."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from app.embedded.running import Server
from ledger.kernel.errors import Refusal

LOG = logging.getLogger("suyuan.processes")
_FIRST_PAUSE_SECONDS = 0.1
_LONGEST_PAUSE_SECONDS = 30.0
_HEALTHY_AFTER_SECONDS = 30.0


def pause_after(failures: int) -> float:
    """The seconds to wait before the start after so many failures in a row: doubling, bounded."""
    return min(_LONGEST_PAUSE_SECONDS, _FIRST_PAUSE_SECONDS * 2.0 ** min(failures, 20))


@dataclass(kw_only=True)
class Watched:
    """A process and how often it ended lately."""

    server: Server
    failures: int = 0
    started_at: float = 0.0
    not_before: float = 0.0
    waiting: bool = False


@dataclass(kw_only=True)
class Supervisor:
    """Starts in the given order, stops in the reverse, and restarts what ends in between."""

    clock: Callable[[], float] = time.monotonic
    watched: list[Watched] = field(default_factory=list)

    def adopt(self, servers: Iterable[Server]) -> None:
        """Watch servers that somebody else has started and will stop."""
        self.watched += [Watched(server=each, started_at=self.clock()) for each in servers]

    def start(self, server: Server) -> None:
        """Start a process and watch it from now on."""
        self.watched.append(Watched(server=server, started_at=self.clock()))
        server.start()

    def failures_of(self, server: Server) -> int:
        """How often in a row the process ended unasked."""
        return next(each.failures for each in self.watched if each.server is server)

    def look(self) -> None:
        """Look at every process once; the servers come first, since the rest needs them."""
        now = self.clock()
        for each in self.watched:
            if each.server.has_ended():
                self._mend(each, now)
            elif each.failures and now - each.started_at > _HEALTHY_AFTER_SECONDS:
                each.failures = 0

    def _mend(self, each: Watched, now: float) -> None:
        if not each.waiting:
            pause = pause_after(each.failures)
            LOG.warning("%s ended; starting it again in %.1f s", each.server.name, pause)
            each.failures += 1
            each.not_before = now + pause
            each.waiting = True
        elif now >= each.not_before:
            each.waiting = False
            each.started_at = now
            try:
                each.server.start()
            except Refusal as refusal:  # it says why; the next look tries again, later
                LOG.warning("%s did not start: %s", each.server.name, refusal)
