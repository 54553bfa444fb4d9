"""The trace as pure functions, on small books written by hand."""

from __future__ import annotations

from fractions import Fraction

import pytest
from support.trace_book import (
    BAKER,
    CAKE,
    DAIRY,
    DEALER,
    KGM,
    MILK,
    SHOP,
    STALL,
    TART,
    XCT,
    Book,
)

from ledger.entries.terms import Flag, RowKind
from ledger.kernel.moment import UNKNOWN, parse_moment
from scanner.trace.rules.measures import bounds
from scanner.trace.rules.shapes import Reading
from scanner.trace.terms import (
    EventKind,
    GapKind,
    LinkStatus,
    Node,
    Trace,
    amount,
)


def nodes(answer: Trace) -> set[tuple[int, int]]:
    return {(holder.node[0], holder.node[1]) for holder in answer.holders}


def holding(answer: Trace, operator: int, lot: int = MILK) -> dict[str, str]:
    (found,) = [each for each in answer.holders if each.node == Node(operator, lot)]
    names = (
        "received",
        "produced",
        "dispatched",
        "sold",
        "used",
        "disposed",
        "on_hand",
        "presumed",
    )
    return {name: amount(getattr(found, name), found.unit) for name in names}


def gaps(answer: Trace) -> set[tuple[str, int, str]]:
    return {(g.kind.value, g.node.operator, amount(g.thousandths, g.unit)) for g in answer.gaps}


@pytest.fixture
def book() -> Book:
    return Book()


@pytest.fixture
def dairy(book: Book) -> Book:
    """云汀乳业 makes 1,200; a dealer passes on; a baker bakes; a shop sells and throws away."""
    book.made(DAIRY, MILK, 1200, "2026-05-01")
    book.moved(DAIRY, DEALER, MILK, 600, "2026-05-03")
    book.moved(DEALER, SHOP, MILK, 300, "2026-05-05")
    book.moved(DEALER, BAKER, MILK, 250, "2026-05-05")
    book.turned(BAKER, {MILK: 200}, {CAKE: 900}, "2026-05-06")
    book.moved(BAKER, SHOP, CAKE, 500, "2026-05-07")
    book.sent(SHOP, 0, MILK, 100, "2026-05-08")
    book.add(RowKind.DISPOSAL, SHOP, MILK, 20, "2026-05-09")
    return book


def test_a_whole_lot_down_holds_everything_that_was_made_of_it(dairy: Book) -> None:
    answer = dairy.trace()
    assert nodes(answer) == {
        (DAIRY, MILK),
        (DEALER, MILK),
        (SHOP, MILK),
        (BAKER, MILK),
        (BAKER, CAKE),
        (SHOP, CAKE),
    }
    assert holding(answer, DEALER) == {
        "received": "600",
        "produced": "0",
        "dispatched": "550",
        "sold": "0",
        "used": "0",
        "disposed": "0",
        "on_hand": "50",
        "presumed": "0",
    }
    assert holding(answer, SHOP)["on_hand"] == "180"
    assert holding(answer, SHOP)["sold"] == "100"
    assert holding(answer, BAKER) | {"received": ""} == {
        "received": "",
        "produced": "0",
        "dispatched": "0",
        "sold": "0",
        "used": "200",
        "disposed": "0",
        "on_hand": "50",
        "presumed": "0",
    }
    assert holding(answer, BAKER, CAKE)["produced"] == "900"
    assert gaps(answer) == set()
    assert [link.status for link in answer.movements] == [LinkStatus.MATCHED] * 4
    (turned,) = answer.transformations
    assert [(p.lot, amount(p.thousandths or 0, p.unit)) for p in turned.inputs] == [(MILK, "200")]
    assert [(p.lot, amount(p.thousandths or 0, p.unit)) for p in turned.outputs] == [(CAKE, "900")]
    assert {event.kind for event in answer.events} == {
        EventKind.PRODUCTION,
        EventKind.SALE,
        EventKind.DISPOSAL,
    }
    assert answer.complete


def test_a_whole_lot_up_goes_through_the_transformation_to_production(dairy: Book) -> None:
    answer = dairy.trace(CAKE, "up")
    assert nodes(answer) == {(BAKER, CAKE), (BAKER, MILK), (DEALER, MILK), (DAIRY, MILK)}
    assert {(m.sender.operator, m.receiver.operator) for m in answer.movements} == {
        (DAIRY, DEALER),
        (DEALER, BAKER),
    }
    assert {event.kind for event in answer.events} == {EventKind.PRODUCTION}


