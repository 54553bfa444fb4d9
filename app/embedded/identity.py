"""As which operating-system user PostgreSQL runs.

PostgreSQL refuses to run as root. An ordinary user runs it as themselves; root hands it to an
existing user without rights, and no user is ever created.
"""

from __future__ import annotations

import os
import pwd
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path

from app.embedded.errors import FolderNotOurs, FolderOutOfReach, NoUser

_NOBODY = "nobody"


@dataclass(frozen=True, kw_only=True)
class ServerUser:
    """A user to run a server as; `dropped` when we are root and it is someone else."""

    uid: int
    gid: int
    name: str
    dropped: bool

    def wrapped(self, command: list[str], *, folders: tuple[Path, ...]) -> list[str]:
        """`command`, able to enter `folders` although a parent of theirs may be closed to it.

        A clone in /root is common in containers, and /root is closed to every other user. Opening
        somebody's folder would be wrong, so the server gets the one capability that lets it pass.

        Raises:
            FolderOutOfReach: that capability is not to be had here.
        """
        closed = next((f for folder in folders for f in _closed_parents(folder, self)), None)
        if not self.dropped or closed is None:
            return command
        capability = _capability_to_pass()
        if capability is None:
            raise FolderOutOfReach(user=self.name, folder=str(closed))
        return [
            "setpriv",
            f"--reuid={self.uid}",
            f"--regid={self.gid}",
            "--clear-groups",
            "--securebits=+no_setuid_fixup",  # or access(2) would answer as without it
            f"--inh-caps=-all,+{capability}",
            f"--ambient-caps=-all,+{capability}",
            "--pdeathsig=INT",
            "--",
            *command,
        ]


def server_user(cluster: Path, data: Path) -> ServerUser:
    """The user for the cluster in the folder `cluster`, which need not exist yet.

    As root: whoever owns the cluster, else the data folder, already; else `nobody`. So root can
    use the data of an ordinary user and that user can go on with it afterwards.

    Raises:
        NoUser: the user id has no name, which PostgreSQL insists on.
        FolderNotOurs: we are not root and the folders belong to somebody else.
    """
    mine = os.geteuid()
    owners = [each.stat().st_uid for each in (cluster, data) if each.exists()]
    if mine != 0:
        if any(owner != mine for owner in owners):
            raise FolderNotOurs(folder=str(data), owner=name_of(owners[0]), user=name_of(mine))
        return _user(mine, dropped=False)
    uid = next((owner for owner in owners if owner and _has_name(owner)), None)
    return _user(uid if uid is not None else _uid_of_nobody(), dropped=True)


def owner_to_become(folder: Path) -> ServerUser | None:
    """The ordinary user who owns `folder` when we are root, or None where we stay who we are."""
    owner = folder.stat().st_uid
    if os.geteuid() != 0 or owner == 0 or not _has_name(owner):
        return None
    return _user(owner, dropped=True)


def _user(uid: int, *, dropped: bool) -> ServerUser:
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        raise NoUser(uid=uid) from None
    return ServerUser(uid=uid, gid=entry.pw_gid, name=entry.pw_name, dropped=dropped)


def _uid_of_nobody() -> int:
    try:
        return pwd.getpwnam(_NOBODY).pw_uid
    except KeyError:
        raise NoUser(uid=0) from None


def _has_name(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def name_of(uid: int) -> str:
    """The name of a user, or the number where it has none."""
    return pwd.getpwuid(uid).pw_name if _has_name(uid) else str(uid)


def _closed_parents(folder: Path, user: ServerUser) -> list[Path]:
    """The folders on the way to `folder` that `user` cannot enter, topmost first."""
    way = [*reversed(folder.resolve().parents), folder.resolve()]
    return [each for each in way if each.exists() and not _may_enter(each, user)]


def _may_enter(folder: Path, user: ServerUser) -> bool:
    found = folder.stat()
    if found.st_uid == user.uid:
        return bool(found.st_mode & stat.S_IXUSR)
    if found.st_gid == user.gid:
        return bool(found.st_mode & stat.S_IXGRP)
    return bool(found.st_mode & stat.S_IXOTH)


def _capability_to_pass() -> str | None:
    """The smaller of two capabilities that open closed folders, as far as this root has them.

    Reading is enough; containers often withhold it and leave the larger one.
    """
    status = Path("/proc/self/status")
    if shutil.which("setpriv") is None or not status.exists():
        return None
    lines = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
    permitted = int(lines["CapPrm"], 16) & int(lines["CapBnd"], 16)
    for name, bit in (("dac_read_search", 2), ("dac_override", 1)):
        if permitted >> bit & 1:
            return name
    return None
