"""The embedded services: started, shared, mended after every kind of kill, and private."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import psycopg2
import pytest
import redis
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from app import embedded
from app.embedded.errors import AlreadyRunning, NotStarted
from app.embedded.folders import Folders
from app.settings import Settings, settings_from

ROOT = os.geteuid() == 0
PROJECT = Path(__file__).resolve().parents[3]
KEEPER = """
import sys, time
sys.path.insert(0, {project!r})
from app import embedded
from app.settings import settings_from
with embedded.services(settings_from({{"SUYUAN_DATA": sys.argv[1]}}), durable=False) as found:
    print(found.database_url, found.redis_url, flush=True)
    sys.stdin.read()
print("ended", flush=True)
"""

ATTEMPT = """
import os, psycopg2
os.setgid(1)
os.setuid(1)
psycopg2.connect(host={sockets!r}, user="suyuan_owner", dbname="suyuan")
"""


@pytest.fixture
def empty(tmp_path: Path) -> Settings:
    """Settings of a data folder nothing was ever started in; its path is a nasty one."""
    return settings_from({"SUYUAN_DATA": str(tmp_path / "数据 folder's")})


@pytest.fixture(scope="module")
def started_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder services were started and stopped in, to be copied."""
    folder = tmp_path_factory.mktemp("once") / "data"
    with embedded.services(settings_from({"SUYUAN_DATA": str(folder)}), durable=False):
        pass
    return folder


@pytest.fixture
def chosen(empty: Settings, started_once: Path) -> Settings:
    """The same, started once before; most tests are about later starts, which are quick."""
    shutil.rmtree(empty.data)
    subprocess.run(["cp", "-a", str(started_once), str(empty.data)], check=True)
    return settings_from({"SUYUAN_DATA": str(empty.data)})


def one(url: str, statement: str) -> Any:
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            return connection.execute(text(statement)).scalar()
    finally:
        engine.dispose()


def do(url: str, statement: str) -> None:
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            connection.execute(text(statement))
    finally:
        engine.dispose()


def ask(url: str) -> redis.Redis:
    return redis.Redis.from_url(url)


@contextmanager
def keeper(settings: Settings) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """Another process that keeps the services of the same data folder running."""
    program = [sys.executable, "-c", KEEPER.format(project=str(PROJECT)), str(settings.data)]
    process = subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield process, process.stdout.readline().split()
    finally:
        if process.poll() is None:
            assert process.stdin is not None
            process.stdin.close()
            process.wait(30)
        process.stdout.close()
        if process.stdin is not None:
            process.stdin.close()


def test_three_roles_one_database_and_a_queue_that_last(chosen: Settings) -> None:
    with embedded.services(chosen) as first:
        assert one(first.database_url, "SELECT current_user") == "suyuan_owner"
        assert one(first.app_database_url, "SELECT current_user") == "suyuan_app"
        assert (
            one(
                first.admin_database_url,
                "SELECT rolsuper FROM pg_roles WHERE rolname = current_user",
            )
            is True
        )
        do(first.database_url, "CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)")
        ask(first.redis_url).set("kept", "7")
    with embedded.services(chosen) as second:
        assert second.database_url == first.database_url
        assert one(second.database_url, "SELECT n FROM kept") == 7
        assert ask(second.redis_url).get("kept") == b"7"


def test_the_book_is_safe_and_says_the_same_on_every_machine(chosen: Settings) -> None:
    wanted = {
        "fsync": "on",
        "synchronous_commit": "on",
        "full_page_writes": "on",
        "data_checksums": "on",
        "listen_addresses": "",
        "jit": "off",
        "TimeZone": "Asia/Shanghai",
        "server_encoding": "UTF8",
        "random_page_cost": "1.1",
        "autovacuum_vacuum_insert_scale_factor": "0.02",
    }
    with embedded.services(chosen) as found:
        for name, value in wanted.items():
            assert one(found.database_url, f"SHOW {name}") == value, name
        ours = "FROM pg_database WHERE datname = 'suyuan'"
        collation = f"SELECT datlocprovider::text || datlocale {ours}"
        assert one(found.database_url, collation) == "bC.UTF-8"
        queue = ask(found.redis_url)
        assert queue.config_get("appendonly")["appendonly"] == "yes"
        assert queue.config_get("appendfsync")["appendfsync"] == "always"
        assert queue.config_get("port")["port"] == "0"


