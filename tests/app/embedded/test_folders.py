"""Folders: private, ours, and short enough for sockets."""

from __future__ import annotations

import os
import pwd
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from app.embedded.errors import FolderNotOurs
from app.embedded.folders import Folders, private_folder
from app.embedded.identity import owner_to_become, server_user

ROOT = os.geteuid() == 0
NOBODY = pwd.getpwnam("nobody").pw_uid


def test_a_private_folder_is_for_its_owner_alone(tmp_path: Path) -> None:
    made = private_folder(tmp_path / "a" / "b", mode=0o700)
    assert stat.S_IMODE(made.stat().st_mode) == 0o700
    made.chmod(0o777)
    private_folder(made, mode=0o700)
    assert stat.S_IMODE(made.stat().st_mode) == 0o700


def test_a_planted_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with pytest.raises(FolderNotOurs):
        private_folder(tmp_path / "link", mode=0o700)


def test_sockets_stay_in_the_data_folder_where_its_path_is_short() -> None:
    data = Path("/tmp") / f"suyuan-short-{os.getpid()}"
    try:
        assert Folders(data=data).socket_folder("redis") == data / "redis.sockets"
    finally:
        (data / "redis.sockets").rmdir()
        data.rmdir()


@pytest.mark.parametrize("name", ["deep/" * 30, "with,comma", "with space", "with=sign"])
def test_sockets_go_where_they_fit_otherwise(tmp_path: Path, name: str) -> None:
    folders = Folders(data=tmp_path / name)
    place = folders.socket_folder("postgres")
    try:
        assert len(os.fsencode(place / ".s.PGSQL.5432.lock")) <= 107
        assert not set(", =") & set(str(place))
        assert stat.S_IMODE(place.stat().st_mode) == 0o700
        assert folders.socket_folder("postgres") == place
        assert Folders(data=tmp_path / "other" / name).socket_folder("postgres") != place
    finally:
        for left in (place, Folders(data=tmp_path / "other" / name).socket_folder("postgres")):
            left.rmdir()


def test_the_server_never_runs_as_root(tmp_path: Path) -> None:
    user = server_user(tmp_path / "data" / "cluster", tmp_path / "data")
    assert user.uid != 0
    assert user.dropped == ROOT


@pytest.mark.skipif(not ROOT, reason="only root can give folders away")
def test_root_runs_the_server_as_the_owner_of_the_data(tmp_path: Path) -> None:
    data = private_folder(tmp_path / "data", mode=0o700, owner=1)
    assert server_user(data / "cluster", data).uid == 1
    become = owner_to_become(data)
    assert become is not None
    assert become.uid == 1


@pytest.mark.skipif(not ROOT, reason="only root has folders of root's to hide behind")
def test_a_closed_parent_is_passed_with_one_capability_and_no_more(tmp_path: Path) -> None:
    closed = private_folder(tmp_path / "closed", mode=0o700)
    user = server_user(closed / "cluster", closed / "data")
    command = user.wrapped(["postgres"], folders=(closed,))
    assert command[0] == "setpriv"
    assert command[-1] == "postgres"
    assert sum("caps=-all,+dac_" in word for word in command) == 2


@pytest.mark.skipif(not ROOT, reason="only root has folders of root's to hide behind")
def test_programs_that_ask_first_are_let_through_too(tmp_path: Path) -> None:
    closed = private_folder(tmp_path / "closed", mode=0o700)
    (closed / "program").touch(mode=0o755)
    ask = f"import os, sys; sys.exit(not os.access({str(closed / 'program')!r}, os.X_OK))"
    user = server_user(closed / "cluster", closed / "data")
    command = user.wrapped([sys.executable, "-c", ask], folders=(closed,))
    assert subprocess.run(command, check=False).returncode == 0
