"""What is read of recalls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from app.food.recalls.terms.figures import FiguresOf
from app.food.recalls.terms.words import (
    Answer,
    ClockState,
    Found,
    Hazard,
    Kind,
    Level,
    Reach,
    State,
    Step,
    Timer,
    Via,
)
from ledger.kernel.quantity import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Recall:
    """A recall as it stands; ``number`` is what people call it."""

    id: int
    number: str
    title: str
    kind: Kind
    state: State
    level: Level
    hazard: Hazard
    found: Found
    reason: str
    is_drill: bool
    is_ordered: bool
    recaller_id: int | None
    product_id: int | None
    known_at: datetime
    opened_at: datetime
    start_due: datetime | None
    started_at: datetime | None
    notice_on: date | None
    finish_due: datetime | None
    finish_is_provisional: bool
    completed_at: datetime | None
    report_due: datetime | None
    reported_at: datetime | None
    closed_at: datetime | None
    lots: int
    holders: int
    revision: int
    spread_done: int
    spread_total: int
    looked_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Whether it has not been closed."""
        return self.closed_at is None

    @property
    def is_spread(self) -> bool:
        """Whether all its lots have been followed to their holders."""
        return self.spread_done >= self.spread_total


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallsPage:
    """A page of recalls, the newest first; ``next`` is the ``before`` of the page after."""

    items: tuple[Recall, ...]
    next: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One line of a recall's history; never changed."""

    id: int
    step: Step
    at: datetime
    account_id: int | None
    role: str
    organ: str
    basis: str
    document: str
    note: str
    details: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecalledLot:
    """A lot in a recall; ``share`` of a derived lot's inputs was recalled food.

    ``made_of`` says how that was reckoned.
    """

    lot_id: int
    is_root: bool
    share: Fraction
    made_of: tuple[Mapping[str, Any], ...]
    revision: int
    added_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a holder had of one lot when it was last looked at, in thousandths of ``unit``'s base.

    ``revision`` 1 is the frozen scope; later ones are what late filings changed.
    """

    operator_id: int
    lot_id: int
    unit: Unit
    tier: int
    received: int
    produced: int
    dispatched: int
    sold: int
    used: int
    disposed: int
    on_hand: int
    revision: int
    added_at: datetime
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What a holder was told and how it stands; ``stage`` 0–3 is how far its silence has gone."""

    recall_id: int
    operator_id: int
    name: str
    uscc: str
    kind: str
    division: str
    registered: bool
    status: str
    contact: str
    phone: str
    address: str
    tier: int
    reach: Reach
    issue: int
    added_at: datetime
    added_revision: int
    sent_at: datetime | None
    expires_at: datetime | None
    seen_at: datetime | None
    answered_at: datetime | None
    answered: Answer | None
    stage: int
    expected: tuple[Expected, ...] = ()
    figures: tuple[FiguresOf, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldersPage:
    """A page of holders, the unanswered first and of these the longest silent; and how many."""

    items: tuple[Notice, ...]
    next: str
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerShown:
    """An answer as it was given."""

    id: int
    operator_id: int
    answer: Answer
    lot_id: int | None
    quantity: str
    unit: str
    remark: str
    pictures: tuple[bytes, ...]
    via: Via
    at: datetime
    account_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """A legal clock: its limit, when it was met, and how it stands now."""

    timer: Timer
    begun_at: datetime | None
    due_at: datetime | None
    met_at: datetime | None
    state: ClockState
    is_provisional: bool = False
