"""How long a record is public, and how long it is shown at all.

A term ends by itself: nobody has to take anything down. Which regime counts is asked of the day of
the decision, because the rules changed on 2021-09-01 and on 2026-04-01.
"""

from __future__ import annotations

import calendar
from bisect import bisect_right
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from app.credit.records.terms import FieldRole, Item, Publication
from ledger.kernel.parameters import Parameters

_DAY = timedelta(days=1)
_WAN = 10_000  # fines are written in 万元
_MILD = frozenset({"warning", "criticism", "fine"})
_BARS = frozenset({"restriction", "job_ban"})
_HEAVY = frozenset(
    {"suspension", "downgrade", "revocation", "restriction", "halt", "closure", "job_ban",
     "detention"}
)  # fmt: skip
_FIRM = "91"


class Term(NamedTuple):
    """``never`` public; the last public day; the last day it is shown to anybody but agencies."""

    never: bool = False
    until: date | None = None
    kept: date | None = None


class Regime(NamedTuple):
    """The figures in force on the day of a decision."""

    by_severity: bool
    small_fine_months: int
    penalty_months: int
    months: Mapping[str, int]
    small_fine_firm: int
    small_fine_other: int
    unlawful_months: int
    negative_years: int


class Regimes:
    """The regimes of all days: there are a handful, each reckoned when a day of it is asked."""

    def __init__(self, parameters: Parameters) -> None:
        self.parameters = parameters
        mine = [one for one in parameters.lines if one.key.startswith("publication.")]
        ends = {one.valid_to + _DAY for one in mine if one.valid_to}
        self.starts = sorted({one.valid_from for one in mine} | ends)
        self.known: dict[int, Regime] = {}

    def on(self, day: date) -> Regime:
        """The figures in force on a day."""
        place = bisect_right(self.starts, day)
        if place not in self.known:
            self.known[place] = regime(self.parameters, day)
        return self.known[place]


def regime(parameters: Parameters, on: date) -> Regime:
    """The figures in force on a day."""

    def number(name: str) -> int:
        return parameters.number(f"publication.{name}", on)

    return Regime(
        by_severity=parameters.get("publication.penalty_scheme", on) == "severity",
        small_fine_months=number("small_fine_months"),
        penalty_months=number("penalty_months"),
        months={one: number(f"{one}_months") for one in ("minor", "general", "serious")},
        small_fine_firm=number("small_fine_firm"),
        small_fine_other=number("small_fine_other"),
        unlawful_months=number("unlawful_months"),
        negative_years=number("negative_years"),
    )


def term_of(item: Item, said: Mapping[str, str], decided_on: date, figures: Regime) -> Term:
    """How long a record of an item is shown. ``said`` are its fields as they are kept."""
    if has_no_end(item):
        return Term()
    told = _Told(item, said)
    ended = told.day(FieldRole.ENDED)
    kept = _kept(item, decided_on, ended, told, figures)
    never, ends = False, None
    match item.publication:
        case Publication.PENALTY:
            never, ends = _penalty(told, decided_on, figures)
        case Publication.UNLAWFUL:
            ends = add_months(decided_on, figures.unlawful_months)
        case Publication.TERM:
            ends = told.day(FieldRole.UNTIL)
    before = ended - _DAY if ended else None
    return Term(never, _first(ends, before, told.day(FieldRole.PUBLIC_UNTIL), kept), kept)


def has_no_end(item: Item) -> bool:
    """Whether records of an item are shown for ever, whatever they say."""
    return item.publication is Publication.ALWAYS and not item.negative


def add_months(day: date, months: int) -> date:
    """The same day some months later, or the last of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def _kept(
    item: Item, decided_on: date, ended: date | None, told: _Told, figures: Regime
) -> date | None:
    """Five years after the decision; of what lasts, after it has ended."""
    begins: date | None = ended or decided_on
    if ended is None and item.publication is Publication.LISTING:
        begins = None
    if ended is None and item.publication is Publication.TERM:
        begins = told.day(FieldRole.UNTIL)
    return add_months(begins, figures.negative_years * 12) if begins else None


def _penalty(told: _Told, decided_on: date, figures: Regime) -> tuple[bool, date | None]:
    begins = told.day(FieldRole.PUBLISHED) or decided_on
    kinds = frozenset(told.text(FieldRole.KINDS).split(","))
    if kinds == {"warning"}:
        return True, None
    mild = kinds <= _MILD and told.fine() <= _small_fine(told, figures)
    months = figures.small_fine_months if mild else figures.penalty_months
    if figures.by_severity:
        derived = "minor" if mild else "serious" if kinds & _HEAVY else "general"
        months = figures.months[told.text(FieldRole.SEVERITY) or derived]
    if not months:
        return True, None
    ends = add_months(begins, months)
    barred = told.day(FieldRole.UNTIL) if kinds & _BARS else None
    return False, max(ends, barred) if barred else ends


def _small_fine(told: _Told, figures: Regime) -> int:
    is_firm = told.text(FieldRole.SUBJECT).startswith(_FIRM)
    return figures.small_fine_firm if is_firm else figures.small_fine_other


def _first(*days: date | None) -> date | None:
    return min((day for day in days if day), default=None)


class _Told:
    """What a record says in the fields that have a role."""

    def __init__(self, item: Item, said: Mapping[str, str]) -> None:
        self.texts: dict[FieldRole, str] = {
            one.role: said.get(one.name, "")
            for one in item.fields
            if one.role is not FieldRole.NONE
        }

    def text(self, role: FieldRole) -> str:
        """The text of the field with a role, or nothing."""
        return self.texts.get(role, "")

    def day(self, role: FieldRole) -> date | None:
        """The day of the field with a role, where one is given."""
        said = self.text(role)
        return date.fromisoformat(said) if said else None

    def fine(self) -> Decimal:
        """The fine in yuan; nothing said is no fine."""
        said = self.text(FieldRole.AMOUNT)
        return Decimal(said) * _WAN if said else Decimal(0)
