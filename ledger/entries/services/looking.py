"""One look at all that is known of a filing's goods and traders, in one round trip."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ledger.entries.queries.pools import HELD, held_asked
from ledger.entries.rules.stops import Likeness, Twin
from ledger.entries.services.batch import Batch
from ledger.entries.services.numbers import TAKEN
from ledger.entries.services.same_goods import SAME
from ledger.entries.terms import EntryKind, RowKind
from ledger.kernel.statements import Joined, Prepared, numbers
from ledger.subjects.queries import LICENSED, licensed_from
from ledger.subjects.terms import Subject

ROW_KINDS = {
    EntryKind.PRODUCTION: RowKind.PRODUCTION,
    EntryKind.DISPATCH: RowKind.DISPATCH,
    EntryKind.RECEIPT: RowKind.RECEIPT,
    EntryKind.DISPOSAL: RowKind.DISPOSAL,
}
_MANY = 40  # lines of one kind about one lot in one filing: their twins are read all at once
Twins = dict[Likeness, list[Twin]]
Alike = dict[tuple[int, int, int], list[tuple[int, int, int]]]
"""Deliveries as (second, other, quantity), by (lot, operator, kind)."""


def in_force(excluded: str) -> str:
    """What has been put out of force counts for nothing; neither does what this filing corrects."""
    return f"""AND e.id <> ALL({excluded})
        AND NOT EXISTS (SELECT FROM entry v WHERE v.kind = 10 AND v.lot = e.lot AND v.qty = e.id)
    """


# What is asked for is a box around like deliveries of one lot; most are around one alone. The notes
# are read for what is found, which is little.
_TWINS = Prepared(
    "twins_filed",
    "integer[], integer[], smallint[], integer[], integer[], integer[], integer[], bigint[], "
    "bigint[], bigint[]",
    f"""
    SELECT e.op, e.kind, e.lot, e.other, e.qty, e.unit, e.ts, e.doc, coalesce((
        SELECT n.document_line FROM entry_note n WHERE n.lot = e.lot AND n.id = e.id), '') AS line
    FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9)
        AS w (lot, op, kind, since, until, lowest, highest, least, most)
    CROSS JOIN LATERAL (
        SELECT e.* FROM entry e
        WHERE e.lot = w.lot AND e.ts BETWEEN w.since AND w.until AND e.op = w.op
            AND e.kind = w.kind AND e.other BETWEEN w.lowest AND w.highest
            AND e.qty BETWEEN w.least AND w.most {in_force("$10")}
        OFFSET 0) e
""",  # noqa: S608
)
_LOOK = Joined("filing_look", same=SAME, held=HELD, subjects=LICENSED, twins=_TWINS, numbers=TAKEN)


@dataclass(frozen=True, slots=True)
class Look:
    """Lots that are the same goods, stops on lots, traders by id, entries that lines may repeat."""

    same: set[tuple[int, int]]
    stops: Sequence[Sequence[Any]]
    subjects: dict[int, Subject]
    twins: Twins


@dataclass(frozen=True, slots=True)
class Looked:
    """What is looked at for the lines of a filing; ``around`` are boxes that may hold twins."""

    lots: set[int]
    traders: set[int]
    around: list[tuple[int, ...]]
    entries: int
    excluded: list[int]


def look_at(batch: Batch, lots: set[int], excluded: list[int]) -> Look:
    """Look at the lots of the lines and at who trades them, and take the numbers of the entries.

    The numbers are asked for here because every round trip counts in a filing of one line. What is
    taken for lines that are refused afterwards is never used.
    """
    items = batch.alive
    if not items:
        return Look(set(), (), {}, defaultdict(list))
    traders = {item.operator for item in items} | {item.partner or 0 for item in items}
    return look(batch, Looked(lots, traders, _asked_alike(batch), len(items), excluded))


def look(batch: Batch, asked: Looked) -> Look:
    """The same of lots, traders and boxes that are already known."""
    boxes = zip(*asked.around, strict=True)
    wanted = 0 if batch.filing_number else asked.entries + bool(batch.aliases)
    found = _LOOK.rows(
        batch.uow.session,
        same=(numbers(sorted(asked.lots - batch.new)),),
        held=held_asked(asked.lots, batch.coded),
        subjects=(numbers(sorted(asked.traders - {0})),),
        twins=(*(list(map(numbers, boxes)) or ["{}"] * 9), numbers(asked.excluded)),
        numbers=(wanted,),
    )
    if wanted:
        ((batch.first_number, batch.filing_number),) = found["numbers"]
    return Look(
        same={(lot, other) for lot, other in found["same"]},
        stops=found["held"],
        subjects=licensed_from(found["subjects"]),
        twins=_twins(found["twins"]),
    )


def _twins(rows: Iterable[Sequence[Any]]) -> Twins:
    found: Twins = defaultdict(list)
    for op, kind, lot, other, qty, unit, ts, doc, line in rows:
        found[op, kind, lot, other, qty, unit].append(Twin(ts, doc, line))
    return found


def _asked_alike(batch: Batch) -> list[tuple[int, ...]]:
    """Where to look for entries that lines may repeat; of a lot not on file there are none."""
    alike: Alike = defaultdict(list)
    hours = 0
    for item in batch.alive:
        kind = ROW_KINDS.get(item.line.kind)
        if kind is None:
            continue
        hours = max(hours, item.when.limits.duplicate_hours)
        other = item.operator if item.partner is None else item.partner
        for goods in item.goods:
            if goods.lot not in batch.new:
                delivery = (item.line.at.seconds, other, goods.qty)
                alike[goods.lot, item.operator, int(kind)].append(delivery)
    return boxes_around(alike, hours)


def boxes_around(alike: Alike, hours: int) -> list[tuple[int, ...]]:
    """(lot, operator, kind, …) of the boxes around deliveries; ``hours`` is how far twins lie."""
    return sorted(
        (*key, *box)
        for key, deliveries in alike.items()
        for box in _boxes(deliveries, hours * 3_600)
    )


def _boxes(deliveries: list[tuple[int, int, int]], window: int) -> set[tuple[int, ...]]:
    """(since, until, lowest and highest other, least and most quantity) to look within.

    One each, or one around all where they are so many that the lot would be read again and again.
    """
    if len(deliveries) <= _MANY:
        return {(ts - window, ts + window, it, it, qty, qty) for ts, it, qty in deliveries}
    times, others, quantities = zip(*deliveries, strict=True)
    return {
        (
            min(times) - window,
            max(times) + window,
            min(others),
            max(others),
            min(quantities),
            max(quantities),
        )
    }
