"""One key, one answer; however many clients ask at the same moment."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise
from threading import Barrier

import pytest
from sqlalchemy import text
from support.filings import a_lot, an_operator, dispatch, file, filing, production, receipt
from support.named import a_gtin

from ledger.entries import errors
from ledger.entries.queries import filing_by_id, filing_by_key
from ledger.entries.services import file_entries
from ledger.kernel import uow as units
from ledger.kernel.actor import SYSTEM, Actor, NotYourOperator, Role
from ledger.kernel.uow import StoreTooSlow
from ledger.products.terms import LotNamed
from ledger.subjects.terms import Party


def test_the_same_key_with_the_same_content_gives_the_same_answer(uow):
    dairy, shop = an_operator(uow, 1), an_operator(uow, 2)
    command = filing(dairy, production(certificate=""), production(at="2026-09-01"))
    first, again = file_entries(uow, command), file_entries(uow, command)
    assert again == replace(first, replayed=True)
    assert uow.session.scalar(text("SELECT count(*) FROM entry")) == 1
    assert file_entries(uow, filing(shop, production())).replayed is False
    assert filing_by_key(uow, dairy, "K-1") == first
    assert filing_by_id(uow, dairy, first.filing_id) == first


def test_the_same_key_with_other_content_is_a_conflict(uow):
    dairy = an_operator(uow, 1)
    file_entries(uow, filing(dairy, production()))
    with pytest.raises(errors.KeyUsedOtherwise):
        file_entries(uow, filing(dairy, production(quantity="2")))


def test_filings_of_others_are_not_shown(uow, units_of):
    dairy, shop = an_operator(uow, 1), an_operator(uow, 2)
    filed = file(uow, dairy, production(), key="K")
    with units_of(Actor(role=Role.OPERATOR, account_id=1, operator_id=shop)) as unit:
        for ask in (
            lambda: filing_by_key(unit, dairy, "K"),
            lambda: filing_by_id(unit, dairy, filed.filing_id),
        ):
            with pytest.raises(NotYourOperator):
                ask()
        for ask in (
            lambda: filing_by_key(unit, shop, "K"),
            lambda: filing_by_id(unit, shop, filed.filing_id),
        ):
            with pytest.raises(errors.UnknownFiling):
                ask()


def _at_once(engine, now, work, clients, *, again=True):
    barrier = Barrier(clients)

    def one(number):
        def unit():
            return units.begin(engine, actor=SYSTEM, now=now)

        barrier.wait(timeout=20)
        if not again:
            with unit() as uow:
                return work(uow, number)
        return units.run(unit, lambda uow: work(uow, number))

    with ThreadPoolExecutor(clients) as pool:
        return list(pool.map(one, range(clients)))


def test_clients_with_one_key_at_once_file_once(fresh_database, now):
    with units.begin(fresh_database, actor=SYSTEM, now=now) as uow:
        dairy, shop = an_operator(uow, 1), an_operator(uow, 2)
    command = filing(dairy, production(), dispatch(shop, quantity="5"))
    answers = _at_once(fresh_database, now, lambda uow, _: file_entries(uow, command), 4)
    assert sorted(it.replayed for it in answers) == [False, True, True, True]
    assert len({it.receipt for it in answers}) == 1
    with fresh_database.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM entry")) == 2
        assert connection.scalar(text("SELECT count(*) FROM filing")) == 1


def test_filings_at_once_have_ranges_of_their_own(fresh_database, now):
    with units.begin(fresh_database, actor=SYSTEM, now=now) as uow:
        dairy, shop = an_operator(uow, 1), an_operator(uow, 2)

    def work(uow, number):
        lines = [production(document=f"{number}-{n}", quantity="3") for n in range(20)]
        return file_entries(uow, filing(dairy, *lines, key=f"K-{number}"))

    _at_once(fresh_database, now, work, 4)
    with fresh_database.connect() as connection:
        ranges = connection.execute(
            text("SELECT first_entry, last_entry FROM filing ORDER BY first_entry")
        ).all()
        assert [(last - first) for first, last in ranges] == [19] * 4
        assert all(one.last_entry < two.first_entry for one, two in pairwise(ranges))
        assert connection.scalar(text("SELECT count(DISTINCT id) FROM entry")) == 80
    assert shop


def test_a_line_of_a_document_filed_twice_at_once_stands_once(fresh_database, now):
    with units.begin(fresh_database, actor=SYSTEM, now=now) as uow:
        dairy, shop = an_operator(uow, 1), an_operator(uow, 2)
    line = receipt(dairy, document="RK-1", document_line="1")
    answers = _at_once(
        fresh_database,
        now,
        lambda uow, number: file_entries(uow, filing(shop, line, key=f"K-{number}")),
        3,
    )
    assert sorted(it.accepted for it in answers) == [0, 0, 1]


def test_two_books_that_open_the_same_strangers_and_lots_at_once_agree(fresh_database, now):
    with units.begin(fresh_database, actor=SYSTEM, now=now) as uow:
        people = [an_operator(uow, n) for n in range(1, 5)]

    def work(uow, number):
        lines = [production(lot=None, document=f"{n}") for n in range(5)]
        return file_entries(uow, filing(people[number], *lines))

    assert [it.accepted for it in _at_once(fresh_database, now, work, 4)] == [5] * 4
    with fresh_database.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM product")) == 1
        assert connection.scalar(text("SELECT count(*) FROM lot")) == 1


def test_a_key_that_stays_taken_is_asked_for_again_later(fresh_database, now):
    with units.begin(fresh_database, actor=SYSTEM, now=now) as uow:
        dairy = an_operator(uow, 1)
    with units.begin(fresh_database, actor=SYSTEM, now=now) as first:
        file_entries(first, filing(dairy, production()))

        def impatient():
            with units.begin(fresh_database, actor=SYSTEM, now=now) as second:
                second.session.execute(text("SET LOCAL lock_timeout = '50ms'"))
                file_entries(second, filing(dairy, production()))

        with pytest.raises(StoreTooSlow):
            impatient()


def test_partners_and_producers_named_crosswise_never_lock_each_other_out(fresh_database, now):
    with units.begin(fresh_database, actor=SYSTEM, now=now) as uow:
        people = [an_operator(uow, n) for n in range(1, 5)]

    def named(number):
        return Party(name=f"厂{number}", contact="1")

    def work(uow, number):
        lines = []
        for one in range(0, 40, 2):
            sender, maker = (one, one + 1) if number % 2 else (one + 1, one)
            lot = a_lot(f"X{one}", producer=named(maker))
            lines.append(receipt(0, partner=named(sender), lot=lot, document=f"{number}-{one}"))
        return file_entries(uow, filing(people[number], *lines))

    assert [it.accepted for it in _at_once(fresh_database, now, work, 4, again=False)] == [20] * 4


def test_gaps_of_the_same_goods_are_filled_in_one_order(fresh_database, now):
    with units.begin(fresh_database, actor=SYSTEM, now=now) as uow:
        dairy = an_operator(uow, 1)
        bare = [
            production(lot=LotNamed(gtin=a_gtin(100 + n), lot="Z"), document=f"{n}")
            for n in range(40)
        ]
        file_entries(uow, filing(dairy, *bare, key="first"))

    def work(uow, number):
        order = random.Random(number).sample(range(40), 40)
        lots = [
            a_lot("Z", gtin=a_gtin(100 + n), name=f"名{n}", spec="1L", shelf_life="12个月")
            for n in order
        ]
        lines = [production(lot=lot, document=f"{number}-{n}") for n, lot in enumerate(lots)]
        return file_entries(uow, filing(dairy, *lines, key=f"K-{number}"))

    assert [it.accepted for it in _at_once(fresh_database, now, work, 4, again=False)] == [40] * 4
