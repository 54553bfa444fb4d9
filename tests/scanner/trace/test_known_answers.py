"""Answers that are kept for what the store says to the last byte."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import text
from support.filings import an_operator, file, lot_numbered, production, receipt

from ledger.kernel.uow import UnitOfWork
from scanner.trace.queries import known_answers, trace
from scanner.trace.terms import Direction, Limits, TraceAsked

PUBLICS = Limits(lots=200, rows=20_000, milliseconds=3_000)


def _asked(uow: UnitOfWork) -> TraceAsked:
    lot = lot_numbered(uow, "L240501")
    return TraceAsked(lots=(lot,), direction=Direction.UP, limits=PUBLICS)


def test_an_answer_is_made_once_and_again_when_anything_of_it_changes(uow: UnitOfWork) -> None:
    maker, shop = an_operator(uow, 1), an_operator(uow, 2)
    file(uow, maker, production())
    asked = _asked(uow)
    first = trace(uow, asked)
    assert trace(uow, asked) is first
    file(uow, shop, receipt(maker))
    second = trace(uow, asked)
    assert second != first
    assert trace(uow, asked) is second
    uow.session.execute(
        text("UPDATE subject SET name = name || '二' WHERE id = :id"), {"id": maker}
    )
    third = trace(uow, asked)
    assert third.operators[maker].name == second.operators[maker].name + "二"
    alike = trace(uow, replace(asked, limits=replace(PUBLICS, milliseconds=None)))
    assert alike == third


def test_who_looks_into_the_book_gets_no_kept_answer(uow: UnitOfWork) -> None:
    file(uow, an_operator(uow, 1), production())
    asked = replace(_asked(uow), limits=Limits())
    assert trace(uow, asked) is not trace(uow, asked)


def test_the_oldest_answer_makes_room_and_long_ones_are_not_kept(uow: UnitOfWork) -> None:
    file(uow, an_operator(uow, 1), production())
    answer = trace(uow, _asked(uow))
    for number in range(known_answers.ANSWERS_MAX + 1):
        known_answers.keep(("test", number), answer)
    assert known_answers.known(("test", 0)) is None
    assert known_answers.known(("test", known_answers.ANSWERS_MAX)) is answer
    known_answers.keep(("test", b"x" * (known_answers.BYTES_MAX + 1)), answer)
    assert known_answers.known(("test", b"x" * (known_answers.BYTES_MAX + 1))) is None
