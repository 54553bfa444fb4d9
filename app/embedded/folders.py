"""Where the embedded services keep things inside the data folder."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from app.embedded.errors import FolderNotOurs
from app.embedded.identity import ServerUser, name_of

_SOCKET_PATH_MAX = 107  # sun_path holds 108 bytes on Linux, the last of them a zero
_PLAIN_PATH = re.compile(r"[\w/.+@~-]+")
_LONGEST_SOCKET_NAME = len("/.s.PGSQL.5432.lock")


@dataclass(frozen=True, kw_only=True)
class Folders:
    """The places of one data folder; everything but a socket with too long a path is inside it.

    Configuration and logs are ours and only `cluster` and `postgres_sockets` belong to the server's
    user, so a server that was taken over could not make root write through a planted link.
    """

    data: Path

    @property
    def postgres(self) -> Path:
        """All of PostgreSQL: configuration, log, cluster."""
        return self.data / "postgres"

    @property
    def cluster(self) -> Path:
        """PostgreSQL's own data folder."""
        return self.postgres / "cluster"

    @property
    def postgres_log(self) -> Path:
        """What PostgreSQL said."""
        return self.postgres / "server.log"

    @property
    def redis(self) -> Path:
        """Redis's data folder."""
        return self.data / "redis"

    @property
    def redis_log(self) -> Path:
        """What Redis said."""
        return self.data / "redis.log"

    @property
    def lock(self) -> Path:
        """Held by the process that started the services."""
        return self.data / "services.lock"

    @property
    def sharers(self) -> Path:
        """Held, shared, by every process that uses services another one started."""
        return self.data / "services.sharers"

    @property
    def ready(self) -> Path:
        """The addresses of the running services, written when they answer."""
        return self.data / "services.json"

    def make(self, user: ServerUser) -> None:
        """Make what is missing; only what the server's user must pass through is open to it.

        Raises:
            FolderNotOurs: a folder exists and belongs to another user.
        """
        passable = 0o711 if user.dropped else 0o700
        for folder in (self.data, self.postgres):
            private_folder(folder, mode=passable)
        private_folder(self.redis, mode=0o700)

    def socket_folder(self, service: str, owner: int | None = None) -> Path:
        """A folder only `owner` (default: we) may enter, whose path is short enough for sockets.

        A socket's path is at most 107 bytes, a comma in it parts two hosts to PostgreSQL's clients,
        and a space or an equals sign breaks how Redis's client reads about itself. Where the data
        folder's path is too long or has such a character, the sockets go to a folder in the
        temporary folder that is named after it.
        """
        inside = self.data / f"{service}.sockets"
        short_enough = len(os.fsencode(inside)) + _LONGEST_SOCKET_NAME <= _SOCKET_PATH_MAX
        if short_enough and _PLAIN_PATH.fullmatch(str(inside)):
            return private_folder(inside, mode=0o700, owner=owner)
        name = hashlib.sha256(os.fsencode(inside)).hexdigest()[:12]
        short = Path(tempfile.gettempdir()) / f"suyuan-{name}"
        if len(os.fsencode(short)) + _LONGEST_SOCKET_NAME > _SOCKET_PATH_MAX:
            short = Path("/tmp") / short.name  # noqa: S108 - private_folder checks its owner
        return private_folder(short, mode=0o700, owner=owner)

    def forget_sockets(self, service: str, owner: int | None = None) -> None:
        """Take a socket folder away that lies outside the data folder; its server has stopped."""
        folder = self.socket_folder(service, owner)
        if folder.parent != self.data:
            shutil.rmtree(folder, ignore_errors=True)


def private_folder(folder: Path, *, mode: int, owner: int | None = None) -> Path:
    """Make `folder`, or check that it is a real folder of ours, and give it `mode` and `owner`.

    Somebody else may have made a folder of that name in the temporary folder, or planted a link;
    such a one is refused and not used.

    Raises:
        FolderNotOurs: it exists and belongs to another user, or is not a folder.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=mode)
    mine = os.geteuid()
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or (found.st_uid not in {mine, owner} and mine != 0):
        raise FolderNotOurs(folder=str(folder), owner=name_of(found.st_uid), user=name_of(mine))
    if mine == 0 and owner is not None and found.st_uid != owner:
        os.chown(folder, owner, -1, follow_symlinks=False)
    if stat.S_IMODE(found.st_mode) != mode:
        folder.chmod(mode)
    return folder
