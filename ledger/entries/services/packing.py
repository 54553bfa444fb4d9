"""Logistic units: what was packed into them, and lines that name a unit for its contents."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import text

from ledger.entries import errors
from ledger.entries.rules import amounts
from ledger.entries.rules.fields import CARRIED, PACKING
from ledger.entries.rules.limits import UNIT_DEPTH_MAX
from ledger.entries.services.batch import Batch, Form, Goods, Item
from ledger.entries.terms import EntryKind, Portion, RowKind
from ledger.kernel.errors import Refusal
from ledger.kernel.identifiers.sscc import parse_sscc
from ledger.kernel.quantity import Quantity, Unit, is_listed, unit_numbered
from ledger.products.services import resolve_lots
from ledger.products.terms import LotNamed, LotWanted

_UNITS = text("SELECT sscc, id FROM logistic_unit WHERE sscc = ANY(CAST(:ssccs AS text[]))")
_NEW_UNITS = text("""
    INSERT INTO logistic_unit (sscc) SELECT unnest(CAST(:ssccs AS text[])) ON CONFLICT DO NOTHING
""")
# What a correction takes back counts as if it were still in its unit; see ``_undo``.
_INSIDE = "(c.unpacked_by IS NULL OR c.unpacked_by = ANY(CAST(:corrected AS bigint[])))"
_NESTED = text(f"""
    WITH RECURSIVE nested (id, depth) AS (
        SELECT unit, 1 FROM unnest(CAST(:units AS integer[])) AS unit
        UNION
        SELECT c.inner_unit_id, depth + 1 FROM nested JOIN unit_content c ON c.unit_id = nested.id
        WHERE c.inner_unit_id IS NOT NULL AND depth < :most AND {_INSIDE}
    )
    SELECT DISTINCT id FROM nested
""")  # noqa: S608
# In the order of their ids: whoever packs or unpacks one of these units waits for the other.
_LOCK = text("""
    SELECT FROM logistic_unit WHERE id = ANY(CAST(:units AS integer[])) ORDER BY id FOR UPDATE
""")
_CONTENTS = text(f"""
    SELECT id, unit_id, entry_id, lot_id, inner_unit_id, qty, unit, unpacked_by FROM unit_content c
    WHERE unit_id = ANY(CAST(:units AS integer[])) AND {_INSIDE} ORDER BY id
""")  # noqa: S608
# Who packed a unit, or received goods that are in it: these may unpack it.
_HELD = text("""
    SELECT DISTINCT w.unit, w.op FROM unnest(CAST(:units AS integer[]), CAST(:ops AS integer[]),
        CAST(:lots AS integer[])) AS w (unit, op, lot)
    WHERE EXISTS (
        SELECT FROM entry e
        WHERE e.lot = w.lot
          AND (e.op = w.op AND (e.kind = 3 OR e.kind = 7 AND e.other = w.unit)
               OR e.kind = 2 AND e.other IN (
                    SELECT id FROM subject WHERE id = w.op OR merged_into = w.op))
          AND NOT EXISTS (SELECT FROM entry v WHERE v.kind = 10 AND v.lot = e.lot AND v.qty = e.id))
""")
_PACK = text("""
    INSERT INTO unit_content (unit_id, entry_id, lot_id, inner_unit_id, qty, unit)
    SELECT unit_id, entry_id, lot_id, inner_unit_id, qty, unit
    FROM json_to_recordset(CAST(:rows AS json)) AS given (unit_id integer, entry_id bigint,
        lot_id integer, inner_unit_id integer, qty bigint, unit smallint)
""")
_UNPACK = text("""
    UPDATE unit_content SET unpacked_by = given.entry_id
    FROM json_to_recordset(CAST(:rows AS json)) AS given (id bigint, entry_id bigint)
    WHERE unit_content.id = given.id
""")
_UNDO = text("""
    UPDATE unit_content SET unpacked_by = CASE
        WHEN unit_content.entry_id = given.old THEN given.new
        ELSE NULL END
    FROM json_to_recordset(CAST(:rows AS json)) AS given (old bigint, new bigint)
    WHERE (unit_content.entry_id = given.old AND unpacked_by IS NULL)
       OR unit_content.unpacked_by = given.old
