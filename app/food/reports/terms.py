"""The words of consumers' reports."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from app.blobs.terms import Blob

NUMBER_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
NUMBER_RANDOM = 8
PHOTOS_MAX = 3


class ReportKind(StrEnum):
    """What somebody found wrong."""

    SPOILED = "spoiled"
    FOREIGN_BODY = "foreign_body"
    ILLNESS = "illness"
    EXPIRED = "expired"
    LABEL = "label"
    RECALLED = "recalled"
    OTHER = "other"


class ReportState(StrEnum):
    """How far a report has come."""

    NEW = "new"
    TAKEN = "taken"
    CLOSED = "closed"


URGENT = frozenset({ReportKind.ILLNESS, ReportKind.RECALLED})
KIND_TEXTS: dict[ReportKind, tuple[str, str]] = {
    ReportKind.ILLNESS: ("吃了不舒服", "somebody fell ill"),
    ReportKind.RECALLED: ("召回的还在卖", "recalled but still sold"),
    ReportKind.SPOILED: ("变质、发霉、有异味", "spoiled, mouldy, smells"),
    ReportKind.FOREIGN_BODY: ("有异物", "something in it"),
    ReportKind.EXPIRED: ("过期还在卖", "sold past its date"),
    ReportKind.LABEL: ("标签不对或没有标签", "label wrong or missing"),
    ReportKind.OTHER: ("其他问题", "something else"),
}
STATE_TEXTS: dict[ReportState, tuple[str, str]] = {
    ReportState.NEW: ("已收到", "received"),
    ReportState.TAKEN: ("正在核查", "being looked into"),
    ReportState.CLOSED: ("已办结", "closed"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitReport:
    """Somebody tells what is wrong with a food; ``code`` and ``lot`` as they stand on it."""

    kind: ReportKind
    said: str
    code: str = ""
    lot: str = ""
    place: str = ""
    bought_on: date | None = None
    contact: str = ""
    photos: tuple[Blob, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveReport:
    """An inspector takes a report up or closes it; the person who reported reads ``answer``."""

    report_id: int
    state: ReportState
    answer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What was done about a report, when and by whom."""

    at: datetime
    account_id: int | None
    state: ReportState
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A report with what became of it; ``contact`` is for who looks into it only."""

    id: int
    number: str
    kind: ReportKind
    state: ReportState
    said: str
    code: str
    lot: str
    product_id: int | None
    product_name: str
    lot_id: int | None
    place: str
    bought_on: date | None
    contact: str = field(repr=False)
    at: datetime
    photos: tuple[Blob, ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportsPage:
    """A page of reports, the newest first; ``next`` is None on the last one."""

    items: tuple[Report, ...]
    next: int | None
