"""An operator's book: pages for people, a stream for export, the figures of a month."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any

from sqlalchemy import text

from ledger.entries import errors
from ledger.entries.queries.lines import COLUMNS, KINDS, flag_names, lines_of
from ledger.entries.rules.retention import months_later
from ledger.entries.terms import (
    BookAsked,
    BookLine,
    BookPage,
    EntryKind,
    Flag,
    MonthFigures,
    RowKind,
)
from ledger.kernel.errors import Refusal
from ledger.kernel.identifiers.gtin import parse_gtin
from ledger.kernel.moment import moment_of
from ledger.kernel.names import pieces_sought
from ledger.kernel.uow import UnitOfWork

PAGE_MAX = 200  # a page people read; machines ask for the next one
CHUNK = 1_000  # rows an export reads at a time
ABOUT_MAX = 500  # lines of one lot in one book; a shop has a handful

# Leaves out the zero rows of a transformation, alias rows, and the voiding half of a correction
# whose replacement stands in the same lot.
_SHOWN = """
    e.op = :op AND e.kind <> 9 AND NOT (e.kind = 4 AND e.qty = 0)
    AND (e.kind <> 10 OR NOT EXISTS (
        SELECT FROM entry r WHERE r.lot = e.lot AND r.id = e.id AND r.kind <> 10))
"""
# By the day first, as the index goes; what is within one day is sorted.
_ORDER = "ORDER BY e.ts / 86400 DESC, e.ts DESC, e.id DESC, e.lot DESC, e.kind DESC"
_ABOUT = text(f"""
    SELECT {COLUMNS} FROM entry e
    WHERE e.lot = ANY(CAST(:lots AS integer[])) AND {_SHOWN}
    ORDER BY e.ts, e.id, e.lot, e.kind LIMIT :limit
""")  # noqa: S608


def may_read(uow: UnitOfWork, operator_id: int) -> None:
    """Refuse unless the actor may read that operator's book: its owner, delegates, inspectors."""
    if not uow.actor.may("book.read_all"):
        uow.actor.require("book.read")
        uow.actor.require_operator(operator_id)


def any_has_had(uow: UnitOfWork, operators: Iterable[int], lot_id: int) -> bool:
    """Whether one of these operators has filed anything about a lot: it holds it or held it."""
    return bool(
        uow.session.scalar(
            text("SELECT EXISTS (SELECT FROM entry WHERE lot = :lot AND op = ANY(:ops))"),
            {"lot": lot_id, "ops": list(operators)},
        )
    )


def book_page(uow: UnitOfWork, asked: BookAsked) -> BookPage:
    """A page of a book, the newest day first, at most 200 lines.

    Raises NotPermitted, NotYourOperator, BookCursorUnreadable.
    """
    may_read(uow, asked.operator_id)
    limit = min(max(asked.limit, 1), PAGE_MAX)
    rows = _rows(uow, asked, asked.after, limit + 1)
    shown = rows[:limit]
    following = _cursor(shown[-1]) if len(rows) > limit else ""
    return BookPage(items=tuple(lines_of(uow, shown)), next=following)


def book_lines(uow: UnitOfWork, asked: BookAsked) -> Iterator[BookLine]:
    """All lines that are asked for, in the order of the pages, read a thousand at a time."""
    may_read(uow, asked.operator_id)
    after = asked.after
    while True:
        rows = _rows(uow, asked, after, CHUNK)
        yield from lines_of(uow, rows)
        if len(rows) < CHUNK:
            return
        after = _cursor(rows[-1])


def lines_about(
    uow: UnitOfWork, operator_id: int, lots: Iterable[int]
) -> tuple[tuple[BookLine, ...], bool]:
    """All that an operator's book says of some lots, the oldest first; and whether more was left.

    At most 500 lines. Raises NotPermitted, NotYourOperator.
    """
    may_read(uow, operator_id)
    asked = {"op": operator_id, "lots": sorted(lots), "limit": ABOUT_MAX + 1}
    rows = uow.session.execute(_ABOUT, asked).all()
    return tuple(lines_of(uow, rows[:ABOUT_MAX])), len(rows) > ABOUT_MAX


