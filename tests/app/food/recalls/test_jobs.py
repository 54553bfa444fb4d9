"""The jobs of recalls on a store that really commits, where one unit can wait for another."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text
from support.filings import a_line, a_lot, an_operator, dispatch, file
from support.recall_town import KNOWN, a_notified_recall, a_town, an_opening, moved
from support.rooms import job_room

from app.food.recalls import jobs, queries, services
from app.food.recalls.terms import HoldersAsked, Level, OpenRecall, Reach
from ledger.entries.queries import book_page
from ledger.entries.terms import BookAsked, EntryKind, Line
from ledger.kernel import uow as units
from ledger.kernel.actor import SYSTEM
from ledger.products.queries import held_lots
from ledger.products.terms import LotNamed
from ledger.subjects.terms import Party

GREENS = LotNamed(product="青菜", lot="20260503", category="蔬菜")


@pytest.fixture
def unit(fresh_database, now):
    return lambda at=now: units.begin(fresh_database, actor=SYSTEM, now=at, request_id="test")


@pytest.fixture
def room(fresh_settings, fresh_database, now):
    return job_room(fresh_settings, fresh_database, now + timedelta(minutes=1))


def test_following_in_the_background_tells_how_far_it_has_come(unit, room, fresh_database):
    with unit() as uow:
        town = a_town(uow)
        opened = services.open_recall(uow, an_opening(town))
        uow.session.execute(text("UPDATE recall SET spread_done = 0, spread_total = 1"))
        uow.session.execute(text("UPDATE recall SET revision = 5, holders = 0"))
    heard = []
    with unit() as reading:
        services.followed(reading, opened.id, lambda done, total: heard.append((done, total)))
    assert heard == [(1, 1)]
    for _ in range(2):
        jobs.spread(room, recall_id=opened.id)
    with unit() as uow:
        found = queries.recall(uow, opened.id)
        assert (found.spread_done, found.spread_total, found.is_spread) == (2, 2, True)
        assert (found.holders, found.revision) == (5, 5)


def test_what_is_filed_while_a_recall_is_followed_is_found_the_next_time(unit, room):
    with unit() as uow:
        town = a_town(uow)
        opened = services.open_recall(uow, an_opening(town))
    with unit() as uow:
        scope = services.followed(uow, opened.id)
    with unit() as uow:
        late = dispatch(town.shop, lot=a_lot("L1"), quantity="9", at="2026-08-13", document="CK-9")
        assert file(uow, town.corner, late).refused == ()
    with unit() as uow:
        services.settle_scope(uow, opened.id, scope)
    jobs.look_again(room)
    with unit() as uow:
        shop = queries.notice_of(uow, opened.id, town.shop)
        assert [it.received for it in shop.expected] == [209_000]
        events = text("SELECT count(*) FROM recall_event WHERE step = 'scope_grew'")
        assert uow.session.scalar(events) == 1
    jobs.look_again(room)
    with unit() as uow:
        assert uow.session.scalar(events) == 1


def test_who_has_closed_down_is_to_be_visited(unit):
    with unit() as uow:
        town = a_town(uow)
        closed = text("UPDATE subject SET status = 'closed' WHERE id = :id")
        uow.session.execute(closed, {"id": town.corner})
        told = a_notified_recall(uow, town)
        asked = HoldersAsked(recall_id=told.id, only="visit")
        found = queries.holders_of(uow, asked).items
        assert {one.operator_id for one in found} == {town.corner, town.stranger}
        assert {one.reach for one in found} == {Reach.VISIT}


def test_a_correction_takes_a_holder_out_of_what_is_expected(unit, room):
    with unit() as uow:
        town = a_town(uow)
        moved(uow, town.trader, town.stranger, "25", "CK-7")
        opened = services.open_recall(uow, an_opening(town))
        before = queries.notice_of(uow, opened.id, town.stranger).expected
        assert [it.received for it in before] == [75_000]
    with unit() as uow:
        for who in (town.trader, town.stranger):
            lines = book_page(uow, BookAsked(operator_id=who, limit=200)).items
            for one in (it for it in lines if it.document == "CK-7"):
                wrong = Line(kind=EntryKind.CORRECTION, corrects=one.reference, reason="写错")
                assert file(uow, who, wrong).refused == ()
    jobs.look_again(room)
    with unit() as uow:
        after = queries.notice_of(uow, opened.id, town.stranger).expected
        assert [(it.received, it.revision) for it in after] == [(50_000, 2)]
        assert opened.known_at == KNOWN


def test_what_a_shop_hands_on_as_its_own_is_in_the_recall_as_mixed(unit):
    with unit() as uow:
        farm, shop, canteen = (an_operator(uow, number) for number in (11, 12, 13))
        said = {"lot": GREENS, "unit": "KGM", "at": "2026-08-02", "document": ""}
        grown = a_line(EntryKind.PRODUCTION, quantity="100", **said)
        came = a_line(EntryKind.RECEIPT, quantity="40", partner=Party(subject_id=farm), **said)
        sold = a_line(EntryKind.DISPATCH, quantity="30", partner=Party(subject_id=canteen), **said)
        for who, line in ((farm, grown), (shop, came), (shop, sold)):
            assert file(uow, who, line).refused == ()
        query = text(
            "SELECT l.id FROM lot l JOIN product p ON p.id = l.product_id WHERE p.producer_id = :w"
        )
        source, pool = (uow.session.scalars(query, {"w": who}).one() for who in (farm, shop))
        asked = OpenRecall(reason="农残超标", known_at=KNOWN, lots=(source,), level=Level.ONE)
        opened = services.open_recall(uow, asked)
        lots = {one.lot_id: one for one in queries.lots_in(uow, opened.id)}
        assert (lots[source].is_root, lots[pool].is_root) == (True, False)
        assert lots[pool].made_of == ({"mixed": True},)
        found = queries.holders_of(uow, HoldersAsked(recall_id=opened.id)).items
        assert canteen in {one.operator_id for one in found}
        assert held_lots(uow, [pool]).keys() == {pool}
