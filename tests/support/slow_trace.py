"""A slow trace, straight from the contract, to hold the fast one against.

It works on what people filed, not on stored rows, and shares no code with the product: sets of
paths grown until nothing is added, sums by looking at everything. Names are texts, quantities whole
numbers of base units, moments texts as people write them.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from itertools import product

from support.slow_town import THREE_DAYS, Delivery, Filed, Found, Town, may_feed, span


class SlowTrace:
    """Answers by the words of contract 3.3."""

    def __init__(self, town: Town) -> None:
        self.entries = [
            self._read(one, town) for one in town.filed if one.number not in town.withdrawn
        ]
        self.changes = [one for one in self.entries if one.kind == "use"]
        self.own_lot = self._own_lots(town)
        self.deliveries = self._deliveries()

    @staticmethod
    def _read(one: Filed, town: Town) -> Filed:
        """Merged operators are one; a case and its unit are one product."""

        def who(name: str) -> str:
            return town.same_operator.get(name, name)

        def goods(lot: str, quantity: int) -> tuple[str, int]:
            name, holds = town.same_lot.get(lot, (lot, 1))
            return name, quantity * holds

        lot, quantity = goods(one.lot, one.quantity)
        return replace(
            one,
            operator=who(one.operator),
            partner=who(one.partner),
            lot=lot,
            quantity=quantity,
            inputs=tuple(goods(*each) for each in one.inputs),
            outputs=tuple(goods(*each) for each in one.outputs),
        )

    def _own_lots(self, town: Town) -> dict[tuple[str, str], str]:
        """What holders of goods without a stated producer hold them as, once such have come."""
        came = {(one.operator, one.lot) for one in self.entries if one.kind == "receipt"}
        came |= {(one.partner, one.lot) for one in self.entries if one.kind == "dispatch"}
        return {
            (town.same_operator.get(who, who), lot): own
            for (who, lot), own in town.own_lot.items()
            if (town.same_operator.get(who, who), lot) in came and own != lot
        }

    def at(self, who: str, lot: str) -> tuple[str, str]:
        """The holder of a lot: in its hands the lot may be one with others."""
        return who, self.own_lot.get((who, lot), lot)

    def sides(self, change: Filed, of: str) -> list[tuple[str, int]]:
        """Inputs or outputs of a transformation, as the lots they are in its operator's hands."""
        return [(self.at(change.operator, lot)[1], q) for lot, q in getattr(change, of)]

    def _delivery(self, lot: str, out: Filed | None, back: Filed | None) -> Delivery:
        sender = out.operator if out else back.partner
        receiver = out.partner if out else back.operator
        ends = self.at(sender, lot), self.at(receiver, lot)
        return Delivery(sender, receiver, lot, out, back, *ends)

    def _deliveries(self) -> list[Delivery]:
        """Contract 3.3.6. Towns are drawn so that at most one receipt can answer a dispatch."""
        outs = [one for one in self.entries if one.kind == "dispatch"]
        backs = [one for one in self.entries if one.kind == "receipt"]
        made = []
        for out in outs:
            fitting = [back for back in backs if self._answers(out, back)]
            assert len(fitting) < 2, "the town is drawn so that this cannot happen"
            back = fitting[0] if fitting else None
            made.append(self._delivery(out.lot, out, back))
        answered = {one.back.number for one in made if one.back}
        return made + [
            self._delivery(back.lot, None, back) for back in backs if back.number not in answered
        ]

    @staticmethod
    def _answers(out: Filed, back: Filed) -> bool:
        if (out.operator, out.partner, out.lot) != (back.partner, back.operator, back.lot):
            return False
        if out.document and out.document == back.document:
            return True
        if out.quantity != back.quantity:
            return False
        (a, b), (c, d) = span(out.when), span(back.when)
        return c.date() - b.date() <= THREE_DAYS and a.date() - d.date() <= THREE_DAYS

    # --- who has what -------------------------------------------------------------------------

    def nodes(self) -> set[tuple[str, str]]:
        """Everybody who is named with a lot."""
        found = {self.at(one.operator, one.lot) for one in self.entries if one.lot}
        found |= {self.at(one.partner, one.lot) for one in self.entries if one.lot and one.partner}
        for change in self.changes:
            found |= {self.at(change.operator, lot) for lot, _ in (*change.inputs, *change.outputs)}
        return found

    def arrivals(self, node: tuple[str, str]) -> list[tuple[datetime, datetime]]:
        """When the lot came to the holder: received, produced or made."""
        who, lot = node
        return [
            *(d.arrives for d in self.deliveries if d.came == node),
            *(
                span(one.when)
                for one in self.entries
                if one.kind == "production" and self.at(one.operator, one.lot) == node
            ),
            *(
                span(one.when)
                for one in self.changes
                if one.operator == who and lot in dict(self.sides(one, "outputs"))
            ),
        ]

    def is_valid(self, node: tuple[str, str], departure: tuple[datetime, datetime]) -> bool:
        """At or after the lot first came to it, as far as known; or it never came at all."""
        arrivals = self.arrivals(node)
        return not arrivals or any(may_feed(each, departure) for each in arrivals)

    def sums(self, node: tuple[str, str]) -> dict[str, int]:
        """Received, produced, dispatched, used, disposed and on hand, over all entries."""
        who, lot = node
        mine = [one for one in self.entries if self.at(one.operator, one.lot) == node]

        def filed(kind: str) -> int:
            return sum(one.quantity for one in mine if one.kind == kind)

        def part(of: str) -> int:
            return sum(
                q
                for change in self.changes
                if change.operator == who
                for name, q in self.sides(change, of)
                if name == lot
            )

        presumed = sum(
            d.out.quantity for d in self.deliveries if d.out and not d.back and d.came == node
        )
        unsaid = sum(
            d.back.quantity for d in self.deliveries if d.back and not d.out and d.left == node
        )
        sums = {
            "received": filed("receipt") + presumed,
            "produced": filed("production") + part("outputs"),
            "dispatched": filed("dispatch") + filed("sale") + unsaid,
            "used": part("inputs"),
            "disposed": filed("disposal"),
        }
        left = sums["received"] + sums["produced"] - sums["dispatched"] - sums["used"]
        return sums | {"on_hand": max(0, left - sums["disposed"])}

    def gaps(self, found: Found) -> set[tuple[str, str, str, int]]:
        """(kind, operator, lot, quantity) of what is missing; dates apart."""
        gaps = set()
        for node in found.nodes:
            early = sum(
                quantity
                for quantity, leaves in self.departures(node)
                if not self.is_first_met(node, leaves)
            )
            sums = self.sums(node)
            came = sums["received"] + sums["produced"]
            went = sums["dispatched"] + sums["used"] + sums["disposed"]
            if early:
                gaps.add(("source_unknown", *node, early))
            if came and went > came:
                gaps.add(("more_out_than_in", *node, went - came))
        for d in found.deliveries:
            if d.status == "dispatch_only":
                gaps.add(("unanswered_dispatch", *d.came, d.out.quantity))
            if d.status == "receipt_only":
                gaps.add(("unanswered_receipt", *d.left, d.back.quantity))
        return gaps

    def departures(self, node: tuple[str, str]) -> list[tuple[int, tuple[datetime, datetime]]]:
        """Everything that left a holder: handed on, sold, used, thrown away."""
        who, lot = node
        return [
            *(
                (one.quantity, span(one.when))
                for one in self.entries
                if one.kind in ("dispatch", "sale", "disposal")
                and self.at(one.operator, one.lot) == node
            ),
            *(
                (d.back.quantity, d.leaves)
                for d in self.deliveries
                if d.out is None and d.left == node
            ),
            *(
                (quantity, span(one.when))
                for one in self.changes
                if one.operator == who
                for name, quantity in self.sides(one, "inputs")
                if name == lot
            ),
        ]

    def is_first_met(self, node: tuple[str, str], leaves: tuple[datetime, datetime]) -> bool:
        """Whether any arrival may precede what left."""
        return any(may_feed(each, leaves) for each in self.arrivals(node))

    # --- contract 3.3, points 1 to 3 ----------------------------------------------------------

    def made_of(self, root: str) -> set[str]:
        """The closure of a lot under "was an input of"."""
        lots = {root}
        while True:
            more = {
                lot
                for change in self.changes
                if lots & (dict(change.inputs).keys() | dict(self.sides(change, "inputs")).keys())
                for lot, _ in change.outputs
            }
            more |= {own for (_, lot), own in self.own_lot.items() if lot in lots}
            more -= lots
            if not more:
                return lots
            lots |= more

    def whole_down(self, root: str) -> Found:
        """Every entry of the lots made of it; and what its holders sent on under other names."""
        lots = self.made_of(root)
        nodes = {node for node in self.nodes() if node[1] in lots}
        taken = {d for d in self.deliveries if d.lot in lots}
        mixed = {(who, own) for (who, _), own in self.own_lot.items()}
        strays = {d.came for d in self.deliveries if d.lot not in lots and d.left in nodes & mixed}
        taken |= {d for d in self.deliveries if d.lot not in lots and d.left in nodes & mixed}
        changes = {
            c.number
            for c in self.changes
            if lots & dict((*self.sides(c, "inputs"), *self.sides(c, "outputs"))).keys()
        }
        while True:
            onward = {d for d in self.deliveries if d.left in strays}
            used = {
                c
                for c in self.changes
                if any((c.operator, lot) in strays for lot, _ in self.sides(c, "inputs"))
            }
            more = {d.came for d in onward} | {
                (c.operator, lot) for c in used for lot, _ in self.sides(c, "outputs")
            }
            if more <= strays:
                numbers = changes | {c.number for c in used}
                return Found(
                    frozenset(nodes | strays), frozenset(taken | onward), frozenset(numbers)
                )
            strays |= more

    def operator_down(self, root: str, operator: str) -> Found:
        start = self.at(operator, root)
        if start not in self.nodes():
            return Found(frozenset(), frozenset(), frozenset())
        taken = {d for d in self.deliveries if d.left == start and self.is_valid(start, d.leaves)}
        changes: set[int] = set()
        while True:
            nodes = self._reached(start, taken, changes)
            more = {d for d in self.deliveries if self._fed(d, taken, changes)} - taken
            used = {
                c.number
                for c in self.changes
                if any((c.operator, lot) in nodes for lot, _ in self.sides(c, "inputs"))
            } - changes
            if not more and not used:
                return Found(frozenset(nodes), frozenset(taken), frozenset(changes))
            taken |= more
            changes |= used

    def _reached(
        self, start: tuple[str, str], taken: set[Delivery], changes: set[int]
    ) -> set[tuple[str, str]]:
        made = {
            (c.operator, lot)
            for c in self.changes
            if c.number in changes
            for lot, _ in self.sides(c, "outputs")
        }
        return {start} | {d.came for d in taken} | made

    def _fed(self, d: Delivery, taken: set[Delivery], changes: set[int]) -> bool:
        before = [t.arrives for t in taken if t.came == d.left]
        before += [
            span(c.when)
            for c in self.changes
            if c.number in changes
            and c.operator == d.sender
            and d.left[1] in dict(self.sides(c, "outputs"))
        ]
        return any(may_feed(each, d.leaves) for each in before)

    def operator_up(self, root: str, operator: str) -> Found:
        """What could have reached the operator in time."""
        start = self.at(operator, root)
        if start not in self.nodes():
            return Found(frozenset(), frozenset(), frozenset())
        return self._up({start}, {start})

    def _up(
        self,
        starts: set[tuple[str, str]],
        nodes: set[tuple[str, str]],
        changes: frozenset[int] = frozenset(),
    ) -> Found:
        taken: set[Delivery] = set()
        through: set[int] = set(changes)
        while True:
            ends = starts | {
                (c.operator, lot)
                for c in self.changes
                if c.number in through
                for lot, _ in self.sides(c, "inputs")
            }
            more = {
                d
                for d in self.deliveries
                if self.is_valid(d.left, d.leaves) and self._feeds(d.came, d.arrives, ends, taken)
            } - taken
            made = {
                c.number
                for c in self.changes
                if any(
                    self._feeds((c.operator, lot), span(c.when), ends, taken)
                    for lot, _ in self.sides(c, "outputs")
                )
            } - through
            if not more and not made:
                found = nodes | ends | {d.left for d in taken}
                return Found(frozenset(found), frozenset(taken), frozenset(through))
            taken |= more
            through |= made

    @staticmethod
    def _feeds(
        node: tuple[str, str],
        arrival: tuple[datetime, datetime],
        ends: set[tuple[str, str]],
        taken: set[Delivery],
    ) -> bool:
        """At an end (who asks, or who used it) every arrival counts; else it must be in time."""
        return node in ends or any(t.left == node and may_feed(arrival, t.leaves) for t in taken)

    def whole_up(self, root: str) -> Found:
        """From the root's origins, each input as it reached the transforming operator."""
        makers = {self.at(c.operator, root) for c in self.changes if root in dict(c.outputs)}
        makers |= {
            self.at(one.operator, root)
            for one in self.entries
            if one.kind == "production" and one.lot == root
        }
        owners = {(who, own) for (who, _), own in self.own_lot.items() if own == root}
        here = {node for node in self.nodes() if node[1] == root}
        origins = (
            makers
            or owners
            or {
                node
                for node in here
                if not self.arrivals(node) and any(d.left == node for d in self.deliveries)
            }
            or here
        )
        made = frozenset(
            c.number
            for c in self.changes
            if any((c.operator, lot) in makers for lot, _ in self.sides(c, "outputs"))
        )
        if not made and not owners:
            return Found(frozenset(origins), frozenset(), frozenset())
        return self._up(owners, origins, made)

    def agrees(self) -> bool:
        """Contract 3.3.5 of this model itself: down of A holds B exactly when up of B holds A."""
        return all(
            (b in self.operator_down(a[1], a[0]).nodes) == (a in self.operator_up(b[1], b[0]).nodes)
            for a, b in product(self.nodes(), repeat=2)
        )
