"""Grading: the whole city in one unit, or some operators again."""

from __future__ import annotations

import hashlib
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy import text

from app.credit.grading.model import FoodRunRow
from app.credit.grading.queries.city import City, city_of
from app.credit.grading.queries.forms import confirmed_for
from app.credit.grading.queries.grades import run_of
from app.credit.grading.rules.together import Standing, TradeGrade, together
from app.credit.grading.services.keeping import Kept, Moved, keep
from app.credit.grading.services.trades import graded_trade
from app.credit.grading.terms import Basis, FoodRun, Grade, GradeCity, Trade
from ledger.kernel.uow import UnitOfWork

FACTS_AT_ONCE = 500  # operators one fact speaks of
_ALONE = text("SELECT pg_advisory_xact_lock(7206144)")  # one grading at a time
_CONDUCT = text("""
    INSERT INTO food_conduct (subject_id, kind, about, "on")
    SELECT DISTINCT id, :kind, :about, CAST(:on AS date)
    FROM unnest(CAST(:subjects AS integer[])) AS id
    ON CONFLICT DO NOTHING
""")


def grade_city(uow: UnitOfWork, command: GradeCity) -> FoodRun:
    """Grade all food operators as of a day, or those named; all in this unit or nothing.

    Refuses: NotPermitted. Announces: grade.changed. Leaves an audit line.
    """
    uow.actor.require("score.run")
    began = time.perf_counter()
    uow.session.execute(_ALONE)
    whole = not command.subjects
    run = FoodRunRow(as_of=command.as_of, at=uow.now, account_id=uow.actor.account_id, whole=whole)
    uow.session.add(run)
    uow.session.flush()  # grades carry its number
    city = city_of(uow, command.as_of, None if whole else command.subjects)
    trades = {trade: graded_trade(uow, city, trade) for trade in Trade}
    graded = _graded(uow, city, [one for found in trades.values() for one in found.grades.items()])
    moved = keep(uow, run.id, city, graded, whole=whole)
    _count(run, city, graded, moved)
    run.runs = {found.scheme: found.run_id for found in trades.values() if found.run_id}
    run.snapshot = _snapshot(found.snapshot for found in trades.values())
    run.took_ms = round((time.perf_counter() - began) * 1000)
    _tell(uow, run.id, moved)
    uow.audit("grade.run", f"food_run:{run.id}", operators=run.operators, whole=whole)
    return run_of(run)


def _graded(
    uow: UnitOfWork, city: City, trades: Iterable[tuple[int, TradeGrade]]
) -> dict[int, Kept]:
    """One grade for each operator out of what its trades say."""
    by_operator: dict[int, list[TradeGrade]] = defaultdict(list)
    for who, one in trades:
        by_operator[who].append(one)
    standing = _standing(uow, city)
    plain = Standing()
    return {
        who: Kept(
            together(found, standing.get(who, plain)), tuple(sorted(it.trade for it in found))
        )
        for who, found in by_operator.items()
    }


def _standing(uow: UnitOfWork, city: City) -> dict[int, Standing]:
    listed = city.on_list
    confirmed = confirmed_for(uow, city.as_of.year)
    return {
        who: Standing(serious=who in listed, confirmed=confirmed.get(who))
        for who in {*listed, *confirmed}
    }


def _count(run: FoodRunRow, city: City, graded: Mapping[int, Kept], moved: Sequence[Moved]) -> None:
    counts = Counter(
        (city.operators[who].division, kept.together.grade) for who, kept in graded.items()
    )
    tally: dict[str, dict[str, int]] = {}
    for (division, grade), count in counts.items():
        tally.setdefault(division, dict.fromkeys(Grade, 0))[grade] = count
    run.tally = tally
    run.operators = len(graded)
    run.changed = sum(1 for one in moved if one.was != one.now)
    run.unfilled = sum(
        1 for kept in graded.values() if kept.together.chosen.basis is Basis.UNFILLED
    )


def _snapshot(parts: Iterable[bytes]) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def _tell(uow: UnitOfWork, run_id: int, moved: Sequence[Moved]) -> None:
    """Announce whose grade is another, some hundreds at a time."""
    changed = [one for one in moved if one.was != one.now]
    uow.announce_each(
        "grade.changed",
        (
            {
                "run": run_id,
                "scheme": "food",
                "subjects": [one.subject_id for one in part],
                "changes": [one._asdict() for one in part],
            }
            for part in (
                changed[at : at + FACTS_AT_ONCE] for at in range(0, len(changed), FACTS_AT_ONCE)
            )
        ),
    )


def note_conduct(uow: UnitOfWork, kind: str, about: str, on: date, subjects: Sequence[int]) -> None:
    """Keep what the ledger's clocks found of some operators, once; it speaks in the year's form."""
    given = {"kind": kind, "about": about, "on": on, "subjects": list(subjects)}
    uow.session.execute(_CONDUCT, given)
