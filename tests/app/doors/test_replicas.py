"""Public pages come from a server that follows, as long as it follows closely, and never stop."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from redis import Redis
from sqlalchemy import Engine, text
from support.accounts import person, signed_in
from support.filed_town import MILK, MILK_LOT, file_town
from support.standby import Standby

from app import embedded
from app.database import engine_for, migrate, owner_engine
from app.doors import jobs
from app.doors.replicas import Replica, beat, replica_of
from app.factory import create_app
from app.settings import Settings, settings_from
from ledger.kernel import clock
from ledger.kernel import uow as units
from ledger.kernel.actor import SYSTEM

PAGE = f"/01/{MILK}/10/{MILK_LOT}"


@dataclass
class Pair:
    """An installation whose public pages come from a follower."""

    settings: Settings
    engine: Engine
    standby: Standby
    clock: list[float]
    replica: Replica
    app: Flask

    def client(self) -> FlaskClient:
        return self.app.test_client()

    def rename(self, name: str) -> None:
        """Change on the primary what the public page shows."""
        with units.begin(self.engine, actor=SYSTEM, now=clock.now()) as uow:
            uow.session.execute(text("UPDATE product SET name = :name"), {"name": name})

    def shown(self) -> str:
        answer = self.client().get(PAGE)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return answer.get_data(as_text=True)

    def later(self, seconds: float = 1.0) -> None:
        self.clock[0] += seconds


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Settings, Standby]]:
    """A primary of this module's own and a follower of it."""
    folder = tmp_path_factory.mktemp("pair")
    for each in (folder, *folder.parents[:2]):
        each.chmod(0o711)
    asked = settings_from({"SUYUAN_DATA": str(folder / "data")})
    with embedded.services(asked, durable=False) as running:
        settings = running.applied_to(asked)
        owner = owner_engine(settings)
        migrate(owner)
        owner.dispose()
        standby = Standby(
            primary=running.admin_database_url, data=settings.data, folder=folder / "standby"
        )
        try:
            standby.folder.mkdir(mode=0o700)
            standby.make()
            standby.start()
            url = standby.url(settings.app_database_url)
            yield replace(settings, replica_database_url=url), standby
        finally:
            standby.clear()


@pytest.fixture
def pair(servers: tuple[Settings, Standby]) -> Iterator[Pair]:
    settings, standby = servers
    engine = engine_for(settings)
    with units.begin(engine, actor=SYSTEM, now=clock.now()) as uow:
        if not uow.session.scalar(text("SELECT EXISTS (SELECT FROM subject)")):
            file_town(uow)
            person(uow)
    app = create_app(settings)
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    app.extensions["suyuan.limiter"].enabled = False
    replica = app.extensions["suyuan"].replica
    seconds = [0.0]
    replica.clock = lambda: seconds[0]
    found = Pair(settings, engine, standby, seconds, replica, app)
    _caught_up(found)
    yield found
    replica.bind.dispose()
    app.extensions["suyuan"].bind.dispose()
    engine.dispose()


def _room(pair: Pair) -> jobs.JobRoom:
    redis = Redis.from_url(pair.settings.redis_url)
    return jobs.JobRoom(settings=pair.settings, bind=pair.engine, redis=redis)


def _caught_up(pair: Pair) -> None:
    beat(_room(pair))
    with pair.engine.connect() as connection:
        place = connection.scalar(text("SELECT pg_current_wal_insert_lsn()::text"))
    pair.standby.wait_for(f"SELECT pg_last_wal_replay_lsn() >= '{place}'")


def test_strangers_read_from_the_follower_and_see_what_was_filed(pair: Pair) -> None:
    pair.rename("甲种牛奶")
    _caught_up(pair)
    assert "甲种牛奶" in pair.shown()
    pair.standby.ask("SELECT pg_wal_replay_pause()")
    pair.standby.wait_for("SELECT pg_get_wal_replay_pause_state() = 'paused'")
    pair.rename("乙种牛奶")
    assert "甲种牛奶" in pair.shown()  # so it is the follower that answered
    assert "乙种牛奶" in signed_in(pair.app).get(PAGE).get_data(as_text=True)
    assert pair.client().get("/healthz").status_code == 200
    pair.standby.ask("SELECT pg_wal_replay_resume()")
    _caught_up(pair)
    assert "乙种牛奶" in pair.shown()
    figures = pair.client().get("/metrics").get_data(as_text=True)
    assert 'suyuan_replica_reads_total{store="replica"}' in figures


def test_a_follower_that_falls_behind_is_not_asked(pair: Pair) -> None:
    strict = replace(pair.settings, replica_lag_seconds=1)
    replica = replica_of(strict)
    assert replica is not None
    replica.clock = lambda: pair.clock[0]
    assert replica.is_usable()
    pair.standby.ask("SELECT pg_wal_replay_pause()")
    pair.standby.wait_for("SELECT pg_get_wal_replay_pause_state() = 'paused'")
    pair.standby.wait_for("SELECT clock_timestamp() - pg_last_xact_replay_timestamp() > '1.1 s'")
    assert replica.is_usable()  # looked at once a second only
    pair.later()
    assert not replica.is_usable()
    pair.standby.ask("SELECT pg_wal_replay_resume()")
    _caught_up(pair)
    pair.later()
    assert replica.is_usable()
    replica.bind.dispose()


def test_a_server_that_follows_nobody_is_not_asked(pair: Pair) -> None:
    own = replica_of(replace(pair.settings, replica_database_url=pair.settings.app_database_url))
    assert own is not None
    assert not own.is_usable()
    own.bind.dispose()


def test_without_a_second_server_there_is_none(pair: Pair) -> None:
    assert replica_of(replace(pair.settings, replica_database_url="")) is None
    room = _room(pair)
    alone = replace(room, settings=replace(pair.settings, replica_database_url=""))
    before = pair.standby.ask("SELECT pg_last_xact_replay_timestamp()")
    beat(alone)
    assert pair.standby.ask("SELECT pg_last_xact_replay_timestamp()") == before


def test_when_the_follower_is_killed_pages_go_on(pair: Pair) -> None:
    pair.rename("丙种牛奶")
    _caught_up(pair)
    assert "丙种牛奶" in pair.shown()
    assert pair.replica.usable_now
    pair.standby.kill()
    try:
        pair.rename("丁种牛奶")
        assert "丁种牛奶" in pair.shown()  # its connection broke in the middle of this request
        assert not pair.replica.usable_now
        pair.later(20)
        assert "丁种牛奶" in pair.shown()  # looked for and not there
    finally:
        pair.standby.start()
    _caught_up(pair)
    pair.later(20)
    assert pair.replica.is_usable()


def test_a_folder_of_sockets_is_all_a_follower_needs(servers: tuple[Settings, Standby]) -> None:
    settings, _standby = servers
    rules = (Path(settings.data) / "postgres" / "pg_hba.conf").read_text()
    assert "local replication all peer map=suyuan" in rules