def _rows(uow: UnitOfWork, asked: BookAsked, after: str, limit: int) -> list[Any]:
    conditions, values = _conditions(asked)
    if after:
        conditions.append(
            "e.ts / 86400 <= CAST(:ts AS integer) / 86400 "
            "AND (e.ts, e.id, e.lot, e.kind) < (:ts, :id, :at_lot, :at_kind)"
        )
        values |= _position(after)
    where = " AND ".join([_SHOWN, *conditions])
    statement = f"SELECT {COLUMNS} FROM entry e WHERE {where} {_ORDER} LIMIT :limit"  # noqa: S608
    return list(uow.session.execute(text(statement), values | {"limit": limit}))


def _conditions(asked: BookAsked) -> tuple[list[str], dict[str, Any]]:
    values: dict[str, Any] = {"op": asked.operator_id}
    found: list[str] = []
    if asked.kind:
        found.append("e.kind = ANY(CAST(:kinds AS smallint[]))")
        values["kinds"] = [int(row) for row, kind in KINDS.items() if kind is asked.kind]
    if asked.partner_id is not None:
        found.append("e.other = :partner AND e.kind IN (2, 3)")
        values["partner"] = asked.partner_id
    if asked.since:
        found.append("e.ts / 86400 >= CAST(:since AS integer) / 86400 AND e.ts >= :since")
        values["since"] = moment_of(asked.since).seconds
    if asked.until:
        found.append("e.ts / 86400 <= CAST(:until AS integer) / 86400 AND e.ts < :until")
        values["until"] = moment_of(asked.until + timedelta(days=1)).seconds
    if asked.flag:
        found.append("e.flags & :flag <> 0")
        values["flag"] = int(asked.flag)
    for condition, more in (_product(asked.text.strip()), _lot(asked.lot.strip())):
        if condition:
            found.append(
                f"EXISTS (SELECT FROM lot l JOIN product p ON p.id = l.product_id "
                f"WHERE l.id = e.lot AND {condition})"
            )
            values |= more
    return found, values


def _product(sought: str) -> tuple[str, dict[str, Any]]:
    if not sought:
        return "", {}
    try:
        return "p.gtin = :gtin", {"gtin": str(parse_gtin(sought))}
    except Refusal:
        pieces = "p.bigrams @> CAST(:pieces AS text[])"
        return pieces, {"pieces": list(pieces_sought(sought))}


def _lot(number: str) -> tuple[str, dict[str, Any]]:
    return ("upper(l.number) = :number", {"number": number.upper()}) if number else ("", {})


def _cursor(row: Any) -> str:
    return f"{row.ts}.{row.id}.{row.lot}.{row.kind}"


def _position(cursor: str) -> dict[str, int]:
    try:
        ts, number, lot, kind = (int(part) for part in cursor.split("."))
    except ValueError:
        raise errors.BookCursorUnreadable(cursor=cursor[:60], field="after") from None
    return {"ts": ts, "id": number, "at_lot": lot, "at_kind": kind}


_FIGURES = text("""
    SELECT e.kind, e.flags, count(DISTINCT e.id) AS entries FROM entry e
    WHERE e.op = :op AND e.ts >= :since AND e.ts < :until AND e.kind <> 9
      AND e.ts / 86400 BETWEEN CAST(:since AS integer) / 86400 AND CAST(:until AS integer) / 86400
      AND NOT EXISTS (SELECT FROM entry v WHERE v.kind = 10 AND v.lot = e.lot AND v.qty = e.id)
    GROUP BY e.kind, e.flags
""")
_LOTS = text("""
    SELECT count(DISTINCT lot) FROM entry
    WHERE op = :op AND ts >= :since AND ts < :until AND kind < 9
      AND ts / 86400 BETWEEN CAST(:since AS integer) / 86400 AND CAST(:until AS integer) / 86400
""")


def month_figures(uow: UnitOfWork, operator_id: int, month: date) -> MonthFigures:
    """What stands in an operator's book about the month of a day; corrected entries left out."""
    may_read(uow, operator_id)
    first = month.replace(day=1)
    asked = {
        "op": operator_id,
        "since": moment_of(first).seconds,
        "until": moment_of(months_later(first, 1)).seconds,
    }
    entries = {kind.value: 0 for kind in EntryKind}
    flagged = {flag.name.lower(): 0 for flag in Flag}
    for row in uow.session.execute(_FIGURES, asked):
        if row.kind != RowKind.USE:  # a transformation is counted by what it yields
            entries[KINDS[RowKind(row.kind)].value] += row.entries
            for name in flag_names(row.flags):
                flagged[name] += row.entries
    lots = uow.session.scalar(_LOTS, asked)
    return MonthFigures(month=first, entries=entries, flagged=flagged, lots=lots or 0)
