"""An operator's deliveries as both books tell them: its own lines, and what the others say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import text

from ledger.entries.queries.book import may_read
from ledger.entries.queries.lines import COLUMNS, lines_of
from ledger.entries.queries.open import IN_FORCE, alias_roots, pair_rows
from ledger.entries.rules.amounts import in_base, measure_of, unit_of_measure
from ledger.entries.rules.pairing import PairStatus
from ledger.entries.terms import BookLine, RowKind, TwoSided
from ledger.kernel.moment import moment_of
from ledger.kernel.quantity import EA, plain
from ledger.kernel.uow import UnitOfWork
from ledger.products.queries import countings
from ledger.subjects.queries import subjects_by_ids

SIDES_MAX = 500  # what a person goes through; a longer period is asked day by day
_SPAN = """
    e.ts >= :since AND e.ts < :until
    AND e.ts / 86400 BETWEEN CAST(:since AS integer) / 86400 AND CAST(:until AS integer) / 86400
"""
_MINE = text(f"""
    SELECT {COLUMNS} FROM entry e
    WHERE e.op = :op AND e.kind IN (2, 3) AND e.other <> 0 AND {_SPAN} AND {IN_FORCE}
    ORDER BY e.ts / 86400 DESC, e.ts DESC, e.id DESC LIMIT :limit
""")  # noqa: S608
_TO_ME = text(f"""
    SELECT {COLUMNS} FROM entry e
    WHERE e.other = ANY(CAST(:own AS integer[])) AND e.kind = 2 AND e.other <> 0 AND {_SPAN}
      AND {IN_FORCE}
    ORDER BY e.ts / 86400 DESC, e.ts DESC, e.id DESC LIMIT :limit
""")  # noqa: S608
# Everything between these parties about these lots: a document pairs whatever the distance in time.
_BETWEEN = text(f"""
    SELECT {COLUMNS} FROM entry e
    WHERE e.lot = ANY(CAST(:lots AS integer[])) AND e.kind IN (2, 3)
      AND (e.op = :op AND e.other = ANY(CAST(:partners AS integer[]))
           OR e.other = ANY(CAST(:own AS integer[])) AND e.op = ANY(CAST(:partners AS integer[])))
      AND {IN_FORCE}
""")  # noqa: S608
# Who was filed as a party and has since been merged stands in the book under its old number.
_ALSO = text("""
    SELECT id FROM subject WHERE id = ANY(CAST(:ids AS integer[]))
        OR merged_into = ANY(CAST(:ids AS integer[]))
""")
Key = tuple[int, int]
"""A row of a delivery: the lot that stands for its goods, and the entry."""


def rows_between(
    uow: UnitOfWork, operator_id: int, partners: Iterable[int], roots: dict[int, int]
) -> list[Any]:
    """All dispatches and receipts of some lots between an operator and its partners."""
    asked = {
        "op": operator_id,
        "lots": sorted(roots),
        "own": list(uow.session.scalars(_ALSO, {"ids": [operator_id]})),
        "partners": list(uow.session.scalars(_ALSO, {"ids": sorted(partners)})),
    }
    return list(uow.session.execute(_BETWEEN, asked))


def two_sided(uow: UnitOfWork, operator_id: int, since: date, until: date) -> tuple[TwoSided, ...]:
    """An operator's deliveries between two days, both included, as both books tell them.

    Its own dispatches and receipts, and what was dispatched to it and it has not answered; of each
    at most 500, the newest. Partners who are not registered cannot answer and are left out. Raises
    NotPermitted, NotYourOperator.
    """
    may_read(uow, operator_id)
    asked = {
        "op": operator_id,
        "own": list(uow.session.scalars(_ALSO, {"ids": [operator_id]})),
        "since": moment_of(since).seconds,
        "until": moment_of(until + timedelta(days=1)).seconds,
        "limit": SIDES_MAX,
    }
    mine = uow.session.execute(_MINE, asked).all()
    to_me = uow.session.execute(_TO_ME, asked).all()
    ids = {row.other for row in mine} | {row.op for row in to_me}
    people = subjects_by_ids(uow, ids, papers=False)
    known = {each for each, it in people.items() if it.registered}
    mine = [row for row in mine if row.other in known]
    to_me = [row for row in to_me if row.op in known]
    return _sides(uow, operator_id, mine, to_me, {people[each].id for each in known})


def _sides(
    uow: UnitOfWork,
    operator_id: int,
    mine: Sequence[Any],
    to_me: Sequence[Any],
    partners: set[int],
) -> tuple[TwoSided, ...]:
    roots = alias_roots(uow, {row.lot for row in (*mine, *to_me)})
    rows = rows_between(uow, operator_id, partners, roots) if roots else []
    every = {(roots[row.lot], row.id): row for row in rows}
    statuses, others = _paired(uow, rows, roots)
    wanted = {(roots[row.lot], row.id): row for row in mine}
    for row in to_me:  # one that my book answers is told from my side
        key = (roots[row.lot], row.id)
        if statuses.get(key) is PairStatus.DISPATCH_ONLY:
            wanted[key] = row
    shown = list(wanted.values())
    packs = countings(uow, {row.lot for row in rows})
    found = []
    for line, (key, row) in zip(lines_of(uow, shown), wanted.items(), strict=True):
        theirs = [every[one] for one in sorted(others.get(key, ()))]
        found.append(_told(line, row, statuses[key], theirs, packs))
    return tuple(sorted(found, key=lambda it: it.line.at.earliest, reverse=True))


def _paired(
    uow: UnitOfWork, rows: Sequence[Any], roots: dict[int, int]
) -> tuple[dict[Key, PairStatus], dict[Key, set[Key]]]:
    """How each row pairs, by the worst of its pairs, and with which rows."""
    sent = [row for row in rows if row.kind == RowKind.DISPATCH]
    got = [row for row in rows if row.kind == RowKind.RECEIPT]
    statuses: dict[Key, PairStatus] = {}
    others: dict[Key, set[Key]] = defaultdict(set)
    for root, pair in pair_rows(uow, sent, got, roots):
        ends = [(root, end) for end in (pair.dispatch, pair.receipt) if end is not None]
        for end in ends:
            if statuses.get(end) is not PairStatus.DIFFERS:
                statuses[end] = pair.status
            others[end] |= {one for one in ends if one != end}
    return statuses, others


def _told(
    line: BookLine, row: Any, status: PairStatus, theirs: Sequence[Any], packs: dict[int, Any]
) -> TwoSided:
    measure, own = in_base(measure_of(row.unit), row.qty, packs.get(row.lot))
    other = 0
    for one in theirs:
        other += in_base(measure_of(one.unit), one.qty, packs.get(one.lot))[1]
    unit = unit_of_measure(measure)
    is_dispatch = row.kind == RowKind.DISPATCH
    sent, received = (own, other) if is_dispatch else (other, own)
    return TwoSided(
        line=line,
        status=status.value,
        sent=plain(sent, unit or EA) if theirs or is_dispatch else None,
        received=plain(received, unit or EA) if theirs or not is_dispatch else None,
        unit=unit.code if unit else line.unit,
        difference=received - sent if theirs else 0,
    )
