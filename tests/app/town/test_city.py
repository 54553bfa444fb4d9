"""The city is one endless stream: any beginning of it is the same, and it goes in once."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pytest
from redis import Redis
from sqlalchemy import Engine, text

from app.doors.cli import Shell
from app.settings import Settings
from app.town import cli, services
from app.town.rules.city import (
    LOTS_MAX,
    OPERATORS,
    CityBatch,
    city_batches,
    city_good,
    whole_entries,
)
from app.town.services import Directory
from ledger.entries.terms import RowKind
from ledger.kernel.identifiers.gtin import parse_gtin


@pytest.fixture(scope="module")
def pilot() -> list[CityBatch]:
    """The batches of the pilot month."""
    return list(islice(city_batches(start=0), 4))


def test_the_same_seed_gives_the_same_city_and_another_one_another(pilot: list[CityBatch]) -> None:
    assert (next(city_batches(start=0)).rows == pilot[0].rows).all()
    assert (next(city_batches(start=0, seed=2)).rows["op"] != pilot[0].rows["op"][0]).any()


def test_a_stream_may_begin_anywhere(pilot: list[CityBatch]) -> None:
    batches = list(islice(city_batches(start=0, begin=3), 4))
    assert [batch.number for batch in batches] == [0, 1, 2, 3]
    assert [batch.before for batch in batches] == [True, True, True, False]
    assert (batches[3].rows == pilot[3].rows).all()


def test_rows_of_an_entry_lie_together_and_entries_count_from_nought(
    pilot: list[CityBatch],
) -> None:
    for batch in pilot:
        steps = np.diff(batch.rows["entry"])
        assert batch.rows["entry"][0] == 0
        assert ((steps == 0) | (steps == 1)).all()


def test_a_cut_never_goes_through_an_entry(pilot: list[CityBatch]) -> None:
    rows = pilot[1].rows
    together = np.flatnonzero(np.diff(rows["entry"]) == 0)
    assert whole_entries(rows, int(together[0]) + 1) > together[0] + 1
    assert whole_entries(rows, len(rows) + 5) == len(rows)
    for wanted in (1, 77, 5_000):
        end = whole_entries(rows, wanted)
        assert end >= wanted
        assert rows["entry"][end] != rows["entry"][end - 1]


def test_rows_speak_of_lots_there_are_and_of_the_city_s_own_operators(
    pilot: list[CityBatch],
) -> None:
    for batch in pilot:
        known = batch.first_lot + len(batch.product)
        rows = batch.rows
        used = rows["kind"] == RowKind.USE
        assert rows["lot"].max() < known <= LOTS_MAX
        assert rows["other"][used].max() < known
        assert max(rows["op"].max(), rows["other"][~used].max()) < OPERATORS


def test_the_city_has_huge_lots_common_ingredients_and_lots_made_of_others(
    pilot: list[CityBatch],
) -> None:
    rows = np.concatenate([batch.rows for batch in pilot])
    lots, counted = np.unique(rows["lot"], return_counts=True)
    assert set(lots[counted > 2_000]) == {777, 20_777}
    used, times = np.unique(rows["lot"][rows["kind"] == RowKind.USE], return_counts=True)
    assert (used[times > 15] % 1_000 == 500).all()
    assert len(used[times > 15]) > 5


def test_transformations_never_lie_more_than_four_deep(pilot: list[CityBatch]) -> None:
    rows = np.concatenate([batch.rows for batch in pilot])
    uses = rows[rows["kind"] == RowKind.USE]
    depth: dict[int, int] = {}
    for lot, made in sorted(zip(uses["lot"].tolist(), uses["other"].tolist(), strict=True)):
        depth[made] = max(depth.get(made, 0), depth.get(lot, 0) + 1)
    assert 2 < max(depth.values()) <= 4


def test_foods_have_true_codes() -> None:
    for place in (0, 31, 367_999):
        gtin, name, category, months = city_good(place)
        assert parse_gtin(gtin).digits == gtin
        assert name
        assert category
        assert months > 0


def test_a_larger_city_adds_what_the_smaller_one_lacks(
    fresh_database: Engine, fresh_settings: Settings, pilot: list[CityBatch]
) -> None:
    shell = Shell(fresh_settings, fresh_database, Redis.from_url(fresh_settings.redis_url))
    with shell.unit() as uow:
        platform = services.settle_platform(uow)
        firms = np.array(services.settle_city_firms(uow, 21_000, 50), np.int32)
    directory = Directory(np.resize(firms, OPERATORS), platform)
    assert cli.stream_city(shell, directory, 3_000) == 3_000
    directory = Directory(np.resize(firms, OPERATORS), platform)
    assert cli.stream_city(shell, directory, 8_000, writers=2) == 5_000
    assert cli.stream_city(shell, directory, 8_000) == 0
    rows = pilot[0].rows[:8_000]
    with fresh_database.connect() as connection:
        sums = "SELECT count(*), sum(qty), sum(ts), count(DISTINCT id), sum(lot) FROM entry"
        found = connection.execute(text(sums)).one()
        hashed = connection.scalar(text("SELECT sum(length(leaves)) / 32 FROM leaf_queue"))
    entries = len(np.unique(rows["entry"]))
    assert tuple(found)[:4] == (8_000, int(rows["qty"].sum()), int(rows["ts"].sum()), entries)
    assert hashed == entries
    first = int(directory.lots[0])
    assert found[4] == int(rows["lot"].sum()) + 8_000 * first  # ids in the order of their making
