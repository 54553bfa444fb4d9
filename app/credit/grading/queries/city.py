"""All food operators at once, with what the ledger and the records know of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property

import numpy as np

from app.credit.grading.rules.book import Book, Limits, failed_items, shares
from app.credit.grading.rules.tables import Category, categories, serious_item
from app.credit.grading.rules.tiers import category_of_licence
from app.credit.grading.terms import Trade
from app.credit.records.queries.facts import facts_of
from app.credit.records.terms import RecordFacts
from app.credit.scoring.terms import FactColumn, FactRow, Objects, days_of
from app.credit.scoring.terms.facts import Ints
from ledger.entries.queries import Conduct, conduct_between
from ledger.kernel.uow import UnitOfWork
from ledger.kernel.zone import SHANGHAI
from ledger.products.queries import stops_not_ended
from ledger.subjects.queries import in_business
from ledger.subjects.terms import InBusiness, SubjectKind

_TRADES = {
    SubjectKind.DISTRIBUTION: Trade.SALES,
    SubjectKind.IMPORT: Trade.SALES,
    SubjectKind.CATERING: Trade.CATERING,
}
GRADED = (SubjectKind.PRODUCTION, *_TRADES)
"""What somebody does who is graded."""
_SPECIAL, _HEALTH = frozenset({"28", "29", "30"}), "27"
_CATEGORIES = RecordFacts(name="category", item="food.profile.production", value="food_category")
_INSPECTED = RecordFacts(name="inspected", item="inspection.food")
_SERIOUS = RecordFacts(name="serious", item=serious_item(), current="ended_on")
_NO_BOOK = Book()


@dataclass(frozen=True, kw_only=True)
class City:
    """Food operators as of a day. ``made`` are their categories of production, one row each."""

    as_of: date
    operators: Mapping[int, InBusiness]
    made: FactColumn
    inspected: Mapping[int, int]
    """Days since 1970 of the last inspection."""
    serious: FactColumn
    conduct: Mapping[int, Conduct]
    held: Mapping[int, int]
    limits: Limits
    whole: bool

    @cached_property
    def categories(self) -> dict[int, set[str]]:
        """The categories of each producer."""
        found: dict[int, set[str]] = {}
        words = self.made.words or ()
        for who, place in zip(self.made.objects.tolist(), self.made.values.tolist(), strict=True):
            found.setdefault(who, set()).add(words[place])
        return found

    @cached_property
    def trades(self) -> dict[Trade, Ints]:
        """Who is graded for what, each in the order of ids."""
        found: dict[Trade, list[int]] = {trade: [] for trade in Trade}
        for who, operator in self.operators.items():
            for trade in _trades(operator, self.categories.get(who, set())):
                found[trade].append(who)
        return {trade: np.array(ids, dtype=np.int64) for trade, ids in found.items()}

    @cached_property
    def on_list(self) -> frozenset[int]:
        """Who is on the seriously unlawful list that day."""
        today = days_of(self.as_of)
        on = (self.serious.on <= today) & ((self.serious.until == 0) | (self.serious.until > today))
        return frozenset(self.serious.objects[on].tolist())

    def category_of(self, who: int, trade: Trade) -> str:
        """The riskiest category of a producer within a trade; empty for others."""
        known = categories()
        mine = [code for code in self.categories.get(who, ()) if _belongs(code) is trade]
        return max(mine, key=lambda code: (_score(known, code), code), default="")

    @cached_property
    def books(self) -> dict[int, Book]:
        """What the ledger knows of each operator of whom it knows something."""
        return {
            who: made
            for who, operator in self.operators.items()
            if (made := self._book(who, operator)) != _NO_BOOK
        }

    def _book(self, who: int, operator: InBusiness) -> Book:
        said = self.conduct.get(who)
        held = self.held.get(who, 0)
        licence = bool(operator.holding) if operator.known else None
        if said is None:
            return Book(licence=licence, held=held)
        return Book(licence, said.received, said.unanswered, said.written, said.late, held)

    def category_column(self, trade: Trade) -> FactColumn:
        """The categories that belong to a trade, for the engine."""
        words = self.made.words or ()
        fits = np.array([_belongs(word) is trade for word in words] or [False])
        kept = fits[self.made.values] if len(self.made.values) else np.zeros(0, dtype=bool)
        return replace(
            self.made,
            objects=self.made.objects[kept],
            values=self.made.values[kept],
            on=self.made.on[kept],
            until=self.made.until[kept],
            evidence=self.made.evidence[kept],
        )

    def book_column(self, trade: Trade) -> FactColumn:
        """The ledger's own items as shares of a trade's groups."""
        known: dict[tuple[object, ...], str] = {}
        on = days_of(self.as_of)
        places: dict[str, int] = {}
        ids, values = [], []
        for who in self.trades[trade].tolist():
            book = self.books.get(who)
            if book is None:
                continue
            items = failed_items(book, self.limits)
            key = tuple(items.items())
            if key not in known:
                known[key] = shares(items, trade)
            if said := known[key]:
                ids.append(who)
                values.append(places.setdefault(said, len(places)))
        return FactColumn(
            name="book",
            objects=np.array(ids, dtype=np.int64),
            values=np.array(values, dtype=np.int64),
            on=np.full(len(ids), on, dtype=np.int32),
            until=np.zeros(len(ids), dtype=np.int32),
            evidence=np.zeros(len(ids), dtype=np.int64),
            words=tuple(places),
        )


def _score(known: Mapping[str, Category], code: str) -> int:
    return (known[code].score or 0) if code in known else 0


def _belongs(category: str) -> Trade:
    if category in _SPECIAL:
        return Trade.SPECIAL
    return Trade.HEALTH if category == _HEALTH else Trade.PRODUCTION


def _trades(operator: InBusiness, categories: Iterable[str]) -> set[Trade]:
    found = {_TRADES[kind] for kind in _TRADES if kind.value in operator.kinds}
    if SubjectKind.PRODUCTION.value in operator.kinds:
        found |= {_belongs(code) for code in categories} or {Trade.PRODUCTION}
    return found


def city_of(uow: UnitOfWork, as_of: date, subjects: Sequence[int] | None = None) -> City:
    """The operators as of a day: about ten statements for the whole city, or for those named."""
    operators = {one.id: one for one in in_business(uow, GRADED, as_of, subjects)}
    objects = Objects.of_subjects(operators)
    made, inspected, serious = facts_of(uow, (_CATEGORIES, _INSPECTED, _SERIOUS), as_of, objects)
    until = as_of - timedelta(days=uow.parameters.number("grading.answer_days", as_of))
    since = until - timedelta(days=uow.parameters.number("grading.conduct_days", as_of))
    return City(
        as_of=as_of,
        operators=operators,
        made=_with_licences(made, operators.values(), as_of),
        inspected=_latest(inspected, as_of),
        serious=serious,
        conduct={one.operator_id: one for one in conduct_between(uow, since, until, subjects)},
        held=_held(uow, as_of, set(operators)),
        limits=Limits(
            uow.parameters.number("grading.unanswered_percent", as_of),
            uow.parameters.number("grading.late_percent", as_of),
        ),
        whole=subjects is None,
    )


def _with_licences(told: FactColumn, operators: Iterable[InBusiness], as_of: date) -> FactColumn:
    """Categories as records tell them, and those that the number of a licence names."""
    words, today = told.words or (), days_of(as_of)
    rows = [
        (who, FactRow(text=words[value], on=on, until=until, evidence=evidence))
        for who, value, on, until, evidence in zip(
            told.objects.tolist(),
            told.values.tolist(),
            told.on.tolist(),
            told.until.tolist(),
            told.evidence.tolist(),
            strict=True,
        )
        if on <= today and not 0 < until <= today
    ]
    rows += [
        (one.id, FactRow(text=code, on=days_of(one.since or as_of)))
        for one in operators
        if one.production and (code := category_of_licence(one.production))
    ]
    return FactColumn.of("category", rows, text=True)


def _latest(column: FactColumn, as_of: date) -> dict[int, int]:
    found: dict[int, int] = {}
    today = days_of(as_of)
    for who, on in zip(column.objects.tolist(), column.on.tolist(), strict=True):
        if on <= today:
            found[who] = max(on, found.get(who, 0))
    return found


def _held(uow: UnitOfWork, as_of: date, among: set[int]) -> dict[int, int]:
    days = uow.parameters.number("grading.held_days", as_of)
    before = datetime.combine(as_of - timedelta(days=days), time.min, tzinfo=SHANGHAI)
    found: dict[int, int] = {}
    for producer, _on in stops_not_ended(uow, before):
        if producer in among:
            found[producer] = found.get(producer, 0) + 1
    return found
