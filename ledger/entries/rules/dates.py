"""L05, L06 and L12: dates that cannot be, food past its date, entries filed late.

A partial date is an interval; only what is wrong for every moment in it is refused.
"""

from __future__ import annotations

from datetime import date, timedelta

from ledger.entries import errors
from ledger.entries.rules.findings import Effect, Finding
from ledger.entries.rules.limits import Limits
from ledger.entries.terms import EntryKind, Flag
from ledger.kernel.errors import Refusal
from ledger.kernel.moment import EPOCH, Moment, Precision

DAY, HOUR = 86_400, 3_600


def future(at: Moment, now: int, limits: Limits) -> Finding | None:
    """L05: the trade lies certainly more than a day ahead. ``now`` is in the book's seconds."""
    if at.precision is Precision.UNKNOWN or at.earliest <= now + limits.future_days * DAY:
        return None
    return _reject(errors.InTheFuture, "at", at=str(at), days=limits.future_days)


def before_production(at: Moment, produced_on: Moment, field: str) -> Finding | None:
    """L05: the goods were certainly made after the day of trade."""
    if produced_on.may_precede(at):
        return None
    return _reject(
        errors.BeforeProduction, f"{field}produced_on", at=str(at), produced_on=str(produced_on)
    )


def _reject(refusal: type[Refusal], field: str, **params: object) -> Finding:
    return Finding(rule="L05", effect=Effect.REJECT, refusal=refusal, field=field, params=params)


def expired(
    kind: EntryKind, at: Moment, expiry: date | None, limits: Limits, *, is_return: bool
) -> Finding | None:
    """L06: the food was certainly past its last day; going back to its source is allowed."""
    if expiry is None or at.precision is Precision.UNKNOWN or is_return:
        return None
    # Days are compared, because some food keeps longer than the book's seconds reach.
    if expiry >= (EPOCH + timedelta(seconds=at.earliest)).date():
        return None
    effects = {
        EntryKind.RECEIPT: limits.expired_receipt,
        EntryKind.DISPATCH: limits.expired_dispatch,
        EntryKind.TRANSFORMATION: limits.expired_dispatch,
    }
    effect = effects.get(kind)
    if effect is None:
        return None
    return Finding(
        rule="L06",
        effect=effect,
        refusal=errors.ExpiredFood,
        field="at",
        flag=Flag.EXPIRED_FOOD,
        params={"expiry": expiry.isoformat(), "at": str(at)},
    )


def late(at: Moment, now: int, limits: Limits) -> bool:
    """L12: filed certainly later than the upload deadline after the trade."""
    return at.precision is not Precision.UNKNOWN and now > at.latest + limits.upload_hours * HOUR
