"""The words of trace requests."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from ledger.entries.terms import EntryKind
from scanner.trace.terms import GapKind


class RequestState(StrEnum):
    """How far a request has come."""

    OPEN = "open"
    ANSWERED = "answered"
    DECLINED = "declined"
    CANCELLED = "cancelled"


class Via(StrEnum):
    """How an answer came."""

    ACCOUNT = "account"
    LINK = "link"


WANTED: dict[GapKind, EntryKind | None] = {
    GapKind.SOURCE_UNKNOWN: EntryKind.RECEIPT,
    GapKind.MORE_OUT_THAN_IN: EntryKind.RECEIPT,
    GapKind.UNANSWERED_DISPATCH: EntryKind.RECEIPT,
    GapKind.UNANSWERED_RECEIPT: EntryKind.DISPATCH,
    GapKind.DATE_UNKNOWN: None,
}
"""What kind of entry closes a gap; None where only words can."""
GAP_TEXTS: dict[GapKind, tuple[str, str]] = {
    GapKind.SOURCE_UNKNOWN: ("来源不明", "source unknown"),
    GapKind.MORE_OUT_THAN_IN: ("发出多于收到", "more out than in"),
    GapKind.UNANSWERED_DISPATCH: ("发货没有人认", "dispatch not answered"),
    GapKind.UNANSWERED_RECEIPT: ("收货没有发货方的记录", "receipt without a dispatch"),
    GapKind.DATE_UNKNOWN: ("没有日期", "date unknown"),
}
STATE_TEXTS: dict[RequestState, tuple[str, str]] = {
    RequestState.OPEN: ("等待补报", "waiting"),
    RequestState.ANSWERED: ("已补报", "answered"),
    RequestState.DECLINED: ("说明没有记录", "no records, with a reason"),
    RequestState.CANCELLED: ("已撤回", "withdrawn"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRequest:
    """Ask an operator for its records of a lot; ``partner_id`` is the other side where known."""

    operator_id: int
    lot_id: int
    gap: GapKind
    quantity: str = ""
    unit: str = ""
    partner_id: int | None = None
    note: str = ""
    hours: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRequest:
    """One record the operator finds in its papers; ``partner`` is a name or a credit code."""

    partner: str
    contact: str
    quantity: str
    unit: str
    at: str
    document: str = ""
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Declined:
    """The operator has no records and says why."""

    remark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """An answer as it was given: the entry it became, or the words alone."""

    at: datetime
    via: Via
    account_id: int | None
    reference: str
    remark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request with what is known of the gap and what was answered."""

    id: int
    operator_id: int
    operator_name: str
    operator_contact: str = field(repr=False)
    lot_id: int
    lot_number: str
    produced_on: date | None
    product_name: str
    gtin: str
    gap: GapKind
    quantity: str
    unit: str
    partner_id: int | None
    partner_name: str
    note: str
    state: RequestState
    asked_at: datetime
    due_at: datetime
    seen_at: datetime | None
    answers: tuple[Given, ...]

    @property
    def wanted(self) -> EntryKind | None:
        """The kind of entry that would close the gap."""
        return WANTED[self.gap]


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestsPage:
    """A page of requests, the newest first; ``next`` is None on the last one."""

    items: tuple[Request, ...]
    next: int | None
