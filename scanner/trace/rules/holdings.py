"""What each holder has of a lot, and what nobody has filed about it.

Totals are over *all* entries of a holder in a lot, whatever part of the book a trace speaks of:
what a holder truly has does not depend on who asks from where. The scope decides who is listed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from ledger.entries.rules.pairing import PairStatus
from scanner.trace.rules.facts import Facts
from scanner.trace.rules.measures import NEVER_LATER
from scanner.trace.rules.reach import Scope
from scanner.trace.rules.shapes import Fact, Move
from scanner.trace.terms import EntryNamed, EventKind, Gap, GapKind, Holder, Measure, Node


@dataclass(slots=True)
class Sums:
    """The running totals of one holder in one measure, in thousandths of the base."""

    received: int = 0
    produced: int = 0
    dispatched: int = 0
    sold: int = 0
    used: int = 0
    disposed: int = 0
    presumed: int = 0
    first: tuple[int, int, int] | None = None
    last: tuple[int, int, int] | None = None

    @property
    def came(self) -> int:
        """Everything that came in."""
        return self.received + self.produced

    @property
    def went(self) -> int:
        """Everything that went out."""
        return self.dispatched + self.used + self.disposed

    def see(self, fact: Fact) -> None:
        """Take the moment of a fact into first and last; an unknown one tells nothing."""
        ts, precision = fact.row.ts, fact.row.precision
        if not precision:
            return
        if self.first is None or (ts, fact.latest) < self.first[:2]:
            self.first = (ts, fact.latest, precision)
        if self.last is None or (fact.latest, ts) > (self.last[1], self.last[0]):
            self.last = (ts, fact.latest, precision)


class Out(NamedTuple):
    """Something that left a holder: for the question whether its source is known."""

    fact: Fact
    thousandths: int


@dataclass(slots=True)
class Ledgers:
    """The totals by holder and measure, and by holder everything that went out."""

    sums: dict[Node, dict[Measure, Sums]] = field(default_factory=lambda: defaultdict(dict))
    outs: dict[Node, list[Out]] = field(default_factory=lambda: defaultdict(list))

    def at(self, node: Node, fact: Fact) -> Sums:
        """The totals a fact belongs to, having seen its moment."""
        mine = self.sums[node]
        found = mine.get(fact.measure)
        if found is None:
            found = mine[fact.measure] = Sums()
        found.see(fact)
        return found

    def leave(self, node: Node, fact: Fact, thousandths: int) -> None:
        """Remember that something left a holder."""
        self.outs[node].append(Out(fact, thousandths))


def add_up(facts: Facts) -> Ledgers:
    """The totals of every holder; each stored row counts once on its own side.

    The sender's side counts its dispatches, and the receiver's figure where it filed none; the
    receiver's side counts its receipts, and the sender's figure where it filed none.
    """
    books = Ledgers()
    seen: set[int] = set()
    for move in facts.moves:
        _add_move(books, move, seen)
    for change in facts.changes.values():
        for lot, uses in change.inputs.items():
            node = Node(change.operator, lot)
            if node in facts.nodes:
                _add_uses(books, node, uses)
        for lot, yields in change.outputs.items():
            for fact in yields:
                books.at(Node(change.operator, lot), fact).produced += fact.thousandths
    for happening in facts.happenings:
        _add_event(books, happening.kind, happening.fact)
    return books


def _add_move(books: Ledgers, move: Move, seen: set[int]) -> None:
    """``seen`` holds the facts already counted: one received in parts stands in two moves."""
    if move.dispatch is not None and not (move.is_part and _again(move.dispatch, seen)):
        fact = move.dispatch
        books.at(move.sender, fact).dispatched += fact.thousandths
        books.leave(move.sender, fact, fact.thousandths)
    if move.receipt is not None and not (move.is_part and _again(move.receipt, seen)):
        books.at(move.receiver, move.receipt).received += move.receipt.thousandths
    if move.receipt is None:
        sums = books.at(move.receiver, move.leaving)
        sums.received += move.thousandths
        sums.presumed += move.thousandths
    if move.dispatch is None:
        fact = move.arriving
        books.at(move.sender, fact).dispatched += move.thousandths
        books.leave(move.sender, fact, move.thousandths)


def _again(fact: Fact, seen: set[int]) -> bool:
    """Whether a fact was counted before; remembers it."""
    known = id(fact) in seen
    seen.add(id(fact))
    return known


def _add_uses(books: Ledgers, node: Node, uses: Iterable[Fact]) -> None:
    for fact in uses:
        books.at(node, fact).used += fact.thousandths
        if fact.thousandths:
            books.leave(node, fact, fact.thousandths)


def _add_event(books: Ledgers, kind: EventKind, fact: Fact) -> None:
    sums = books.at(fact.node, fact)
    if kind is EventKind.PRODUCTION:
        sums.produced += fact.thousandths
    elif kind is EventKind.CONSUMER_RETURN:
        sums.received += fact.thousandths
    elif kind is EventKind.SALE:
        sums.dispatched += fact.thousandths
        sums.sold += fact.thousandths
        books.leave(fact.node, fact, fact.thousandths)
    elif kind is EventKind.DISPOSAL:
        sums.disposed += fact.thousandths
        books.leave(fact.node, fact, fact.thousandths)


def holders_in(facts: Facts, scope: Scope, books: Ledgers) -> list[Holder]:
    """The holders of a scope with their totals, one per operator, lot and measure, unordered."""
    found: list[Holder] = []
    for node in scope.nodes:
        sums = books.sums.get(node, {})  # none: a limit cut the rows of an output lot off
        found += [_holder(facts, node, measure, each) for measure, each in sums.items()]
    return found


def _holder(facts: Facts, node: Node, measure: Measure, sums: Sums) -> Holder:
    return Holder(
        node=node,
        unit=facts.unit_of(node.lot, measure),
        received=sums.received,
        produced=sums.produced,
        dispatched=sums.dispatched,
        sold=sums.sold,
        used=sums.used,
        disposed=sums.disposed,
        presumed=sums.presumed,
        on_hand=max(0, sums.came - sums.went),
        first=sums.first and (sums.first[0], sums.first[2]),
        last=sums.last and (sums.last[0], sums.last[2]),
    )


def gaps_in(facts: Facts, scope: Scope, books: Ledgers) -> list[Gap]:
    """Everything missing in a scope, unordered; each gap names who can close it."""
    found = [*_sourceless(facts, scope, books), *_lacking(facts, scope, books)]
    found += _unanswered(facts, scope)
    found += _undated(facts, scope)
    return found


def _sourceless(facts: Facts, scope: Scope, books: Ledgers) -> Iterator[Gap]:
    """What left a holder before the lot can have come to it, or without it ever having come."""
    for node in scope.nodes:
        came = facts.first.get(node, NEVER_LATER + 1)
        early = [out for out in books.outs.get(node, ()) if out.fact.latest < came]
        yield from _summed(facts, GapKind.SOURCE_UNKNOWN, node, early)
    left_out: dict[Node, list[Out]] = defaultdict(list)
    for move in scope.sourceless.values():
        if move.sender not in scope.nodes:
            fact = move.leaving
            left_out[move.sender].append(Out(fact, move.thousandths))
    for node, outs in left_out.items():
        yield from _summed(facts, GapKind.SOURCE_UNKNOWN, node, outs)


def _summed(facts: Facts, kind: GapKind, node: Node, outs: Iterable[Out]) -> Iterator[Gap]:
    by_measure: dict[Measure, list[Out]] = defaultdict(list)
    for out in outs:
        by_measure[out.fact.measure].append(out)
    for measure, mine in by_measure.items():
        yield Gap(
            kind=kind,
            node=node,
            thousandths=sum(out.thousandths for out in mine),
            unit=facts.unit_of(node.lot, measure),
            entries=_entries(out.fact for out in mine),
        )


def _lacking(facts: Facts, scope: Scope, books: Ledgers) -> Iterator[Gap]:
    """More out than in, where something did come in that can be compared with what went out."""
    for node in scope.nodes:
        for measure, sums in books.sums.get(node, {}).items():
            if sums.came and sums.went > sums.came:
                outs = (out.fact for out in books.outs.get(node, ()) if out.fact.measure == measure)
                yield Gap(
                    kind=GapKind.MORE_OUT_THAN_IN,
                    node=node,
                    thousandths=sums.went - sums.came,
                    unit=facts.unit_of(node.lot, measure),
                    entries=_entries(outs),
                )


def _unanswered(facts: Facts, scope: Scope) -> Iterator[Gap]:
    for move in scope.moves.values():
        if move.status is PairStatus.DISPATCH_ONLY:
            kind, owner, partner = GapKind.UNANSWERED_DISPATCH, move.receiver, move.sender
        elif move.status is PairStatus.RECEIPT_ONLY:
            kind, owner, partner = GapKind.UNANSWERED_RECEIPT, move.sender, move.receiver
        else:
            continue
        fact = move.leaving
        yield Gap(
            kind=kind,
            node=owner,
            thousandths=move.thousandths,
            unit=facts.unit_of(owner.lot, fact.measure),
            entries=(fact.entry,),
            partner=partner.operator,
        )


def _undated(facts: Facts, scope: Scope) -> Iterator[Gap]:
    """Entries without any date: they exclude nothing, and somebody should say when they were."""
    seen: dict[tuple[int, int], tuple[Fact, int]] = {}
    for fact in _facts_of(scope):
        if not fact.row.precision and fact.node in scope.nodes:
            # one entry may have rows of several stored lots, in no fixed order: the lowest names it
            known, most = seen.get((fact.node.lot, fact.row.id), (fact, 0))
            first = min(known, fact, key=lambda each: each.row)
            seen[fact.node.lot, fact.row.id] = first, max(fact.thousandths, most)
    for fact, thousandths in seen.values():
        yield Gap(
            kind=GapKind.DATE_UNKNOWN,
            node=fact.node,
            thousandths=thousandths,
            unit=facts.unit_of(fact.node.lot, fact.measure),
            entries=(fact.entry,),
        )


def _facts_of(scope: Scope) -> Iterator[Fact]:
    for move in scope.moves.values():
        yield from (fact for fact in (move.dispatch, move.receipt) if fact is not None)
    for happening in scope.happenings.values():
        yield happening.fact
    for change in scope.changes.values():
        for mine in (*change.inputs.values(), *change.outputs.values()):
            yield from mine


def _entries(facts: Iterable[Fact]) -> tuple[EntryNamed, ...]:
    return named_entries(fact.entry for fact in facts)


def named_entries(entries: Iterable[EntryNamed]) -> tuple[EntryNamed, ...]:
    """Entries once each, in the order in which they were filed."""
    return tuple(sorted(set(entries), key=lambda each: (each.id, each.lot)))
