"""The only place that asks what time it is; everything below a door receives it."""

from __future__ import annotations

from datetime import UTC, datetime

from ledger.kernel.zone import SHANGHAI


def now() -> datetime:
    """The present instant in China time, to the microsecond."""
    return datetime.now(UTC).astimezone(SHANGHAI)
