"""What share of a derived lot is recalled food, and how that is reckoned."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import ROUND_DOWN, Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from ledger.kernel.quantity import Dimension, Unit
from scanner.trace.terms import Portion, TransformationLink, amount

_ROUNDS_MAX = 40  # lots made of lots made of …; circles of rework settle long before


class Derived(NamedTuple):
    """A derived lot: the share of its inputs that was recalled, and what was put into it."""

    share: Fraction
    made_of: tuple[dict[str, Any], ...]


Measured = tuple[Dimension, str]


def measured(unit: Unit) -> Measured:
    """What can be added up: a dimension, or a unit kept as text."""
    return unit.dimension, unit.code if unit.dimension is Dimension.OTHER else ""


def derived_lots(changes: Iterable[TransformationLink], roots: Iterable[int]) -> dict[int, Derived]:
    """The lots made of recalled ones.

    Of each making, the inputs of one kind of measure are compared with each other: the share is
    that of the measure in which most is recalled, so it is never too low. Of several makings of a
    lot the highest counts. An input that is itself derived counts with its own share.
    """
    known: dict[int, Fraction] = dict.fromkeys(roots, Fraction(1))
    makings = list(changes)
    first = set(known)
    for _ in range(_ROUNDS_MAX):
        before = dict(known)
        for change in makings:
            share = _share(change.inputs, known)
            for made in change.outputs:
                if made.lot not in first and share > known.get(made.lot, Fraction(0)):
                    known[made.lot] = share
        if known == before:
            break
    said: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for change in makings:
        for made in change.outputs:
            if made.lot in known and made.lot not in first:
                said[made.lot].append(_explained(change, made, known))
    return {lot: Derived(known[lot], tuple(said[lot])) for lot in said}


def _share(inputs: Iterable[Portion], known: dict[int, Fraction]) -> Fraction:
    whole: dict[Measured, int] = defaultdict(int)
    recalled: dict[Measured, Fraction] = defaultdict(Fraction)
    unsaid = Fraction(0)
    for part in inputs:
        share = known.get(part.lot, Fraction(0))
        if not part.thousandths:
            unsaid = max(unsaid, share)  # nobody said how much: as much as it can be
            continue
        kind = measured(part.unit)
        whole[kind] += part.thousandths
        recalled[kind] += part.thousandths * share
    shares = [recalled[kind] / total for kind, total in whole.items() if recalled[kind]]
    return max([*shares, unsaid])


def _explained(
    change: TransformationLink, made: Portion, known: dict[int, Fraction]
) -> dict[str, Any]:
    return {
        "operator_id": change.operator,
        "at": str(change.at),
        "quantity": _quantity(made),
        "unit": made.unit.code,
        "inputs": [
            {
                "lot_id": part.lot,
                "quantity": _quantity(part),
                "unit": part.unit.code,
                "recalled": decimal_text(known.get(part.lot, Fraction(0))),
            }
            for part in change.inputs
        ],
    }


def _quantity(part: Portion) -> str:
    return "" if part.thousandths is None else amount(part.thousandths, part.unit)


def decimal_text(share: Fraction) -> str:
    """A share as a decimal text of at most six places, rounded down."""
    places = Decimal("0.000001")
    exact = Decimal(share.numerator) / Decimal(share.denominator)
    said = str(exact.quantize(places, ROUND_DOWN))
    return said.rstrip("0").rstrip(".")
