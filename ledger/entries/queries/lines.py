"""Rows of the book as lines a person reads: names, quantities as written, corrections marked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import text

from ledger.entries.terms import BookLine, EntryKind, Flag, RowKind
from ledger.kernel.ids import entry_reference
from ledger.kernel.moment import from_stored
from ledger.kernel.quantity import is_listed, plain, unit_numbered
from ledger.kernel.uow import UnitOfWork
from ledger.products.queries import lots_by_ids, products_by_ids, proven_lots
from ledger.products.terms import Lot, Product
from ledger.subjects.queries import subjects_by_ids
from ledger.subjects.terms import Subject

COLUMNS = "e.id, e.qty, e.lot, e.ts, e.op, e.other, e.doc, e.kind, e.unit, e.precision, e.flags"
KINDS = {
    RowKind.PRODUCTION: EntryKind.PRODUCTION,
    RowKind.DISPATCH: EntryKind.DISPATCH,
    RowKind.RECEIPT: EntryKind.RECEIPT,
    RowKind.USE: EntryKind.TRANSFORMATION,
    RowKind.YIELD: EntryKind.TRANSFORMATION,
    RowKind.DISPOSAL: EntryKind.DISPOSAL,
    RowKind.AGGREGATION: EntryKind.AGGREGATION,
    RowKind.DISAGGREGATION: EntryKind.DISAGGREGATION,
    RowKind.VOID: EntryKind.CORRECTION,
}
ROLES = {RowKind.USE: "input", RowKind.YIELD: "output"}
TRADES = frozenset({RowKind.DISPATCH, RowKind.RECEIPT})

_NOTES = text("""
    SELECT n.lot, n.id, n.document, n.certificate, n.keep_until, n.said
    FROM unnest(CAST(:lots AS integer[]), CAST(:ids AS bigint[])) AS w (lot, id)
    JOIN entry_note n ON n.lot = w.lot AND n.id = w.id
""")
_VOIDS = text("""
    SELECT v.lot, v.qty AS voided, v.id FROM entry v
    WHERE v.kind = 10 AND v.lot = ANY(CAST(:lots AS integer[]))
      AND v.qty = ANY(CAST(:ids AS bigint[]))
""")
_FILED = text("""
    SELECT w.id, f.filed_at FROM unnest(CAST(:ids AS bigint[])) AS w (id)
    CROSS JOIN LATERAL (
        SELECT filed_at, last_entry FROM filing
        WHERE first_entry <= w.id AND first_entry > 0 ORDER BY first_entry DESC LIMIT 1
    ) f WHERE f.last_entry >= w.id
""")
_WORDS = text("SELECT id, word FROM unit_word WHERE id = ANY(CAST(:numbers AS integer[]))")


class Names:
    """Everything needed to show some rows, read in a fixed number of statements."""

    def __init__(self, uow: UnitOfWork, rows: Sequence[Any]) -> None:
        keys = {"lots": [row.lot for row in rows], "ids": [row.id for row in rows]}
        self.lots: dict[int, Lot] = lots_by_ids(uow, set(keys["lots"]))
        products = {lot.product_id for lot in self.lots.values()}
        self.products: dict[int, Product] = products_by_ids(uow, products)
        people = {row.op for row in rows} | {row.other for row in rows if row.kind in TRADES}
        self.subjects: dict[int, Subject] = subjects_by_ids(uow, people - {0}, papers=False)
        execute = uow.session.execute
        self.notes = {(it.lot, it.id): it for it in execute(_NOTES, keys)}
        self.voids = {(it.lot, it.voided): it.id for it in execute(_VOIDS, keys)}
        self.filed: dict[int, datetime] = {
            it.id: it.filed_at for it in execute(_FILED, {"ids": sorted(set(keys["ids"]))})
        }
        numbers = sorted({row.unit for row in rows if row.unit and not is_listed(row.unit)})
        found = execute(_WORDS, {"numbers": numbers}) if numbers else ()
        self.words: dict[int, str] = {it.id: it.word for it in found}
        pending = {row.lot for row in rows if row.flags & Flag.PENDING_PROOF}
        self.proven = proven_lots(uow, pending)

    def amount(self, row: Any) -> tuple[str, str]:
        """Quantity and unit as the filer wrote them, else as the book counts them."""
        if row.kind == RowKind.VOID:
            return "", ""
        note = self.notes.get((row.lot, row.id))
        said = note.said if note else {}
        if said.get("quantity") and row.kind not in (RowKind.USE, RowKind.YIELD):
            return said["quantity"], said.get("unit", "")
        return amount_of(row.qty, row.unit, self.words)

    def line(self, row: Any) -> BookLine:
        """One row as a line."""
        lot = self.lots.get(row.lot)
        product = self.products.get(lot.product_id) if lot else None
        note = self.notes.get((row.lot, row.id))
        partner = self.subjects.get(row.other) if row.kind in TRADES else None
        owner = self.subjects.get(row.op)
        quantity, unit = self.amount(row)
        voider = self.voids.get((row.lot, row.id))
        return BookLine(
            reference=entry_reference(row.lot, row.id),
            kind=KINDS[RowKind(row.kind)],
            at=from_stored(row.ts, row.precision),
            operator_id=row.op,
            operator_name=owner.name if owner else "",
            partner_id=row.other if row.kind in TRADES else None,
            partner_name=partner.name if partner else "",
            lot_id=row.lot,
            product_name=product.name if product else "",
            gtin=product.gtin if product else "",
            lot_number=lot.number if lot else "",
            quantity=quantity,
            unit=unit,
            document=note.document if note else "",
            flags=flag_names(row.flags & ~self._settled(row)),
            role=ROLES.get(row.kind, ""),
            corrects=note.said.get("corrects", "") if note else "",
            corrected_by=entry_reference(row.lot, voider) if voider else "",
            certificate=note.certificate if note else "",
            filed_at=self.filed.get(row.id),
        )

    def _settled(self, row: Any) -> int:
        """The marks of an arrival that no longer hold: its papers have come since."""
        arrived = row.kind in (RowKind.PRODUCTION, RowKind.RECEIPT)
        return Flag.PENDING_PROOF if arrived and row.lot in self.proven else 0


def amount_of(qty: int, unit: int, words: dict[int, str]) -> tuple[str, str]:
    """A stored quantity in its stored unit, as texts."""
    if is_listed(unit):
        listed = unit_numbered(unit)
        return str(plain(qty, listed)), listed.code
    return str(plain(qty, unit_numbered(3))), words.get(unit, "")


def flag_names(flags: int) -> tuple[str, ...]:
    """The names of the set marks, in lower case, in the order of their bits."""
    return tuple(flag.name.lower() for flag in Flag if flags & flag)


def lines_of(uow: UnitOfWork, rows: Iterable[Any]) -> list[BookLine]:
    """Rows as lines, in their order; ten statements whatever their number."""
    shown = list(rows)
    if not shown:
        return []
    names = Names(uow, shown)
    return [names.line(row) for row in shown]
