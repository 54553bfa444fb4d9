"""The port: taken first, told in one sentence, kept through restarts."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from app.doors.refusals import detail_of
from app.processes import running
from app.processes.errors import AddressUnusable, PortTaken
from app.processes.listening import listening_socket, says_ready
from app.settings import settings_from


def test_a_taken_port_is_refused_in_one_sentence_before_anything_starts(tmp_path: Path) -> None:
    with listening_socket("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        settings = settings_from({"SUYUAN_DATA": str(tmp_path / "data"), "SUYUAN_PORT": str(port)})
        with pytest.raises(PortTaken) as refused, running(settings):
            pass
        assert not (tmp_path / "data" / "postgres").exists()
        for language, word in (("zh", "占用"), ("en", "taken")):
            text = detail_of(refused.value, language)
            assert word in text
            assert str(port) in text
            assert "\n" not in text


@pytest.mark.parametrize("host", ["203.0.113.7", "no-such-host.invalid"])
def test_an_address_that_is_not_ours_is_refused(host: str) -> None:
    with pytest.raises(AddressUnusable):
        listening_socket(host, 0)


def test_the_system_chooses_a_port_where_none_is_wanted() -> None:
    with listening_socket("127.0.0.1", 0) as one, listening_socket("127.0.0.1", 0) as other:
        assert one.getsockname()[1] != other.getsockname()[1]


def test_a_port_left_a_moment_ago_can_be_taken_again() -> None:
    with listening_socket("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as client:
            first.accept()[0].close()
            client.close()
    with listening_socket("127.0.0.1", port):
        pass


def test_silence_is_not_readiness() -> None:
    with listening_socket("127.0.0.1", 0) as silent:
        assert not says_ready(silent, seconds=0.2)
