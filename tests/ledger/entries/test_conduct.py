"""How books were kept, of all operators at once: deliveries nobody booked, lines written late."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import text
from support.filings import dispatch, file, receipt

from ledger.entries.queries import Conduct, conduct_between
from ledger.products.queries import stops_not_ended


def test_deliveries_that_were_not_answered_are_counted_with_their_receiver(uow, now, dairy, shop):
    file(uow, dairy, dispatch(shop, document="CK-1"))
    day = now.date()
    assert conduct_between(uow, day, day) == (
        Conduct(operator_id=dairy, written=1),
        Conduct(operator_id=shop, received=1, unanswered=1),
    )
    file(uow, shop, receipt(dairy, document="CK-1"))
    (found,) = conduct_between(uow, day, day, [shop])
    assert found == Conduct(operator_id=shop, received=1, written=1)
    before = day - timedelta(days=9)
    assert conduct_between(uow, before, day - timedelta(days=1)) == ()


def test_stops_that_last_are_their_producers(uow, now, dairy, shop):
    file(uow, dairy, dispatch(shop, document="CK-1"))
    lot = uow.session.scalar(text("SELECT max(id) FROM lot"))
    uow.session.execute(text("UPDATE lot SET producer_id = :who"), {"who": dairy})
    uow.session.execute(
        text("INSERT INTO lot_hold (lot_id, reason, held_at) VALUES (:lot, 'x', :at)"),
        {"lot": lot, "at": now - timedelta(days=31)},
    )
    assert [who for who, _ in stops_not_ended(uow, now - timedelta(days=30))] == [dairy]
    assert stops_not_ended(uow, now - timedelta(days=32)) == ()
