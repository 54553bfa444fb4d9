"""Lines as rows of the book, with their notes and canonical bytes."""

from __future__ import annotations

from datetime import date
from typing import Any

from ledger.entries.rules import canonical, retention
from ledger.entries.rules.canonical import Row
from ledger.entries.services.batch import Batch, Goods, Item
from ledger.entries.terms import EntryKind, RowKind
from ledger.entries.writer import Note
from ledger.kernel.ids import entry_reference
from ledger.kernel.moment import Moment, Precision, moment_of

SIMPLE = {
    EntryKind.PRODUCTION: RowKind.PRODUCTION,
    EntryKind.DISPATCH: RowKind.DISPATCH,
    EntryKind.RECEIPT: RowKind.RECEIPT,
    EntryKind.DISPOSAL: RowKind.DISPOSAL,
    EntryKind.AGGREGATION: RowKind.AGGREGATION,
    EntryKind.DISAGGREGATION: RowKind.DISAGGREGATION,
}
PACKED = frozenset({EntryKind.AGGREGATION, EntryKind.DISAGGREGATION})
SAID = ("certificate_kind", "origin", "storage", "reason", "note", "override_reason", "sscc")


def rows_of(item: Item, now: Moment) -> list[Row]:
    """The rows of one line, all under its number."""
    rows = [_void(item, lot, now) for lot in dict.fromkeys(it.lot for it in item.corrected)]
    if item.line.kind is EntryKind.TRANSFORMATION:
        return rows + _transformation(item)
    kind = SIMPLE.get(item.line.kind)
    if kind is None:
        return rows
    other = item.operator if item.partner is None else item.partner
    if item.line.kind in PACKED:
        other = item.unit_id
    return rows + [_row(item, goods, kind, other, goods.qty) for goods in item.goods]


def _row(item: Item, goods: Goods, kind: RowKind, other: int, qty: int) -> Row:
    at = item.line.at
    return (
        item.number,
        qty,
        goods.lot,
        at.seconds,
        item.operator,
        other,
        item.doc,
        int(kind),
        goods.unit,
        int(at.precision),
        item.flags,
    )


def _void(item: Item, lot: int, now: Moment) -> Row:
    at = item.filed.at if item.filed.at.precision is not Precision.UNKNOWN else now
    return (
        item.number,
        item.corrects,
        lot,
        at.seconds,
        item.operator,
        0,
        item.doc,
        int(RowKind.VOID),
        0,
        int(at.precision),
        item.flags,
    )


def _transformation(item: Item) -> list[Row]:
    """A USE row per input and output, the quantity on the first; a YIELD row per output."""
    outputs = list(dict.fromkeys(goods.lot for goods in item.made))
    rows = []
    for goods, qty in _together(item.goods):
        for place, output in enumerate(outputs):
            rows.append(_row(item, goods, RowKind.USE, output, 0 if place else qty))
    rows += [
        _row(item, goods, RowKind.YIELD, item.operator, qty) for goods, qty in _together(item.made)
    ]
    return rows


def _together(portions: list[Goods]) -> list[tuple[Goods, int]]:
    """Each lot once per unit, with the sum of what the line says of it."""
    sums: dict[tuple[int, int], int] = {}
    for goods in portions:
        sums[goods.lot, goods.unit] = sums.get((goods.lot, goods.unit), 0) + goods.qty
    first = {(goods.lot, goods.unit): goods for goods in reversed(portions)}
    return [(first[key], qty) for key, qty in sums.items()]


def notes_of(batch: Batch) -> list[Note]:
    """The notes of all lines, one per entry and lot; a document is kept as long as its longest."""
    kept: dict[tuple[int, str], date] = {}
    days = []
    for item in batch.alive:
        day = _keep_until(batch, item)
        days.append(day)
        if item.line.document:
            key = (item.operator, item.line.document)
            kept[key] = max(day, kept.get(key, day))
    notes = []
    for item, day in zip(batch.alive, days, strict=True):
        until = kept.get((item.operator, item.line.document), day)
        notes += _notes(item, until)
    return notes


def _notes(item: Item, until: date) -> list[Note]:
    line = item.line
    lots = item.lots
    shared = _said(item, lots)
    portions: dict[int, Goods] = {}
    for goods in item.all_goods:
        portions.setdefault(goods.lot, goods)
    notes = []
    for lot in lots:
        said = shared | _as_written(portions[lot]) if lot in portions else shared
        notes.append(
            Note(
                lot,
                item.number,
                line.document,
                line.document_line,
                line.certificate,
                until,
                canonical.said_text(said),
            )
        )
    return notes


def _said(item: Item, lots: list[int]) -> dict[str, Any]:
    said: dict[str, Any] = {}
    for name in SAID:
        value = getattr(item.line, name) or getattr(item.filed, name)
        if value:
            said[name] = value
    if item.filed is not item.line or item.corrects:
        said["corrects"] = item.filed.corrects
        said["reason"] = item.filed.reason
    if len(lots) > 1:
        said["lots"] = lots
    if item.findings:
        said["rules"] = sorted({finding.rule for finding in item.findings})
    return said


def _as_written(goods: Goods) -> dict[str, Any]:
    named = goods.portion.lot
    said = {
        "quantity": goods.portion.quantity.strip(),
        "unit": goods.portion.unit.strip(),
        "gtin": named.gtin,
        "product": named.product,
        "lot": named.lot,
        "sscc": goods.sscc,
    }
    return {name: value for name, value in said.items() if value}


def _keep_until(batch: Batch, item: Item) -> date:
    at = item.line.at
    limits = batch.limits(at)
    today = batch.uow.today
    traded = retention.last_day(at) or today
    days = [
        retention.keep_until(
            expiry=goods.expiry,
            recorded_on=today,
            traded_on=traded,
            agricultural=goods.resolved.agricultural,
            limits=limits,
        )
        for goods in item.all_goods
    ]
    none = retention.keep_until(
        expiry=None, recorded_on=today, traded_on=traded, agricultural=False, limits=limits
    )
    return max(days, default=none)


def rows_and_notes(batch: Batch) -> tuple[list[Row], list[Note], list[bytes]]:
    """All rows and notes of the filing, and the canonical record of each row."""
    now = moment_of(batch.uow.now)
    notes = notes_of(batch)
    digests = {(note.lot, note.id): canonical.note_digest(*note[2:]) for note in notes}
    rows = [row for item in batch.alive for row in rows_of(item, now)]
    records = [
        canonical.record(row, digests.get((row[2], row[0]), canonical.NO_NOTE)) for row in rows
    ]
    return rows, notes, records


def reference_of(item: Item) -> str:
    """The public reference of a line: its first lot and its number."""
    first = next(item.all_goods, None)
    return entry_reference(first.lot if first else item.corrected[0].lot, item.number)