def test_a_lot_nobody_produced_comes_from_those_who_never_received_it(book: Book) -> None:
    book.moved(DEALER, SHOP, MILK, 10, "2026-05-01")
    book.turned(SHOP, {MILK: 4}, {CAKE: 4}, "2026-05-02")
    assert nodes(book.trace(MILK, "up")) == {(DEALER, MILK)}
    assert nodes(book.trace(CAKE, "up")) == {(SHOP, CAKE), (SHOP, MILK), (DEALER, MILK)}
    assert gaps(book.trace(MILK, "up")) == {("source_unknown", DEALER, "10")}


def test_only_what_left_after_the_lot_came_is_downstream_of_an_operator(book: Book) -> None:
    book.made(DAIRY, MILK, 100, "2026-05-01")
    book.moved(DAIRY, DEALER, MILK, 50, "2026-05-10")
    book.moved(DEALER, SHOP, MILK, 20, "2026-05-05")
    book.moved(DEALER, BAKER, MILK, 20, "2026-05-12")
    answer = book.trace(MILK, "down", DEALER)
    assert nodes(answer) == {(DEALER, MILK), (BAKER, MILK)}
    assert gaps(answer) == {("source_unknown", DEALER, "20")}
    assert nodes(book.trace(MILK, "down", DAIRY)) == {(DAIRY, MILK), (DEALER, MILK), (BAKER, MILK)}
    early = book.trace(MILK, "up", SHOP)
    assert nodes(early) == {(SHOP, MILK)}
    assert gaps(early) == {("source_unknown", DEALER, "20")}
    assert nodes(book.trace(MILK, "up", BAKER)) == {(BAKER, MILK), (DEALER, MILK), (DAIRY, MILK)}
    assert (SHOP, MILK) in nodes(book.trace(MILK))  # the whole lot drops nobody


def test_a_day_compares_as_a_day_and_an_unknown_part_never_excludes(book: Book) -> None:
    book.moved(DAIRY, DEALER, MILK, 10, "2026-05-03T18:00:00+08:00")
    book.moved(DEALER, SHOP, MILK, 2, "2026-05-03")
    book.moved(DEALER, BAKER, MILK, 2, "2026-05")
    book.moved(DEALER, STALL, MILK, 2, "")
    book.moved(DEALER, 6, MILK, 2, "2026-05-03T17:59:59+08:00")
    answer = book.trace(MILK, "down", DAIRY)
    assert {operator for operator, _ in nodes(answer)} == {DAIRY, DEALER, SHOP, BAKER, STALL}
    assert ("date_unknown", DEALER, "2") in gaps(answer)


def test_a_stated_use_is_followed_whatever_its_date_and_marked(book: Book) -> None:
    book.moved(DAIRY, BAKER, MILK, 10, "2026-05-10")
    book.turned(BAKER, {MILK: 10}, {CAKE: 10}, "2026-05-08")
    book.moved(BAKER, SHOP, CAKE, 10, "2026-05-09")
    answer = book.trace(MILK, "down", DAIRY)
    assert (SHOP, CAKE) in nodes(answer)
    assert [link.out_of_order for link in answer.transformations] == [True]
    assert (DAIRY, MILK) in nodes(book.trace(CAKE, "up", SHOP))
    assert ("source_unknown", BAKER, "10") in gaps(answer)


def test_loops_and_returns_end_and_find_everyone(book: Book) -> None:
    book.made(DAIRY, MILK, 100)
    book.moved(DAIRY, DEALER, MILK, 60, "2026-05-02")
    book.moved(DEALER, SHOP, MILK, 40, "2026-05-03")
    book.sent(SHOP, DEALER, MILK, 10, "2026-05-04", flags=int(Flag.RETURN))
    book.moved(DEALER, DAIRY, MILK, 10, "2026-05-05")
    book.turned(SHOP, {MILK: 5}, {CAKE: 5}, "2026-05-06")
    book.turned(SHOP, {CAKE: 5}, {MILK: 5}, "2026-05-07")
    everyone = {(DAIRY, MILK), (DEALER, MILK), (SHOP, MILK), (SHOP, CAKE)}
    assert nodes(book.trace()) == everyone
    assert nodes(book.trace(MILK, "down", DAIRY)) == everyone
    assert nodes(book.trace(CAKE, "up")) == everyone
    assert any(link.is_return for link in book.trace().movements)


