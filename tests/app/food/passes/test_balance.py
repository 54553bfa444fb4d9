"""Quantities of an operator are weighed lot by lot: what does not add up is named."""

from __future__ import annotations

from decimal import Decimal

import pytest
from support.filings import a_lot, an_operator, dispatch, file, production, receipt

from app.food.passes.queries import (
    delivered,
    findings,
    lot_steps,
    partner_figures,
    unticketed,
)
from app.food.passes.rules import findings_of, side_state
from app.food.passes.terms import FindingKind, SideState
from ledger.entries.terms import Weighed
from ledger.kernel.moment import UNKNOWN, parse_moment
from ledger.products.errors import UnknownLot


@pytest.fixture
def sides(uow):
    return an_operator(uow, 1), an_operator(uow, 2)


def found(uow, operator):
    return [
        (it.kind.value, it.lot_number, str(it.came), str(it.went), str(it.left), it.unit)
        for it in findings(uow, operator)[0]
    ]


def test_a_book_that_adds_up_has_no_findings(uow, sides):
    seller, buyer = sides
    file(uow, seller, production(quantity="100"))
    file(uow, seller, dispatch(buyer, quantity="60"))
    file(uow, buyer, receipt(seller, quantity="60"))
    assert found(uow, seller) == found(uow, buyer) == []


def test_what_went_and_never_came_is_from_nowhere(uow, sides):
    seller, buyer = sides
    file(uow, seller, dispatch(buyer, quantity="60"))
    assert found(uow, seller) == [("from_nowhere", "L240501", "0", "60", "-60", "EA")]


def test_more_out_than_in_is_said_with_its_figures(uow, sides):
    seller, buyer = sides
    file(uow, seller, production(quantity="50"))
    file(uow, seller, dispatch(buyer, quantity="60"))
    assert found(uow, seller) == [("more_out_than_in", "L240501", "50", "60", "-10", "EA")]


def test_stock_past_its_last_day_is_said(uow, sides):
    seller, buyer = sides
    old = a_lot(
        "OLD", produced_on=parse_moment("2026-05-01"), expires_on=parse_moment("2026-08-10")
    )
    file(uow, seller, production(quantity="50", lot=old, at="2026-05-01"))
    file(uow, seller, dispatch(buyer, quantity="20", lot=old, at="2026-05-02"))
    assert found(uow, seller) == [("stock_past_date", "OLD", "50", "20", "30", "EA")]


def test_a_lots_figures_are_shown_with_their_entries(uow, sides):
    seller, buyer = sides
    file(uow, seller, production(quantity="50", at="2026-08-10"))
    file(uow, seller, dispatch(buyer, quantity="20", at="2026-08-11"))
    file(uow, seller, dispatch(buyer, quantity="40", at="2026-08-12", document="D-9"))
    (found,) = findings(uow, seller)[0]
    weighed, steps, cut = lot_steps(uow, seller, found.lot_id)
    assert [(one.came, one.went, one.left, one.kinds) for one in weighed] == [
        (Decimal(50), Decimal(60), Decimal(-10), (FindingKind.MORE_OUT,))
    ]
    assert [(str(it.quantity), it.is_in, str(it.left)) for it in steps] == [
        ("50", True, "50"),
        ("20", False, "30"),
        ("40", False, "-10"),
    ]
    assert not cut
    with pytest.raises(UnknownLot):
        lot_steps(uow, an_operator(uow, 3), found.lot_id)


def test_a_long_book_is_weighed_in_pages(uow, sides, monkeypatch):
    from app.food.passes.queries import balance

    monkeypatch.setattr(balance, "AT_ONCE", 2)
    seller, buyer = sides
    lots = [a_lot(f"N{number}") for number in range(3)]
    file(uow, seller, *(dispatch(buyer, quantity="1", lot=lot) for lot in lots))
    first, following = findings(uow, seller)
    rest, end = findings(uow, seller, start=following)
    assert (len(first), following, len(rest), end) == (2, 2, 1, None)


@pytest.mark.parametrize(
    ("came", "went", "expires", "percent", "kinds"),
    [
        ("100", "103", "2027-01-01", "0.03", []),
        ("100", "103.1", "2027-01-01", "0.03", [FindingKind.MORE_OUT]),
        ("100", "101", "2027-01-01", "0", [FindingKind.MORE_OUT]),
        ("0", "1", "2027-01-01", "0.03", [FindingKind.FROM_NOWHERE]),
        ("0", "0", "2020-01-01", "0", []),
        ("100", "98", "2026-08-14", "0.03", []),
        ("100", "90", "2026-08-14", "0.03", [FindingKind.PAST_DATE]),
        ("100", "90", "2026-08-15", "0.03", []),
        ("100", "100", "2026-08-14", "0", []),
        ("100", "90", "", "0", []),
    ],
)
def test_what_is_a_finding(now, came, went, expires, percent, kinds):
    weighed = Weighed(
        lot_id=1,
        came=Decimal(came),
        went=Decimal(went),
        left=Decimal(came) - Decimal(went),
        unit="KGM",
    )
    last = parse_moment(expires) if expires else UNKNOWN
    assert findings_of(weighed, last, now.date(), Decimal(percent)) == kinds


@pytest.mark.parametrize(
    ("status", "difference", "state"),
    [
        ("matched", 0, SideState.MATCHED),
        ("matched", -5, SideState.MATCHED),
        ("differs", -5, SideState.SHORT),
        ("differs", 5, SideState.OVER),
        ("dispatch_only", 0, SideState.UNANSWERED),
        ("receipt_only", 0, SideState.UNSENT),
    ],
)
def test_how_a_delivery_stands(status, difference, state):
    assert side_state(status, difference) is state


def test_partners_are_summed_who_has_most_to_settle_first(uow, sides):
    seller, buyer = sides
    other = an_operator(uow, 3)
    file(uow, seller, production(quantity="500"))
    file(uow, seller, dispatch(other, quantity="10", document="D-2"))
    file(uow, other, receipt(seller, quantity="10", document="D-2"))
    file(uow, seller, dispatch(buyer, quantity="60"))
    file(uow, buyer, receipt(seller, quantity="48"))
    told = delivered(uow, seller, uow.today, uow.today)
    assert {(it.partner_id, it.state, it.is_mine) for it in told} == {
        (buyer, SideState.SHORT, True),
        (other, SideState.MATCHED, True),
    }
    first, second = partner_figures(told)
    assert (first.partner_id, first.counts[SideState.SHORT]) == (buyer, 1)
    assert second.counts[SideState.MATCHED] == 1
    assert [it.partner_id for it in delivered(uow, seller, uow.today, uow.today, other)] == [other]


def test_dispatches_are_offered_for_a_pass_delivery_by_delivery(uow, sides):
    seller, buyer = sides
    file(uow, seller, production(quantity="500"))
    file(uow, seller, dispatch(buyer, quantity="1", document="CK-1"))
    file(uow, seller, dispatch(buyer, quantity="2", document="CK-1"))
    file(uow, seller, dispatch(buyer, quantity="3", document="CK-2"))
    file(uow, seller, dispatch(buyer, quantity="4", document=""))
    offered = {one.document: len(one.lines) for one in unticketed(uow, seller)}
    assert offered == {"CK-1": 2, "CK-2": 1}
