"""The supervisor: starts in order, starts again what ends, more patiently each time."""

from __future__ import annotations

import itertools
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from app.embedded.errors import NotStarted
from app.processes.programs import Program
from app.processes.supervisor import Supervisor, pause_after


def program(tmp_path: Path, code: str) -> Program:
    return Program(
        name="probe",
        command=[sys.executable, "-c", code],
        environ={"PATH": os.defpath},
        log=tmp_path / "logs" / "probe.log",
        signs=((signal.SIGTERM, 5.0),),
    )


def eventually(true: Callable[[], bool], seconds: float = 10.0) -> bool:
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


@pytest.mark.parametrize(
    ("failures", "pause"), [(0, 0.1), (1, 0.2), (4, 1.6), (9, 30.0), (1000, 30.0)]
)
def test_the_pause_doubles_up_to_half_a_minute(failures: int, pause: float) -> None:
    assert pause_after(failures) == pytest.approx(pause)


def test_a_killed_process_runs_again_under_a_new_number(tmp_path: Path) -> None:
    probe = program(tmp_path, "import time; time.sleep(60)")
    supervisor = Supervisor()
    supervisor.start(probe)
    try:
        assert probe.process is not None
        before = probe.process.pid
        os.kill(before, signal.SIGKILL)
        assert eventually(probe.has_ended)

        def runs_again() -> bool:
            supervisor.look()
            return not probe.has_ended()

        assert eventually(runs_again)
        assert probe.process.pid != before
        assert supervisor.failures_of(probe) == 1
    finally:
        probe.stop()
    assert probe.has_ended()


def test_what_keeps_ending_is_tried_less_and_less_often(tmp_path: Path) -> None:
    moment = [0.0]
    starts: list[float] = []

    class Broken:
        name = "broken"

        def start(self) -> None:
            starts.append(moment[0])

        def stop(self) -> None: ...

        def has_ended(self) -> bool:
            return True

    supervisor = Supervisor(clock=lambda: moment[0])
    supervisor.start(Broken())
    for _ in range(4000):
        moment[0] += 0.05
        supervisor.look()
    gaps = [later - sooner for sooner, later in itertools.pairwise(starts)]
    assert gaps[:9] == sorted(gaps[:9])
    assert gaps[-1] == pytest.approx(30.0, abs=0.2)


def test_failures_are_forgiven_after_a_healthy_while() -> None:
    moment, ended = [0.0], [True]

    class Flaky:
        name = "flaky"

        def start(self) -> None:
            ended[0] = False

        def stop(self) -> None: ...

        def has_ended(self) -> bool:
            return ended[0]

    flaky = Flaky()
    supervisor = Supervisor(clock=lambda: moment[0])
    supervisor.adopt([flaky])
    for moment[0] in (0.0, 1.0):
        supervisor.look()
    assert supervisor.failures_of(flaky) == 1
    moment[0] = 60.0
    supervisor.look()
    assert supervisor.failures_of(flaky) == 0


def test_a_server_that_refuses_to_start_is_tried_again_later() -> None:
    moment, tries = [0.0], [0]

    class Refusing:
        name = "refusing"

        def start(self) -> None:
            tries[0] += 1
            raise NotStarted(service="PostgreSQL", reason="no space", log="x")

        def stop(self) -> None: ...

        def has_ended(self) -> bool:
            return True

    supervisor = Supervisor(clock=lambda: moment[0])
    supervisor.adopt([Refusing()])
    for _ in range(100):
        moment[0] += 0.1
        supervisor.look()
    assert tries[0] >= 3


def test_who_does_not_hear_the_first_signal_is_ended_all_the_same(tmp_path: Path) -> None:
    deaf = program(
        tmp_path,
        "import signal, time; signal.signal(15, signal.SIG_IGN); print('deaf', flush=True)\n"
        "time.sleep(60)",
    )
    deaf.signs = ((signal.SIGTERM, 0.2),)
    deaf.start()
    assert deaf.log is not None
    assert eventually(lambda: "deaf" in Path(str(deaf.log)).read_text())
    deaf.stop()
    assert deaf.process is not None
    assert deaf.process.returncode == -signal.SIGKILL
