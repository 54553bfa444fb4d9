"""The lots in an operator's book, and the operators that deal in a food."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import text
from support.filings import a_lot, an_operator, dispatch, file, production, receipt

from ledger.entries import queries
from ledger.entries.terms import EntryKind, Line
from ledger.kernel.actor import Actor, NotPermitted, NotYourOperator, Role
from ledger.kernel.moment import UNKNOWN

MAY = date(2026, 5, 1), date(2026, 5, 31)
JUNE = date(2026, 6, 1), date(2026, 6, 30)


@pytest.fixture
def dairy(uow):
    return an_operator(uow, 1)


@pytest.fixture
def shop(uow):
    return an_operator(uow, 2)


@pytest.fixture
def filed(uow, dairy, shop):
    """Two lots made and sent in spring; the second reaches the shop in June."""
    one, two = a_lot("H1"), a_lot("H2")
    file(uow, dairy, production(lot=one, at="2026-05-02"), production(lot=two, at="2026-05-09"))
    file(uow, dairy, dispatch(shop, lot=one, at="2026-05-20"))
    answer = file(uow, shop, receipt(dairy, lot=two, at="2026-06-04"))
    return answer.entries[0]


def days(found):
    return [(it.first.isoformat(), it.last.isoformat()) for it in found]


def test_the_lots_of_a_book_are_found_by_the_days_it_speaks_of_them(uow, dairy, shop, filed):
    assert days(queries.lots_held(uow, dairy, *MAY)) == [
        ("2026-05-02", "2026-05-20"),
        ("2026-05-09", "2026-05-09"),
    ]
    assert days(queries.lots_held(uow, shop, *JUNE)) == [("2026-06-04", "2026-06-04")]
    assert queries.lots_held(uow, shop, *MAY) == ()


def test_what_was_corrected_away_is_not_held(uow, shop, filed):
    file(uow, shop, Line(kind=EntryKind.CORRECTION, corrects=filed, reason="错", at=UNKNOWN))
    assert queries.lots_held(uow, shop, *JUNE) == ()


def test_the_dealers_in_a_food_are_those_whose_books_speak_of_its_lots(uow, dairy, shop, filed):
    product = uow.session.scalar(text("SELECT min(product_id) FROM lot"))
    early = queries.dealers_in(uow, product, *MAY)
    assert [(it.operator_id, it.lots) for it in early] == [(dairy, 2)]
    late = queries.dealers_in(uow, product, *JUNE)
    assert [(it.operator_id, it.lots) for it in late] == [(shop, 1)]
    assert queries.dealers_in(uow, product + 1, *JUNE) == ()


def test_a_stranger_reads_neither(uow, dairy, shop, filed):
    uow.actor = Actor(account_id=1, role=Role.OPERATOR, operator_id=shop)
    with pytest.raises(NotYourOperator):
        queries.lots_held(uow, dairy, *MAY)
    with pytest.raises(NotPermitted):
        queries.dealers_in(uow, 1, *MAY)
