"""Following a recall's lots to all who have or had them, and keeping what was found.

The first time freezes the scope (revision 1). Whenever the book has learnt something new of the
lots, they are followed again, and every line that differs is added with the next revision, when and
why; nothing that was frozen is overwritten.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import text

from app.food.recalls import errors
from app.food.recalls.model import RecallRow
from app.food.recalls.rules import states
from app.food.recalls.rules.scope import Gathered, HoldingKey, Scope, scope_of
from app.food.recalls.services import effects, history, notices
from app.food.recalls.services.stored import hold_all, locked, lots_of
from app.food.recalls.terms import State, Step
from ledger.entries.queries import news_mark
from ledger.kernel.copying import copy_rows
from ledger.kernel.moment import moment_of
from ledger.kernel.uow import UnitOfWork
from ledger.products.queries import lot_ids_of_product
from scanner.trace.queries import trace
from scanner.trace.terms import Holder, Limits, TraceAsked

SPREAD_AT_ONCE = 2_000  # lots followed while somebody waits: under three seconds
CHUNK = 500  # lots traced together
NAMED_MAX = 50  # of what was added so many are named in the history's line
WIDE = Limits(lots=100_000, rows=5_000_000, sources=100_000)  # a recall leaves nobody out
FIRST, LATER = "opened", "late_filing"
_PATIENT = text("SET LOCAL statement_timeout = '2min'")
_COLUMNS = (
    "recall_id", "operator_id", "lot_id", "unit", "revision", "tier", "received", "produced",
    "dispatched", "sold", "used", "disposed", "on_hand", "added_at", "why",
)  # fmt: skip
_SUMS = ("received", "produced", "dispatched", "sold", "used", "disposed", "on_hand")
_LATEST = text(f"""
    SELECT DISTINCT ON (operator_id, lot_id, unit)
        operator_id, lot_id, unit, tier, {", ".join(_SUMS)}
    FROM recall_holder WHERE recall_id = :id
    ORDER BY operator_id, lot_id, unit, revision DESC
""")  # noqa: S608 - made of the names above
_ADD_LOTS = text("""
    INSERT INTO recall_lot (recall_id, lot_id, is_root, share, made_of, revision, added_at)
    SELECT :id, lot, is_root, share, made_of, :revision, :at
    FROM jsonb_to_recordset(CAST(:lots AS jsonb))
        AS given (lot int, is_root boolean, share numeric, made_of jsonb)
    ON CONFLICT (recall_id, lot_id) DO UPDATE SET share = EXCLUDED.share, made_of = EXCLUDED.made_of
        WHERE NOT recall_lot.is_root AND recall_lot.made_of <> EXCLUDED.made_of
""")
Told = Callable[[int, int], None]
Line = tuple[int, ...]


class Fresh(NamedTuple):
    """What following the lots has added: lines of the scope, holders, lots.

    Not ``complete`` where a trace was cut by its limit, which the history then says.
    """

    lines: int
    holders: Sequence[int]
    lots: Sequence[int]
    complete: bool


def add_roots(uow: UnitOfWork, row: RecallRow, lots: Iterable[int]) -> None:
    """Take picked lots into a recall."""
    _add_lots(
        uow, row, [{"lot": lot, "is_root": True, "share": "1", "made_of": []} for lot in lots]
    )
    row.spread_total = row.spread_total or 1


def spread(uow: UnitOfWork, recall_id: int) -> Scope:
    """Follow a recall's lots here and now, and keep what was found."""
    scope = followed(uow, recall_id)
    settle_scope(uow, recall_id, scope)
    return scope


def followed(uow: UnitOfWork, recall_id: int, told: Told | None = None) -> Scope:
    """Everything the book says of a recall's lots; ``told`` hears how many lots are done.

    Only reads, so that nobody waits for it; refuses UnknownRecall.
    """
    row = uow.session.get(RecallRow, recall_id)
    if row is None:
        raise errors.UnknownRecall
    uow.session.execute(_PATIENT)
    lots = iter(found := _roots(uow, row))
    gathered, done = Gathered(), 0
    gathered.mark = news_mark(uow, {*found, *lots_of(uow, row.id)})
    while chunk := tuple(islice(lots, CHUNK)):
        gathered.add(trace(uow, TraceAsked(lots=chunk, limits=WIDE)))
        done += len(chunk)
        if told is not None:
            told(done, len(found))
    gathered.roots |= set(found)
    return scope_of(gathered, moment_of(row.known_at).seconds)


def _roots(uow: UnitOfWork, row: RecallRow) -> tuple[int, ...]:
    """The lots that were picked; of a whole product also those opened since."""
    roots = lots_of(uow, row.id, only_roots=True)
    if row.product_id is None:
        return roots
    return tuple(sorted({*roots, *lot_ids_of_product(uow, row.product_id)}))


