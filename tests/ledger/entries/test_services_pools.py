"""Goods of one name and number from many suppliers: what one line more costs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, text
from support.filings import a_line, an_operator, file

from ledger.entries.terms import EntryKind, Line
from ledger.kernel.uow import UnitOfWork
from ledger.products.terms import LotNamed
from ledger.subjects.terms import Party

GREENS = LotNamed(product="青菜", lot="20260503")


def receipt_from(name: str) -> Line:
    return a_line(
        EntryKind.RECEIPT,
        lot=GREENS,
        unit="KGM",
        quantity="8",
        document="",
        partner=Party(name=name, contact=name),
    )


@contextmanager
def counted(uow: UnitOfWork) -> Iterator[dict[str, int]]:
    """Statements sent and rows that came back or were written."""
    found = {"statements": 0, "rows": 0}
    connection = uow.session.connection()

    def count(_connection: Any, cursor: Any, *_rest: Any) -> None:
        found["statements"] += 1
        found["rows"] += max(0, cursor.rowcount)

    event.listen(connection, "after_cursor_execute", count)
    yield found
    event.remove(connection, "after_cursor_execute", count)


@pytest.mark.parametrize("opened", [False, True])
def test_one_line_costs_the_same_whoever_else_has_goods_of_that_name(
    uow: UnitOfWork, opened: bool
) -> None:
    market, shop, buyer = (an_operator(uow, number) for number in (41, 42, 43))
    sold = a_line(EntryKind.DISPATCH, lot=GREENS, unit="KGM", quantity="1", document="",
                  partner=Party(subject_id=buyer))  # fmt: skip
    if opened:  # those who have the goods hand them on as their own already
        file(uow, shop, sold)
        file(uow, market, sold)
    costs = []
    for number, suppliers in enumerate((10, 300)):
        lines = [receipt_from(f"农户{number}.{one}") for one in range(suppliers)]
        assert file(uow, market, *lines).accepted == suppliers
        with counted(uow) as cost:
            assert file(uow, shop, receipt_from(f"甲{number}")).accepted == 1
            assert file(uow, market, receipt_from(f"乙{number}")).accepted == 1
        costs.append(cost)
    assert costs[0] == costs[1]
    links = uow.session.scalar(text("SELECT count(*) FROM entry WHERE kind = 9"))
    assert links == (2 * (10 + 300 + 4) if opened else 0)
