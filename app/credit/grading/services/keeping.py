"""Keeping grades: the one each operator has, and a line of history where something moved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import text

from app.credit.grading.queries.city import City
from app.credit.grading.rules.together import Together
from app.credit.grading.terms import Trade
from app.credit.scoring.terms import day_of
from ledger.kernel.copying import copy_rows
from ledger.kernel.statements import numbers
from ledger.kernel.uow import UnitOfWork

_BEFORE = text("""
    SELECT subject_id, grade, basis, static, dynamic, total, since::text FROM food_grade
    WHERE CAST(:who AS integer[]) IS NULL OR subject_id = ANY(CAST(:who AS integer[]))
""")
_COLUMNS = (
    "subject_id",
    "run_id",
    "score_run",
    "as_of",
    "since",
    "last_inspected",
    "static",
    "dynamic",
    "total",
    "grade",
    "reckoned",
    "basis",
    "trade",
    "trades",
    "category",
    "scheme",
    "tier",
    "book",
)
_STAGE = text("""
    CREATE TEMPORARY TABLE graded (LIKE food_grade INCLUDING DEFAULTS) ON COMMIT DROP
""")
_MERGE = text(f"""
    INSERT INTO food_grade ({", ".join(_COLUMNS)})
    SELECT {", ".join(_COLUMNS)} FROM graded
    ON CONFLICT (subject_id) DO UPDATE SET
    {", ".join(f"{name} = EXCLUDED.{name}" for name in _COLUMNS[1:])}
""")  # noqa: S608
_HISTORY = ("subject_id", "run_id", "as_of", "was", "grade", "basis", "static", "dynamic", "total")


class Kept(NamedTuple):
    """What is kept of one operator."""

    together: Together
    trades: tuple[Trade, ...]


class Moved(NamedTuple):
    """Whose grade is another than before; ``was`` is empty for the first."""

    subject_id: int
    was: str
    now: str


def keep(
    uow: UnitOfWork, run_id: int, city: City, graded: Mapping[int, Kept], *, whole: bool
) -> list[Moved]:
    """Write the grades and what moved; returns whose grade or points moved."""
    who = None if whole else numbers(graded)
    before = {row[0]: row for row in uow.session.execute(_BEFORE, {"who": who})}
    day = city.as_of.isoformat()
    rows, history, moved = [], [], []
    for subject, kept in graded.items():
        said, was = kept.together, before.get(subject)
        chosen = said.chosen
        now = (said.grade.value, said.basis.value, chosen.static, chosen.dynamic, chosen.total)
        same = was is not None and tuple(was[1:6]) == now
        since = was[6] if was is not None and was[1] == now[0] else day
        rows.append(_row(subject, run_id, kept, city, (day, since)))
        if not same:
            grade = was[1] if was is not None else ""
            history.append((subject, run_id, day, grade, *now))
            moved.append(Moved(subject, grade, now[0]))
    _write(uow, rows)
    copy_rows(uow.session, "food_grade_history", _HISTORY, history)
    return moved


def _row(
    subject: int, run_id: int, kept: Kept, city: City, days: tuple[str, str]
) -> tuple[Any, ...]:
    said, chosen = kept.together, kept.together.chosen
    seen = city.inspected.get(subject)
    book = city.books.get(subject)
    return (
        subject,
        run_id,
        chosen.score_run,
        *days,
        day_of(seen) if seen else None,
        chosen.static,
        chosen.dynamic,
        chosen.total,
        said.grade.value,
        chosen.grade.value,
        said.basis.value,
        chosen.trade.value,
        "{" + ",".join(trade.value for trade in kept.trades) + "}",
        city.category_of(subject, chosen.trade),
        chosen.scheme,
        chosen.tier.value if chosen.tier else "",
        "{}" if book is None else numbers(book.figures()),
    )


def _write(uow: UnitOfWork, rows: list[tuple[Any, ...]]) -> None:
    uow.session.execute(_STAGE)
    copy_rows(uow.session, "graded", _COLUMNS, rows)
    uow.session.execute(_MERGE)
    uow.session.execute(text("DROP TABLE graded"))
