"""On a cluster: every table is where it belongs, traces agree, the town goes in.

Only ``scripts/cluster URL`` runs these, after the journeys; there is no cluster in the gate.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from conftest import CLUSTER
from redis import Redis
from sqlalchemy import Engine, text
from support.filed_town import CAKE, MILK, file_town

from app.doors.cli import Shell
from app.settings import Settings
from app.town.cli import load
from ledger.kernel import clock
from ledger.kernel import uow as units
from ledger.kernel.actor import SYSTEM
from ledger.kernel.placement import LOCAL, PLACEMENT, REFERENCE, is_cluster
from ledger.kernel.uow import UnitOfWork
from scanner.trace.queries import trace
from scanner.trace.terms import Direction, TraceAsked

pytestmark = pytest.mark.skipif(not CLUSTER, reason="no cluster was given: see scripts/cluster")


def agree(uow: UnitOfWork, lots: list[int], direction: Direction) -> int:
    """Trace as the store does it and level by level; how many rows were read."""
    asked = TraceAsked(lots=tuple(lots), direction=direction)
    found, levels = trace(uow, asked), trace(uow, replace(asked, level_wise=True))
    assert replace(levels, round_trips=0, rows_read=0) == replace(found, round_trips=0, rows_read=0)
    return found.rows_read


def test_every_table_is_where_it_belongs(database) -> None:
    assert is_cluster(database), "the database has no extension citus"
    kinds = dict(
        database.execute(
            text("SELECT logicalrelid::regclass::text, partmethod::text FROM pg_dist_partition")
        ).all()
    )
    wanted = {
        name: "n" if place == REFERENCE else "h"
        for name, place in PLACEMENT.items()
        if place != LOCAL
    }
    assert {name: kinds.get(name) for name in wanted} == wanted


@pytest.mark.parametrize("gtin", [MILK, CAKE])
@pytest.mark.parametrize("direction", list(Direction))
def test_traces_of_a_story_agree(uow, gtin: str, direction: Direction) -> None:
    file_town(uow)
    lots = uow.session.scalars(
        text("SELECT l.id FROM lot l JOIN product p ON p.id = l.product_id WHERE p.gtin = :gtin"),
        {"gtin": gtin},
    ).all()
    assert agree(uow, list(lots), direction) > 0


def test_the_sample_town_goes_in_and_its_traces_agree(settings: Settings, engine: Engine) -> None:
    accepted, _refused = load(Shell(settings, engine, Redis.from_url(settings.redis_url)))
    assert accepted > 10_000
    with units.begin(engine, actor=SYSTEM, now=clock.now(), read_only=True) as uow:
        lots = uow.session.scalars(
            text("SELECT id FROM lot WHERE id % 17 = 0 ORDER BY id LIMIT 200")
        ).all()
        assert sum(agree(uow, [lot], Direction.BOTH) for lot in lots) > 0
