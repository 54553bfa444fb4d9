"""Many clients at once: nobody is locked out, nothing is lost, and a short filing is few trips."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest
from sqlalchemy import Engine, text
from support.filings import a_farm, a_lot, an_operator, dispatch, filing, production, receipt
from support.named import counted

from app.database import engine_for
from app.settings import Settings
from ledger.entries.services import file_entries
from ledger.entries.terms import Mode
from ledger.kernel import uow as units
from ledger.kernel.actor import SYSTEM, Actor, Role
from ledger.products.terms import LotNamed

CLIENTS, FILINGS = 64, 2
CONNECTIONS = 8  # and four times as many when they are needed


@pytest.fixture
def crowded(fresh_settings: Settings) -> Iterator[Engine]:
    """A store where nobody waits long for a lock, as if the machine were many times slower."""
    hurried = replace(fresh_settings, lock_timeout_ms=100, statement_timeout_ms=600_000)
    made = engine_for(replace(hurried, database_pool_size=CONNECTIONS))
    yield made
    made.dispose()


def _lines(kind, number, turn, people):
    """What one client files: about a lot all of them know, and about one only some have named."""
    mark = f"{number}-{turn}"
    partner = people[(number + 1) % len(people)]
    if kind == "coded":
        lot, other = a_lot("SHARED"), a_lot(f"NEW{turn}")
        return [
            receipt(partner, lot=lot, document=mark, quantity=str(number + 1)),
            dispatch(partner, lot=lot, document=mark),
            production(lot=other, document=mark),
        ]
    greens = LotNamed(product="青菜", category="蔬菜", lot=f"{(number + turn) % 2}")
    return [
        receipt(partner, lot=greens, document=mark, quantity=str(number + 1), unit="KGM"),
        dispatch(partner, lot=greens, document=mark, unit="KGM"),
    ]


@pytest.mark.parametrize("kind", ["coded", "nameless"])
def test_clients_that_file_to_one_lot_are_all_answered_and_nothing_is_lost(crowded, now, kind):
    with units.begin(crowded, actor=SYSTEM, now=now) as uow:
        people = [an_operator(uow, n) for n in range(1, 8)] + [a_farm(uow, 9)]
        first = _lines(kind, 0, 0, people)
        file_entries(uow, filing(people[0], *first, key="first"))
    barrier = Barrier(CLIENTS)

    def client(number):
        barrier.wait()
        answers = []
        for turn in range(FILINGS):
            lines = _lines(kind, number, turn, people)
            command = filing(people[number % 8], *lines, key=f"K-{number}-{turn}", mode=Mode.ALL)
            # Not tried again: no filing may be the victim of a deadlock in the first place.
            with units.begin(crowded, actor=SYSTEM, now=now) as uow:
                answers.append(file_entries(uow, command))
        return answers

    with ThreadPoolExecutor(CLIENTS) as pool:
        answers = [answer for own in pool.map(client, range(CLIENTS)) for answer in own]
    assert [it.accepted for it in answers] == [len(first)] * CLIENTS * FILINGS
    references = {reference for it in answers for reference in it.entries}
    assert len(references) == len(first) * CLIENTS * FILINGS
    with crowded.connect() as connection:
        rows = connection.execute(
            text("SELECT count(*), count(DISTINCT id) FROM entry WHERE kind < 9")
        )
        assert tuple(rows.one()) == (len(references) + len(first),) * 2
        twice = "SELECT count(*) - count(DISTINCT (product_id, lot_key)) FROM lot"
        assert connection.scalar(text(twice)) == 0


def test_one_line_is_filed_in_six_round_trips(database, units_of):
    with units_of(SYSTEM) as uow:
        dairy, shop = an_operator(uow, 1), an_operator(uow, 2)
    clerk = Actor(role=Role.OPERATOR, account_id=1, operator_id=shop)
    trips = []
    for turn in range(3):
        line = receipt(dairy, document=f"D{turn}")
        with units_of(clerk) as uow, counted(database) as sent:
            assert file_entries(uow, filing(shop, line, key=f"K-{turn}")).accepted == 1
        trips.append(len(sent))
    assert trips[1:] == [6, 6]  # the first opens the product and the lot
