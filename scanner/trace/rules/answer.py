"""The answer in the order it is read: what a scope holds, as links, holders and gaps."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from ledger.entries.rules.pairing import PairStatus
from scanner.trace.rules.deliveries import is_return
from scanner.trace.rules.facts import Facts, read_facts
from scanner.trace.rules.holdings import add_up, gaps_in, holders_in
from scanner.trace.rules.measures import measure_of
from scanner.trace.rules.reach import (
    Scope,
    operator_down,
    operator_up,
    sources_in,
    whole_down,
    whole_up,
)
from scanner.trace.rules.shapes import Change, Fact, Happening, Move, Reading
from scanner.trace.terms import (
    Direction,
    Event,
    Gap,
    Holder,
    LinkStatus,
    MovementLink,
    Node,
    Portion,
    Row,
    Trace,
    TraceAsked,
    TransformationLink,
)


def trace_rows(
    rows: Iterable[Row],
    reading: Reading,
    asked: TraceAsked,
    *,
    within: frozenset[int],
    written: Iterable[tuple[int, int]] = (),
) -> Trace:
    """The answer to a question, from the rows of all lots it can concern.

    ``within`` are the stored lots whose rows are complete; rows of other lots only name what else
    went into a transformation. ``written`` are the (lot, unit) of rows left out because they
    cannot matter (``pruning``): in which unit a lot is shown depends on all of them.
    """
    facts = read_facts(rows, reading, within=within)
    for lot, unit in written:
        facts.units[lot, measure_of(unit)].add(unit)
    roots = [reading.same_lot.get(lot, lot) for lot in asked.lots]
    operator = asked.operator_id
    if operator is not None:
        operator = reading.same_operator.get(operator, operator)
    scope = scope_of(facts, roots, asked.direction, operator)
    return answer_from(facts, scope, asked, roots=tuple(dict.fromkeys(roots)), operator=operator)


def scope_of(
    facts: Facts, roots: Iterable[int], direction: Direction, operator: int | None
) -> Scope:
    """What an answer speaks of, for one direction or both."""
    roots = list(roots)
    scope = Scope()
    if direction is not Direction.UP:
        down = (
            whole_down(facts, roots) if operator is None else operator_down(facts, roots, operator)
        )
        scope = scope.with_all_of(down)
    if direction is not Direction.DOWN:
        up = whole_up(facts, roots) if operator is None else operator_up(facts, roots, operator)
        scope = scope.with_all_of(up)
    return scope


def answer_from(
    facts: Facts, scope: Scope, asked: TraceAsked, *, roots: tuple[int, ...], operator: int | None
) -> Trace:
    """Holders, links, events and gaps of a scope, in an order that the filing order cannot change.

    Lots come in the order in which they were made of the roots, within a lot the largest stock
    first; links by time.
    """
    books = add_up(facts)
    lots = lots_in_order(scope.changes.values(), {node.lot for node in scope.nodes}, roots)
    order = {lot: number for number, lot in enumerate(lots)}

    def holder_place(holder: Holder) -> tuple[int, ...]:
        place = order.get(holder.node.lot, len(order))
        return place, -holder.on_hand, *holder.node, holder.unit.number

    return Trace(
        roots=roots,
        direction=asked.direction,
        operator_id=operator,
        holders=tuple(sorted(holders_in(facts, scope, books), key=holder_place)),
        movements=tuple(
            _movement(facts, move) for move in sorted(scope.moves.values(), key=_move_place)
        ),
        transformations=tuple(transformations_in(facts, scope.changes.values())),
        events=tuple(
            _event(facts, each) for each in sorted(scope.happenings.values(), key=_event_place)
        ),
        gaps=tuple(sorted(gaps_in(facts, scope, books), key=gap_place(order))),
        pooled={node: facts.at(*node) for node in facts.pools},
        sources=sources_in(facts, scope),
    )


def lots_in_order(
    changes: Iterable[Change], lots: Iterable[int], roots: tuple[int, ...]
) -> list[int]:
    """The lots of an answer, roots first, then as they are first seen along its changes."""
    seen = dict.fromkeys(roots)
    for change in sorted(changes, key=_change_place):
        seen.update(dict.fromkeys((*sorted(change.inputs), *sorted(change.outputs))))
    seen.update(dict.fromkeys(sorted(lots)))
    return list(seen)


def gap_place(order: Mapping[int, int]) -> Callable[[Gap], tuple[object, ...]]:
    """Where a gap stands among others: the largest first, of equal ones as the lots are ordered."""
    last = len(order)

    def place(gap: Gap) -> tuple[object, ...]:
        lot = order.get(gap.node.lot, last)
        return -gap.thousandths, lot, *gap.node, gap.kind.value, gap.partner or 0, gap.entries

    return place


def _move_place(move: Move) -> tuple[int, ...]:
    leaving = move.leaving
    return (
        leaving.row.ts,
        move.sender.lot,
        move.sender.operator,
        move.receiver.operator,
        move.thousandths,
        leaving.row.id,
    )


def _change_place(change: Change) -> tuple[int, int, list[int], list[int], int]:
    """By time and by what it says; its number, which the order of filing gives, comes last."""
    lots = sorted(change.inputs), sorted(change.outputs)
    return change.row.ts, change.operator, *lots, change.id


def _event_place(happening: Happening) -> tuple[int, ...]:
    fact, row = happening.fact, happening.fact.row
    return row.ts, row.kind, fact.node.lot, fact.node.operator, row.id, row.unit


def _movement(facts: Facts, move: Move) -> MovementLink:
    lot, sent, got = move.lot, move.dispatch, move.receipt
    received = None
    if got is not None:
        received = move.thousandths if move.is_part else got.thousandths
    return MovementLink(
        move.sender,
        move.receiver,
        move.thousandths,
        facts.unit_of(lot, move.leaving.measure),
        _STATUS[move.status],
        None if sent is None else sent.row,
        None if got is None else got.row,
        received,
        None if got is None else facts.unit_of(lot, got.measure),
        is_return(move),
    )


_STATUS = {status: LinkStatus(status.value) for status in PairStatus}


def transformations_in(facts: Facts, changes: Iterable[Change]) -> Iterator[TransformationLink]:
    """Transformations as links, by time."""
    for change in sorted(changes, key=_change_place):
        yield _transformation(facts, change)


def _transformation(facts: Facts, change: Change) -> TransformationLink:
    mine = [*change.inputs.values(), *change.outputs.values()]
    return TransformationLink(
        operator=change.operator,
        at=change.moment,
        inputs=tuple(
            p for lot in sorted(change.inputs) for p in _portions(facts, lot, change.inputs[lot])
        ),
        outputs=tuple(
            p for lot in sorted(change.outputs) for p in _portions(facts, lot, change.outputs[lot])
        ),
        entries=tuple(
            sorted(
                {fact.entry for each in mine for fact in each}, key=lambda each: (each.lot, each.id)
            )
        ),
        out_of_order=any(_came_after(facts, change, lot) for lot in change.inputs),
    )


def _came_after(facts: Facts, change: Change, lot: int) -> bool:
    came = facts.first.get(Node(change.operator, lot))
    return came is not None and came > change.latest


def _portions(facts: Facts, lot: int, mine: list[Fact]) -> Iterable[Portion]:
    if not mine:
        yield Portion(lot=lot, thousandths=None, unit=facts.lot_unit(lot))
        return
    for measure in dict.fromkeys(fact.measure for fact in mine):
        yield Portion(
            lot=lot,
            thousandths=sum(fact.thousandths for fact in mine if fact.measure == measure),
            unit=facts.unit_of(lot, measure),
        )


def _event(facts: Facts, happening: Happening) -> Event:
    fact = happening.fact
    return Event(
        kind=happening.kind,
        node=fact.node,
        thousandths=fact.thousandths,
        unit=facts.unit_of(fact.node.lot, fact.measure),
        row=fact.row,
    )
