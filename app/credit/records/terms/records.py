"""The words of records: one record, what happened to it, who reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from app.credit.records.terms.catalogue import Agency, Item

REVISION_BITS = 10
"""The low bits of a stored id are the revision; a record's own id has zeros there."""
REVISION_MAX = (1 << REVISION_BITS) - 1


class Audience(StrEnum):
    """For whom a file is drawn up; what each sees is settled in ``rules.visibility`` alone."""

    PUBLIC = "public"
    OWN = "own"
    AUTHORISED = "authorised"
    GOVERNMENT = "government"


AUDIENCE_TEXTS: dict[Audience, tuple[str, str]] = {
    Audience.PUBLIC: ("公开版", "public version"),
    Audience.OWN: ("本人版", "the subject's own version"),
    Audience.AUTHORISED: ("授权版", "authorised version"),
    Audience.GOVERNMENT: ("政务版", "government version"),
}


class EventKind(StrEnum):
    """What may happen to a record after it was submitted; its content is never changed."""

    CORRECTED = "corrected"
    WITHDRAWN = "withdrawn"
    MARKED = "marked"
    UNMARKED = "unmarked"
    REPAIRED = "repaired"
    RESTORED = "restored"


class RecordState(StrEnum):
    """How a record stands today."""

    CURRENT = "current"
    CORRECTED = "corrected"  # an earlier revision
    WITHDRAWN = "withdrawn"
    REPAIRED = "repaired"


class Shown(StrEnum):
    """Whether an audience sees a record, and if not why; the first reason that holds."""

    YES = "yes"
    NOT_CURRENT = "not_current"
    LEVEL = "level"
    WARNING_ONLY = "warning_only"
    REPAIRED = "repaired"
    PERIOD_OVER = "period_over"
    TOO_OLD = "too_old"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordEvent:
    """One thing that happened to a record."""

    kind: EventKind
    at: datetime
    account_id: int | None
    agency_id: int | None
    reason: str
    basis: str
    about: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A revision of a record as an audience may read it.

    ``id`` is the record's own for life (low bits zero); with ``subject_id``, the subject it was
    submitted about, it finds the record. ``said`` has the fields that are not empty, by name, with
    personal ones masked for this audience. ``public_until`` is the last day the public sees it:
    None when there is no such day, the decision's own day when it was never to be published.
    """

    subject_id: int
    id: int
    revision: int
    item: Item
    agency: Agency
    decided_on: date
    recorded_at: datetime
    said: Mapping[str, str]
    state: RecordState
    marked: bool
    public_until: date | None
    is_public: bool
    events: tuple[RecordEvent, ...] = ()

    @property
    def title(self) -> str:
        """The first field the record is known by: its document number, mostly."""
        return next((self.said[name] for name in self.item.key if self.said.get(name)), "")