def test_the_apps_role_starts_without_rights(chosen: Settings) -> None:
    with embedded.services(chosen, durable=False) as found:
        do(found.database_url, "CREATE TABLE book (n int)")
        for statement in ("SELECT * FROM book", "CREATE TABLE own (n int)", "DROP TABLE book"):
            with pytest.raises(Exception, match=r"permission denied|must be owner"):
                do(found.app_database_url, statement)


def test_a_worker_can_say_who_it_is_wherever_the_data_lies(chosen: Settings) -> None:
    with embedded.services(chosen, durable=False) as found:
        assert ask(found.redis_url).client_info()["addr"]  # RQ asks that at the start of a worker


def test_no_server_listens_on_the_network(chosen: Settings) -> None:
    with embedded.services(chosen, durable=False):
        ours = list(psutil.Process().children(recursive=True))
        assert {each.name() for each in ours} >= {"postgres", "valkey-server"}
        for each in ours:
            assert [c for c in each.net_connections("inet") if c.status == "LISTEN"] == []


def test_a_service_with_an_address_is_not_started(chosen: Settings) -> None:
    elsewhere = settings_from({"SUYUAN_DATA": str(chosen.data), "SUYUAN_REDIS_URL": "redis://x"})
    with embedded.services(elsewhere, durable=False) as found:
        assert found.redis_url == "redis://x"
        assert [each.name for each in found.servers] == ["PostgreSQL"]
    both = found.applied_to(elsewhere)
    with embedded.services(both) as found:
        assert found.servers == ()
        assert found.database_url == both.database_url


def test_who_comes_second_shares_and_the_first_waits_for_it(chosen: Settings) -> None:
    with keeper(chosen) as (first, urls):
        with embedded.services(chosen) as second:
            assert [second.database_url, second.redis_url] == urls
            assert second.servers == ()
            first.stdin.close()  # type: ignore[union-attr]
            with pytest.raises(subprocess.TimeoutExpired):
                first.wait(0.5)
            assert one(second.database_url, "SELECT 1") == 1
        assert first.wait(30) == 0


def test_the_one_who_serves_does_not_share(chosen: Settings, monkeypatch: Any) -> None:
    monkeypatch.setattr("app.embedded.running._ALONE_SECONDS_MAX", 0.1)
    with keeper(chosen) as (first, _):
        with pytest.raises(AlreadyRunning) as refused, embedded.services(chosen, alone=True):
            pass
        assert refused.value.params["pid"] == first.pid


def test_two_first_starts_at_once_end_with_one_set_of_servers(empty: Settings) -> None:
    with keeper(empty) as (_, one_urls), keeper(empty) as (_, other_urls):
        assert one_urls == other_urls
        assert one(one_urls[0], "SELECT count(*) FROM pg_database WHERE datname = 'suyuan'") == 1


def test_a_killed_program_leaves_nothing_running(chosen: Settings) -> None:
    with keeper(chosen) as (first, _):
        servers = psutil.Process(first.pid).children()
        assert len(servers) == 2
        first.kill()
        first.wait(10)
        _, alive = psutil.wait_procs(servers, timeout=20)
        assert alive == []
    with embedded.services(chosen, durable=False) as found:
        assert one(found.database_url, "SELECT 1") == 1


def test_an_orphan_that_survived_is_ended_and_its_data_kept(chosen: Settings) -> None:
    with embedded.services(chosen) as found:
        do(found.database_url, "CREATE TABLE kept (n int); INSERT INTO kept VALUES (1)")
        servers: list[Any] = list(found.servers)
        postmaster, queue = (server.process for server in servers)
        for server in found.servers:  # as if the stopping never came
            server.process = None  # type: ignore[attr-defined]
    assert postmaster.poll() is None
    assert queue.poll() is None
    with embedded.services(chosen) as found:
        assert postmaster.wait(1) is not None
        assert queue.wait(1) is not None
        assert one(found.database_url, "SELECT n FROM kept") == 1


@pytest.mark.parametrize("index", [0, 1], ids=["postgres", "redis"])
def test_a_killed_server_is_started_again_with_all_it_acknowledged(
    chosen: Settings, index: int
) -> None:
    with embedded.services(chosen) as found:
        do(found.database_url, "CREATE TABLE kept (n int); INSERT INTO kept VALUES (5)")
        ask(found.redis_url).rpush("jobs", *range(100))
        server: Any = found.servers[index]
        server.process.send_signal(signal.SIGKILL)
        server.process.wait(10)
        assert server.has_ended()
        server.start()
        assert one(found.database_url, "SELECT n FROM kept") == 5
        assert ask(found.redis_url).llen("jobs") == 100


