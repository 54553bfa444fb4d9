"""The words of the trace's doors: a question as it is asked from outside, and its answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from ledger.certificates.terms import PaperShown
from ledger.entries.terms import Dealer, HeldLot
from ledger.kernel.errors import Refusal
from ledger.products.terms import Hold, Lot, Product
from ledger.subjects.terms import Licence, Subject
from scanner.trace.terms import Direction, LotShown, Pointed, Totals, Trace


@dataclass(frozen=True, slots=True, kw_only=True)
class AskTrace:
    """A question as it arrives: texts, not yet looked up.

    ``operator`` is a USCC or a subject's id; ``after`` where a page of a product's lots begins;
    ``case`` the number of the case an inspector works on, kept in the audit line.
    """

    code: str
    lot: str = ""
    operator: str = ""
    direction: Direction = Direction.DOWN
    after: int | None = None
    limit: int = 50
    case: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A trace with what was asked; ``next`` is where the next page of a product's lots begins.

    ``is_own_view`` says that an operator asked, and sees its own book and one step up and down.
    ``totals`` are those over all lots of a product; none where the trace has all its lots.
    """

    asked: AskTrace
    pointed: Pointed
    trace: Trace
    took_ms: float
    next: int | None = None
    is_own_view: bool = False
    totals: Totals | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Days, both included, and how many of a list were shown on the pages before."""

    since: date
    until: date
    after: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LotsHeld:
    """A page of the lots in an operator's book, each with its product; ``next`` as ``after``."""

    subject: Subject
    items: tuple[tuple[HeldLot, Lot, Product], ...]
    total: int
    next: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DealersShown:
    """A page of the operators that dealt in a product; ``next`` as ``after``."""

    product: Product
    items: tuple[tuple[Dealer, Subject], ...]
    total: int
    next: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeRead:
    """A text or symbol as read, and what it points at, or why it points at nothing.

    ``meaning`` is the data of ``scanner.codes``; ``corners`` are pixels of the picture.
    """

    meaning: Mapping[str, Any]
    symbology: str | None = None
    corners: tuple[tuple[int, int], ...] = ()
    pointed: Pointed | None = None
    product: LotShown | None = None
    lots: tuple[LotShown, ...] = field(default=())
    refused: Refusal | None = None


class StepKind(StrEnum):
    """One step of the way of a lot, in general terms."""

    MATERIALS = "materials"
    PRODUCER = "producer"
    SOURCE_UNKNOWN = "source_unknown"
    BETWEEN = "between"
    SHOP = "shop"
    SHOP_UNKNOWN = "shop_unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step with what may be said of it: a count, or the producer's or the asking shop's name."""

    kind: StepKind
    name: str = ""
    count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallBanner:
    """What everybody is told of recalls on the page of a product or lot; drills are no recalls.

    ``number`` is empty where the lot is under none; ``level`` is in the reader's words; ``hotline``
    names the recaller and its telephone. ``over_number`` ended a while ago. ``lots`` are those of
    the product that are under recall now, asked for where the lot is not known.
    """

    number: str = ""
    reason: str = ""
    level: str = ""
    since: date | None = None
    is_only_lot: bool = False
    is_derived: bool = False
    hotline: tuple[str, str] = ("", "")
    over_number: str = ""
    over_on: datetime | None = None
    lots: tuple[LotShown, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicView:
    """What everybody may see of a product or a lot.

    No quantities, prices, contacts, or names beyond the producer's and the asking shop's.
    ``lot`` is none where only the product is known. ``licence`` is the producer's food production
    licence in force on the day of asking, or the last one. ``certificates`` are (kind, number) as
    they were filed with entries, ``papers`` those on file: of the lot, or of the latest lots.
    ``is_verified``: the producer itself, or a registrar, said that the goods are the producer's.
    ``hold_is_mixed`` says that the hold is on another lot, which may be in this one.
    """

    product: Product
    lot: Lot | None
    producer: Subject | None
    licence: Licence | None
    licence_holds: bool
    hold: Hold | None
    certificates: tuple[tuple[str, str], ...]
    path: tuple[Step, ...]
    has_gap: bool
    asked_at: datetime
    hold_is_mixed: bool = False
    is_verified: bool = False
    papers: tuple[PaperShown, ...] = ()
    recall: RecallBanner = RecallBanner()
