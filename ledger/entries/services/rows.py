"""Lines as rows of the book, with their notes and canonical bytes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from operator import attrgetter
from typing import Any

from ledger.entries.rules import canonical, retention
from ledger.entries.rules.canonical import Row
from ledger.entries.services.batch import Batch, Goods, Item, When
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

_words = attrgetter(*SAID)


def rows_of(item: Item, now: Moment) -> list[Row]:
    """The rows of one line, all under its number."""
    rows = []
    if item.corrected:
        rows += [_void(item, lot, now) for lot in dict.fromkeys(it.lot for it in item.corrected)]
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
        kind,
        goods.unit,
        at.precision,
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


def notes_of(batch: Batch, items: Sequence[Item]) -> list[Note]:
    """The notes of all lines, one per entry and lot; a document is kept as long as its longest."""
    kept: dict[tuple[int, str], date] = {}
    days = []
    years: dict[tuple[object, ...], date] = {}
    for item in items:
        day = _keep_until(batch, item, years)
        days.append(day)
        if item.line.document:
            key = (item.operator, item.line.document)
            if key not in kept or day > kept[key]:
                kept[key] = day
    notes = []
    for item, day in zip(items, days, strict=True):
        until = kept.get((item.operator, item.line.document), day)
        notes += _notes(item, until)
    return notes


def _notes(item: Item, until: date) -> list[Note]:
    line, lots = item.line, item.lots
    shared = _said(item, lots)
    portions = {goods.lot: goods for goods in reversed(item.all_goods)}  # the first of each lot
    notes = []
    for lot in lots:
        said = shared.copy() if len(lots) > 1 else shared
        if lot in portions:
            _write_down(portions[lot], said)
        words = (line.document, line.document_line, line.certificate)
        notes.append(Note(lot, item.number, *words, until, canonical.said_text(said)))
    return notes


def _said(item: Item, lots: list[int]) -> dict[str, Any]:
    said: dict[str, Any] = {}
    for line in (item.filed, item.line) if item.filed is not item.line else (item.line,):
        words = _words(line)
        if any(words):
            said |= {name: word for name, word in zip(SAID, words, strict=True) if word}
    if item.filed is not item.line or item.corrects:
        said["corrects"] = item.filed.corrects
        said["reason"] = item.filed.reason
    if len(lots) > 1:
        said["lots"] = lots
    if item.findings:
        said["rules"] = sorted({finding.rule for finding in item.findings})
    return said


def _write_down(goods: Goods, said: dict[str, Any]) -> None:
    """Add the goods in the filer's own words."""
    said |= goods.form.said
    if quantity := goods.portion.quantity.strip():
        said["quantity"] = quantity
    if unit := goods.portion.unit.strip():
        said["unit"] = unit
    if goods.sscc:
        said["sscc"] = goods.sscc


def _keep_until(batch: Batch, item: Item, known: dict[tuple[object, ...], date]) -> date:
    """Until when the entry must be kept; ``known`` remembers the answers of a filing."""
    when, days = item.when, []
    for goods in item.all_goods:
        form = goods.form
        key: tuple[object, ...] = (when, form.agricultural)
        if form.expiry is not None and not form.agricultural:
            key = (form.expiry, when.limits.months_after_expiry)
        if key not in known:
            known[key] = kept_until(batch, when, form.expiry, agricultural=form.agricultural)
        days.append(known[key])
    return max(days) if days else kept_until(batch, when, None, agricultural=False)


def kept_until(batch: Batch, when: When, expiry: date | None, *, agricultural: bool) -> date:
    """Until when an entry about goods with this last day must be kept."""
    return retention.keep_until(
        expiry=expiry,
        recorded_on=batch.uow.today,
        traded_on=when.traded,
        agricultural=agricultural,
        limits=when.limits,
    )


def rows_and_notes(
    batch: Batch, items: Sequence[Item]
) -> tuple[list[Row], list[Note], list[bytes]]:
    """All rows and notes of the filing, and the canonical record of each row."""
    now = moment_of(batch.uow.now)
    notes = notes_of(batch, items)
    digests = {(note[0], note[1]): canonical.note_digest(*note[2:]) for note in notes}
    rows = [row for item in items for row in rows_of(item, now)]
    records = [
        canonical.record(row, digests.get((row[2], row[0]), canonical.NO_NOTE)) for row in rows
    ]
    return rows, notes, records


def reference_of(item: Item) -> str:
    """The public reference of a line: its first lot and its number."""
    first = (item.goods or item.made or item.corrected)[0]
    return entry_reference(first.lot, item.number)
