"""The town as plain events in memory: what rivals are filled with, and the model they must equal.

An event hands a lot from one operator to another. Receipts are left out, for every one of the
town's has its dispatch: the rivals have half of the rows, which is to their favour.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from scripts.bench.copying import copy_out

PRODUCTION, MOVEMENT, CONSUMPTION = 1, 2, 3
COLUMNS = ("lot", "frm", "to", "ts", "qty", "kind")
Ints = npt.NDArray[np.int32]
Pairs = npt.NDArray[np.int64]
_QUERY = """
    SELECT lot, op, other, ts, (qty / 1000)::int,
           (CASE kind WHEN 2 THEN 2 WHEN 4 THEN 3 ELSE 1 END)::smallint
    FROM entry WHERE lot BETWEEN {first} AND {last} AND kind IN (1, 2, 4, 5)
"""
_LOTS_AT_ONCE = 100_000
_FACTORS = (0xBF58476D1CE4E5B9, 0x94D049BB133111EB)  # SplitMix64


@dataclass(frozen=True)
class Events:
    """Events in the order of lot, time and kind; in a consumption ``to`` is the output lot."""

    lot: Ints
    frm: Ints
    to: Ints
    ts: Ints
    qty: Ints
    kind: npt.NDArray[np.int16]

    def __len__(self) -> int:
        """How many there are."""
        return len(self.lot)

    def columns(self) -> dict[str, npt.NDArray[Any]]:
        """The columns by their names."""
        return {name: getattr(self, name) for name in COLUMNS}


def read_events(connection: Any, first_lot: int, last_lot: int) -> Events:
    """The events of a range of lots, read from the book."""
    widths = dict.fromkeys(COLUMNS[:-1], 4) | {"kind": 2}
    parts = [
        copy_out(
            connection,
            _QUERY.format(first=at, last=min(last_lot, at + _LOTS_AT_ONCE - 1)),
            widths,
        )
        for at in range(first_lot, last_lot + 1, _LOTS_AT_ONCE)
    ]
    whole = {name: np.concatenate([part[name] for part in parts]) for name in COLUMNS}
    order = np.lexsort((whole["kind"], whole["ts"], whole["lot"]))
    return Events(**{name: values[order] for name, values in whole.items()})


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What every implementation must agree on: how many lots and holders, and which."""

    lots: int
    holders: int
    checksum: int


def answer_of(pairs: Pairs) -> Answer:
    """The answer in an array of (lot, operator) with two columns, however often each occurs."""
    once = np.unique(pairs, axis=0).astype(np.uint64)
    mixed = (once[:, 0] << np.uint64(32)) ^ once[:, 1]
    for factor in _FACTORS:  # not linear: two holders that change places must show
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(factor)
    return Answer(
        lots=len(np.unique(once[:, 0])),
        holders=len(once),
        checksum=int(np.add.reduce(mixed ^ (mixed >> np.uint64(31)))),
    )


class Model:
    """The plain model: lots a lot went into, and everybody who has rows in them."""

    def __init__(self, events: Events) -> None:
        self.events = events

    def range_of(self, lot: int) -> slice:
        """Where a lot's events lie."""
        low, high = np.searchsorted(self.events.lot, [lot, lot + 1])
        return slice(int(low), int(high))

    def pairs(self, root: int) -> Pairs:
        """All (lot, operator) downstream of a whole lot."""
        events, seen, waiting, parts = self.events, {root}, [root], []
        while waiting:
            lot = waiting.pop()
            rows = self.range_of(lot)
            used = events.kind[rows] == CONSUMPTION
            frm, to = events.frm[rows], events.to[rows]
            who = np.unique(np.concatenate([frm, to[~used]]))
            parts.append(np.stack([np.full(len(who), lot), who], axis=1))
            for out in np.unique(to[used]).tolist():
                if out not in seen:
                    seen.add(out)
                    waiting.append(out)
        return np.concatenate(parts)

    def stays_before(self, root: int, last: int) -> bool:
        """Whether nothing made from a lot, however far down, has a number beyond the last one."""
        lots = np.unique(self.pairs(root)[:, 0]).tolist()
        return not any(self._leads_beyond(lot, last) for lot in lots)

    def _leads_beyond(self, lot: int, last: int) -> bool:
        rows = self.range_of(lot)
        made = self.events.to[rows][self.events.kind[rows] == CONSUMPTION]
        return bool((made > last).any())
