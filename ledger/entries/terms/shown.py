"""What is read of the book: its lines, what waits, what is on hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from ledger.entries.terms.filing import EntryKind, Flag
from ledger.kernel.moment import Moment


@dataclass(frozen=True, slots=True, kw_only=True)
class BookLine:
    """One entry of an operator's book, ready to be shown or exported.

    An entry over several lots gives a line for each; ``role`` says ``input`` or ``output`` of a
    transformation. ``corrected_by`` is the reference of the entry that put this one out of force.
    """

    reference: str
    kind: EntryKind
    at: Moment
    operator_id: int
    operator_name: str
    partner_id: int | None
    partner_name: str
    lot_id: int
    product_name: str
    gtin: str
    lot_number: str
    quantity: str
    unit: str
    document: str
    flags: tuple[str, ...]
    role: str = ""
    corrects: str = ""
    corrected_by: str = ""
    certificate: str = ""
    filed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoSided:
    """A delivery as both books tell it: one side's line, and what both say was sent and received.

    ``status`` is matched, differs, dispatch_only or receipt_only; ``sent`` and ``received`` are in
    ``unit``, None where that side has filed nothing; ``difference`` is received less sent, in
    thousandths.
    """

    line: BookLine
    status: str
    sent: Decimal | None
    received: Decimal | None
    unit: str
    difference: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A dispatch to an operator that it has not answered with a receipt."""

    reference: str
    sender_id: int
    sender_name: str
    lot_id: int
    product_name: str
    gtin: str
    lot_number: str
    quantity: str
    unit: str
    document: str
    at: Moment
    certificate: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BookAsked:
    """Which lines of one operator's book are wanted; what is left empty does not narrow.

    ``text`` is part of a product's name or its GTIN; ``since``/``until`` are days, both included;
    ``after`` is the ``next`` of the page before.
    """

    operator_id: int
    kind: EntryKind | None = None
    text: str = ""
    lot: str = ""
    partner_id: int | None = None
    since: date | None = None
    until: date | None = None
    flag: Flag | None = None
    after: str = ""
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class BookPage:
    """A page of a book, the newest day first; ``next`` is empty on the last one."""

    items: tuple[BookLine, ...]
    next: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryShown:
    """One entry with its lines, what it corrects and what corrected it, oldest first.

    ``said`` is what the filer wrote beside the row: reason, note, origin, certificate kind.
    """

    reference: str
    lines: tuple[BookLine, ...]
    history: tuple[BookLine, ...]
    said: Mapping[str, Any]
    certificate: str
    keep_until: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OnHand:
    """How much of a lot an operator has by its own book, in one unit."""

    lot_id: int
    quantity: Decimal
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """What came into an operator's hands of a lot, what went, and what is left, in one unit."""

    lot_id: int
    came: Decimal
    went: Decimal
    left: Decimal
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldLot:
    """A lot that an operator's book speaks of, and on which days first and last."""

    lot_id: int
    first: date
    last: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Dealer:
    """An operator whose book speaks of a food: of how many lots, and on which days."""

    operator_id: int
    lots: int
    first: date
    last: date


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthFigures:
    """What an operator filed about one month: entries by kind, and how many carry each mark."""

    month: date
    entries: Mapping[str, int]
    flagged: Mapping[str, int]
    lots: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PairingDay:
    """L10: how one operator's deliveries of one day paired; ``share`` of them matched, 0 to 1."""

    operator_id: int
    day: date
    matched: int
    differs: int
    unmatched_up: int
    unmatched_down: int
    share: Decimal
