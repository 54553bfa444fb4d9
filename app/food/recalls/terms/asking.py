"""What is asked of recalls: commands, and which of them are wanted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from app.food.recalls.terms.words import (
    Answer,
    Found,
    Hazard,
    Kind,
    Level,
    Method,
    State,
    Step,
    Via,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRecall:
    """Open a recall of lots, or of a product with all its lots.

    ``recaller_id`` is the operator whose recall it is (the producer; where none is known, nobody).
    Sale is stopped at once unless it is only ``suspected``, or a drill.
    """

    reason: str
    known_at: datetime
    lots: tuple[int, ...] = ()
    product_id: int | None = None
    recaller_id: int | None = None
    title: str = ""
    kind: Kind = Kind.RECALL
    hazard: Hazard = Hazard.OTHER
    found: Found = Found.OWN_CHECK
    level: Level = Level.NONE
    is_drill: bool = False
    suspected: bool = False
    organ: str = ""
    basis: str = ""
    document: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeStep:
    """Do the next thing in a recall, or one of the side steps.

    Who, when and in which role is the unit's. ``organ`` is the authority, ``basis`` the legal
    article, ``document`` the number of the paper. ``items`` are those of a plan or a notice.
    ``on`` is the day of the notice; ``days`` working days of an extension; ``at``, ``reported_at``,
    ``place`` and ``method`` are the disposal's.
    """

    recall_id: int
    step: Step
    organ: str = ""
    basis: str = ""
    document: str = ""
    note: str = ""
    level: Level = Level.NONE
    items: Mapping[str, str] = field(default_factory=dict)
    on: date | None = None
    days: int = 0
    method: Method | None = None
    place: str = ""
    at: datetime | None = None
    reported_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveAnswer:
    """A holder says what has become of its goods; ``pictures`` are SHA-256 of stored files."""

    recall_id: int
    operator_id: int
    answer: Answer
    lot_id: int | None = None
    quantity: str = ""
    unit: str = ""
    remark: str = ""
    pictures: tuple[bytes, ...] = ()
    via: Via = Via.ACCOUNT


class LinkNamed(NamedTuple):
    """What a signed link names: recall, holder, and which issue of it."""

    recall_id: int
    operator_id: int
    issue: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallsAsked:
    """Which recalls: ``operator_id`` those it holds goods of or recalls itself."""

    state: State | None = None
    is_open: bool | None = None
    is_drill: bool | None = None
    operator_id: int | None = None
    product_id: int | None = None
    lot_id: int | None = None
    before: int = 0
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldersAsked:
    """Which holders of a recall: ``only`` unanswered, answered, visit, added or all."""

    recall_id: int
    only: str = "all"
    tier: int | None = None
    text: str = ""
    after: str = ""
    limit: int = 50
