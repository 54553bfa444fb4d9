"""One production, one dispatch, one receipt: filed, stored, answered."""

from __future__ import annotations

from sqlalchemy import text

from support.filings import an_operator, dispatch, file, production, receipt


def test_first(uow):
    dairy, shop = an_operator(uow, 1), an_operator(uow, 2)
    filed = file(uow, dairy, production(), dispatch(shop, quantity="60"))
    assert filed.refused == ()
    assert filed.warnings == ()
    assert filed.accepted == 2
    got = file(uow, shop, receipt(dairy, quantity="60"))
    assert got.accepted == 1, got
    rows = uow.session.execute(text("SELECT * FROM entry ORDER BY id")).all()
    print(rows)
    assert [row.qty for row in rows] == [100_000, 60_000, 60_000]
    print(uow.session.execute(text("SELECT * FROM entry_note ORDER BY id")).all())
