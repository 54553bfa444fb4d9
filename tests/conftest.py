"""The fixtures everything stands on: one real PostgreSQL, one template, one transaction a test."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool
from support.programs import on_the_table

from app import embedded
from app.accounts.services import passwords
from app.database import engine_for, migrate, owner_engine
from app.settings import Settings, settings_from
from ledger.kernel import uow as units
from ledger.kernel.actor import SYSTEM, Actor
from ledger.kernel.uow import UnitOfWork
from ledger.kernel.zone import SHANGHAI

if TYPE_CHECKING:
    from playwright.sync_api import Playwright

NOW = datetime(2026, 8, 15, 10, 30, tzinfo=SHANGHAI)
BUILD = (Path(__file__).resolve().parent.parent / "build").resolve()
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
TEMPLATE = "suyuan_template"
CLUSTER = os.environ.get("SUYUAN_CLUSTER_URL", "")  # a coordinator, see scripts/cluster
# Folders whose files take longest for the number of their tests. Workers take whole files; had the
# last of them taken one of these, the others would wait for it at the end.
LONGEST_FIRST = ("tests/crash/", "tests/browser/", "tests/app/operations/", "tests/app/processes/")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with what takes longest; all else in the order it was found in."""

    def rank(item: pytest.Item) -> int:
        path = item.path.relative_to(config.rootpath).as_posix()
        found = [place for place, start in enumerate(LONGEST_FIRST) if path.startswith(start)]
        return found[0] if found else len(LONGEST_FIRST)

    items.sort(key=rank)


@pytest.fixture(scope="session")
def services() -> Iterator[embedded.Services]:
    """Real PostgreSQL and Redis, shared by all workers of the run; not durable, it is a test."""
    settings = settings_from({"SUYUAN_DATA": str(BUILD / "test-services")})
    with embedded.services(settings, durable=False) as running:
        yield running


def _admin(services: embedded.Services) -> Engine:
    # No pool: a lock that a failing step holds goes with its connection.
    return create_engine(
        services.admin_database_url, isolation_level="AUTOCOMMIT", poolclass=NullPool
    )


def _on(url: str, name: str) -> str:
    return make_url(url).set(database=name).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def template(services: embedded.Services) -> str:
    """The name of a migrated database of this run, made once by the first worker that asks."""
    # the number of the process that leads the run stands in the name: while it lives, another run
    # that starts beside it (a test may start one) leaves its databases alone
    leads = os.getppid() if "PYTEST_XDIST_WORKER" in os.environ else os.getpid()
    name = f"{TEMPLATE}_{leads}_{os.environ.get('PYTEST_XDIST_TESTRUNUID', 'alone')}"
    with _admin(services).connect() as admin:
        admin.execute(text("SELECT pg_advisory_lock(7310009)"))
        if not admin.scalar(text("SELECT 1 FROM pg_database WHERE datname = :n"), {"n": name}):
            _forget_older_runs(admin)
            admin.execute(text(f'CREATE DATABASE "{name}" OWNER suyuan_owner'))
            engine = create_engine(_on(services.database_url, name))
            migrate(engine)
            engine.dispose()
        admin.execute(text("SELECT pg_advisory_unlock(7310009)"))
    return name


def _forget_older_runs(admin: Connection) -> None:
    names = admin.scalars(
        text(
            "SELECT datname FROM pg_database d WHERE (datname LIKE 'suyuan_template_%' "
            "OR datname LIKE 'suyuan_clone_%') AND NOT EXISTS "
            "(SELECT FROM pg_stat_activity a WHERE a.datname = d.datname)"
        )
    ).all()
    for name in names:
        if not _run_is_alive(name):
            admin.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))


def _run_is_alive(name: str) -> bool:
    """Whether the process whose number a database carries still runs: it may just be starting."""
    numbers = [part for part in name.split("_")[2:4] if part.isdigit()]
    return any(Path(f"/proc/{number}").exists() for number in numbers)


def _clone(services: embedded.Services, template: str, name: str) -> Settings:
    with _admin(services).connect() as admin:
        admin.execute(text("SELECT pg_advisory_lock(7310009)"))
        admin.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        admin.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{template}" OWNER suyuan_owner'))
        admin.execute(text("SELECT pg_advisory_unlock(7310009)"))
    return settings_from(
        {
            "SUYUAN_DATA": str(BUILD / "test-data"),
            "SUYUAN_DATABASE_URL": _on(services.database_url, name),
            "SUYUAN_APP_DATABASE_URL": _on(services.app_database_url, name),
            "SUYUAN_REDIS_URL": services.redis_url,
            "SUYUAN_SECRET_KEY": "a-key-for-tests-only-0123456789abcdef",
        }
    )


