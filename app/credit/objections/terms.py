"""The words of objections."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from app.blobs.terms import Blob


class ObjectionState(StrEnum):
    """How far an objection has come."""

    FILED = "filed"
    MARKED = "marked"
    OWN_REVIEW = "own_review"
    FORWARDED = "forwarded"
    UPHELD = "upheld"
    REJECTED = "rejected"
    CLOSED = "closed"


class Outcome(StrEnum):
    """What was decided; nothing while it is open."""

    OPEN = ""
    UPHELD = "upheld"
    REJECTED = "rejected"


class Channel(StrEnum):
    """How an objection came in."""

    ACCOUNT = "account"
    PAPER = "paper"


class Remedy(StrEnum):
    """How a record that was wrong is put right."""

    WITHDRAW = "withdraw"
    CORRECT = "correct"
    LATER = "later"


OPEN_STATES = frozenset(
    {
        ObjectionState.FILED,
        ObjectionState.MARKED,
        ObjectionState.OWN_REVIEW,
        ObjectionState.FORWARDED,
        ObjectionState.UPHELD,
    }
)
"""States in which the record carries the mark and is not used for a new punishment."""
STATE_TEXTS: dict[ObjectionState, tuple[str, str]] = {
    ObjectionState.FILED: ("已收到", "received"),
    ObjectionState.MARKED: ("已标注，待分办", "marked, to be passed on"),
    ObjectionState.OWN_REVIEW: ("平台核查中", "checked by the platform"),
    ObjectionState.FORWARDED: ("报送单位核查中", "checked by the agency"),
    ObjectionState.UPHELD: ("异议成立，待更正", "upheld, to be put right"),
    ObjectionState.REJECTED: ("异议不成立", "not upheld"),
    ObjectionState.CLOSED: ("已办结", "closed"),
}
OUTCOME_TEXTS: dict[Outcome, tuple[str, str]] = {
    Outcome.OPEN: ("办理中", "in hand"),
    Outcome.UPHELD: ("异议成立", "upheld"),
    Outcome.REJECTED: ("异议不成立", "not upheld"),
}
REMEDY_TEXTS: dict[Remedy, tuple[str, str]] = {
    Remedy.WITHDRAW: ("撤回这条记录", "withdraw the record"),
    Remedy.CORRECT: ("现在更正这条记录", "correct the record now"),
    Remedy.LATER: ("另行报送更正后的记录", "send the corrected record later"),
}
CHANNEL_TEXTS: dict[Channel, tuple[str, str]] = {
    Channel.ACCOUNT: ("本人账号", "own account"),
    Channel.PAPER: ("书面", "on paper"),
}
STEP_TEXTS: dict[str, tuple[str, str]] = {
    "filed": ("提出异议", "objection filed"),
    "marked": ("记录已标注", "record marked"),
    "own_review": ("由平台核查", "to be checked by the platform"),
    "forwarded": ("转报送单位", "passed on to the agency"),
    "extended": ("延长期限", "time extended"),
    "upheld": ("异议成立", "upheld"),
    "rejected": ("异议不成立", "not upheld"),
    "closed": ("办结并取消标注", "closed, mark taken off"),
    "overdue": ("超过期限", "overdue"),
}
"""What happened, by the kind of step."""


class Clock(StrEnum):
    """What has to be done next, and is watched."""

    MARK = "mark"
    FORWARD = "forward"
    DECIDE = "decide"
    PUT_RIGHT = "put_right"


CLOCK_TEXTS: dict[Clock, tuple[str, str]] = {
    Clock.MARK: ("标注", "mark"),
    Clock.FORWARD: ("转交", "pass on"),
    Clock.DECIDE: ("答复", "decide"),
    Clock.PUT_RIGHT: ("更正", "put right"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The working days of one jurisdiction; ``extended`` is 0 where time cannot be extended."""

    mark: int
    own: int
    forward: int
    provider: int
    extended: int
    put_right: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A picture or PDF that goes with an objection."""

    blob: Blob
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileObjection:
    """A subject disputes a record; on paper it is entered by an officer.

    ``received_on`` is the day the paper came, which the clocks run from; ``brought_by`` who signed
    it.
    """

    subject_id: int
    record_id: int
    grounds: str
    evidence: tuple[Evidence, ...] = ()
    channel: Channel = Channel.ACCOUNT
    received_on: date | None = None
    brought_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideObjection:
    """What the provider, or the officer for the platform's own data, finds.

    ``said`` are the fields as they should be, for a correction at once; ``revision`` the one of the
    record that was looked at, where that is known.
    """

    objection_id: int
    upheld: bool
    reason: str
    remedy: Remedy = Remedy.WITHDRAW
    basis: str = ""
    revision: int | None = None
    said: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """One step of an objection."""

    kind: str
    at: datetime
    by_name: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptEvidence:
    """A kept file of an objection."""

    position: int
    name: str
    sha256: bytes
    size: int
    media_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Objection:
    """An objection as officials and its subject see it."""

    id: int
    subject_id: int
    subject_name: str
    uscc: str
    record_subject_id: int
    record_id: int
    revision: int
    document_no: str
    item_code: str
    item_name: tuple[str, str]
    agency_id: int
    agency_name: tuple[str, str]
    agency_subject_id: int
    is_own: bool
    state: ObjectionState
    outcome: Outcome
    remedy: Remedy | None
    channel: Channel
    brought_by: str
    grounds: str
    filed_at: datetime
    received_on: date
    clock: Clock | None
    due_on: date | None
    provisional: bool
    overdue: bool
    decided_at: datetime | None
    reason: str
    steps: tuple[Happened, ...] = ()
    evidence: tuple[KeptEvidence, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether the record carries the mark for it."""
        return self.state in OPEN_STATES


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectionsAsked:
    """Which objections are wanted; ``before`` is the number of the last one already seen."""

    subject_id: int | None = None
    agency_id: int | None = None
    open_only: bool = True
    before: int | None = None
    limit: int = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectionsPage:
    """A page of objections, the most urgent or the newest first; ``next`` is None on the last."""

    items: tuple[Objection, ...]
    next: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What a file shows beside a record."""

    record_id: int
    objection_id: int
    state: ObjectionState
    outcome: Outcome
    marked_on: date
    due_on: date | None
