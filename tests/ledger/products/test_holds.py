"""Lots stopped for several causes at once: each ends its own, the last one frees the lot."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from support.filings import a_farm, a_lot, an_operator, dispatch, file, production, receipt

from ledger.entries.queries.pools import stopped_lots
from ledger.products import errors
from ledger.products.queries import held_lots
from ledger.products.services import hold_lot, hold_lots, release_lot, release_lots
from ledger.products.terms import HoldLot, HoldLots, LotNamed, ReleaseLot, ReleaseLots


@pytest.fixture
def lots(uow):
    dairy = an_operator(uow, 1)
    file(uow, dairy, *(production(lot=a_lot(name), document=name) for name in ("L1", "L2")))
    return tuple(uow.session.scalars(text("SELECT id FROM lot ORDER BY id")))


def hold(uow, cause, lots):
    return hold_lots(uow, HoldLots(cause=cause, lots=lots, reason="含菌超标", basis="63"))


def release(uow, cause):
    return release_lots(uow, ReleaseLots(cause=cause, reason="召回结束"))


def test_a_lot_in_two_recalls_is_free_when_the_last_has_ended(uow, lots):
    assert hold(uow, "recall:1", lots) == lots
    assert hold(uow, "recall:1", lots) == ()
    assert hold(uow, "recall:2", lots[:1]) == lots[:1]
    assert held_lots(uow, lots)[lots[0]].cause == "recall:1"
    assert release(uow, "recall:1") == lots
    assert held_lots(uow, lots).keys() == {lots[0]}
    assert release(uow, "recall:2") == lots[:1]
    assert held_lots(uow, lots) == {}
    assert release(uow, "recall:2") == ()


def test_an_inspectors_hold_and_a_recalls_do_not_end_each_other(uow, lots):
    hold(uow, "recall:1", lots)
    with pytest.raises(errors.HeldByRecall):
        release_lot(uow, ReleaseLot(lot_id=lots[0], reason="误报"))
    hold_lot(uow, HoldLot(lot_id=lots[0], reason="抽检"))
    with pytest.raises(errors.AlreadyHeld):
        hold_lot(uow, HoldLot(lot_id=lots[0], reason="抽检"))
    release(uow, "recall:1")
    assert held_lots(uow, lots).keys() == {lots[0]}
    release_lot(uow, ReleaseLot(lot_id=lots[0], reason="复检合格"))
    with pytest.raises(errors.NotHeld):
        release_lot(uow, ReleaseLot(lot_id=lots[0], reason="复检合格"))


def test_each_lot_that_nothing_stops_any_more_is_announced(uow, lots):
    hold(uow, "recall:1", lots)
    hold(uow, "recall:2", lots[:1])
    release(uow, "recall:1")
    said = uow.session.scalars(
        text("SELECT payload->>'lot_id' FROM outbox_fact WHERE fact = 'lot.released'")
    ).all()
    assert said == [str(lots[1])]


def test_what_was_before_the_stop_is_filed_late_with_a_remark(uow, lots):
    dairy, shop = (
        uow.session.scalars(text("SELECT min(id) FROM subject")).one(),
        an_operator(uow, 2),
    )
    hold(uow, "recall:1", lots)
    late = file(uow, dairy, dispatch(shop, lot=a_lot("L1"), at="2026-08-14", document="CK-1"))
    assert (len(late.entries), late.refused) == (1, ())
    assert "entries.lot_held_since" in {it.code for it in late.warnings}
    today = file(uow, dairy, dispatch(shop, lot=a_lot("L1"), at="2026-08-15", document="CK-2"))
    assert [it.code for it in today.refused] == ["entries.lot_held"]


def test_goods_go_back_through_two_tiers_while_they_are_stopped(uow, lots):
    dairy = uow.session.scalars(text("SELECT min(id) FROM subject")).one()
    trader, shop = an_operator(uow, 2), an_operator(uow, 3)
    way = {"lot": a_lot("L1"), "quantity": "10", "at": "2026-08-10"}
    file(uow, dairy, dispatch(trader, document="1", **way))
    file(uow, trader, receipt(dairy, document="1", **way), dispatch(shop, document="2", **way))
    file(uow, shop, receipt(trader, document="2", **way))
    hold(uow, "recall:1", lots)
    back = {"lot": a_lot("L1"), "quantity": "10", "is_return": True}
    filed = [
        file(uow, shop, dispatch(trader, document="3", **back)),
        file(uow, trader, receipt(shop, document="3", **back)),
        file(uow, trader, dispatch(dairy, document="4", **back)),
        file(uow, dairy, receipt(trader, document="4", **back)),
    ]
    assert [one.refused for one in filed] == [()] * 4


def test_goods_without_a_code_are_found_by_name_and_number(uow):
    farm, trader = a_farm(uow), an_operator(uow, 2)
    greens = LotNamed(product="青菜", lot="20260814")
    file(uow, farm, production(lot=greens, unit="KGM", at="2026-08-14", document="1"))
    file(uow, trader, receipt(farm, lot=greens, unit="KGM", at="2026-08-14", document="2"))
    source, *_ = uow.session.scalars(text("SELECT id FROM lot ORDER BY id")).all()
    hold(uow, "recall:1", (source,))
    stopped = stopped_lots(uow, uow.session.scalars(text("SELECT id FROM lot")).all())
    assert stopped[source].is_mixed is False
    assert len(stopped) == uow.session.scalar(text("SELECT count(*) FROM lot"))