def tell_progress(uow: UnitOfWork, recall_id: int, done: int, total: int) -> None:
    """Say how many lots of a recall have been followed; the last counts when all is kept."""
    row = locked(uow, recall_id)
    row.spread_done, row.spread_total = min(done, total - 1), total


def settle_scope(uow: UnitOfWork, recall_id: int, scope: Scope) -> int:
    """Keep a scope: what is new or differs is added; how many lines that were.

    Lots found are stopped, new holders get their notice, and the effectiveness is reckoned anew.
    Announces: recall.scope_grew where holders or lots were added to a frozen scope.
    """
    row = locked(uow, recall_id)
    before, known = _latest(uow, row.id), set(lots_of(uow, row.id))
    lines = {key: _line(scope, key, holder) for key, holder in scope.holders.items()}
    gone = {key: (line[0], *[0] * len(_SUMS)) for key, line in before.items() if key not in lines}
    changed = {key: line for key, line in {**lines, **gone}.items() if before.get(key) != line}
    is_first = row.revision == 0
    if changed or is_first:
        row.revision += 1
        _write(uow, row, changed, FIRST if is_first else LATER)
    add_roots(uow, row, scope.roots - known)
    _add_lots(uow, row, _derived(scope))
    lots = known | scope.lots
    if states.reached(State(row.state), State.STOP_SALE) and row.closed_at is None:
        hold_all(uow, row, sorted(lots))
    added = notices.add_holders(uow, row, scope, is_first=is_first)
    fresh = Fresh(len(changed), added, tuple(sorted(lots - known)), scope.complete)
    _note(uow, row, fresh, is_first=is_first)
    effects.store(uow, row.id, scope.flows)
    row.lots, row.looked_at = len(lots), uow.now
    row.newest_entry = scope.mark
    row.spread_done = row.spread_total
    uow.session.flush()
    return len(changed)


def look_again(uow: UnitOfWork, recall_id: int) -> int:
    """Follow an open recall's lots again if the book has learnt something new of them.

    Returns how many lines of its scope were added. A drill is a copy and stays as it was.
    """
    row = locked(uow, recall_id)
    if row.is_drill or row.closed_at is not None or row.spread_done < row.spread_total:
        return 0
    lots = {*lots_of(uow, row.id), *_roots(uow, row)}
    if news_mark(uow, lots) == row.newest_entry and len(lots) == row.lots:
        return 0
    return settle_scope(uow, row.id, followed(uow, row.id))


def _latest(uow: UnitOfWork, recall_id: int) -> dict[HoldingKey, Line]:
    rows = uow.session.execute(_LATEST, {"id": recall_id}).all()
    return {HoldingKey(*row[:3]): tuple(row[3:]) for row in rows}


def _line(scope: Scope, key: HoldingKey, holder: Holder) -> Line:
    return (scope.tiers[holder.node], *(getattr(holder, name) for name in _SUMS))


def _write(uow: UnitOfWork, row: RecallRow, lines: dict[HoldingKey, Line], why: str) -> None:
    head, tail = row.id, (uow.now, why)
    rows = ((head, *key, row.revision, *line, *tail) for key, line in lines.items())
    copy_rows(uow.session, "recall_holder", _COLUMNS, rows)


def _add_lots(uow: UnitOfWork, row: RecallRow, lots: Sequence[dict[str, Any]]) -> None:
    if lots:
        said = {"id": row.id, "revision": row.revision, "at": uow.now, "lots": json.dumps(lots)}
        uow.session.execute(_ADD_LOTS, said)


def _derived(scope: Scope) -> list[dict[str, Any]]:
    """Lots made of recalled ones with their share; of mixed ones nobody can tell it: all of it."""
    made = [
        {
            "lot": lot,
            "is_root": False,
            "share": f"{it.share.numerator * 10**9 // it.share.denominator}e-9",
            "made_of": list(it.made_of),
        }
        for lot, it in sorted(scope.derived.items())
    ]
    mixed = {"is_root": False, "share": "1", "made_of": [{"mixed": True}]}
    return made + [{"lot": lot, **mixed} for lot in sorted(scope.pooled)]


def _note(uow: UnitOfWork, row: RecallRow, fresh: Fresh, *, is_first: bool) -> None:
    """Write what was found into the history, if anything was."""
    if not (is_first or fresh.lines or fresh.lots):
        return
    said: dict[str, Any] = {
        "revision": row.revision,
        "lines": fresh.lines,
        "holders": len(fresh.holders),
        "operators": list(fresh.holders[:NAMED_MAX]),
        "lots": list(fresh.lots[:NAMED_MAX]),
        "lots_added": len(fresh.lots),
        "complete": fresh.complete,
    }
    history.write(uow, row, Step.SCOPE_FROZEN if is_first else Step.SCOPE_GREW, **said)
    if not is_first and (fresh.holders or fresh.lots) and not row.is_drill:
        uow.announce("recall.scope_grew", recall_id=row.id, number=row.number, **said)
