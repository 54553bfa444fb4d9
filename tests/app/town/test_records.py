"""What agencies send about the town is taken without one refused row, and once."""

from __future__ import annotations

from datetime import datetime, time

import pytest
from sqlalchemy import Connection, text

from app import registry
from app.credit.records.rules.shipped import shipped_agencies
from app.town import services
from app.town.records import settle_judgments, settle_records
from app.town.rules.records import records_of
from app.town.rules.whole import small_town
from ledger.kernel import uow as units
from ledger.kernel.actor import SYSTEM
from ledger.kernel.zone import SHANGHAI

from .test_rules import HAMLET, LAST

ORGANS = {one.code: (one.zh, one.uscc) for one in shipped_agencies()}


def test_the_same_day_gives_the_same_records_and_most_agencies_send_some() -> None:
    firms = small_town(LAST, size=HAMLET)[0].firms
    sent = records_of(firms, LAST, ORGANS)
    assert sent == records_of(firms, LAST, ORGANS)
    assert len({one.agency for one in sent}) >= 12
    assert len({one.item for one in sent}) >= 25
    days = {
        said
        for one in sent
        for row in one.rows
        for name, said in row.items()
        if name in ("decided_on", "happened_on", "listed_on", "filled_on")
    }
    assert max(days) <= LAST.isoformat()


@pytest.mark.slow
def test_every_row_is_taken_once_and_makes_grades_stars_and_signs(database: Connection) -> None:
    firms = small_town(LAST, size=HAMLET)[0].firms
    evening = datetime.combine(LAST, time(22), SHANGHAI)
    with units.begin(database, actor=SYSTEM, now=evening, request_id="test") as uow:
        services.settle_firms(uow, firms)
        added, refused = settle_records(uow, firms, LAST)
        assert refused == ()
        assert added == uow.session.scalar(text("SELECT count(*) FROM credit_record"))
        assert uow.session.scalar(text("SELECT count(*) FROM credit_pending")) == 0
        assert settle_records(uow, firms, LAST) == (0, ())
        registry.wire()  # which schemes come with the program
        signs = settle_judgments(uow, LAST)
        graded = uow.session.scalar(text("SELECT count(*) FROM food_grade"))
        rated = uow.session.scalar(text("SELECT count(*) FROM score_object"))
        assert graded == sum(firm.part != "farm" for firm in firms)
        assert signs == graded + rated
