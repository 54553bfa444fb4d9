"""All deliveries of some lots at once: what pairs at sight is paired in columns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ledger.entries.rules.pairing import PairStatus
from ledger.entries.terms import RowKind
from scanner.trace.rules.columns import Columns, Ends, Flags, Ints, changes
from scanner.trace.rules.deliveries import moves_of
from scanner.trace.rules.shapes import Fact, Move, Reading
from scanner.trace.terms import LinkStatus, Node

_RECEIPT = int(RowKind.RECEIPT)
STATUS = (
    LinkStatus.MATCHED,
    LinkStatus.DISPATCH_ONLY,
    LinkStatus.RECEIPT_ONLY,
    LinkStatus.DIFFERS,
)
MATCHED, DISPATCH_ONLY, RECEIPT_ONLY, DIFFERS = range(4)
_PLACES = {PairStatus(one.value): place for place, one in enumerate(STATUS)}


@dataclass(slots=True)
class Deliveries:
    """Deliveries by field: places of the two rows (-1: not filed), status, and how much.

    ``sender`` and ``receiver`` are numbers of holders; ``got`` is the receiver's figure.
    """

    sent: Ints
    received: Ints
    status: Ints
    qty: Ints
    got: Ints
    sender: Ints
    receiver: Ints

    @property
    def leaving(self) -> Ints:
        """The place of the row that says when it left: the sender's, where there is one."""
        return np.where(self.sent >= 0, self.sent, self.received)


def deliveries_of(rows: Columns, ends: Ends, moved: Ints, reading: Reading) -> Deliveries:
    """Pair the dispatches and receipts among ``rows``; ``moved`` are their places.

    ``ends.where`` gives the holder of every row, and after these the partner of every moved one.
    Gives what ``deliveries.moves_of`` gives of each sender, receiver and lot.
    """
    mine, partner = ends.where[moved], ends.where[len(rows) :]
    is_receipt = rows.kind[moved] == _RECEIPT
    sender = np.where(is_receipt, partner, mine)
    receiver = np.where(is_receipt, mine, partner)
    pair = sender * len(ends) + receiver
    order = np.argsort(pair * 2 + is_receipt, kind="stable")
    ways = sender[order], receiver[order]
    places, is_receipt = moved[order], is_receipt[order]
    starts = np.flatnonzero(changes(pair[order]))
    sizes = np.diff(starts, append=len(places))
    receipts = np.add.reduceat(is_receipt, starts, dtype=np.int64) if len(starts) else starts
    alone = (receipts == 0) | (receipts == sizes)
    first, second = places[starts], places[np.minimum(starts + 1, len(places) - 1)]
    twins = (sizes == 2) & (receipts == 1) & _agree(rows, first, second)
    one_sided = np.flatnonzero(np.repeat(alone, sizes))
    parts = [
        _one_sided(rows, places[one_sided], is_receipt[one_sided], _at(ways, one_sided)),
        _matched(rows, first[twins], second[twins], _at(ways, starts[twins])),
    ]
    weighed: list[tuple[int, ...]] = []
    for group in np.flatnonzero(~(alone | twins)).tolist():
        here = slice(starts[group], starts[group] + sizes[group])
        both = int(ways[0][starts[group]]), int(ways[1][starts[group]])
        weighed += _weighed(rows, ends, places[here], both, reading)
    if weighed:
        parts.append(Deliveries(*np.array(weighed, np.int64).T))
    return _joined(parts)


def _at(ways: tuple[Ints, Ints], places: Ints) -> tuple[Ints, Ints]:
    return ways[0][places], ways[1][places]


def _agree(rows: Columns, one: Ints, two: Ints) -> Flags:
    """Whether two rows name one document and one quantity: the commonest delivery by far."""
    same: Flags = (rows.doc[one] != 0) & (rows.doc[one] == rows.doc[two])
    same &= (rows.qty[one] == rows.qty[two]) & (rows.measure[one] == rows.measure[two])
    return same


def _one_sided(
    rows: Columns, places: Ints, is_receipt: Flags, ways: tuple[Ints, Ints]
) -> Deliveries:
    """Rows whose other side nobody filed."""
    qty = rows.qty[places]
    return Deliveries(
        np.where(is_receipt, -1, places),
        np.where(is_receipt, places, -1),
        np.where(is_receipt, RECEIPT_ONLY, DISPATCH_ONLY),
        qty,
        qty,
        *ways,
    )


def _matched(rows: Columns, sent: Ints, got: Ints, ways: tuple[Ints, Ints]) -> Deliveries:
    """Two rows each that agree."""
    qty = rows.qty[sent]
    return Deliveries(sent, got, np.full(len(sent), MATCHED), qty, qty, *ways)


def _weighed(
    rows: Columns, ends: Ends, places: Ints, both: tuple[int, int], reading: Reading
) -> Iterator[tuple[int, ...]]:
    """One group whose pairs have to be weighed against each other, delivery by delivery."""
    sender, receiver = (Node(int(ends.operator[one]), int(ends.lot[one])) for one in both)
    sides: tuple[list[Fact], list[Fact]] = ([], [])
    where: dict[int, int] = {}
    for place in places.tolist():
        fact = _fact(rows, place, sender, receiver)
        where[id(fact)] = place
        sides[fact.row.kind == _RECEIPT].append(fact)
    for move in moves_of((sender, receiver), sides, reading):
        sent, got = (
            -1 if side is None else where[id(side)] for side in (move.dispatch, move.receipt)
        )
        yield sent, got, _PLACES[move.status], move.thousandths, _got(move), *both


def _fact(rows: Columns, place: int, sender: Node, receiver: Node) -> Fact:
    row = rows.row(place)
    return Fact(
        row,
        receiver if row.kind == _RECEIPT else sender,
        int(rows.earliest[place]),
        int(rows.latest[place]),
        row.qty,
        int(rows.measure[place]),
    )


def _got(move: Move) -> int:
    if move.receipt is None or move.is_part:
        return move.thousandths
    return move.receipt.thousandths


def _joined(parts: list[Deliveries]) -> Deliveries:
    names = ("sent", "received", "status", "qty", "got", "sender", "receiver")
    return Deliveries(*(np.concatenate([getattr(one, name) for one in parts]) for name in names))
