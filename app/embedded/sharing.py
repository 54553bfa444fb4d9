"""One data folder, several processes: who runs the services, and who only uses them.

The first process to come locks the folder, starts the services and writes their addresses down. Who
comes later uses those. Locks are the kernel's (`flock`): they end with their process however it
ends, so nothing stale can ever be in the way.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from dataclasses import dataclass
from pathlib import Path

from app.embedded.folders import Folders


@dataclass(frozen=True, kw_only=True)
class Addresses:
    """What is written down about running services."""

    pid: int
    database_url: str
    app_database_url: str
    admin_database_url: str
    redis_url: str


class Lock:
    """A lock on a file, held by this process alone or shared with others."""

    def __init__(self, path: Path) -> None:
        """Open the lock's file; children do not inherit it."""
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def take(self, *, shared: bool = False, seconds: float = 0.0) -> bool:
        """Take the lock, trying for so many seconds; whether it was to be had."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
                fcntl.flock(self._file, kind | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    return False
                time.sleep(0.02)
            else:
                return True

    def release(self) -> None:
        """Give the lock back and close its file."""
        os.close(self._file)


def write_addresses(folders: Folders, addresses: Addresses) -> None:
    """Say where the services are, in one step that readers see whole or not at all."""
    draft = folders.ready.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    number = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(number, "w") as file:  # noqa: PTH123 - opened by number
        json.dump(addresses.__dict__, file)
    draft.replace(folders.ready)


def read_addresses(folders: Folders) -> Addresses | None:
    """Where the services are, if they have been written down."""
    try:
        return Addresses(**json.loads(folders.ready.read_text()))
    except (FileNotFoundError, ValueError, TypeError):
        return None
