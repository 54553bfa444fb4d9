"""An installation at work: servers, migrations, web, workers, scheduler, until told to stop."""

from __future__ import annotations

import contextlib
import signal
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType

from app import embedded
from app.database import migrate, owner_engine
from app.embedded import child
from app.processes.errors import NotReady
from app.processes.listening import listening_socket, says_ready
from app.processes.programs import Program, programs_for
from app.processes.supervisor import Supervisor
from app.settings import Settings
from app.watching import figures
from ledger.entries.services import make_partitions_ahead
from ledger.kernel import clock
from ledger.kernel import uow as units
from ledger.kernel.actor import SYSTEM

_READY_SECONDS_MAX = 60.0
_LOOK_EVERY_SECONDS = 0.1
_FAILURES_BEFORE_READY_MAX = 3
_STOPPING = (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True, kw_only=True)
class Running:
    """A started installation: its settings with all addresses filled in, and who watches it."""

    settings: Settings
    supervisor: Supervisor

    @property
    def address(self) -> str:
        """Where people reach it."""
        return self.settings.origin

    def watch(self, seconds: float = float("inf")) -> None:
        """Keep everything running for so long, or until Ctrl-C or a signal to end."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.supervisor.look()
            time.sleep(_LOOK_EVERY_SECONDS)


def serve(
    settings: Settings,
    *,
    before_ready: Callable[[Settings], None] | None = None,
    say: Callable[[str], None] = print,
) -> None:
    """Run the whole installation and print its address, until Ctrl-C or SIGTERM.

    Raises:
        PortTaken, AddressUnusable: before anything has started.
        AlreadyRunning: the data folder is served by another process.
        NotReady: see there.
    """
    with contextlib.suppress(KeyboardInterrupt), running(settings, before_ready=before_ready) as it:
        say(f"溯源已就绪 · Suyuan is ready: {it.address}")
        it.watch()


@contextlib.contextmanager
def running(
    settings: Settings,
    *,
    before_ready: Callable[[Settings], None] | None = None,
    logs: Path | None = None,
) -> Iterator[Running]:
    """The whole installation, ready while inside and stopped in order afterwards.

    The port is taken first, so a taken one is told before anything starts. `before_ready` runs
    after the migrations with the full settings, before web and workers: sample data goes there.
    SIGTERM becomes the same KeyboardInterrupt as Ctrl-C. Enter it from the main thread.

    Raises:
        PortTaken, AddressUnusable, AlreadyRunning, NotReady: see there.
    """
    with contextlib.ExitStack() as stack:
        sock = stack.enter_context(contextlib.closing(listening_socket(*_wanted(settings))))
        stack.enter_context(_signals_as_interrupts())
        chosen = replace(settings, port=sock.getsockname()[1])
        services = stack.enter_context(embedded.services(chosen, alone=True))
        full = services.applied_to(chosen)
        _migrate(full)
        if before_ready is not None:
            before_ready(full)
        figures.clean(full.data / "metrics")
        supervisor = Supervisor()
        supervisor.adopt(services.servers)
        web, *others = programs_for(full, listening=sock.fileno(), logs=logs)
        for program in (web, *others):
            stack.callback(program.stop)
            supervisor.start(program)
        stack.callback(_ignore_further_signals)
        _wait_until_ready(supervisor, web, sock)
        yield Running(settings=full, supervisor=supervisor)


def _wanted(settings: Settings) -> tuple[str, int]:
    return settings.host, settings.port


def _migrate(settings: Settings) -> None:
    owner = owner_engine(settings)
    try:
        migrate(owner)
        with units.begin(owner, actor=SYSTEM, now=clock.now(), request_id="start") as uow:
            make_partitions_ahead(uow)
    finally:
        owner.dispose()


def _wait_until_ready(supervisor: Supervisor, web: Program, sock: socket.socket) -> None:
    deadline = time.monotonic() + _READY_SECONDS_MAX
    while not says_ready(sock, seconds=2.0):
        supervisor.look()
        failed = supervisor.failures_of(web) > _FAILURES_BEFORE_READY_MAX
        if failed or time.monotonic() > deadline:
            reason = child.last_line(web.log) if web.log else "see above"
            raise NotReady(seconds=int(_READY_SECONDS_MAX), reason=reason, log=str(web.log))
        time.sleep(_LOOK_EVERY_SECONDS)


@contextlib.contextmanager
def _signals_as_interrupts() -> Iterator[None]:
    """Let SIGTERM unwind as Ctrl-C does, and put both back afterwards."""

    def interrupt(_sign: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = {sign: signal.signal(sign, interrupt) for sign in _STOPPING}
    try:
        yield
    finally:
        for sign, handler in before.items():
            signal.signal(sign, handler)


def _ignore_further_signals() -> None:
    """Once stopping has begun nothing may tear it apart: a second Ctrl-C waits like the first."""
    for sign in _STOPPING:
        signal.signal(sign, signal.SIG_IGN)
