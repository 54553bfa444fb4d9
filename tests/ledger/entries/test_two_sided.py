"""A delivery is told from both books: matched, short, over, or said by one side only."""

from __future__ import annotations

from datetime import date

import pytest
from support.filings import an_operator, dispatch, file, production, receipt

from ledger.entries.queries import two_sided
from ledger.kernel.actor import Actor, NotYourOperator, Role
from ledger.subjects.terms import Party

SINCE, UNTIL = date(2026, 8, 10), date(2026, 8, 16)


@pytest.fixture
def sides(uow):
    seller, buyer = an_operator(uow, 1), an_operator(uow, 2)
    file(uow, seller, production(quantity="500"))
    return seller, buyer


def told(uow, operator):
    return [
        (it.line.kind.value, it.status, f"{it.sent or ''}", f"{it.received or ''}", it.difference)
        for it in two_sided(uow, operator, SINCE, UNTIL)
    ]


def test_both_sides_see_one_matched_delivery(uow, sides):
    seller, buyer = sides
    file(uow, seller, dispatch(buyer, quantity="60"))
    file(uow, buyer, receipt(seller, quantity="60"))
    assert told(uow, seller) == [("dispatch", "matched", "60", "60", 0)]
    assert told(uow, buyer) == [("receipt", "matched", "60", "60", 0)]


def test_what_came_short_differs_by_so_much(uow, sides):
    seller, buyer = sides
    file(uow, seller, dispatch(buyer, quantity="60"))
    file(uow, buyer, receipt(seller, quantity="48"))
    assert told(uow, seller) == [("dispatch", "differs", "60", "48", -12_000)]
    assert told(uow, buyer) == [("receipt", "differs", "60", "48", -12_000)]


def test_a_dispatch_nobody_answered_waits_on_both_sides(uow, sides):
    seller, buyer = sides
    file(uow, seller, dispatch(buyer, quantity="60"))
    alone = [("dispatch", "dispatch_only", "60", "", 0)]
    assert told(uow, seller) == alone
    assert told(uow, buyer) == alone


def test_a_receipt_whose_supplier_filed_nothing_is_the_receivers(uow, sides):
    seller, buyer = sides
    file(uow, buyer, receipt(seller, quantity="60"))
    assert told(uow, buyer) == [("receipt", "receipt_only", "", "60", 0)]
    assert told(uow, seller) == []


def test_who_cannot_answer_is_left_out(uow, sides):
    seller, _ = sides
    file(uow, seller, dispatch(0, quantity="3", partner=Party(name="摊贩", contact="1380")))
    assert told(uow, seller) == []


def test_other_days_are_left_out_but_their_answers_count(uow, sides):
    seller, buyer = sides
    file(uow, seller, dispatch(buyer, quantity="60", at="2026-08-09"))
    file(uow, buyer, receipt(seller, quantity="60", at="2026-08-11"))
    assert told(uow, seller) == []
    assert told(uow, buyer) == [("receipt", "matched", "60", "60", 0)]


def test_another_ones_deliveries_are_not_shown(uow, sides):
    seller, buyer = sides
    uow.actor = Actor(role=Role.OPERATOR, account_id=1, operator_id=buyer)
    with pytest.raises(NotYourOperator):
        two_sided(uow, seller, SINCE, UNTIL)
