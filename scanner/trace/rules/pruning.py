"""Which rows a narrow question can concern at all: those of whoever lies on some way to them.

A lot of thousands of holders may have come from one producer. Following facts costs by the row, so
what cannot matter is left out before: whoever is connected by deliveries and transformations,
whatever their dates, is kept with all it filed and all that was filed of it. The answer is the
same, only sooner; a test holds it against the one made of all rows.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from ledger.entries.terms import RowKind
from scanner.trace.rules.columns import Columns, Ends, Flags, Ints, renamed
from scanner.trace.rules.shapes import Reading
from scanner.trace.terms import Direction, Node, TraceAsked

_DISPATCH, _RECEIPT = int(RowKind.DISPATCH), int(RowKind.RECEIPT)
_USE, _YIELD, _PRODUCTION = int(RowKind.USE), int(RowKind.YIELD), int(RowKind.PRODUCTION)
_KINDS = np.arange(int(RowKind.VOID) + 1)
_MOVES = np.isin(_KINDS, (_DISPATCH, _RECEIPT))
_TURNS = np.isin(_KINDS, (_USE, _YIELD))


def is_narrow(asked: TraceAsked) -> bool:
    """Whether a question leaves most holders of its lots out."""
    return asked.direction is Direction.UP or asked.operator_id is not None


def rows_that_matter(rows: Columns, reading: Reading, asked: TraceAsked) -> Flags:
    """Which of some rows, all in force, a narrow question can concern."""
    ways = _Ways(rows, reading)
    found = np.zeros(len(ways.ends), bool)
    if asked.operator_id is None:
        starts = ways.origins(asked.lots)
    else:
        who = reading.same_operator.get(asked.operator_id, asked.operator_id)
        starts = ways.numbers(Node(who, lot) for lot in asked.lots)
    for direction in (Direction.DOWN, Direction.UP):
        if asked.direction in (direction, Direction.BOTH):
            found |= ways.reached(starts, direction)
    return found[ways.mine] | found[ways.theirs]


class _Ways:
    """Who is connected with whom: by deliveries, and by transformations as a whole."""

    def __init__(self, rows: Columns, reading: Reading) -> None:
        same = reading.same_operator
        op, other = renamed(rows.op, same), renamed(rows.other, same)
        count = len(rows)
        is_move = _MOVES[rows.kind] & (rows.other != 0)
        is_use = rows.kind == _USE
        # the second holder a row speaks of: the partner, the lot made, or the same one again
        lot = np.where(is_use, rows.other, rows.lot)
        self.ends = Ends(
            np.concatenate([rows.lot, lot]), np.concatenate([op, np.where(is_move, other, op)])
        )
        self.mine: Ints = self.ends.where[:count]
        self.theirs: Ints = self.ends.where[count:]
        is_receipt = rows.kind[is_move] == _RECEIPT
        mine, theirs = self.mine[is_move], self.theirs[is_move]
        self.sender: Ints = np.where(is_receipt, theirs, mine)
        self.receiver: Ints = np.where(is_receipt, mine, theirs)
        turned = np.flatnonzero(_TURNS[rows.kind])
        _, entry = np.unique(rows.id[turned], return_inverse=True)
        self.entry: Ints = np.concatenate([entry, entry])
        self.turner: Ints = np.concatenate([self.mine[turned], self.theirs[turned]])
        came = rows.kind == _PRODUCTION
        came |= (rows.kind == _RECEIPT) & (rows.other == 0) | (rows.kind == _YIELD)
        self.makers: Ints = np.concatenate([self.mine[came], self.theirs[is_use]])

    def numbers(self, nodes: Iterable[Node]) -> list[int]:
        """The numbers of those among some holders that the rows speak of."""
        pairs = np.array([(node.lot, node.operator) for node in nodes], np.int64).reshape(-1, 2)
        number, known = self.ends.numbers(pairs[:, 0], pairs[:, 1])
        found: list[int] = number[known].tolist()
        return found

    def origins(self, lots: Iterable[int]) -> list[int]:
        """Who made some lots; all holders of one that nobody made."""
        found: list[int] = []
        for lot in lots:
            made = self.makers[self.ends.lot[self.makers] == lot]
            found += (made if len(made) else np.flatnonzero(self.ends.lot == lot)).tolist()
        return found

    def reached(self, starts: list[int], direction: Direction) -> Flags:
        """Whoever is connected with the starts in one direction, whatever the dates."""
        down = direction is Direction.DOWN
        here, there = (self.sender, self.receiver) if down else (self.receiver, self.sender)
        found = np.zeros(len(self.ends), bool)
        found[starts] = True
        turned = np.zeros(int(self.entry.max(initial=-1)) + 1, bool)
        while True:
            before = int(found.sum())
            found[there[found[here]]] = True
            turned[self.entry[found[self.turner]]] = True
            found[self.turner[turned[self.entry]]] = True
            if int(found.sum()) == before:
                return found
