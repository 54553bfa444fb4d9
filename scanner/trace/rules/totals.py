"""What each operator has of several lots together, added up trace by trace."""

from __future__ import annotations

from collections.abc import Mapping

from ledger.kernel.quantity import Unit
from scanner.trace.terms import Holder, OperatorShown, Total, Trace


class Adding:
    """Running totals by operator and unit; of the holders only the sums are kept."""

    def __init__(self) -> None:
        self.lots = 0
        self.rows = 0
        self._counted: set[int] = set()
        self._sums: dict[tuple[int, int], tuple[Unit, list[int]]] = {}
        self._names: dict[int, Mapping[int, OperatorShown]] = {}

    def add(self, trace: Trace, lots: int) -> None:
        """Count the holders of the lots a trace began from; lots that are one count once."""
        self.lots += lots
        self.rows += trace.rows_read
        new = set(trace.roots) - self._counted
        self._counted |= new
        for holder in trace.holders:
            operator, lot = holder.node
            if lot in new:
                self._take(holder)
                self._names[operator] = trace.operators

    def _take(self, holder: Holder) -> None:
        key = holder.node.operator, holder.unit.number
        figures = figures_of(holder)
        known = self._sums.get(key)
        if known is None:
            self._sums[key] = holder.unit, [1, *figures]
            return
        sums = known[1]
        sums[0] += 1
        for place, figure in enumerate(figures, start=1):
            sums[place] += figure

    def totals(self) -> list[Total]:
        """The totals, the largest stock first."""
        found = [
            Total(operator, self._name(operator), sums[0], unit, tuple(sums[1:]))
            for (operator, _), (unit, sums) in self._sums.items()
        ]
        return sorted(found, key=lambda total: (-total.on_hand, total.operator, total.unit.number))

    def _name(self, operator: int) -> OperatorShown:
        return self._names[operator].get(operator) or OperatorShown(id=operator)


def figures_of(holder: Holder) -> tuple[int, ...]:
    """The sums of a holder in the order of ``Total.FIGURES``."""
    return (*holder[2:8], holder.on_hand, holder.presumed)
