"""Quantities as the book counts them, and L07: what is on hand."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache

from ledger.entries import errors
from ledger.entries.rules.findings import Effect, Finding
from ledger.entries.rules.limits import Limits
from ledger.entries.terms import Flag, RowKind
from ledger.kernel.quantity import (
    EA,
    LIMIT,
    Dimension,
    Quantity,
    QuantityTooLarge,
    Unit,
    is_listed,
    parse_quantity,
    plain,
    unit_named,
    unit_numbered,
)
from ledger.products.terms import Counting, Resolved

MEASURES = {
    Dimension.MASS: 1,
    Dimension.VOLUME: 2,
    Dimension.COUNT: 3,
    Dimension.CASE: 4,
    Dimension.OTHER: 5,
}
COUNT, CASE = MEASURES[Dimension.COUNT], MEASURES[Dimension.CASE]
NOTHING = Quantity(0, EA)
"""What is stated where a line names goods without a quantity."""
SIGNS: dict[int, int] = {
    RowKind.PRODUCTION: 1,
    RowKind.RECEIPT: 1,
    RowKind.YIELD: 1,
    RowKind.DISPATCH: -1,
    RowKind.USE: -1,
    RowKind.DISPOSAL: -1,
}


def measure_of(number: int) -> int:
    """What makes two stored unit numbers addable: the dimension, or a word's own number."""
    return MEASURES[unit_numbered(number).dimension] if is_listed(number) else number


def unit_of_measure(measure: int) -> Unit | None:
    """The base unit quantities of a measure are shown in; None for a unit kept as text."""
    bases = {1: unit_numbered(1), 2: unit_numbered(2), 3: EA, 4: unit_numbered(14)}
    return bases.get(measure)


@lru_cache(maxsize=16_384)
def as_written(quantity: str, unit: str) -> Quantity:
    """A portion's quantity in its own unit. Raises the refusals of quantities and units."""
    return parse_quantity(quantity, unit_named(unit))


def counted(quantity: Quantity, goods: Resolved) -> Quantity:
    """The quantity in base units: packs and cases of known content become pieces.

    Raises QuantityTooLarge. A case of unknown content stays a case; mass and volume stay as said.
    """
    factor = factor_of(quantity.unit, goods)
    return quantity if factor is None else times(quantity, factor)


def factor_of(unit: Unit, goods: Resolved) -> Decimal | None:
    """How many pieces one of a unit is of these goods; None where it stays as it is."""
    counting = Counting(contains=goods.contains, case_contains=goods.case_contains)
    return _factor(MEASURES[unit.dimension], counting)


def times(quantity: Quantity, factor: Decimal) -> Quantity:
    """A quantity of packs in pieces. Raises QuantityTooLarge."""
    whole = (quantity.thousandths * factor).to_integral_value(rounding=ROUND_HALF_EVEN)
    if whole > LIMIT:
        raise QuantityTooLarge(text=str(quantity.value))
    return Quantity(int(whole), EA)


def in_base(measure: int, qty: int, counting: Counting | None) -> tuple[int, int]:
    """(measure, thousandths) of a stored quantity, packs and cases declared later in pieces."""
    factor = _factor(measure, counting) if counting else None
    return (measure, qty) if factor is None else (COUNT, round(qty * factor))


def _factor(measure: int, counting: Counting) -> Decimal | None:
    if measure not in (COUNT, CASE):
        return None
    if counting.contains != 1:
        return counting.contains
    return counting.case_contains if measure == CASE else None


def more_out_than_in(
    out: int, on_hand: int, received: int, measure: int, limits: Limits
) -> Finding | None:
    """L07: ``out`` leaves though only ``on_hand`` is there; thousandths of the measure's base.

    The tolerance is taken of all that ever came in, because small losses of weight add up.
    """
    if out <= on_hand:
        return None
    margin = int(received * limits.tolerance(measure))
    if out <= on_hand + margin:
        return None
    unit = unit_of_measure(measure)
    params = {
        "out": str(plain(out, unit or EA)),
        "on_hand": str(plain(on_hand, unit or EA)),
        "unit": unit.code if unit else "",
    }
    return Finding(
        rule="L07",
        effect=Effect.WARN,
        refusal=errors.MoreOutThanIn,
        field="quantity",
        flag=Flag.IMBALANCE,
        params=params,
    )
