"""A scheme: facts, indicators in parts, classes, what overrides and adjusts them, and what follows.

Points and bounds are whole thousandths of a point. Every piece knows the line of the scheme's file
it stands on, the clause it comes from, and how sure that is (its mark).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

POINT = 1000
"""Thousandths in a point."""


@dataclass(frozen=True, slots=True)
class Said:
    """A text in both languages."""

    zh: str
    en: str

    def in_(self, language: str) -> str:
        """The text in a language, Chinese where it is not "en"."""
        return self.en if language == "en" else self.zh


class SchemeState(StrEnum):
    """Whether a scheme is being drafted, counts, or counts no longer."""

    DRAFT = "draft"
    IN_FORCE = "in_force"
    ENDED = "ended"


class How(StrEnum):
    """How an indicator makes points of what is known."""

    BANDS = "bands"
    TABLE = "table"
    EACH = "each"
    FLAG = "flag"
    SHARES = "shares"
    VALUE = "value"


class Take(StrEnum):
    """Which of several rows of one fact is the measure."""

    LATEST = "latest"
    SUM = "sum"
    COUNT = "count"
    ANY = "any"
    MOST = "most"
    LEAST = "least"


class Missing(StrEnum):
    """What an indicator says of an object of which its fact is not known."""

    ABSENT = "absent"
    """Nothing: no points."""
    POINTS = "points"
    """The points the scheme gives what is not known."""
    LAST = "last"
    """The object keeps the class it had, and is flagged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of rated object: who lists them, and where their numbers and parents stand."""

    name: str
    title: Said
    source: str
    parent: str
    keys: Mapping[str, Any]
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A fact by its name: which source serves it, and what the source needs to know."""

    name: str
    title: Said
    source: str
    keys: Mapping[str, Any]
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """Points up to a bound: ``below`` says whether the bound itself is outside; None: no bound."""

    bound: int | None
    below: bool
    points: int

    @property
    def cut(self) -> int:
        """Where it ends, in halves of a thousandth, so that a bound in and one out differ."""
        assert self.bound is not None  # only the last band has none, and it has no end
        return 2 * self.bound + (0 if self.below else 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A group of checked items and its weight in thousandths of a point."""

    code: str
    title: Said
    weight: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A group of indicators, its sum between ``least`` and ``most``.

    ``capped``: its indicators may reach further than that.
    """

    code: str
    title: Said
    most: int
    least: int
    capped: bool
    clause: str
    mark: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """One line of a scheme; see ``How`` and the reader for what each way uses.

    ``most`` and ``least`` are the points it can give at most and at least. ``kinds`` are the kinds
    of objects it is for. Of indicators with one ``either`` only the one with most points counts.
    ``also`` are further facts of shares, added to those of ``fact``. ``points`` are those of each
    row or of a flag, ``times`` those of each unit of a value.
    """

    code: str
    part: str
    title: Said
    fact: str
    how: How
    take: Take
    most: int
    least: int
    clause: str
    mark: str
    line: int
    kinds: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    bands: tuple[Band, ...] = ()
    table: Mapping[str, int] = field(default_factory=dict)
    otherwise: int | None = None
    points: int = 0
    times: int = 0
    shares: tuple[Share, ...] = ()
    missing: Missing = Missing.ABSENT
    missing_points: int = 0
    whole: bool = False
    either: str = ""
    advice: Said | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Inherit:
    """A kind of object takes the lesser or the greater of its parent's score and its own."""

    kind: str
    take: Take
    clause: str
    mark: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemeClass:
    """A class; classes stand from the best to the worst. ``bound`` is where it ends (None: never).

    ``beyond``: the bound itself belongs to the next class. Riskier schemes count upwards to their
    bounds (at most 30), better ones downwards (at least 90).
    """

    code: str
    title: Said
    bound: int | None
    beyond: bool
    colour: str
    clause: str
    mark: str
    line: int

    def cut(self, *, riskier: bool) -> int:
        """Where it ends, in halves of a thousandth; see ``Band.cut``."""
        assert self.bound is not None  # only the last class has none, and it has no end
        return 2 * self.bound + int(self.beyond != riskier)


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """While a fact holds, the class is no better than, no worse than, or just a certain one.

    ``classes`` names the class by the fact's word. ``first``: it stands before adjustments, which
    then move it; otherwise it has the last word.
    """

    when: str
    unless: str
    at_least: str
    at_most: str
    at: str
    classes: Mapping[str, str]
    first: bool
    kinds: tuple[str, ...]
    title: Said
    clause: str
    mark: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjust:
    """While a fact holds, the next class is some steps worse or better."""

    code: str
    worse: bool
    steps: int
    when: str
    unless: str
    kinds: tuple[str, ...]
    title: Said
    clause: str
    mark: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjusting:
    """How adjustments join: what several make, a bound, whether worse ones cancel better ones."""

    several: int = 0
    most: int = 0
    cancels: bool = True
    clause: str = ""
    mark: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequence:
    """What follows from a class: so many visits in so many months, and words."""

    class_code: str
    visits_min: int
    visits_max: int
    months: int
    text: Said
    clause: str
    mark: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """A whole scheme as its file says it; ``digest`` is the hash of the file's text.

    Of ``public`` schemes everybody may see scores; the rules of one that is not may be read by who
    may read its scores. ``riskier``: more points are worse. ``sign``: its objects carry a sign.
    """

    code: str
    version: str
    title: Said
    trade: str
    valid_from: date
    valid_to: date | None
    replaces: str
    source: str
    mark: str
    public: bool
    riskier: bool
    start: int
    least: int
    most: int
    decimals: int
    sign: bool
    kinds: tuple[Kind, ...]
    facts: Mapping[str, Fact]
    parts: tuple[Part, ...]
    indicators: tuple[Indicator, ...]
    inherits: tuple[Inherit, ...]
    classes: tuple[SchemeClass, ...]
    overrides: tuple[Override, ...]
    adjusts: tuple[Adjust, ...]
    adjusting: Adjusting
    consequences: tuple[Consequence, ...]
    lines: Mapping[str, int]
    digest: bytes

    @property
    def object(self) -> str:
        """The first kind of object it rates."""
        return self.kinds[0].name

    def kind(self, name: str) -> Kind:
        """A kind by its name; raises KeyError."""
        return {kind.name: kind for kind in self.kinds}[name]

    def class_(self, code: str) -> SchemeClass:
        """A class by its code; raises KeyError."""
        return {found.code: found for found in self.classes}[code]

    def rank(self, code: str) -> int:
        """The place of a class, 0 for the best; raises KeyError."""
        return {found.code: at for at, found in enumerate(self.classes)}[code]

    def consequence(self, code: str) -> Consequence | None:
        """What follows from a class, where the scheme says so."""
        return {found.class_code: found for found in self.consequences}.get(code)

    def indicators_of(self, kind: str) -> tuple[Indicator, ...]:
        """The indicators that are for a kind of object, in the file's order."""
        return tuple(one for one in self.indicators if not one.kinds or kind in one.kinds)

    def overrides_of(self, kind: str) -> tuple[Override, ...]:
        """The overrides that are for a kind of object."""
        return tuple(one for one in self.overrides if not one.kinds or kind in one.kinds)

    def adjusts_of(self, kind: str) -> tuple[Adjust, ...]:
        """The adjustments that are for a kind of object."""
        return tuple(one for one in self.adjusts if not one.kinds or kind in one.kinds)

    def facts_of(self, kind: str) -> tuple[Fact, ...]:
        """The facts a kind of object is asked about, in the file's order."""
        asked = {name for one in self.indicators_of(kind) for name in (one.fact, *one.also)}
        conditions: list[Override | Adjust] = [*self.overrides_of(kind), *self.adjusts_of(kind)]
        for condition in conditions:
            asked |= {condition.when, condition.unless}
        return tuple(fact for name, fact in self.facts.items() if name in asked)