def test_a_stale_pid_file_that_names_an_innocent_process_is_no_obstacle(chosen: Settings) -> None:
    with embedded.services(chosen, durable=False):
        pid_file = chosen.data / "postgres" / "cluster" / "postmaster.pid"
        content = pid_file.read_text().splitlines()
    content[0] = str(os.getpid())
    pid_file.write_text("\n".join(content) + "\n")
    with embedded.services(chosen, durable=False) as found:
        assert one(found.database_url, "SELECT 1") == 1


def test_a_first_start_that_was_cut_short_is_begun_again(chosen: Settings) -> None:
    half = chosen.data / "postgres" / "cluster.new"
    with embedded.services(chosen, durable=False):
        pass
    (chosen.data / "postgres" / "cluster").rename(half)
    (half / "PG_VERSION").unlink()
    with embedded.services(chosen, durable=False) as found:
        assert one(found.database_url, "SELECT 1") == 1
    assert not half.exists()


def test_a_spoilt_cluster_is_refused_with_postgres_own_words(chosen: Settings) -> None:
    with embedded.services(chosen, durable=False):
        pass
    (chosen.data / "postgres" / "cluster" / "global" / "pg_control").unlink()
    with pytest.raises(NotStarted) as refused, embedded.services(chosen, durable=False):
        pass
    assert refused.value.params["service"] == "PostgreSQL"
    assert "pg_control" in Path(refused.value.params["log"]).read_text()


def test_stale_addresses_of_a_killed_starter_mislead_nobody(chosen: Settings) -> None:
    with embedded.services(chosen, durable=False):
        stale = json.loads((chosen.data / "services.json").read_text())
    stale["database_url"] = "postgresql+psycopg2://nobody@/nowhere"
    (chosen.data / "services.json").write_text(json.dumps(stale))
    with embedded.services(chosen, durable=False) as found:
        assert one(found.database_url, "SELECT current_database()") == "suyuan"


@pytest.mark.skipif(not ROOT, reason="only root can act as somebody else")
def test_another_user_of_the_machine_does_not_get_in(chosen: Settings) -> None:
    daemon = pwd.getpwuid(1).pw_uid
    with embedded.services(chosen, durable=False) as found:
        address = make_url(found.database_url)
        sockets = Path(str(address.query["host"]))
        queue = Path(found.redis_url.removeprefix("unix://").partition("?")[0])
        for folder in (sockets, chosen.data / "redis", chosen.data / "postgres" / "cluster"):
            ran = subprocess.run(["ls", str(folder)], user=daemon, capture_output=True, check=False)
            assert ran.returncode != 0, folder
        # Even with the folders open, the server itself asks the kernel who it is.
        for opened in (
            sockets,
            chosen.data,
            chosen.data.parent,
            chosen.data.parents[1],
            chosen.data.parents[2],
        ):
            opened.chmod(opened.stat().st_mode | 0o011)
        (sockets / ".s.PGSQL.5432").chmod(0o777)
        assert not queue.parent.stat().st_mode & 0o077
        attempt = ATTEMPT.format(sockets=str(sockets))
        tried = subprocess.run(
            [sys.executable, "-c", attempt], capture_output=True, text=True, check=False
        )
        assert "authentication failed" in tried.stderr


def test_a_later_start_makes_nothing_anew(chosen: Settings) -> None:
    made = Folders(data=chosen.data).cluster / "PG_VERSION"
    before = made.stat()
    began = time.perf_counter()
    with embedded.services(chosen, durable=False):
        print(f"\nembedded services: a later start took {time.perf_counter() - began:.2f} s")
        after = made.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_sessions_open_at_the_end_are_ended_and_not_waited_for(chosen: Settings) -> None:
    with embedded.services(chosen, durable=False) as found:
        address = make_url(found.database_url)
        session = psycopg2.connect(
            host=str(address.query["host"]), user=address.username, dbname=address.database
        )
    said = Folders(data=chosen.data).postgres_log.read_text()
    with pytest.raises(psycopg2.OperationalError):
        session.cursor().execute("SELECT 1")
    assert "received fast shutdown request" in said
    assert "received immediate shutdown request" not in said
    assert said.rstrip().endswith("database system is shut down")
