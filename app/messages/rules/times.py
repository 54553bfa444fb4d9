"""When a letter or call is due, and when trying again ends."""

from __future__ import annotations

from datetime import datetime, time, timedelta

LEASE = timedelta(minutes=5)  # then a sender that fell silent has lost what it took
LETTER_PAUSES_MIN = (1, 5, 15, 60, 180, 360, 720, 1440)  # a mail server may be down over a weekend
CALL_PAUSES_S = (5, 60, 300, 1800, 7200, 18_000, 36_000, 43_200)
FAILURES_MIN = 10  # calls that fail in a row
FAILING_MIN = timedelta(hours=24)  # ... for at least this long, before a webhook is switched off
STATUS_GONE = 410  # the receiver says it wants no more


def digest_at(now: datetime, hour: int) -> datetime:
    """The next time the day's letter leaves, at an hour in China; ``now`` is in China time."""
    today = datetime.combine(now.date(), time(hour), now.tzinfo)
    return today if today > now else today + timedelta(days=1)


def letter_again_at(now: datetime, attempts: int) -> datetime | None:
    """When a letter that could not leave is tried again; None after the last attempt."""
    if attempts > len(LETTER_PAUSES_MIN):
        return None
    return now + timedelta(minutes=LETTER_PAUSES_MIN[attempts - 1])


def call_again_at(now: datetime, attempts: int) -> datetime | None:
    """When a call that failed is tried again; None after the last attempt."""
    if attempts > len(CALL_PAUSES_S):
        return None
    return now + timedelta(seconds=CALL_PAUSES_S[attempts - 1])


def held_until(sent: int, last: datetime | None, now: datetime, most: int) -> datetime | None:
    """Until when letters to an address wait that had ``most`` within a day; None for not at all.

    Beyond that number what is urgent goes out together, once an hour.
    """
    if sent < most or last is None:
        return None
    free = last + timedelta(hours=1)
    return free if free > now else None


def is_given_up(failures: int, since: datetime | None, now: datetime, status: int | None) -> bool:
    """Whether a webhook that failed so often in a row, since then, is switched off."""
    if status == STATUS_GONE:
        return True
    return failures >= FAILURES_MIN and since is not None and now - since >= FAILING_MIN