def test_a_closed_loop_without_origin_is_answered_with_all_its_holders(book: Book) -> None:
    book.moved(DEALER, SHOP, MILK, 10, "2026-05-02")
    book.moved(SHOP, DEALER, MILK, 10, "2026-05-03")
    assert nodes(book.trace(MILK, "up")) == {(DEALER, MILK), (SHOP, MILK)}


def test_an_unanswered_dispatch_makes_a_holder_and_a_gap_of_its_receiver(book: Book) -> None:
    book.made(DAIRY, MILK, 100)
    sent = book.sent(DAIRY, SHOP, MILK, 40, "2026-05-02")
    answer = book.trace()
    assert holding(answer, SHOP)["on_hand"] == "40"
    assert holding(answer, SHOP)["presumed"] == "40"
    (gap,) = answer.gaps
    assert (gap.kind, gap.node.operator, gap.partner) == (GapKind.UNANSWERED_DISPATCH, SHOP, DAIRY)
    assert [entry.id for entry in gap.entries] == [sent]


def test_an_unanswered_receipt_counts_as_sent_and_is_the_senders_gap(book: Book) -> None:
    book.made(DAIRY, MILK, 100)
    book.got(SHOP, DAIRY, MILK, 40, "2026-05-02")
    answer = book.trace()
    assert holding(answer, DAIRY)["on_hand"] == "60"
    assert gaps(answer) == {("unanswered_receipt", DAIRY, "40")}
    assert [link.status for link in answer.movements] == [LinkStatus.RECEIPT_ONLY]


def test_each_side_keeps_its_own_figure_when_the_quantities_differ(book: Book) -> None:
    book.made(DAIRY, MILK, 200)
    book.sent(DAIRY, SHOP, MILK, 180, "2026-05-02", doc=77)
    book.got(SHOP, DAIRY, MILK, 168, "2026-05-03", doc=77)
    answer = book.trace()
    (link,) = answer.movements
    assert link.status is LinkStatus.DIFFERS
    assert (link.thousandths, link.received_thousandths) == (180_000, 168_000)
    assert holding(answer, DAIRY)["dispatched"] == "180"
    assert holding(answer, SHOP)["received"] == "168"
    assert gaps(answer) == set()


def test_a_delivery_received_in_parts_counts_once(book: Book) -> None:
    book.made(DAIRY, MILK, 100)
    book.sent(DAIRY, SHOP, MILK, 100, "2026-05-02", doc=5)
    book.got(SHOP, DAIRY, MILK, 60, "2026-05-02", doc=5)
    book.got(SHOP, DAIRY, MILK, 40, "2026-05-03", doc=5)
    answer = book.trace()
    assert holding(answer, DAIRY)["dispatched"] == "100"
    assert holding(answer, SHOP)["received"] == "100"
    assert sorted(link.thousandths for link in answer.movements) == [40_000, 60_000]
    assert gaps(answer) == set()


def test_a_receipt_of_two_deliveries_counts_once(book: Book) -> None:
    book.made(DAIRY, MILK, 100)
    book.sent(DAIRY, SHOP, MILK, 60, "2026-05-02", doc=5)
    book.sent(DAIRY, SHOP, MILK, 40, "2026-05-02", doc=5)
    book.got(SHOP, DAIRY, MILK, 100, "2026-05-03", doc=5)
    answer = book.trace()
    assert holding(answer, DAIRY)["dispatched"] == "100"
    assert holding(answer, SHOP)["received"] == "100"


def test_what_leaves_in_the_second_it_came_may_be_it(book: Book) -> None:
    noon = "2026-05-03T12:00:00+08:00"
    book.moved(DAIRY, DEALER, MILK, 10, noon)
    book.moved(DEALER, SHOP, MILK, 10, noon)
    assert (SHOP, MILK) in nodes(book.trace(MILK, "down", DEALER))
    assert gaps(book.trace(MILK, "up", SHOP)) == {("source_unknown", DAIRY, "10")}


def test_more_out_than_in_is_a_gap_of_the_excess(book: Book) -> None:
    book.made(DAIRY, MILK, 100)
    book.moved(DAIRY, SHOP, MILK, 130, "2026-05-02")
    answer = book.trace()
    assert gaps(answer) == {("more_out_than_in", DAIRY, "30")}
    assert holding(answer, DAIRY)["on_hand"] == "0"


def test_who_sells_what_never_came_has_an_unknown_source(book: Book) -> None:
    book.sent(STALL, 0, MILK, 20, "2026-05-02")
    answer = book.trace()
    assert gaps(answer) == {("source_unknown", STALL, "20")}
    assert nodes(answer) == {(STALL, MILK)}


