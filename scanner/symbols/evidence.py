"""How far a reading can be believed: bars read from a sliver of a bad picture may be wrong.

The retail symbols have one check digit for twelve digits, so one blurred row in ten or so that
reads at all reads as another product. A wrong product is worse than none: such a reading counts
only when it was read from a good part of the symbol's height, or again in another pass.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from scanner.symbols.terms import Symbol, Symbology

# The kinds with a single check digit.
LIGHTLY_CHECKED = frozenset(
    {
        Symbology.EAN_13,
        Symbology.EAN_8,
        Symbology.UPC_A,
        Symbology.UPC_E,
        Symbology.ITF_14,
        Symbology.DATA_BAR,
    }
)
BARS = LIGHTLY_CHECKED | {Symbology.CODE_128, Symbology.GS1_128}
# A row that crosses only part of a longer symbol can look like one of these, check digit and all.
PARTS_OF_OTHERS = frozenset({Symbology.EAN_8, Symbology.UPC_E})
# Read from this share of its width in height, a symbol was read in many rows that agree.
GRIP_FIRM = 0.2
READINGS_MIN = 2


@dataclass(kw_only=True, slots=True)
class Reading:
    """One text with the best place it was read in, how often, and how firmly in all."""

    symbol: Symbol
    grip: float
    total: float
    passes: set[str] = field(default_factory=set)

    @property
    def is_firm(self) -> bool:
        """Whether one pass alone is believed."""
        return self.symbol.symbology not in LIGHTLY_CHECKED or self.grip >= GRIP_FIRM

    @property
    def is_believed(self) -> bool:
        """Whether it is firm or was read in two passes."""
        return self.is_firm or len(self.passes) >= READINGS_MIN

    @property
    def weight(self) -> float:
        """What it weighs against another text in the same place."""
        return self.total / 2 if self.symbol.symbology in PARTS_OF_OTHERS else self.total


class Evidence:
    """All readings of one picture, weighed against each other."""

    def __init__(self) -> None:
        self._readings: dict[tuple[str, str], Reading] = {}

    @property
    def is_firm(self) -> bool:
        """Whether something was found that needs no other pass."""
        return any(reading.is_firm for reading in self._readings.values())

    def add(self, symbol: Symbol) -> None:
        """Count a symbol that a pass read."""
        grip = grip_of(symbol)
        key = (symbol.identifier, symbol.text)
        known = self._readings.get(key)
        if known is None:
            known = Reading(symbol=symbol, grip=grip, total=0)
            self._readings[key] = known
        elif grip > known.grip:
            known.symbol, known.grip = symbol, grip
        known.total += grip
        known.passes.add(symbol.found_by)

    def symbols(self) -> tuple[Symbol, ...]:
        """The believed symbols from top to bottom; of several texts in one place the weightiest."""
        kept: list[Reading] = []
        for reading in sorted(self._readings.values(), key=lambda one: -one.weight):
            if reading.is_believed and not any(_contradicts(reading, other) for other in kept):
                kept.append(reading)
        symbols = (reading.symbol for reading in kept)
        return tuple(sorted(symbols, key=lambda one: (one.corners[0][1], one.corners[0][0])))


def grip_of(symbol: Symbol) -> float:
    """The height bars were read from over their width: area over width squared."""
    corners = symbol.corners
    following = (*corners[1:], corners[0])
    doubled = sum(
        x * next_y - next_x * y for (x, y), (next_x, next_y) in zip(corners, following, strict=True)
    )
    width = max(math.dist(corners[0], corners[1]), 1)
    return abs(doubled) / 2 / width**2


def _contradicts(one: Reading, other: Reading) -> bool:
    """Whether two readings of bars claim the same place."""
    if one.symbol.symbology not in BARS or other.symbol.symbology not in BARS:
        return False
    return _covers(one.symbol, other.symbol) or _covers(other.symbol, one.symbol)


def _covers(one: Symbol, other: Symbol) -> bool:
    """Whether the middle of the other lies in the box around the one."""
    xs, ys = zip(*one.corners, strict=True)
    other_xs, other_ys = zip(*other.corners, strict=True)
    across, down = sum(other_xs) / len(other_xs), sum(other_ys) / len(other_ys)
    return bool(min(xs) <= across <= max(xs) and min(ys) <= down <= max(ys))
