"""The town goes in through everybody's verbs, once, and its story can be traced."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, time

import pytest
from sqlalchemy import Connection

from app.town import services
from app.town.rules.whole import small_town
from app.town.terms import Town
from ledger.kernel import uow as units
from ledger.kernel.actor import SYSTEM
from ledger.kernel.uow import UnitOfWork
from ledger.kernel.zone import SHANGHAI

from .test_rules import HAMLET, LAST

Open = Callable[..., AbstractContextManager[UnitOfWork]]


@pytest.fixture
def hamlet(database: Connection) -> tuple[Town, int, Open]:
    """A small town settled, its days not filed yet."""

    def opened(when: datetime) -> AbstractContextManager[UnitOfWork]:
        return units.begin(database, actor=SYSTEM, now=when, request_id="test")

    town, _story = small_town(LAST, size=HAMLET)
    with opened(datetime.combine(LAST, time(9), SHANGHAI)) as uow:
        platform = services.settle_platform(uow)
        assert services.settle_firms(uow, town.firms) == len(town.firms)
        assert services.settle_goods(uow, town.goods) == len(town.goods)
    return town, platform, opened


def test_days_are_filed_once_and_hardly_a_line_is_refused(hamlet: tuple[Town, int, Open]) -> None:
    town, platform, opened = hamlet
    lines = 0
    for day in town.days[:25]:
        with opened(datetime.combine(day.on, time(22), SHANGHAI)) as uow:
            filed = services.file_day(uow, platform, day)
            lines += len(day.lines)
            assert filed.accepted >= 0.97 * len(day.lines)
    with opened(datetime.combine(LAST, time(23), SHANGHAI)) as uow:
        assert services.file_day(uow, platform, town.days[0]).replayed
        accepted, refused = services.counted(uow, platform)
        assert accepted + refused == lines


def test_settling_again_changes_nothing(hamlet: tuple[Town, int, Open]) -> None:
    town, _platform, opened = hamlet
    with opened(datetime.combine(LAST, time(10), SHANGHAI)) as uow:
        assert services.settle_firms(uow, town.firms) == 0
        assert services.settle_goods(uow, town.goods) == 0


def test_the_last_day_is_remembered(uow: UnitOfWork) -> None:
    assert services.remembered_last_day(uow, LAST) == LAST
    uow.session.flush()
    uow._parameters = None
    assert services.remembered_last_day(uow, LAST.replace(day=16)) == LAST
