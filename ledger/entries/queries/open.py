"""What is left to do: deliveries to answer, certificates to bring; and what is on hand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import text

from ledger.entries.queries.book import may_read
from ledger.entries.queries.lines import COLUMNS, lines_of
from ledger.entries.queries.pools import pools_of, sources_of
from ledger.entries.rules.amounts import SIGNS, in_base, measure_of, unit_of_measure
from ledger.entries.rules.limits import limits_on
from ledger.entries.rules.pairing import Pair, PairStatus, Side, pair
from ledger.entries.terms import BookLine, OnHand, RowKind, Waiting
from ledger.kernel.moment import from_stored, moment_of
from ledger.kernel.quantity import EA, plain
from ledger.kernel.uow import UnitOfWork
from ledger.products.queries import countings
from ledger.products.terms import Counting
from ledger.subjects.queries import subjects_by_ids

WAITING_DAYS = 60  # an unanswered delivery older than this is for the inspector's list, not theirs
WAITING_MAX = 500

IN_FORCE = "NOT EXISTS (SELECT FROM entry v WHERE v.kind = 10 AND v.lot = e.lot AND v.qty = e.id)"
_SENT_TO = text(f"""
    SELECT {COLUMNS} FROM entry e
    WHERE e.other = ANY(ARRAY(SELECT id FROM subject WHERE id = :op OR merged_into = :op))
      AND e.kind = 2 AND e.other <> 0 AND e.ts >= :since
      AND e.ts / 86400 >= CAST(:since AS integer) / 86400 AND {IN_FORCE}
    ORDER BY e.ts / 86400 DESC, e.ts DESC, e.id DESC LIMIT :limit
""")  # noqa: S608
_SENT_OF_LOTS = text(f"""
    SELECT {COLUMNS} FROM entry e
    WHERE e.lot = ANY(CAST(:lots AS integer[])) AND e.kind = 2 AND e.ts >= :since
      AND e.other = ANY(ARRAY(SELECT id FROM subject WHERE id = :op OR merged_into = :op))
      AND {IN_FORCE}
    ORDER BY e.ts DESC, e.id DESC LIMIT :limit
""")  # noqa: S608
_RECEIVED = text(f"""
    SELECT {COLUMNS} FROM entry e
    WHERE e.lot = ANY(CAST(:lots AS integer[])) AND e.op = :op AND e.kind = 3 AND {IN_FORCE}
""")  # noqa: S608
ALIASES = text("""
    SELECT lot, other FROM entry
    WHERE kind = 9 AND unit = 0 AND lot = ANY(CAST(:lots AS integer[]))
""")
_PENDING = text(f"""
    SELECT {COLUMNS} FROM entry e
    WHERE e.op = :op AND e.ts >= :since AND e.kind IN (1, 3) AND e.flags & 2 <> 0 AND {IN_FORCE}
      AND e.ts / 86400 >= CAST(:since AS integer) / 86400
      AND NOT EXISTS (SELECT FROM entry p WHERE p.lot = e.lot AND p.op = e.op
          AND p.kind IN (1, 3) AND p.flags & 2 = 0
          AND NOT EXISTS (SELECT FROM entry v WHERE v.kind = 10 AND v.lot = p.lot AND v.qty = p.id))
      AND NOT EXISTS (SELECT FROM lot_proof p WHERE p.lot_id = e.lot AND p.ended_at IS NULL)
    ORDER BY e.ts / 86400, e.ts, e.id LIMIT :limit
""")  # noqa: S608
STOCK = text(f"""
    SELECT e.lot, e.kind, e.unit, sum(e.qty) AS qty FROM entry e
    WHERE e.lot = ANY(CAST(:lots AS integer[])) AND e.op = :op AND e.kind BETWEEN 1 AND 6
      AND {IN_FORCE}
    GROUP BY e.lot, e.kind, e.unit
