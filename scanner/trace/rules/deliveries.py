"""Deliveries: the dispatches and receipts of a lot between two operators, paired."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from fractions import Fraction

from ledger.entries.rules.pairing import PairStatus, Side, pair
from scanner.trace.rules.measures import MASS
from scanner.trace.rules.shapes import Fact, Move, Reading
from scanner.trace.terms import Node

_RETURN_FLAG = 64


def moves_of(
    ends: tuple[Node, Node], sides: tuple[list[Fact], list[Fact]], reading: Reading
) -> Iterable[Move]:
    """The deliveries from one holder to another: what each filed, paired as the book pairs it.

    ``sides`` are the sender's dispatches and the receiver's receipts, in any order.
    """
    sender, receiver = ends
    sent, got = sides
    if not got:
        return [_one_sided(sender, receiver, fact, PairStatus.DISPATCH_ONLY) for fact in sent]
    if not sent:
        return [_one_sided(sender, receiver, fact, PairStatus.RECEIPT_ONLY) for fact in got]
    one, two = sent[0], got[0]
    if (
        len(sent) == len(got) == 1
        and one.row.doc
        and one.row.doc == two.row.doc
        and one.thousandths == two.thousandths
        and one.measure == two.measure
    ):
        # By far the commonest delivery; ``pair`` says the same of it.
        return [Move(sender, receiver, one, two, PairStatus.MATCHED, one.thousandths, one, two)]
    return _paired(sender, receiver, sides, reading)


def _one_sided(sender: Node, receiver: Node, fact: Fact, status: PairStatus) -> Move:
    sent = status is PairStatus.DISPATCH_ONLY
    return Move(
        sender,
        receiver,
        fact if sent else None,
        None if sent else fact,
        status,
        fact.thousandths,
        fact,
        fact,
    )


def _paired(
    sender: Node, receiver: Node, sides: tuple[list[Fact], list[Fact]], reading: Reading
) -> Iterable[Move]:
    sent, got = (sorted(side, key=_content) for side in sides)
    weighed = sent[0].measure == MASS
    pairs = pair(
        [_side(number, fact) for number, fact in enumerate(sent)],
        [_side(number, fact) for number, fact in enumerate(got, start=len(sent))],
        days=reading.pair_days,
        tolerance=reading.tolerance if weighed else Fraction(0),
    )
    stands = Counter(number for one in pairs for number in one[:2] if number is not None)
    for out, back, status, thousandths in pairs:
        one = None if out is None else sent[out]
        two = None if back is None else got[back - len(sent)]
        fact = one or two
        assert fact is not None  # pairing gives each pair one side at least
        yield Move(
            sender,
            receiver,
            one,
            two,
            status,
            thousandths,
            fact,
            two or fact,
            is_part=any(stands[end] > 1 for end in (out, back) if end is not None),
        )


def _content(fact: Fact) -> tuple[int, ...]:
    """What an entry says, before its number: so that pairing does not see the order of filing."""
    row = fact.row
    return (fact.earliest, fact.latest, fact.thousandths, row.doc, row.unit, row.flags, row.id)


def _side(number: int, fact: Fact) -> Side:
    return Side(number, fact.earliest, fact.latest, fact.thousandths, fact.row.doc, fact.measure)


def is_return(move: Move) -> bool:
    """Whether either side says that the goods went back."""
    return any(fact.row.flags & _RETURN_FLAG for fact in (move.dispatch, move.receipt) if fact)
