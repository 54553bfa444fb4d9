"""Shares: how much weight failed of how much applied, group by group, as points.

``points = Σ W · failed / applicable × Σ W ÷ Σ W of the groups that apply``: a group without
applicable items gives its weight to the others in proportion.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

import numpy as np

from app.credit.scoring.rules.exact import Ints, half_up, unit_of
from app.credit.scoring.terms import POINT, Indicator, Share, ShareLine

Counts = Mapping[str, tuple[int, int]]
_FINE = 10**9
_WEIGHT_MOST = 10_000  # of a group's items; more is a slip of the pen, and would not fit 64 bits
_TOKENS_MOST = 100


def counts_of(text: str) -> Counts:
    """``general=3/12,label=0/4`` as {group: (failed, applicable)}; what reads otherwise is left."""
    found: dict[str, tuple[int, int]] = {}
    for token in text.split(",", _TOKENS_MOST):
        group, _, said = token.partition("=")
        failed, _, applicable = said.partition("/")
        if failed.strip().isdecimal() and applicable.strip().isdecimal():
            pair = int(failed), int(applicable)
            if 0 <= pair[0] <= pair[1] <= _WEIGHT_MOST:
                found[group.strip()] = pair
    return found


def added(texts: Iterable[str]) -> Counts:
    """The counts of several texts added."""
    total: dict[str, tuple[int, int]] = {}
    for text in texts:
        for group, (failed, applicable) in counts_of(text).items():
            before = total.get(group, (0, 0))
            total[group] = before[0] + failed, before[1] + applicable
    return total


def share_points(shares: Sequence[Share], counts: Counts, decimals: int) -> int:
    """The points of all groups together, halves rounded up at the end only."""
    exact = sum(_each(shares, counts), Fraction())
    return half_up(exact.numerator, exact.denominator, unit_of(decimals))


def _each(shares: Sequence[Share], counts: Counts) -> list[Fraction]:
    applying = [share for share in shares if counts.get(share.code, (0, 0))[1]]
    whole, apply = sum(one.weight for one in shares), sum(one.weight for one in applying)
    return [
        Fraction(share.weight * counts[share.code][0] * whole, counts[share.code][1] * apply)
        for share in applying
    ]


def share_lines(indicator: Indicator, counts: Counts) -> tuple[ShareLine, ...]:
    """Each group with its points in whole thousandths, as the explanation shows them."""
    applying = [one for one in indicator.shares if counts.get(one.code, (0, 0))[1]]
    points = dict(zip(applying, _each(indicator.shares, counts), strict=True))
    return tuple(
        ShareLine(
            share=share,
            failed=counts.get(share.code, (0, 0))[0],
            applicable=counts.get(share.code, (0, 0))[1],
            points=int(points.get(share, Fraction())),
        )
        for share in indicator.shares
    )


def matrices_of(shares: Sequence[Share], words: Sequence[str]) -> tuple[Ints, Ints]:
    """Failed and applicable weights by word and group; before the first word a row of nothing."""
    counts = [{}, *map(counts_of, words)]
    return _matrix(shares, counts, 0), _matrix(shares, counts, 1)


def points_of_counts(
    shares: Sequence[Share], failed: Ints, applicable: Ints, decimals: int
) -> Ints:
    """``share_points`` of many rows of counts, exactly.

    Terms are reckoned in 10⁻⁹ of a thousandth and rounded down; where the little that is lost
    could matter to the rounding, the exact fraction decides.
    """
    applies = applicable > 0
    weights = np.array([share.weight for share in shares], dtype=np.int64)
    terms = weights * failed * _FINE // np.maximum(applicable, 1)
    low = terms.sum(axis=1)
    apply = np.maximum((weights * applies).sum(axis=1), 1)
    whole = int(weights.sum())
    floor = low // POINT * whole // apply  # 10⁻⁶ of a thousandth
    slack = (len(shares) + 1) * whole // apply + 2
    fine = unit_of(decimals) * (_FINE // POINT)
    points: Ints = (2 * floor + fine) // (2 * fine)
    unsure = points != (2 * (floor + slack) + fine) // (2 * fine)
    points *= unit_of(decimals)
    for at in np.flatnonzero(unsure & applies.any(axis=1)):
        counts = {
            share.code: (int(failed[at, place]), int(applicable[at, place]))
            for place, share in enumerate(shares)
        }
        points[at] = share_points(shares, counts, decimals)
    return points


def _matrix(shares: Sequence[Share], counts: Sequence[Counts], side: int) -> Ints:
    nothing = (0, 0)
    return np.array(
        [[one.get(share.code, nothing)[side] for share in shares] for one in counts],
        dtype=np.int64,
    ).reshape(len(counts), len(shares))
