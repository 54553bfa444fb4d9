"""A second server that follows the first and answers what the public reads.

It is asked only while it follows closely; when it is silent, far behind or no longer a follower,
the first server answers and the second is asked again a little later. Nobody waits for it longer
than its short limits.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from app.database import engine_for
from app.settings import Settings

LOG = logging.getLogger("suyuan.replica")
_LOOK_EVERY_S = 1.0
_REST_S = 10.0  # after silence: an attempt may cost a visitor its two seconds
_LIMITS = {"connect_timeout": 2, "tcp_user_timeout": 3_000, "keepalives_idle": 5}
_LAG = text(
    "SELECT CASE WHEN pg_is_in_recovery() THEN extract(epoch FROM "
    "clock_timestamp() - pg_last_xact_replay_timestamp())::float8 END"
)
_BEAT = text("SELECT pg_current_xact_id()")


@dataclass(kw_only=True)
class Replica:
    """A follower of the store, and whether it was of use when last looked at.

    ``lag_seconds_max`` is how far behind it may be; ``clock`` counts seconds.
    """

    bind: Engine
    lag_seconds_max: int
    clock: Callable[[], float] = time.monotonic
    usable_now: bool = field(default=False, init=False)
    _look_at: float = field(default=float("-inf"), init=False)

    def is_usable(self) -> bool:
        """Whether it follows closely; looked at once a second at most."""
        if self.clock() >= self._look_at:
            self._look_at = self.clock() + _LOOK_EVERY_S
            lag = self._lag()
            before, self.usable_now = self.usable_now, lag is not None and self._is_close(lag)
            if before != self.usable_now:
                LOG.warning("the replica is %s use", "of" if self.usable_now else "of no")
        return self.usable_now

    def rest(self) -> None:
        """Leave it alone for a while: it did not answer."""
        self.usable_now = False
        self._look_at = self.clock() + _REST_S
        self.bind.dispose()  # its other connections are no better

    def _is_close(self, lag: float) -> bool:
        return lag <= self.lag_seconds_max

    def _lag(self) -> float | None:
        """Seconds since the newest commit it has; None when it is silent or follows nobody."""
        try:
            with self.bind.connect() as connection:
                found: float | None = connection.scalar(_LAG)
        except DBAPIError:
            self.rest()
            return None
        return found


def replica_of(settings: Settings) -> Replica | None:
    """The replica of an installation, if it has one."""
    if not settings.replica_database_url:
        return None
    chosen = replace(settings, app_database_url=settings.replica_database_url)
    bind = engine_for(chosen, reads_only=True, **_LIMITS)
    return Replica(bind=bind, lag_seconds_max=settings.replica_lag_seconds)


def beat(room: Any) -> None:
    """Commit next to nothing, so that a follower of a quiet store can tell that it is not behind.

    Called by the scheduler every second where there is a replica.
    """
    if room.settings.replica_database_url:
        with room.unit() as uow:
            uow.session.execute(_BEAT)