def test_a_voided_entry_leaves_no_trace(book: Book) -> None:
    book.made(DAIRY, MILK, 100)
    wrong = book.sent(DAIRY, SHOP, MILK, 40, "2026-05-02")
    book.void(MILK, wrong)
    baked = book.turned(DAIRY, {MILK: 1}, {TART: 1}, "2026-05-02")
    book.void(MILK, baked)
    assert nodes(book.trace()) == {(DAIRY, MILK)}
    assert holding(book.trace(), DAIRY)["on_hand"] == "100"


def test_merged_operators_and_aliased_lots_are_read_as_one(book: Book) -> None:
    book.made(DAIRY, MILK, 100)
    book.sent(DAIRY, SHOP, MILK, 40, "2026-05-02")
    book.got(33, DAIRY, 101, 40, "2026-05-02")
    book.sent(33, 0, 101, 40, "2026-05-03")
    reading = Reading(same_lot={101: MILK}, same_operator={33: SHOP})
    answer = book.trace(reading=reading)
    assert nodes(answer) == {(DAIRY, MILK), (SHOP, MILK)}
    assert [link.status for link in answer.movements] == [LinkStatus.MATCHED]
    assert holding(answer, SHOP)["on_hand"] == "0"
    assert nodes(book.trace(101, "down", 33, reading)) == {(SHOP, MILK)}


def test_a_case_counts_as_the_units_it_holds(book: Book) -> None:
    book.made(DAIRY, MILK, 240)
    book.moved(DAIRY, DEALER, 101, 5)
    book.sent(DEALER, 0, 101, 2, "2026-05-03", unit=XCT)
    book.sent(DEALER, 0, MILK, 7, "2026-05-03")
    reading = Reading(same_lot={101: MILK}, contains={101: Fraction(24)})
    answer = book.trace(reading=reading)
    assert holding(answer, DAIRY)["on_hand"] == "120"
    assert holding(answer, DEALER)["on_hand"] == "65"


def test_what_cannot_be_added_is_held_apart(book: Book) -> None:
    book.add(RowKind.PRODUCTION, DAIRY, MILK, 50, "2026-05-01", unit=KGM)
    book.sent(DAIRY, SHOP, MILK, 3, "2026-05-02", unit=XCT)
    answer = book.trace()
    held = {(h.node.operator, h.unit.code): amount(h.on_hand, h.unit) for h in answer.holders}
    assert held == {(DAIRY, "KGM"): "50", (DAIRY, "XCT"): "0", (SHOP, "XCT"): "3"}
    assert ("more_out_than_in", DAIRY, "3") not in gaps(answer)


def test_a_unit_kept_as_text_is_shown_as_its_word(book: Book) -> None:
    book.add(RowKind.PRODUCTION, DAIRY, MILK, 5, "2026-05-01", unit=1004)
    (holder,) = book.trace(reading=Reading(words={1004: "筐"})).holders
    assert (holder.unit.code, amount(holder.produced, holder.unit)) == ("筐", "5")


def test_both_directions_join_without_doubling(dairy: Book) -> None:
    answer = dairy.trace(CAKE, "both")
    assert nodes(answer) == {
        (BAKER, CAKE),
        (SHOP, CAKE),
        (BAKER, MILK),
        (DEALER, MILK),
        (DAIRY, MILK),
    }
    assert len(answer.transformations) == 1


def test_an_operator_who_never_had_the_lot_has_an_empty_trace(dairy: Book) -> None:
    answer = dairy.trace(MILK, "both", 99)
    assert (answer.holders, answer.movements, answer.gaps) == ((), (), ())


def test_a_long_chain_of_transformations_does_not_exhaust_the_stack(book: Book) -> None:
    for lot in range(1, 3000):
        book.turned(BAKER, {lot: 1}, {lot + 1: 1}, "2026-05-01")
    assert len(book.trace(1, "down", BAKER).holders) == 3000
    assert len(book.trace(3000, "up", BAKER).holders) == 3000
    assert len(book.trace(3000, "up").holders) == 3000


@pytest.mark.parametrize(
    "text", ["2026", "2024", "2026-02", "2026-05-03", "", "2026-05-03T10:00:00+08:00"]
)
def test_bounds_agree_with_the_kernels_moment(text: str) -> None:
    moment = parse_moment(text) if text else UNKNOWN
    expected = (moment.earliest, moment.latest)
    assert bounds(moment.seconds, moment.precision) == expected
