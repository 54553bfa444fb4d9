"""Where recalled goods went, and what share of them is accounted for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import NamedTuple

from ledger.kernel.quantity import Unit


class Figures(NamedTuple):
    """Where goods went, of a holder, a tier or the whole, in thousandths; see ``rules.effects``."""

    shipped: int = 0
    passed_on: int = 0
    used: int = 0
    before: int = 0
    returned: int = 0
    destroyed: int = 0
    consumed: int = 0
    sold: int = 0

    @property
    def base(self) -> int:
        """What there is to be accounted for."""
        return max(0, self.shipped - self.passed_on - self.used - self.before)

    @property
    def accounted(self) -> int:
        """What came back, was destroyed, or is proven to be consumed; never more than ``base``."""
        return min(self.base, self.returned + self.destroyed + self.consumed)

    @property
    def ratio(self) -> Fraction | None:
        """The effectiveness, 0 to 1; none where there was nothing to account for."""
        return Fraction(self.accounted, self.base) if self.base else None


@dataclass(frozen=True, slots=True, kw_only=True)
class FiguresOf:
    """The figures of one scope: the whole (no tier), a tier, or one holder's lot."""

    unit: Unit
    figures: Figures
    tier: int | None = None
    operator_id: int | None = None
    lot_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Effectiveness:
    """Recovered, destroyed and proven consumed ÷ shipped, from entries alone."""

    whole: tuple[FiguresOf, ...]
    tiers: tuple[FiguresOf, ...]
    nodes: tuple[FiguresOf, ...] = ()
    as_of: datetime | None = None

    @property
    def ratio(self) -> Fraction | None:
        """One figure for all: the lowest of the units the goods are counted in."""
        known = [it.figures.ratio for it in self.whole if it.figures.ratio is not None]
        return min(known) if known else None