""")  # noqa: S608


def waiting_for(
    uow: UnitOfWork, operator_id: int, *, lots: Iterable[int] | None = None
) -> tuple[Waiting, ...]:
    """Dispatches of the last 60 days to an operator that its own book does not answer.

    Of some ``lots`` only, where they are known. The newest first, at most 500. Raises NotPermitted,
    NotYourOperator.
    """
    may_read(uow, operator_id)
    since = moment_of(uow.today - timedelta(days=WAITING_DAYS)).seconds
    asked: dict[str, Any] = {"op": operator_id, "since": since, "limit": WAITING_MAX}
    if lots is None:
        sent = uow.session.execute(_SENT_TO, asked).all()
    else:
        sent = uow.session.execute(_SENT_OF_LOTS, asked | {"lots": sorted(set(lots))}).all()
    if not sent:
        return ()
    aliases = alias_roots(uow, {row.lot for row in sent})
    got = uow.session.execute(_RECEIVED, {"op": operator_id, "lots": sorted(aliases)}).all()
    pairs = pair_rows(uow, sent, got, aliases)
    unanswered = {
        (root, it.dispatch) for root, it in pairs if it.status is PairStatus.DISPATCH_ONLY
    }
    lines = lines_of(uow, [row for row in sent if (aliases[row.lot], row.id) in unanswered])
    return tuple(_waiting(line) for line in lines)


def _waiting(line: BookLine) -> Waiting:
    return Waiting(
        reference=line.reference,
        sender_id=line.operator_id,
        sender_name=line.operator_name,
        lot_id=line.lot_id,
        product_name=line.product_name,
        gtin=line.gtin,
        lot_number=line.lot_number,
        quantity=line.quantity,
        unit=line.unit,
        document=line.document,
        at=line.at,
        certificate=line.certificate,
    )


def alias_roots(uow: UnitOfWork, lots: Iterable[int]) -> dict[int, int]:
    """{lot: the lot that stands for it}, with the lots that are the same goods added."""
    roots = {lot: lot for lot in lots}
    for row in uow.session.execute(ALIASES, {"lots": sorted(roots)}):
        low = min(roots.get(row.lot, row.lot), roots.get(row.other, row.other))
        high = max(roots.get(row.lot, row.lot), roots.get(row.other, row.other))
        roots[row.lot] = roots[row.other] = low
        roots = {lot: low if root == high else root for lot, root in roots.items()}
    return roots


def pair_rows(
    uow: UnitOfWork, sent: Sequence[Any], got: Sequence[Any], roots: dict[int, int]
) -> list[tuple[int, Pair]]:
    """Pair stored dispatch and receipt rows: by lot family, sender and receiver, as L10 does.

    Answers (lot that stands for the family, pair), because one entry may hold several lots.

    A merged party is read under its target, so that an old delivery still meets its answer.
    """
    people = {row.op for row in (*sent, *got)} | {row.other for row in (*sent, *got)}
    merged = {old: it.id for old, it in subjects_by_ids(uow, people - {0}, papers=False).items()}
    packs = countings(uow, {row.lot for row in (*sent, *got)})
    groups: dict[tuple[int, int, int], tuple[list[Side], list[Side]]] = defaultdict(
        lambda: ([], [])
    )
    for rows, place in ((sent, 0), (got, 1)):
        for row in rows:
            sender, receiver = (row.op, row.other) if place == 0 else (row.other, row.op)
            key = (
                roots.get(row.lot, row.lot),
                merged.get(sender, sender),
                merged.get(receiver, receiver),
            )
            groups[key][place].append(_side(row, packs.get(row.lot)))
    limits = limits_on(uow.parameters, uow.today)
    pairs: list[tuple[int, Pair]] = []
    for (root, _, _), (out, back) in groups.items():
        measures = {side.measure for side in (*out, *back)}
        tolerance = limits.tolerance(1 if measures == {1} else 3)
        found = pair(out, back, days=limits.pair_days, tolerance=tolerance)
        pairs += [(root, one) for one in found]
    return pairs


def _side(row: Any, counting: Counting | None) -> Side:
    at = from_stored(row.ts, row.precision)
    measure, qty = in_base(measure_of(row.unit), row.qty, counting)
    return Side(row.id, at.earliest, at.latest, qty, row.doc, measure)


def pending_proof(uow: UnitOfWork, operator_id: int) -> tuple[BookLine, ...]:
    """Receipts and productions of the last 60 days whose lot has no certificate yet.

    The oldest first, at most 500. Raises NotPermitted, NotYourOperator.
    """
    may_read(uow, operator_id)
    since = moment_of(uow.today - timedelta(days=WAITING_DAYS)).seconds
    rows = uow.session.execute(_PENDING, {"op": operator_id, "since": since, "limit": WAITING_MAX})
    return tuple(lines_of(uow, rows))


def on_hand(uow: UnitOfWork, operator_id: int, lots: Iterable[int]) -> dict[int, list[OnHand]]:
    """What an operator's own book says is left of lots, one figure per kind of unit.

    Lots that are the same goods are counted together under the lot asked for, and so is what the
    operator hands on as its own with what it received that may be in it.
    """
    may_read(uow, operator_id)
    asked = set(lots)
    if not asked:
        return {}
    roots = with_pools(uow, operator_id, alias_roots(uow, asked))
    sums: dict[tuple[int, int], int] = defaultdict(int)
    packs = countings(uow, roots)
    for row in uow.session.execute(STOCK, {"op": operator_id, "lots": sorted(roots)}):
        measure, qty = in_base(measure_of(row.unit), int(row.qty), packs.get(row.lot))
        sums[roots[row.lot], measure] += SIGNS[RowKind(row.kind)] * qty
    found: dict[int, list[OnHand]] = {lot: [] for lot in asked}
    for lot in sorted(asked):
        for (root, measure), qty in sorted(sums.items()):
            if root == roots[lot]:
                unit = unit_of_measure(measure)
                amount = plain(qty, unit or EA)
                found[lot].append(
                    OnHand(lot_id=lot, quantity=amount, unit=unit.code if unit else "")
                )
    return found


def with_pools(uow: UnitOfWork, operator_id: int, roots: dict[int, int]) -> dict[int, int]:
    """The same with what one operator hands on as its own read as one with its sources."""
    up = pools_of(uow, ((operator_id, lot) for lot in roots))
    pools = {*roots, *(link.pool for link in up)}
    down = sources_of(uow, ((operator_id, lot) for lot in pools))
    found = dict(roots)
    for link in (*up, *down):
        low, high = sorted(
            (found.setdefault(link.source, link.source), found.setdefault(link.pool, link.pool))
        )
        found = {lot: low if root == high else root for lot, root in found.items()}
    return found
