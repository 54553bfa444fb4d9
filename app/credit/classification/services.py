"""The verbs of classification: the monthly run, and another version of the combination."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from sqlalchemy import select, text

from app.credit.classification import errors
from app.credit.classification.model import CombinationRow, CombinedRunRow
from app.credit.classification.queries import combination_on
from app.credit.classification.rules import combined_class, first_of_month, read_combination
from app.credit.classification.terms import FOOD, SCHEME, Combination, Side
from app.credit.scoring import queries as scoring
from app.credit.scoring.services import Finished, adopt_schemes, run_now
from app.credit.scoring.terms import Flag, Run, RunColumns
from ledger.kernel.uow import UnitOfWork

SHIPPED = Path(__file__).parent / "data" / "combinations"
_ALONE = text("SELECT pg_advisory_xact_lock(7310029)")
_WRITE = text("""
    INSERT INTO combined_class (subject_id, run_id, class_code, food, credit)
    SELECT s, :run, c, f, k FROM unnest(CAST(:subjects AS int[]), CAST(:classes AS text[]),
        CAST(:foods AS text[]), CAST(:credits AS text[])) AS given (s, c, f, k)
""")


def classify(uow: UnitOfWork, day: date) -> Finished:
    """Give every enterprise its class as of the first of the month, and join it with food grades.

    Repeated on the same snapshot it changes nothing. Refuses: NotPermitted. Announces:
    scores.made, class.changed where classes were joined.
    """
    uow.actor.require("score.run")
    adopt(uow)
    month = first_of_month(day)
    done = run_now(uow, SCHEME, month)
    combine(uow, month)
    return done


def adopt(uow: UnitOfWork) -> None:
    """Keep the scheme and the combinations that come with the program, where none are kept."""
    adopt_schemes(uow, (SCHEME,))
    known = set(uow.session.scalars(select(CombinationRow.version)))
    for path in sorted(SHIPPED.glob("*.toml")) if not known else ():
        load_combination(uow, path.read_text("utf-8"))


def load_combination(uow: UnitOfWork, said: str) -> Combination:
    """Keep a version of the combination; months from its first day on are joined again.

    Months before are as they were. Refuses: NotPermitted, CombinationRefused, VersionKnown,
    BeginsTooEarly. Leaves an audit line.
    """
    uow.actor.require("scheme.draft")
    how = read_combination(said)
    uow.session.execute(_ALONE)
    for row in uow.session.scalars(select(CombinationRow)):
        if row.version == how.version and row.text != said:
            raise errors.VersionKnown(version=how.version)
        if row.version == how.version:
            return how
        if row.valid_from >= how.valid_from:
            raise errors.BeginsTooEarly(version=row.version, since=str(row.valid_from))
    uow.session.add(
        CombinationRow(
            version=how.version,
            valid_from=how.valid_from,
            text=said,
            loaded_at=uow.now,
            account_id=uow.actor.account_id,
        )
    )
    uow.session.flush()  # months are joined by it
    uow.audit("combination.load", f"combination:{how.version}", since=str(how.valid_from))
    months = {run.as_of for run in scoring.runs_of(uow, SCHEME)}
    for month in sorted(month for month in months if month >= how.valid_from):
        combine(uow, month)
    return how


def combine(uow: UnitOfWork, month: date) -> int | None:
    """Join the classes of a month with the food grades as of it; answers the joining's number.

    None where there is no class, no food grade or no combination yet. Announces: class.changed.
    """
    found = combination_on(uow, month)
    runs = [run for run in scoring.runs_of(uow, SCHEME) if run.as_of == month]
    foods = scoring.runs_on(uow, FOOD, month)
    if found is None or not runs or not foods:
        return None
    number, how = found
    joined = _joined(uow, how, runs[0], foods)
    classes = Counter(one[0] for one in joined.values())
    row = CombinedRunRow(
        month=month,
        combination_id=number,
        credit_run=runs[0].id,
        food_runs=[run.id for run in foods],
        at=uow.now,
        classes=dict(sorted(classes.items())),
    )
    if _same(uow, row):
        return None
    uow.session.add(row)
    uow.session.flush()  # the classes name it
    said = {
        "run": row.id,
        "subjects": list(joined),
        "classes": [one[0] for one in joined.values()],
        "foods": [one[1] for one in joined.values()],
        "credits": [one[2] for one in joined.values()],
    }
    uow.session.execute(_WRITE, said)
    uow.announce("class.changed", run=row.id, month=str(month))
    uow.audit("class.combine", f"month:{month}", version=how.version, subjects=len(joined))
    return row.id


def _same(uow: UnitOfWork, row: CombinedRunRow) -> bool:
    """Whether the newest joining of the month was of the same runs by the same version."""
    last = uow.session.scalars(
        select(CombinedRunRow)
        .where(CombinedRunRow.month == row.month)
        .order_by(CombinedRunRow.id.desc())
        .limit(1)
    ).first()
    return last is not None and (last.combination_id, last.credit_run, last.food_runs) == (
        row.combination_id,
        row.credit_run,
        row.food_runs,
    )


def _joined(
    uow: UnitOfWork, how: Combination, credit: Run, foods: tuple[Run, ...]
) -> Mapping[int, tuple[str, str, str]]:
    """(joined class, food grade, credit class) of every food operator."""
    risks = _sides(scoring.columns_of(uow, credit))
    grades: dict[int, Side] = {}
    for run in foods:
        for subject, side in _sides(scoring.columns_of(uow, run)).items():
            if side.code and (subject not in grades or side.code > grades[subject].code):
                grades[subject] = side
    nobody = Side(code="", overridden=False, parts={})
    found = {}
    for subject, food in sorted(grades.items()):
        risk = risks.get(subject, nobody)
        found[subject] = combined_class(how, food, risk), food.code, risk.code
    return found


def _sides(columns: RunColumns) -> Mapping[int, Side]:
    codes = [*(one.code for one in columns.scheme.classes), ""]
    most = {part.code: part.most for part in columns.scheme.parts}
    parts = {code: points.tolist() for code, points in columns.parts.items()}
    whole = columns.scheme.most
    found = {}
    rows = zip(*(x.tolist() for x in (columns.ids, columns.points, columns.ranks, columns.flags)),
               strict=True)  # fmt: skip
    for at, (subject, points, rank, flags) in enumerate(rows):
        found[subject] = Side(
            code=codes[rank],
            overridden=bool(flags & Flag.OVERRIDDEN),
            parts={code: (parts[code][at], most[code]) for code in parts}
            | {"credit": (points, whole)},
        )
    return found