@pytest.fixture(scope="session")
def settings(services: embedded.Services, request: pytest.FixtureRequest) -> Settings:
    """Settings that point at this worker's own clone of the template, or at the cluster given."""
    if CLUSTER:
        return _on_the_cluster(services)
    template = request.getfixturevalue("template")
    return _clone(services, template, f"suyuan_clone_{WORKER}_{os.getpid()}")


def _on_the_cluster(services: embedded.Services) -> Settings:
    """A cluster makes no clones: tests that roll back what they do share its one database."""
    found = settings_from(
        {
            "SUYUAN_DATA": str(BUILD / "test-data"),
            "SUYUAN_DATABASE_URL": CLUSTER,
            "SUYUAN_REDIS_URL": services.redis_url,
            "SUYUAN_SECRET_KEY": "a-key-for-tests-only-0123456789abcdef",
        }
    )
    owner = owner_engine(found)
    migrate(owner)
    owner.dispose()
    return found


@pytest.fixture(scope="session")
def engine(settings: Settings) -> Iterator[Engine]:
    """The engine of this worker's clone, as the application's role."""
    made = engine_for(settings)
    yield made
    made.dispose()


@pytest.fixture
def database(engine: Engine) -> Iterator[Connection]:
    """A connection in an outer transaction that is rolled back: commits inside are savepoints."""
    with engine.connect() as connection:
        transaction = connection.begin()
        yield connection
        if transaction.is_active:
            transaction.rollback()


@pytest.fixture(scope="session")
def new_database(services: embedded.Services, template: str) -> Callable[[str], Settings]:
    """Settings of a database of its own by a name, for fixtures that several tests share."""
    return lambda name: _clone(services, template, f"suyuan_clone_{WORKER}_{os.getpid()}_{name}")


@pytest.fixture
def fresh_settings(
    services: embedded.Services, template: str, request: pytest.FixtureRequest
) -> Iterator[Settings]:
    """Settings of a database of this test's own, for tests that really commit."""
    name = f"suyuan_clone_{WORKER}_{os.getpid()}_{abs(hash(request.node.nodeid)) % 10**8}"
    yield _clone(services, template, name)
    with _admin(services).connect() as admin:
        admin.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))


@pytest.fixture
def fresh_database(fresh_settings: Settings) -> Iterator[Engine]:
    """An engine on a database of this test's own; what it commits stays until the test ends."""
    made = engine_for(fresh_settings)
    yield made
    made.dispose()


@pytest.fixture
def owner_database(fresh_settings: Settings) -> Iterator[Engine]:
    """The same database as its tables' owner."""
    made = owner_engine(fresh_settings)
    yield made
    made.dispose()


@pytest.fixture
def actor() -> Actor:
    """Who the unit of work is for; a test that needs another one makes it."""
    return SYSTEM


@pytest.fixture
def now() -> datetime:
    """The moment at which the clock stands still: Saturday 15 August 2026, 10:30 in China."""
    return NOW


@pytest.fixture
def uow(database: Connection, actor: Actor, now: datetime) -> Iterator[UnitOfWork]:
    """A unit of work inside the test's transaction."""
    with units.begin(database, actor=actor, now=now, request_id="test") as unit:
        yield unit


@pytest.fixture
def units_of(
    database: Connection, now: datetime
) -> Callable[[Actor], AbstractContextManager[UnitOfWork]]:
    """Opens units for several actors inside one test's transaction."""
    return lambda who: units.begin(database, actor=who, now=now, request_id="test")


@pytest.fixture(scope="session")
def program(settings: Settings, engine: Engine) -> Flask:
    """The program, put together once a worker: its doors and templates take a tenth of a second."""
    from app.factory import create_app

    return create_app(settings, bind=engine)


@pytest.fixture
def app(program: Flask, settings: Settings, database: Connection, now: datetime) -> Iterator[Flask]:
    """The whole program on this test's transaction, its clock standing still, limits off."""
    with on_the_table(program, settings, bind=database, now=lambda: now) as lent:
        yield lent


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser or machine that is nobody yet; ``support.sign_in`` makes it somebody."""
    return app.test_client()


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """Hashes of passwords that cost microseconds: a thousand people of tests need no minute.

    What they cost in earnest is held in `tests/app/accounts/test_passwords.py`.
    """
    dear, passwords.HASHER = passwords.HASHER, PasswordHasher(1, 8, 1)
    yield
    passwords.HASHER = dear


@pytest.fixture(scope="session")
def play() -> Iterator[Playwright]:
    """What starts browsers, once for all tests of a worker: two of them do not live together."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playing:
        yield playing
