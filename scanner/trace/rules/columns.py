"""The rows of a trace as columns of numbers: thousands of rows are read like one.

Rows come from the store packed, so that no object is made of a row nobody looks at closely.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ledger.entries.terms import RowKind
from scanner.trace.rules.measures import NEVER_EARLIER, NEVER_LATER, SECOND, bounds, measure_of
from scanner.trace.terms import Row

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
# A row as the store packs it, big-endian: the fields of Row, the narrow ones last.
_FIELDS = {
    "lot": "i4",
    "ts": "i4",
    "op": "i4",
    "other": "i4",
    "qty": "i8",
    "id": "i8",
    "doc": "i4",
    "unit": "i2",
    "flags": "i2",
    "kind": "i1",
    "precision": "i1",
}
_RECORD = np.dtype([(name, f">{form}") for name, form in _FIELDS.items()])
_PACKED = struct.Struct(">iiiiqqihhbb")
_PLACES = [Row._fields.index(name) for name in _FIELDS]
_DAY, _DAY_SECONDS = 3, 86_399
_ALIAS, _VOID = int(RowKind.ALIAS), int(RowKind.VOID)


def packed(rows: Iterable[Row]) -> bytes:
    """Rows as the store packs them."""
    return b"".join(_PACKED.pack(*(row[place] for place in _PLACES)) for row in rows)


@dataclass(slots=True)
class Columns:
    """Rows by field, all as int64; ``earliest`` and ``latest`` are the seconds a row can mean."""

    lot: Ints
    ts: Ints
    kind: Ints
    op: Ints
    other: Ints
    qty: Ints
    id: Ints
    doc: Ints
    unit: Ints
    precision: Ints
    flags: Ints
    earliest: Ints
    latest: Ints
    measure: Ints

    def __len__(self) -> int:
        """How many rows there are."""
        return len(self.lot)

    def row(self, place: int) -> Row:
        """One row as an object."""
        return Row(*(int(getattr(self, name)[place]) for name in Row._fields))

    def only(self, keep: Flags | Ints) -> Columns:
        """The rows that are wanted: in their order, or in that of their places."""
        return Columns(*(getattr(self, name)[keep] for name in Columns.__slots__))

    def with_all_of(self, other: Columns) -> Columns:
        """These rows and then others."""
        names = Columns.__slots__
        return Columns(*(np.concatenate([getattr(self, n), getattr(other, n)]) for n in names))

    def written(self) -> Iterator[tuple[int, int]]:
        """Each lot with each unit that was written of it."""
        for both in set((self.lot << 16 | self.unit).tolist()):
            yield both >> 16, both & 0xFFFF

    def rows(self) -> list[Row]:
        """Every row as an object."""
        fields = (getattr(self, name).tolist() for name in Row._fields)
        return [*map(Row._make, zip(*fields, strict=True))]


def columns_of(data: bytes | memoryview) -> Columns:
    """The packed rows by field."""
    table = np.frombuffer(data, _RECORD)
    fields = {name: table[name].astype(np.int64) for name in _FIELDS}
    earliest, latest = _bounds(fields["ts"], fields["precision"])
    return Columns(**fields, earliest=earliest, latest=latest, measure=_measures(fields["unit"]))


def _bounds(ts: Ints, precision: Ints) -> tuple[Ints, Ints]:
    """First and last second each moment may mean; as ``measures.bounds`` says of one."""
    exact = precision == SECOND
    if exact.all():
        return ts, ts
    latest = np.where(precision == _DAY, ts + _DAY_SECONDS, ts)
    earliest = np.where(precision == 0, NEVER_EARLIER, ts)
    latest[precision == 0] = NEVER_LATER
    for place in np.flatnonzero((precision > 0) & (precision < _DAY)).tolist():
        latest[place] = bounds(int(ts[place]), int(precision[place]))[1]
    return earliest, latest


def _measures(unit: Ints) -> Ints:
    if not len(unit):
        return unit
    first = int(unit[0])
    if (unit == first).all():
        return np.full(len(unit), measure_of(first))
    known, where = np.unique(unit, return_inverse=True)
    return np.array([measure_of(one) for one in known.tolist()])[where]


def in_force(rows: Columns) -> tuple[Columns, set[int]]:
    """The rows that say something, and the entries that were put out of force."""
    if not len(rows) or rows.kind.max() < _ALIAS:
        return rows, set()
    gone = rows.qty[rows.kind == _VOID]
    return rows.only((rows.kind < _ALIAS) & ~np.isin(rows.id, gone)), set(gone.tolist())


def renamed(ids: Ints, same: Mapping[int, int]) -> Ints:
    """Numbers with those that are read as another put in its place."""
    if not same:
        return ids
    old = np.array(sorted(same))
    new = np.array([same[one] for one in old.tolist()])
    place = np.searchsorted(old, ids).clip(max=len(old) - 1)
    return np.where(old[place] == ids, new[place], ids)


def changes(values: Ints) -> Flags:
    """Where a value differs from the one before; the first always does."""
    different = np.ones(len(values), bool)
    np.not_equal(values[1:], values[:-1], out=different[1:])
    return different


class Ends:
    """The holders of some lots, numbered in the order of (lot, operator).

    ``where`` is the number of each pair given, ``lots`` the lots in ascending order, ``lot_place``
    the place of each holder's lot among these.
    """

    def __init__(self, lot: Ints, operator: Ints) -> None:
        pairs = lot << 32 | operator
        order = np.argsort(pairs, kind="stable")
        pairs = pairs[order]
        is_new = changes(pairs)
        self.where: Ints = np.empty(len(pairs), np.int64)
        self.where[order] = np.cumsum(is_new) - 1
        self._keys = pairs[is_new]
        self.lot: Ints = self._keys >> 32
        self.operator: Ints = self._keys & 0xFFFFFFFF
        first = changes(self.lot)
        self.lots: list[int] = self.lot[first].tolist()
        self.lot_place: Ints = np.cumsum(first) - 1

    def __len__(self) -> int:
        """How many holders there are."""
        return len(self.lot)

    def numbers(self, lot: Ints, operator: Ints) -> tuple[Ints, Flags]:
        """The number of each pair, and whether it is among the holders at all."""
        if not len(self):
            return np.zeros(len(lot), np.int64), np.zeros(len(lot), bool)
        wanted = lot << 32 | operator
        places = np.searchsorted(self._keys, wanted).clip(max=len(self._keys) - 1)
        return places, self._keys[places] == wanted
