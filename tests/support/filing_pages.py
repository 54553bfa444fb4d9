"""What the tests of the pages of filing look at, and the goods that wait on them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import Connection, text

from support import accounts
from support.filings import a_lot, an_operator, dispatch, file, production
from support.html import Page


def send_goods(database: Connection, now: datetime, shop: int, **said: Any) -> int:
    """A dairy makes milk and sends the shop two lots; returns the dairy."""
    with accounts.house(database, now) as uow:
        dairy = an_operator(uow, 2)
        file(uow, dairy, production(quantity="500"), production(quantity="500", lot=a_lot("L2")))
        file(
            uow,
            dairy,
            dispatch(shop, quantity="24", **said),
            dispatch(shop, quantity="12", lot=a_lot("L2"), **said),
        )
    return dairy


def see(browser: FlaskClient, path: str, status: int = 200) -> Page:
    """A page that must answer."""
    answer = browser.get(path, follow_redirects=True)
    assert answer.status_code == status, answer.get_data(as_text=True)[:3000]
    return Page(answer.get_data(as_text=True))


def words_of(page: Page) -> str:
    """All words in the middle of a page."""
    return " ".join(element.words for element in page.all("main"))


def received(database: Connection, shop: int) -> list[int]:
    """Thousandths of all receipts of a shop."""
    return list(
        database.scalars(
            text("SELECT qty FROM entry WHERE op = :op AND kind = 3 ORDER BY id"), {"op": shop}
        )
    )


def action_of(page: Page) -> str:
    """Where the form of the first delivery goes."""
    return next(
        form.attributes["action"] or ""
        for form in page.all("form")
        if "/deliveries/" in (form.attributes["action"] or "")
    )
