"""How operators kept their books in a span of days: all of them in one statement each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import text

from ledger.entries.queries.open import IN_FORCE
from ledger.entries.terms import Flag
from ledger.kernel.moment import moment_of
from ledger.kernel.statements import numbers
from ledger.kernel.uow import UnitOfWork

ANSWER_DAYS = 45  # a receipt is looked for that long after the span: later ones are unanswered
_SPAN = "e.ts / 86400 BETWEEN :first AND :last"
_OF = "(CAST(:who AS integer[]) IS NULL OR {} = ANY(CAST(:who AS integer[])))"
_SENT = text(f"""
    WITH sent AS (
        SELECT e.id, e.lot, e.op, e.other FROM entry e
        WHERE e.kind = 2 AND e.other <> 0 AND {_SPAN} AND {_OF.format("e.other")} AND {IN_FORCE}
    ), taken AS (
        SELECT e.lot, e.op, e.other FROM entry e
        WHERE e.kind = 3 AND e.ts / 86400 BETWEEN :first AND :answered
          AND {_OF.format("e.op")} AND {IN_FORCE}
    ), answered AS (
        SELECT lot, op, other FROM taken
        UNION SELECT a.other, t.op, t.other FROM taken t
            JOIN entry a ON a.lot = t.lot AND a.kind = 9
    )
    SELECT coalesce(s.merged_into, s.id) AS operator, sum(per.sent)::int AS sent,
        sum(per.unanswered)::int AS unanswered
    FROM (
        SELECT sent.other AS who, count(*) AS sent,
            count(*) FILTER (WHERE answered.lot IS NULL) AS unanswered
        FROM sent LEFT JOIN answered
            ON answered.lot = sent.lot AND answered.op = sent.other AND answered.other = sent.op
        GROUP BY sent.other) AS per
    JOIN subject s ON s.id = per.who
    GROUP BY 1 ORDER BY 1
""")  # noqa: S608
_WRITTEN = text(f"""
    SELECT e.op AS operator, count(*)::int AS written,
        (count(*) FILTER (WHERE e.flags & {int(Flag.LATE)} <> 0))::int AS late
    FROM entry e
    WHERE e.kind IN (1, 2, 3, 6) AND {_SPAN} AND {_OF.format("e.op")}
    GROUP BY e.op ORDER BY e.op
""")  # noqa: S608


@dataclass(frozen=True, slots=True, kw_only=True)
class Conduct:
    """Of one operator: deliveries to it and those its book says nothing of; rows it wrote, late."""

    operator_id: int
    received: int = 0
    unanswered: int = 0
    written: int = 0
    late: int = 0


def conduct_between(
    uow: UnitOfWork, since: date, until: date, operators: Sequence[int] | None = None
) -> tuple[Conduct, ...]:
    """How operators answered what was sent to them from ``since`` to ``until`` and wrote.

    Both days are counted. A delivery is answered by a receipt of the same goods from the same
    sender, under whatever lot of the same goods. Two statements for the whole city; those with
    nothing in the span are left out. ``operators`` None: all.
    """
    span = {
        "first": moment_of(since).seconds // 86_400,
        "last": moment_of(until).seconds // 86_400,
        "answered": moment_of(until + timedelta(days=ANSWER_DAYS)).seconds // 86_400,
        "who": None if operators is None else numbers(operators),
    }
    found: dict[int, dict[str, int]] = {}
    for row in uow.session.execute(_SENT, span):
        found[row.operator] = {"received": row.sent, "unanswered": row.unanswered}
    for row in uow.session.execute(_WRITTEN, {k: v for k, v in span.items() if k != "answered"}):
        found.setdefault(row.operator, {}).update(written=row.written, late=row.late)
    return tuple(Conduct(operator_id=who, **said) for who, said in sorted(found.items()))
