"""What stored numbers mean: a moment's bounds, and what a unit measures."""

from __future__ import annotations

from functools import cache

from ledger.kernel.moment import from_stored
from ledger.kernel.quantity import EA, KGM, LTR, Dimension, is_listed, unit_numbered
from scanner.trace.terms import Measure

NEVER_EARLIER = -(2**31)  # the bounds of an unknown moment, as the kernel's Moment has them
NEVER_LATER = 2**31 - 1
_DAY, SECOND = 3, 4
PLACES = {dimension: number for number, dimension in enumerate(Dimension)}
MASS, COUNT = PLACES[Dimension.MASS], PLACES[Dimension.COUNT]
CASE = PLACES[Dimension.CASE]
COUNTED = (COUNT, CASE)
FIRST_WORD = 1000  # units kept as text are numbered from here, and measure only themselves
BASE_UNITS = {MASS: KGM, PLACES[Dimension.VOLUME]: LTR, COUNT: EA}


def bounds(ts: int, precision: int) -> tuple[int, int]:
    """First and last second a stored moment may mean; days and instants without a calendar."""
    if precision == SECOND:
        return ts, ts
    if precision == _DAY:
        return ts, ts + 86_399
    if precision == 0:
        return NEVER_EARLIER, NEVER_LATER
    moment = from_stored(ts, precision)
    return moment.earliest, moment.latest


@cache
def measure_of(unit: int) -> Measure:
    """What a stored unit number measures; a unit kept as text only measures itself."""
    return PLACES[unit_numbered(unit).dimension] if is_listed(unit) else unit
