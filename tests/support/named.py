"""Numbers and commands that are valid by default: one argument spoils what a test is about."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, event

from ledger.kernel.identifiers.checks import (
    gs1_check_digit,
    mod_11_10_check_digit,
    organisation_check_character,
    uscc_check_character,
)
from ledger.subjects.terms import RegisterSubject, SubjectKind


def a_uscc(number: int = 1) -> str:
    """A made-up social credit code of a Siming company with true check characters."""
    organisation = f"{number:08d}"
    body = f"91350203{organisation}{organisation_check_character(organisation)}"
    return body + uscc_check_character(body)


def a_gtin(number: int = 1, indicator: int = 0) -> str:
    """A made-up GTIN-14 of a Chinese company; a case's has an indicator of 1 to 8."""
    body = f"{indicator}690{number:09d}"
    return body + gs1_check_digit(body)


def a_gln(number: int = 1) -> str:
    """A made-up location number."""
    body = f"690{number:09d}"
    return body + gs1_check_digit(body)


def an_sc(number: int = 1) -> str:
    """A made-up production licence number for dairy in Siming."""
    body = f"105350203{number:04d}"
    return f"SC{body}{mod_11_10_check_digit(body)}"


def a_registration(number: int = 1, **changed: Any) -> RegisterSubject:
    """A command that registers a made-up dairy."""
    said: dict[str, Any] = {
        "uscc": a_uscc(number),
        "name": f"鼓浪乳业{number}有限公司",
        "kinds": (SubjectKind.PRODUCTION,),
        "division": "350203",
        "address": "厦门市思明区某路1号",
        "contact": "林小姐",
        "phone": "13800001234",
    }
    return RegisterSubject(**{**said, **changed})


@contextmanager
def counted(database: Connection) -> Iterator[list[str]]:
    """The statements sent to the database inside the block."""
    sent: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("SAVEPOINT", "RELEASE")):
            sent.append(statement)

    event.listen(database, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(database, "before_cursor_execute", note)