""")


@dataclass(slots=True)
class Content:
    """One thing in a unit: a lot with a quantity, or another unit; ``id`` 0 = packed just now.

    ``entry`` is the number of the entry that packed it, when that is in the book.
    """

    id: int
    lot: int | None
    inner: int | None
    qty: int
    unit: int
    entry: int = 0


@dataclass(slots=True)
class Shelf:
    """The logistic units a filing mentions, with what they hold line by line.

    ``taken_back`` is what entries that are corrected had taken out of units; ``held`` says which
    operators have, or had, a unit, ``had`` which have come to a lot in this filing.
    """

    numbers: dict[str, int] = field(default_factory=dict)
    holds: dict[int, list[Content]] = field(default_factory=lambda: defaultdict(list))
    taken_back: dict[int, list[tuple[int, Content]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    held: set[tuple[int, int]] = field(default_factory=set)
    had: set[tuple[int, int]] = field(default_factory=set)
    packed: list[tuple[Item, int, Content]] = field(default_factory=list)
    is_asked: bool = False


def load_units(batch: Batch) -> Shelf:
    """The units the lines mention and everything in them, five levels deep at most.

    All of them stay locked until the unit of work ends, so that two clients do not empty one unit
    twice, nor pack two units into each other.
    """
    shelf = Shelf()
    mentioned: set[str] = set()
    opened: set[str] = set()
    for item in batch.alive:
        ssccs = [_clean(item, sscc, path) for sscc, path in _ssccs(item)]
        mentioned.update(sscc for sscc in ssccs if sscc)
        if item.line.kind is EntryKind.AGGREGATION and ssccs:
            opened.add(ssccs[0])
    if not mentioned:
        return shelf
    shelf.is_asked = True
    session = batch.uow.session
    shelf.numbers = _numbers(session.execute(_UNITS, {"ssccs": sorted(mentioned)}))
    if new := sorted(opened - shelf.numbers.keys() - {""}):
        session.execute(_NEW_UNITS, {"ssccs": new})
        shelf.numbers |= _numbers(session.execute(_UNITS, {"ssccs": new}))
    _load_contents(batch, shelf)
    _load_holders(batch, shelf)
    return shelf


def _load_contents(batch: Batch, shelf: Shelf) -> None:
    session = batch.uow.session
    corrected = sorted({item.corrects for item in batch.alive if item.corrects})
    level = set(shelf.numbers.values())
    asked = {"units": sorted(level), "corrected": corrected, "most": UNIT_DEPTH_MAX}
    locked = {*session.scalars(_NESTED, asked), *level}
    session.execute(_LOCK, {"units": sorted(locked)})
    for _ in range(UNIT_DEPTH_MAX):
        if not level:
            break
        if level - locked:  # packed while we waited for the lock
            session.execute(_LOCK, {"units": sorted(level - locked)})
        rows = session.execute(_CONTENTS, {"units": sorted(level), "corrected": corrected}).all()
        for row in rows:
            content = Content(
                row.id, row.lot_id, row.inner_unit_id, row.qty, row.unit, row.entry_id
            )
            if row.unpacked_by is None:
                shelf.holds[row.unit_id].append(content)
            else:
                shelf.taken_back[row.unpacked_by].append((row.unit_id, content))
        level = {row.inner_unit_id for row in rows if row.inner_unit_id} - shelf.holds.keys()


def _load_holders(batch: Batch, shelf: Shelf) -> None:
    """Which of the operators that unpack a unit have packed it or received what is in it."""
    asked = set()
    for item in batch.alive:
        if item.line.kind is not EntryKind.DISAGGREGATION:
            continue
        unit = shelf.numbers.get(_clean(item, item.line.sscc, "sscc"), 0)
        back = [content for one, content in shelf.taken_back[item.corrects] if one == unit]
        inside = [*_everything(shelf, unit, UNIT_DEPTH_MAX), *back]
        asked |= {(unit, item.operator, content.lot) for content in inside if content.lot}
    if asked:
        units, ops, lots = map(list, zip(*sorted(asked), strict=True))
        values = {"units": units, "ops": ops, "lots": lots}
        shelf.held |= {(unit, op) for unit, op in batch.uow.session.execute(_HELD, values)}


def _numbers(rows: Any) -> dict[str, int]:
    return {row.sscc: row.id for row in rows}


def _ssccs(item: Item) -> list[tuple[str, str]]:
    if (line := item.line).kind not in PACKING | CARRIED:
        return []
    inside = enumerate(portion.lot.sscc for portion in line.portions)
    found = [(sscc, f"contents.{index}.lot.sscc") for index, sscc in inside if sscc]
    return ([(line.sscc, "sscc")] if line.sscc else []) + found


def _clean(item: Item, sscc: str, path: str) -> str:
    try:
        return str(parse_sscc(sscc))
    except Refusal as refusal:
        refusal.field = path
        item.refuse(refusal)
        return ""


def place_goods(batch: Batch, shelf: Shelf) -> None:
    """Give lines that name units the lots in them, line after line, as they were filed."""
    if not shelf.is_asked:
        return
    known: dict[int, Goods] = {}
    contents: list[tuple[Item, str, Content]] = []
    for item in batch.alive:
        for goods in item.all_goods:
            known.setdefault(goods.lot, goods)
        found = _work(item, shelf)
        contents += found
        _remember_holder(item, shelf, found)
    alive = [entry for entry in contents if entry[0].refusal is None]
    _add_goods(batch, alive, known)
    for item in batch.alive:
        if item.line.sscc and not item.goods:  # only units that have been emptied are left in it
            item.refuse(errors.UnitEmpty(sscc=item.line.sscc, field="sscc"))


def _remember_holder(item: Item, shelf: Shelf, found: list[tuple[Item, str, Content]]) -> None:
    if item.refusal:
        return
    if item.line.kind is EntryKind.AGGREGATION:
        shelf.held.add((item.unit_id, item.operator))
    if item.line.kind in CARRIED:
        holder = item.operator if item.line.kind is EntryKind.RECEIPT else item.partner
        lots = {goods.lot for goods in item.goods} | {content.lot for _, _, content in found}
        shelf.had |= {(holder or 0, lot or 0) for lot in lots}


def _undo(item: Item, shelf: Shelf) -> None:
    """Take back what the corrected entry had packed or unpacked, before its replacement counts."""
    if any(row.kind is RowKind.AGGREGATION for row in item.corrected):
        for unit, held in shelf.holds.items():
            shelf.holds[unit] = [it for it in held if it.entry != item.corrects]
    for unit, content in shelf.taken_back.pop(item.corrects, ()):
        shelf.holds[unit].append(content)


def _work(item: Item, shelf: Shelf) -> list[tuple[Item, str, Content]]:
    """What one line takes out of, or puts into, units; contents that become goods of the line."""
    if item.corrects:
        _undo(item, shelf)
    named = [(str(parse_sscc(sscc)), path) for sscc, path in _ssccs(item)]
    if not named:
        return []
    if item.line.kind is EntryKind.AGGREGATION:
        return _pack(item, shelf, named)
    if item.line.kind is EntryKind.DISAGGREGATION:
        return _unpack(item, shelf, named)
    return [entry for sscc, path in named for entry in _carried(item, shelf, sscc, path)]


def _carried(item: Item, shelf: Shelf, sscc: str, path: str) -> list[tuple[Item, str, Content]]:
    unit = shelf.numbers.get(sscc)
    if unit is None:
        item.refuse(errors.UnitUnknown(sscc=sscc, field=path))
        return []
    found = list(_everything(shelf, unit, UNIT_DEPTH_MAX))
    if not found:
        item.refuse(errors.UnitEmpty(sscc=sscc, field=path))
    return [(item, sscc, content) for content in found]


def _everything(shelf: Shelf, unit: int, depth: int) -> Iterator[Content]:
    for content in shelf.holds.get(unit, ()):
        if content.inner is None:
            yield content
        elif depth > 1:
            yield from _everything(shelf, content.inner, depth - 1)


def _pack(
    item: Item, shelf: Shelf, named: list[tuple[str, str]]
) -> list[tuple[Item, str, Content]]:
    item.unit_id = shelf.numbers[named[0][0]]
    taken: list[tuple[Item, str, Content]] = []
    for sscc, path in named[1:]:
        inner = shelf.numbers.get(sscc)
        if inner is None:
            item.refuse(errors.UnitUnknown(sscc=sscc, field=path))
            return []
        if inner == item.unit_id or _depth(shelf, inner, item.unit_id) >= UNIT_DEPTH_MAX:
            item.refuse(errors.UnitInItself(sscc=sscc, limit=UNIT_DEPTH_MAX, field=path))
            return []
        taken += _carried(item, shelf, sscc, path)
        item.inner_units.append(inner)
    fresh = [Content(0, it.lot, None, it.qty, it.unit) for it in item.goods]
    fresh += [Content(0, None, inner, 0, 0) for inner in item.inner_units]
    shelf.holds[item.unit_id] += fresh
    shelf.packed += [(item, item.unit_id, content) for content in fresh]
    return taken


def _depth(shelf: Shelf, unit: int, forbidden: int, below: int = 1) -> int:
    """How many levels are in a unit; the limit when the forbidden unit is among them."""
    if unit == forbidden or below >= UNIT_DEPTH_MAX:
        return UNIT_DEPTH_MAX
    inner = [it.inner for it in shelf.holds.get(unit, ()) if it.inner is not None]
    return max((_depth(shelf, one, forbidden, below + 1) for one in inner), default=below)


def _unpack(
    item: Item, shelf: Shelf, named: list[tuple[str, str]]
) -> list[tuple[Item, str, Content]]:
    sscc, path = named[0]
    unit = shelf.numbers.get(sscc)
    if unit is None:
        item.refuse(errors.UnitUnknown(sscc=sscc, field=path))
        return []
    item.unit_id = unit
    held = shelf.holds.get(unit, [])
    if not held:
        item.refuse(errors.UnitEmpty(sscc=sscc, field=path))
        return []
    inside = {it.lot for it in _everything(shelf, unit, UNIT_DEPTH_MAX)}
    holds = (unit, item.operator) in shelf.held or any(
        (item.operator, lot) in shelf.had for lot in inside
    )
    if inside and not holds:
        item.refuse(errors.UnitNotHeld(sscc=sscc, field=path))
        return []
    lots = {goods.lot for goods in item.goods}
    inner = {shelf.numbers.get(one) for one, _ in named[1:]}
    out = [it for it in held if it.lot in lots or (it.inner is not None and it.inner in inner)]
    if not item.goods and len(named) == 1:
        out = list(held)
    missing = lots - {it.lot for it in out}
    if missing or inner - {it.inner for it in out}:
        item.refuse(errors.NotInUnit(sscc=sscc, field="contents"))
        return []
    shelf.holds[unit] = [it for it in held if it not in out]
    item.taken_out = [it.id for it in out if it.id]
    just_packed = {id(it) for it in out if not it.id}
    shelf.packed = [entry for entry in shelf.packed if id(entry[2]) not in just_packed]
    item.goods = []
    found = [one for it in out for one in _one(shelf, it)]
    return [(item, sscc, content) for content in found]


def _one(shelf: Shelf, content: Content) -> list[Content]:
    if content.inner is None:
        return [content]
    return list(_everything(shelf, content.inner, UNIT_DEPTH_MAX))


def _add_goods(
    batch: Batch, contents: list[tuple[Item, str, Content]], known: dict[int, Goods]
) -> None:
    unknown = sorted({it.lot for _, _, it in contents if it.lot and it.lot not in known})
    wanted = [
        LotWanted(named=LotNamed(lot_id=lot), filer_id=batch.operator_id, kind="")
        for lot in unknown
    ]
    found = dict(zip(unknown, resolve_lots(batch.uow, wanted), strict=True)) if wanted else {}
    for item, sscc, content in contents:
        if content.lot is None:
            continue
        resolved = known[content.lot].resolved if content.lot in known else found[content.lot]
        if isinstance(resolved, Refusal):
            item.refuse(resolved, "sscc.")
            continue
        portion = Portion(lot=LotNamed(lot_id=content.lot, sscc=sscc), quantity="", unit="")
        quantity = Quantity(content.qty, _unit(content.unit))
        counted = (quantity, content.unit, amounts.measure_of(content.unit))
        item.goods.append(Goods("", portion, Form(portion.lot, resolved), counted, sscc))


def _unit(number: int) -> Unit:
    known = unit_numbered(number) if is_listed(number) else None
    return known or replace(amounts.NOTHING.unit, number=number)


def store_units(batch: Batch, shelf: Shelf) -> None:
    """Write what was packed, unpacked, and what corrections undo; four statements at most."""
    session = batch.uow.session
    items = [item for item in batch.items if item.refusal is None]
    undone = [
        {"old": item.corrects, "new": item.number}
        for item in items
        if any(row.kind in (RowKind.AGGREGATION, RowKind.DISAGGREGATION) for row in item.corrected)
    ]
    packed = [
        {
            "unit_id": unit,
            "entry_id": item.number,
            "lot_id": content.lot,
            "inner_unit_id": content.inner,
            "qty": content.qty,
            "unit": content.unit,
        }
        for item, unit, content in shelf.packed
        if item.refusal is None
    ]
    out = [{"id": one, "entry_id": item.number} for item in items for one in item.taken_out]
    for statement, rows in ((_UNDO, undone), (_PACK, packed), (_UNPACK, out)):
        if rows:
            session.execute(statement, {"rows": json.dumps(rows)})
