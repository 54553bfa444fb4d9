"""Exact sums of thousandths: halves are rounded up, nothing is a binary fraction."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from app.credit.scoring.terms import Band, SchemeClass

Ints = NDArray[np.int64]
DAYS_MAX = 2**31 - 1


def unit_of(decimals: int) -> int:
    """What a point with so many decimals counts in: thousandths for three, hundreds for one."""
    return int(10 ** (3 - decimals))


def half_up(over: int, under: int, unit: int) -> int:
    """``over / under`` rounded to a multiple of ``unit``, halves upwards; ``under`` > 0."""
    return (2 * over + under * unit) // (2 * under * unit) * unit


def half_up_each(over: Ints, under: int, unit: int) -> Ints:
    """``half_up`` of many."""
    found: Ints = (2 * over + under * unit) // (2 * under * unit) * unit
    return found


def band_of(bands: Sequence[Band], value: int) -> Band:
    """The band a value lies in."""
    for band in bands[:-1]:
        if 2 * value < band.cut:
            return band
    return bands[-1]


def bands_of(bands: Sequence[Band], values: Ints) -> Ints:
    """The points of the bands values lie in."""
    cuts = np.array([band.cut for band in bands[:-1]], dtype=np.int64)
    points = np.array([band.points for band in bands], dtype=np.int64)
    found: Ints = points[np.searchsorted(cuts, 2 * values, side="right")]
    return found


def rank_of(classes: Sequence[SchemeClass], points: int, *, riskier: bool) -> int:
    """The place of the class that points lie in, 0 for the best."""
    for rank, one in enumerate(classes[:-1]):
        cut = one.cut(riskier=riskier)
        if (2 * points < cut) if riskier else (2 * points >= cut):
            return rank
    return len(classes) - 1


def ranks_of(classes: Sequence[SchemeClass], points: Ints, *, riskier: bool) -> NDArray[np.int16]:
    """The places of the classes that many points lie in."""
    cuts = np.array([one.cut(riskier=riskier) for one in classes[:-1]], dtype=np.int64)
    if riskier:
        found = np.searchsorted(cuts, 2 * points, side="right")
    else:
        found = len(cuts) - np.searchsorted(cuts[::-1], 2 * points, side="right")
    return found.astype(np.int16)
