"""A second PostgreSQL on this machine that follows an embedded one by streaming replication."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import OperationalError

from app.embedded import child
from app.embedded.identity import ServerUser, server_user
from app.embedded.postgres import ADMIN, BINARIES

SECONDS_MAX = 60.0


@dataclass(kw_only=True)
class Standby:
    """A follower of the server behind ``primary`` (the superuser's address), in ``folder``."""

    primary: str
    data: Path
    folder: Path
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def user(self) -> ServerUser:
        return server_user(self.data / "postgres" / "cluster", self.data)

    def make(self) -> None:
        """Copy the primary as it runs, and say whom the copy shall follow."""
        sockets = str(make_url(self.primary).query["host"])
        if self.user.dropped:  # only in tests: the servers' user may follow as the superuser
            idents = self.data / "postgres" / "pg_ident.conf"
            line = f'suyuan "{self.user.name}" {ADMIN}\n'
            idents.write_text(idents.read_text() + line)
            engine = create_engine(self.primary, isolation_level="AUTOCOMMIT")
            with engine.connect() as connection:
                connection.execute(text("SELECT pg_reload_conf()"))
            engine.dispose()
        subprocess.run(
            [
                str(BINARIES / "pg_basebackup"),
                *("--pgdata", str(self.folder / "cluster"), "--write-recovery-conf"),
                *("--host", sockets, "--username", ADMIN),
                *("--checkpoint", "fast", "--wal-method", "stream", "--no-sync"),
            ],
            check=True,
            timeout=SECONDS_MAX,
        )
        sockets_here = self.folder / "s"
        sockets_here.mkdir()
        if self.user.dropped:
            for path in [self.folder, *self.folder.rglob("*")]:
                os.chown(path, self.user.uid, self.user.gid)

    def start(self) -> None:
        """Start following, and wait until it answers."""
        primary = self.data / "postgres"
        command = [
            str(BINARIES / "postgres"),
            *("-D", str(self.folder / "cluster")),
            *("-c", f"config_file={primary / 'postgresql.conf'}"),
            *("-c", f"unix_socket_directories={self.folder / 's'}"),
            *("-c", "cluster_name=suyuan-standby"),
        ]
        self.process = child.start_child(
            self.user.wrapped(command, folders=(self.folder, primary, BINARIES)),
            child.Surroundings(
                environ={"PATH": os.defpath, "LC_ALL": "C"}, log=self.folder.with_suffix(".log")
            ),
            user=self.user,
        )
        ready = child.wait_until(self._answers, seconds=SECONDS_MAX, ended=self._has_ended)
        assert ready, self.folder.with_suffix(".log").read_text()

    def url(self, of: str) -> str:
        """The same address as ``of``, at the follower."""
        address = make_url(of).set(query={"host": str(self.folder / "s")})
        return address.render_as_string(hide_password=False)

    def ask(self, question: str) -> object:
        """One value out of the follower, as the superuser."""
        engine = create_engine(self.url(self.primary), isolation_level="AUTOCOMMIT")
        try:
            with engine.connect() as connection:
                return connection.scalar(text(question))
        finally:
            engine.dispose()

    def wait_for(self, question: str) -> None:
        """Wait until the follower says yes."""
        until = time.monotonic() + SECONDS_MAX
        while not self.ask(question):
            assert time.monotonic() < until, question
            time.sleep(0.02)

    def kill(self) -> None:
        """Take it away without warning."""
        assert self.process is not None
        child.stop_child(self.process, ((signal.SIGQUIT, 10.0),))

    def clear(self) -> None:
        """Stop it and take its files away."""
        if self.process is not None:
            self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _answers(self) -> bool:
        try:
            self.ask("SELECT 1")
        except OperationalError:
            return False
        return True

    def _has_ended(self) -> bool:
        return self.process is None or self.process.poll() is not None
