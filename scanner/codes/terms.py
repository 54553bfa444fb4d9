"""The words of the codes: what kind a text is, its elements, its meaning, what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from ledger.kernel.identifiers.gln import Gln
from ledger.kernel.identifiers.gtin import Gtin
from ledger.kernel.identifiers.sscc import Sscc

# Identifiers with their values, as scanned.
Pairs = tuple[tuple[str, str], ...]
Parsed = str | int | Decimal | date | datetime | tuple[date, ...] | Gtin | Sscc | Gln | None


class Kind(StrEnum):
    """What a text turned out to be."""

    ELEMENT_STRING = "element_string"
    DIGITAL_LINK = "digital_link"
    EAN = "ean"
    SSCC = "sscc"
    IN_STORE = "in_store"
    OWN_SIGN = "own_sign"
    OWN_TRACE = "own_trace"
    OWN_TICKET = "own_ticket"
    UNKNOWN_TEXT = "unknown_text"


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """One named thing that is wrong; where ``refuses`` is false it is only worth knowing."""

    code: str
    params: dict[str, Any] = field(default_factory=dict, hash=False)
    refuses: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Element:
    """One application identifier with its value as scanned and as understood.

    ``parsed`` is none where the value breaks its format; ``unit`` is a UN/ECE Rec 20 code.
    """

    ai: str
    value: str
    title_zh: str
    title_en: str
    parsed: Parsed = None
    unit: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class InStoreCode:
    """A number a shop gave itself: prefix, item and, in 13 digits, a price or weight.

    Whether ``measure`` is fen or grams is the shop's own affair; it has no unit here.
    """

    digits: str
    prefix: str
    item: str
    measure: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Meaning:
    """What one text says; junk has a meaning too, ``UNKNOWN_TEXT`` with its problems."""

    text: str
    kind: Kind
    symbology: str | None = None
    elements: tuple[Element, ...] = ()
    problems: tuple[Problem, ...] = ()
    in_store: InStoreCode | None = None
    own_id: str | None = None

    @property
    def is_refused(self) -> bool:
        """Whether anything is wrong enough for the scan not to be relied on."""
        return any(problem.refuses for problem in self.problems)

    def element(self, *ais: str) -> Element | None:
        """The first element with one of the identifiers, if there is one."""
        return next((element for element in self.elements if element.ai in ais), None)

    def _text(self, ai: str) -> str | None:
        found = self.element(ai)
        return found.value if found else None

    def _date(self, ai: str) -> date | None:
        found = self.element(ai)
        return found.parsed if found and isinstance(found.parsed, date) else None

    @property
    def gtin(self) -> Gtin | None:
        """The trade item scanned, (01)."""
        found = self.element("01")
        return found.parsed if found and isinstance(found.parsed, Gtin) else None

    @property
    def content_gtin(self) -> Gtin | None:
        """The trade item inside a logistics unit, (02)."""
        found = self.element("02")
        return found.parsed if found and isinstance(found.parsed, Gtin) else None

    @property
    def sscc(self) -> Sscc | None:
        """The logistics unit, (00)."""
        found = self.element("00")
        return found.parsed if found and isinstance(found.parsed, Sscc) else None

    @property
    def gln(self) -> Gln | None:
        """The location (414) or party (417) the text names."""
        found = self.element("414", "417")
        return found.parsed if found and isinstance(found.parsed, Gln) else None

    @property
    def lot(self) -> str | None:
        """The lot number, (10)."""
        return self._text("10")

    @property
    def serial(self) -> str | None:
        """The serial number, (21)."""
        return self._text("21")

    @property
    def variant(self) -> str | None:
        """The consumer product variant, (22)."""
        return self._text("22")

    @property
    def produced_on(self) -> date | None:
        """The production date, (11), or the day of the production time, (8008)."""
        return self._date("11") or _day(self._date("8008"))

    @property
    def packed_on(self) -> date | None:
        """The packaging date, (13)."""
        return self._date("13")

    @property
    def best_before(self) -> date | None:
        """The best-before date, (15)."""
        return self._date("15")

    @property
    def sell_by(self) -> date | None:
        """The sell-by date, (16)."""
        return self._date("16")

    @property
    def expires_on(self) -> date | None:
        """The use-by date, (17), or the day of the expiry time, (7003)."""
        return self._date("17") or _day(self._date("7003"))

    @property
    def net_weight(self) -> Decimal | None:
        """The net weight in kilograms, (310n)."""
        found = next((element for element in self.elements if element.ai[:3] == "310"), None)
        return found.parsed if found and isinstance(found.parsed, Decimal) else None

    @property
    def count(self) -> int | None:
        """The count of items, (30) of a variable item or (37) within a unit."""
        found = self.element("30", "37")
        return found.parsed if found and isinstance(found.parsed, int) else None


def _day(moment: date | None) -> date | None:
    return moment.date() if isinstance(moment, datetime) else moment
