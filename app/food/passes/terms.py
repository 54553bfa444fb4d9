"""The words of one-ticket passes, and of the book seen from both sides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from ledger.entries.terms import BookLine, EntryKind, Line


class PassState(StrEnum):
    """Where a pass stands."""

    ISSUED = "issued"
    ACCEPTED = "accepted"
    DISPUTED = "disputed"
    REFUSED = "refused"
    EXPIRED = "expired"


@dataclass(frozen=True, kw_only=True, slots=True)
class IssuePass:
    """Make one pass of dispatches of one seller to one buyer under one document number."""

    operator_id: int
    references: Sequence[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class DispatchWithPass:
    """File dispatches and make their pass at once; a line without a document gets the pass's own.

    ``filing_key`` makes a second tap the same filing and the same pass.
    """

    operator_id: int
    filing_key: str
    lines: Sequence[Line]


@dataclass(frozen=True, kw_only=True, slots=True)
class AnswerPass:
    """The buyer's answer: taken as sent, taken in the quantities that came, or not taken.

    ``quantities`` maps the reference of a dispatch to what came of it; ``0`` is nothing.
    """

    pass_id: int
    quantities: Mapping[str, str] = field(default_factory=dict)
    is_refused: bool = False
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class PassLine:
    """One dispatch of a pass as it was sent, and what its buyer says came of it."""

    reference: str
    lot_id: int
    product_name: str
    gtin: str
    lot_number: str
    produced_on: str
    expires_on: str
    producer_name: str
    certificate: str
    quantity: str
    unit: str
    received: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Pass:
    """A pass as its seller, its buyer and inspectors see it."""

    id: int
    seller_id: int
    seller_name: str
    buyer_id: int
    buyer_name: str
    document: str
    state: PassState
    issued_at: datetime
    expires_at: datetime
    answered_at: datetime | None
    reason: str
    receipt: str
    lines: tuple[PassLine, ...] = ()

    @property
    def is_short(self) -> bool:
        """Whether its buyer says that another quantity came than was sent."""
        return self.state is PassState.DISPUTED


@dataclass(frozen=True, kw_only=True, slots=True)
class PassesAsked:
    """Which passes of an operator: those it sends or those sent to it, newest first."""

    operator_id: int
    sent: bool = False
    state: PassState | None = None
    before: int | None = None
    limit: int = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Unticketed:
    """Dispatches to one buyer under one document number that are on no pass yet."""

    buyer_name: str
    document: str
    on: str
    lines: tuple[BookLine, ...]


class SideState(StrEnum):
    """What the two books say of one delivery, as one of its two sides sees it."""

    MATCHED = "matched"
    SHORT = "short"
    OVER = "over"
    UNANSWERED = "unanswered"
    UNSENT = "unsent"


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivered:
    """One delivery seen from both sides; what a side has not filed is None.

    ``sent`` and ``received`` are in ``unit``; references are of the side that is one's own, and of
    the other one's only where one may read it.
    """

    on: str
    is_mine: bool
    state: SideState
    partner_id: int
    partner_name: str
    lot_id: int
    product_name: str
    lot_number: str
    document: str
    sent: Decimal | None
    received: Decimal | None
    unit: str
    reference: str
    pass_id: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class PartnerFigures:
    """How the deliveries with one partner stand, by state."""

    partner_id: int
    partner_name: str
    counts: Mapping[SideState, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One entry of a lot, and what was left after it in its unit."""

    reference: str
    kind: EntryKind
    on: str
    partner_name: str
    is_in: bool
    quantity: Decimal
    left: Decimal
    unit: str


@dataclass(frozen=True, kw_only=True, slots=True)
class LotWeighed:
    """What came, went and is left of a lot in one unit, and what does not add up of it."""

    product_name: str
    lot_number: str
    came: Decimal
    went: Decimal
    left: Decimal
    unit: str
    expires_on: str
    kinds: tuple[FindingKind, ...]


class FindingKind(StrEnum):
    """What a balance of quantities shows."""

    MORE_OUT = "more_out_than_in"
    PAST_DATE = "stock_past_date"
    FROM_NOWHERE = "from_nowhere"


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """A quantity that does not add up, with what it was reckoned from.

    ``came``, ``went`` and ``left`` are in ``unit``; ``since`` is the first day that counts.
    """

    kind: FindingKind
    lot_id: int
    product_name: str
    gtin: str
    lot_number: str
    came: Decimal
    went: Decimal
    left: Decimal
    unit: str
    expires_on: str = ""
