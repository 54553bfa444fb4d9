"""People and machines for tests of pages and endpoints."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import datetime

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, text

from app.accounts import services
from app.accounts.terms import CreateAccount, IssueKey
from ledger.kernel import uow as units
from ledger.kernel.actor import SYSTEM, Role
from ledger.kernel.uow import UnitOfWork

PASSWORD = "three boats and a lamp"


def house(database: Connection, now: datetime) -> AbstractContextManager[UnitOfWork]:
    """A unit of work of the house itself on this test's transaction."""
    return units.begin(database, actor=SYSTEM, now=now, request_id="test")


def subject(uow: UnitOfWork, name: str = "阿嬷杂货铺", uscc: str = "") -> int:
    """A registered subject of a name and nothing else; returns its id."""
    made = uow.session.scalar(
        text(
            "INSERT INTO subject (name, uscc, registered, created_at) "
            "VALUES (:name, :uscc, true, :at) RETURNING id"
        ),
        {"name": name, "uscc": uscc, "at": uow.now},
    )
    assert isinstance(made, int)
    return made


def person(
    uow: UnitOfWork,
    sign_in_name: str = "lin",
    role: Role = Role.INSPECTOR,
    operator_id: int | None = None,
    *,
    language: str = "zh",
) -> int:
    """An account with the password of all test people; returns its id."""
    return services.create_account(
        uow,
        CreateAccount(
            sign_in_name=sign_in_name,
            password=PASSWORD,
            role=role,
            name="林一",
            operator_id=operator_id,
            language=language,
        ),
    )


def key(uow: UnitOfWork, role: Role, operator_id: int | None = None) -> dict[str, str]:
    """The headers of a new API key."""
    issued = services.issue_key(uow, IssueKey(label="test", role=role, operator_id=operator_id))
    return {"Authorization": f"Bearer {issued}"}


def signed_in(app: Flask, sign_in_name: str = "lin", password: str = PASSWORD) -> FlaskClient:
    """A browser that has signed in."""
    browser = app.test_client()
    answer = browser.post("/sign-in", data={"name": sign_in_name, "password": password})
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return browser
