"""Scores: what a run reckons of many objects, how one is explained, and what would change it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import IntFlag, StrEnum

import numpy as np
from numpy.typing import NDArray

from app.credit.scoring.terms.facts import Days, FactRow, Ints, Objects
from app.credit.scoring.terms.scheme import (
    Adjust,
    Consequence,
    Indicator,
    Override,
    Part,
    Scheme,
    SchemeClass,
    SchemeState,
    Share,
)


class Flag(IntFlag):
    """What is to be known of a score beside its points."""

    MISSING = 1
    """A fact is missing without which no class is given: the last class was kept, if there was."""
    OVERRIDDEN = 2
    ADJUSTED = 4
    INHERITED = 8
    """The points are its parent's."""
    UNKNOWN_WORD = 16
    """A fact says a word that the scheme has no points for."""


class LineState(StrEnum):
    """How an indicator came to its points."""

    COUNTED = "counted"
    ABSENT = "absent"
    MISSING = "missing"
    OUTDONE = "outdone"
    """Another indicator of the same ``either`` counts instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareLine:
    """A group of checked items: how much weight failed of how much applied, and its points."""

    share: Share
    failed: int
    applicable: int
    points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What one indicator says of one object, with the rows it says it from.

    ``value`` is the measure in thousandths, ``text`` the measured word. ``points`` are thousandths.
    """

    indicator: Indicator
    points: int
    state: LineState
    value: int | None
    text: str
    rows: tuple[FactRow, ...]
    shares: tuple[ShareLine, ...] = ()

    @property
    def most(self) -> int:
        """The points it can give at most."""
        return self.indicator.most

    @property
    def clause(self) -> str:
        """Where the rule stands."""
        return self.indicator.clause

    @property
    def evidence(self) -> tuple[int, ...]:
        """The numbers of what it comes from."""
        return tuple(row.evidence for row in self.rows if row.evidence)

    @property
    def on(self) -> int:
        """The day of the latest row, in days since 1970; 0 where there is none."""
        return max((row.on for row in self.rows), default=0)

    @property
    def until(self) -> int:
        """The first day on which one of its rows no longer counts; 0 for never."""
        return min((row.until for row in self.rows if row.until), default=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class PartScore:
    """A part's points: the sum of its lines within the part's bounds."""

    part: Part
    points: int
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One object: its kind, what is known of it, its parent's points, the class it had before."""

    kind: str
    facts: Mapping[str, Sequence[FactRow]]
    parent: int | None = None
    before: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One object scored and explained.

    ``own`` are its own points, ``points`` those that count (the parent's where it inherits).
    ``class_code`` is the class now, ``adjusted_class`` the class after the adjustments. ``""``: no
    class, because a fact is missing and there was none before.
    """

    scheme: Scheme
    kind: str
    as_of: int
    own: int
    parent: int | None
    points: int
    class_code: str
    adjusted_class: str
    parts: tuple[PartScore, ...]
    overrides: tuple[Override, ...]
    adjusts: tuple[Adjust, ...]
    flags: Flag

    @property
    def lines(self) -> tuple[Line, ...]:
        """The lines of all parts."""
        return tuple(line for part in self.parts for line in part.lines)

    @property
    def consequence(self) -> Consequence | None:
        """What follows from the adjusted class."""
        return self.scheme.consequence(self.adjusted_class)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class UsedRows:
    """The rows a run counted, in order of the objects: who, which fact of the kind, and the row.

    ``who`` are places in the objects, ``fact`` places in ``Scheme.facts_of``. Of a word, ``value``
    is the place in the fact's own ``words``.
    """

    who: Ints
    fact: Ints
    value: Ints
    on: Days
    until: Days
    evidence: Ints
    words: tuple[tuple[str, ...] | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reckoned:
    """All objects of a kind scored, as columns in the order of the objects.

    ``lines`` are the points of each indicator of the kind, a row for each; ``class_rank`` and
    ``adjusted_rank`` are places in the scheme's classes, -1 for none. ``parent`` is -1 where there
    is nothing to inherit.
    """

    objects: Objects
    own: Ints
    parent: Ints
    points: Ints
    class_rank: NDArray[np.int16]
    adjusted_rank: NDArray[np.int16]
    before_rank: NDArray[np.int16]
    flags: NDArray[np.int16]
    lines: Ints
    used: UsedRows


class RunState(StrEnum):
    """What a run is for: all objects of a scheme in force, some of them again, or a draft."""

    IN_FORCE = "in_force"
    PART = "part"
    DRAFT = "draft"


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """How many objects of a kind have each class, best first; ``unclassed`` have none.

    ``classes`` are the adjusted classes, ``histogram`` the points in tenths of the scale.
    """

    kind: str
    classes: Mapping[str, int]
    unclassed: int
    histogram: tuple[int, ...]

    @property
    def total(self) -> int:
        """All objects."""
        return sum(self.classes.values()) + self.unclassed


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run of a scheme over objects on one day; the same snapshot gives the same scores."""

    id: int
    scheme_id: int
    scheme_code: str
    scheme_version: str
    as_of: date
    at: datetime
    state: RunState
    objects: int
    snapshot: bytes
    result: bytes
    distributions: tuple[Distribution, ...]
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreHead:
    """A score without its lines, as lists and files of many show it."""

    run_id: int
    scheme_code: str
    scheme_version: str
    as_of: date
    kind: str
    object_id: int
    subject_id: int
    number: str
    name: str
    own: int
    points: int
    class_code: str
    adjusted_class: str
    flags: Flag


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """One object's score with its explanation, and the case it explains."""

    head: ScoreHead
    case: Case
    outcome: Outcome
    previous: ScoreHead | None

    @property
    def points(self) -> int:
        """The points that count, in thousandths."""
        return self.head.points

    @property
    def class_code(self) -> str:
        """The class before adjustments."""
        return self.head.class_code

    @property
    def adjusted_class(self) -> str:
        """The class after adjustments."""
        return self.head.adjusted_class

    @property
    def class_(self) -> SchemeClass | None:
        """The adjusted class with its words."""
        code = self.head.adjusted_class
        return self.outcome.scheme.class_(code) if code else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoresPage:
    """Some scores of a run in the order of the objects; ``next`` continues, None: the end."""

    items: tuple[ScoreHead, ...]
    next: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing that would be otherwise: an indicator goes from some points to others.

    ``on``: it happens by itself on that day; None: somebody has to do something about it.
    """

    indicator: Indicator | None
    override: Override | None
    adjust: Adjust | None
    before: int
    after: int
    on: int | None
    rows: tuple[FactRow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A smallest set of changes that brings an object to a class, with the points it has then."""

    changes: tuple[Change, ...]
    points: int
    class_code: str
    on: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemeView:
    """A scheme as the store keeps it: its text, its state, when it was loaded.

    ``valid_to`` is here because a later version may have ended this one.
    """

    id: int
    scheme: Scheme
    state: SchemeState
    valid_from: date
    valid_to: date | None
    text: str
    loaded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Mover:
    """An object whose class a draft would change; points are those by the draft."""

    kind: str
    object_id: int
    name: str
    before: str
    after: str
    points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """A draft beside what is in force, on the same facts: distributions and who moves.

    ``moves`` counts objects by (class before, class after); ``examples`` are some who move, those
    who get worse first. ``version`` is the one in force, "" where there was none.
    """

    run: Run
    version: str
    before: tuple[Distribution, ...]
    after: tuple[Distribution, ...]
    moves: Mapping[tuple[str, str], int] = field(default_factory=dict)
    examples: tuple[Mover, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RunColumns:
    """A run's scores as columns in order of the objects, with the points of each part.

    ``ranks`` are places of the adjusted classes in ``Run``'s scheme, -1 for none.
    """

    scheme: Scheme
    ids: Ints
    points: Ints
    ranks: Ints
    flags: Ints
    parts: Mapping[str, Ints]
