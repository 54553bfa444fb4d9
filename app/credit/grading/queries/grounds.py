"""Which flags and grounds hold of an operator in a year, with the records they rest on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from sqlalchemy import select

from app.credit.grading.model import FoodConductRow
from app.credit.grading.rules.tables import Ground, Looked, flags, grounds
from app.credit.grading.terms import Evidence, Said
from app.credit.records.queries.facts import facts_of
from app.credit.records.terms import RecordFacts
from app.credit.scoring.terms import FactColumn, Objects, day_of, days_of
from ledger.kernel.uow import UnitOfWork
from ledger.products.queries import months_later

LEDGER = "ledger"


def found_of(
    uow: UnitOfWork, subject_id: int, year: int, on: date, since: date | None
) -> tuple[tuple[Said, ...], tuple[Said, ...]]:
    """The flags and the grounds that hold, by what is known on a day of a year.

    ``since`` is the operator's first licensed day: who is younger has no three clean years.
    """
    asked = list(_asked())
    columns = facts_of(uow, [one for _, one in asked], on, Objects.of_subjects([subject_id]))
    conduct = _conduct(uow, subject_id)
    by_ground: dict[str, list[Evidence]] = {}
    for (looked, one), column in zip(asked, columns, strict=True):
        code = one.name.partition(".")[0]
        first = _first(looked, year, on)
        found = _evidence(column, looked, first, on)
        by_ground.setdefault(code, []).extend(found)
    for ground in (*flags(), *grounds()):
        for looked in ground.looked:
            if looked.conduct:
                first = _first(looked, year, on)
                by_ground.setdefault(ground.code, []).extend(
                    it for kind, it in conduct if kind == looked.conduct and first <= it.on <= on
                )
    raised = tuple(_said(one, by_ground) for one in flags() if by_ground.get(one.code))
    lowered = tuple(_said(one, by_ground) for one in grounds() if _holds(one, by_ground, on, since))
    return raised, lowered


def _asked() -> Iterator[tuple[Looked, RecordFacts]]:
    for ground in (*flags(), *grounds()):
        for at, looked in enumerate(ground.looked):
            if looked.item:
                yield (
                    looked,
                    RecordFacts(
                        name=f"{ground.code}.{at}",
                        item=looked.item,
                        value=looked.value,
                        where=looked.where,
                        current=ground.current,
                    ),
                )


def _first(looked: Looked, year: int, on: date) -> date:
    return months_later(on, -12 * looked.years) if looked.years else date(year, 1, 1)


def _evidence(column: FactColumn, looked: Looked, first: date, on: date) -> list[Evidence]:
    found = []
    rows = (column.values, column.on, column.until, column.evidence)
    for value, day, until, record in zip(*(one.tolist() for one in rows), strict=True):
        words = (column.words or ("",))[value] if looked.among else ""
        if looked.among and not looked.among & set(words.split(",")):
            continue
        if days_of(first) <= day <= days_of(on) and not 0 < until <= days_of(on):
            found.append(Evidence(source=looked.item, on=day_of(day), record_id=record or None))
    return found


def _conduct(uow: UnitOfWork, subject_id: int) -> list[tuple[str, Evidence]]:
    rows: Sequence[FoodConductRow] = uow.session.scalars(
        select(FoodConductRow)
        .where(FoodConductRow.subject_id == subject_id)
        .order_by(FoodConductRow.kind, FoodConductRow.about)
    ).all()
    return [(row.kind, Evidence(source=LEDGER, on=row.on, about=row.about)) for row in rows]


def _holds(ground: Ground, found: dict[str, list[Evidence]], on: date, since: date | None) -> bool:
    if not ground.clean:
        return bool(found.get(ground.code))
    years = max(looked.years for looked in ground.looked)
    return (
        since is not None and since <= months_later(on, -12 * years) and not found.get(ground.code)
    )


def _said(ground: Ground, found: dict[str, list[Evidence]]) -> Said:
    return Said(code=ground.code, evidence=() if ground.clean else tuple(found[ground.code]))
