"""Quantities: a decimal as written, a unit of measure, and one whole number that can be added.

The book adds thousandths of a base unit (milligram, microlitre, thousandth of a piece) as int64,
so sums are exact; the unit as written is kept beside it. Codes are UN/ECE Recommendation 20/21;
units that are not in the list are kept as their own text and never converted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from enum import Enum
from functools import cache, lru_cache

from ledger.kernel.errors import Invalid

LIMIT = 10**17  # thousandths: 100,000 tonnes in milligrams; far above any lot, far below int64


class QuantityUnreadable(Invalid):
    """A quantity is not a plain decimal number."""

    code = "kernel.quantity_unreadable"


class QuantityNotPositive(Invalid):
    """A quantity must be above zero."""

    code = "kernel.quantity_not_positive"


class QuantityTooLarge(Invalid):
    """A quantity is larger than any lot can be."""

    code = "kernel.quantity_too_large"


class UnitUnreadable(Invalid):
    """A unit of measure is empty or longer than 20 characters."""

    code = "kernel.unit_unreadable"


class Dimension(Enum):
    """What a unit measures; only units of one dimension can be added."""

    MASS = "mass"
    VOLUME = "volume"
    COUNT = "count"
    CASE = "case"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit of measure; ``factor`` thousandths of the dimension's base make one of it."""

    number: int
    code: str
    dimension: Dimension
    factor: int
    zh: str
    words: tuple[str, ...] = ()


KGM = Unit(1, "KGM", Dimension.MASS, 1_000_000, "公斤", ("kg", "千克", "公斤"))
LTR = Unit(2, "LTR", Dimension.VOLUME, 1_000_000, "升", ("l", "升"))
EA = Unit(3, "EA", Dimension.COUNT, 1_000, "个", ("each", "个", "ea"))

# Containers that hold one trade item count as pieces; 箱 holds several and is converted only where
# the product says how many (the grouping is our own design).
UNITS: tuple[Unit, ...] = (
    KGM,
    LTR,
    EA,
    Unit(4, "GRM", Dimension.MASS, 1_000, "克", ("g", "克")),
    Unit(5, "MGM", Dimension.MASS, 1, "毫克", ("mg", "毫克")),
    Unit(6, "TNE", Dimension.MASS, 1_000_000_000, "吨", ("t", "吨")),
    Unit(7, "MLT", Dimension.VOLUME, 1_000, "毫升", ("ml", "毫升")),
    Unit(8, "H87", Dimension.COUNT, 1_000, "件", ("件", "pcs", "piece")),
    Unit(9, "XBG", Dimension.COUNT, 1_000, "袋", ("袋", "包", "bag", "bg")),
    Unit(10, "XBO", Dimension.COUNT, 1_000, "瓶", ("瓶", "支", "bottle")),
    Unit(11, "XBX", Dimension.COUNT, 1_000, "盒", ("盒", "box")),
    Unit(12, "XCX", Dimension.COUNT, 1_000, "罐", ("罐", "听", "can")),
    Unit(13, "XPA", Dimension.COUNT, 1_000, "桶", ("桶",)),
    Unit(14, "XCT", Dimension.CASE, 1_000, "箱", ("箱", "case", "carton", "cs", "ct")),
    Unit(15, "HEA", Dimension.COUNT, 1_000, "头", ("头", "head")),
    Unit(16, "TAI", Dimension.COUNT, 1_000, "只", ("只", "尾", "羽")),
    Unit(17, "JIN", Dimension.MASS, 500_000, "斤", ("斤", "市斤")),
    Unit(18, "DZN", Dimension.COUNT, 12_000, "打", ("打", "dozen")),
)
_GROUPED = re.compile(r"^\d{1,3}(,\d{3})+(\.\d+)?$")  # 1,200 is twelve hundred; 1,5 is nothing
_SHORT = 12  # digits a whole number is read at once with
_FIRST_OTHER = 1000  # numbers of units that are kept as text come from the unit_word table


@cache
def _by_word() -> dict[str, Unit]:
    table = {word.casefold(): unit for unit in UNITS for word in unit.words}
    return table | {unit.code.casefold(): unit for unit in UNITS}


@cache
def _by_number() -> dict[int, Unit]:
    return {unit.number: unit for unit in UNITS}


@lru_cache(maxsize=1024)
def unit_named(text: str) -> Unit:
    """The unit a word or code means; an unknown word becomes a unit of its own (number 0).

    Raises UnitUnreadable for an empty word or one over 20 characters.
    """
    word = text.strip()
    if not word or len(word) > 20 or not word.isprintable():
        raise UnitUnreadable(text=word[:20])
    return _by_word().get(word.casefold()) or Unit(0, word, Dimension.OTHER, 1_000, word)


def unit_numbered(number: int) -> Unit:
    """The unit stored under a number below 1000; others are looked up by the book."""
    return _by_number()[number]


def is_listed(number: int) -> bool:
    """Whether a stored unit number belongs to the fixed list."""
    return 0 < number < _FIRST_OTHER


@dataclass(frozen=True, slots=True)
class Quantity:
    """An amount in a unit, exact to a thousandth of the base; ``thousandths`` can be added."""

    thousandths: int
    unit: Unit

    @property
    def value(self) -> Decimal:
        """The amount in ``unit`` as a plain decimal without trailing zeros."""
        return plain(self.thousandths, self.unit)

    def __str__(self) -> str:
        """The amount and the unit's code, as in ``12.5 KGM``."""
        return f"{self.value} {self.unit.code}"


def plain(thousandths: int, unit: Unit) -> Decimal:
    """``thousandths`` of the base expressed in ``unit``, never in exponent form."""
    value = (Decimal(thousandths) / unit.factor).quantize(Decimal("0.000000001")).normalize()
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value


def parse_quantity(text: str, unit: Unit, *, allow_zero: bool = False) -> Quantity:
    """Read a decimal string such as ``"12.5"`` in ``unit``.

    Finer than a thousandth of the base is rounded half to even (36.799999999999997 kg is 36.8 kg).
    Raises QuantityUnreadable (not a finite decimal), QuantityNotPositive, QuantityTooLarge.
    """
    written = text.strip()
    if len(written) <= _SHORT and written.isdecimal():  # a whole number, as most are
        whole = int(written) * unit.factor
        if 0 < whole <= LIMIT:
            return Quantity(whole, unit)
    try:
        amount = Decimal(written.replace(",", "") if _GROUPED.match(written) else written)
    except InvalidOperation:
        raise QuantityUnreadable(text=text.strip()[:40]) from None
    if not amount.is_finite():
        raise QuantityUnreadable(text=text.strip()[:40])
    if amount.copy_abs() > LIMIT:
        raise QuantityTooLarge(text=text.strip()[:40])
    scaled = int((amount * unit.factor).to_integral_value(rounding=ROUND_HALF_EVEN))
    if scaled < 0 or (scaled == 0 and not allow_zero):
        raise QuantityNotPositive(text=text.strip()[:40])
    if scaled > LIMIT:
        raise QuantityTooLarge(text=text.strip()[:40])
    return Quantity(scaled, unit)
