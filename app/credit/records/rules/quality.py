"""The quality score of a provider: complete times valid times timely."""

from __future__ import annotations

from datetime import date

from app.credit.records.terms import Quality

WHOLE = 10_000


def quality_of(
    agency_id: int,
    month: date | None,
    *,
    taken: int,
    refused: int,
    cells: tuple[int, int],
    timely: int,
) -> Quality:
    """The three shares, each of 10,000 and rounded half up; an agency that sent nothing has all.

    ``cells`` are those filled and those asked for. Complete is the share of the catalogue's fields
    that hold anything in the rows taken, valid the share of rows taken, timely the share of rows
    taken that came within their item's cycle.
    """
    return Quality(
        agency_id=agency_id,
        month=month,
        rows=taken + refused,
        taken=taken,
        complete=_share(*cells),
        valid=_share(taken, taken + refused),
        timely=_share(timely, taken),
    )


def _share(part: int, whole: int) -> int:
    return (2 * WHOLE * part + whole) // (2 * whole) if whole else WHOLE
