"""Starting a process that cannot outlive us, and ending one for certain."""

from __future__ import annotations

import contextlib
import ctypes
import importlib.util
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

from app.embedded.identity import ServerUser

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def package_folder(name: str) -> Path:
    """The folder of an installed package of binaries, without running its own code.

    Importing may do things: one of them creates lock files outside the project.
    """
    found = importlib.util.find_spec(name)
    if found is None or not found.submodule_search_locations:
        raise ModuleNotFoundError(name)
    return Path(found.submodule_search_locations[0])


def die_with_parent(sign: signal.Signals) -> Callable[[], None]:
    """What a child runs before its program, so that it gets `sign` when we are killed outright.

    Linux only; elsewhere a survivor is found and stopped by the next start. The child checks that
    its parent did not die before the wish was made.
    """
    parent = os.getpid()

    def ask() -> None:
        if _LIBC is not None:
            _LIBC.prctl(_PR_SET_PDEATHSIG, int(sign), 0, 0, 0)
            if os.getppid() != parent:
                os._exit(1)

    return ask


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """Where a child runs, what it is given, and what it is told when we die."""

    environ: Mapping[str, str]
    log: Path | None
    folder: Path = Path("/")
    pass_fds: tuple[int, ...] = ()
    at_our_death: signal.Signals = signal.SIGTERM


def start_child(
    command: list[str],
    around: Surroundings,
    *,
    user: ServerUser | None = None,
    stdin: bytes = b"",
) -> subprocess.Popen[bytes]:
    """Start `command` in a session of its own: Ctrl-C is ours to pass on.

    Its output is added to the log, or goes where ours goes without one. Call it from the main
    thread: the kernel ties the child to the thread that started it.
    """
    drop = user if user is not None and user.dropped and command[0] != "setpriv" else None
    log = around.log
    if log is not None:
        log.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        out = stack.enter_context(log.open("ab")) if log else None
        child = subprocess.Popen(  # noqa: S603 - our own programs with our own arguments
            command,
            stdin=subprocess.PIPE if stdin else subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT if log else None,
            env=dict(around.environ),
            cwd=around.folder,
            pass_fds=around.pass_fds,
            start_new_session=True,
            user=drop.uid if drop else None,
            group=drop.gid if drop else None,
            extra_groups=[] if drop else None,
            preexec_fn=die_with_parent(around.at_our_death),  # noqa: PLW1509 - no threads yet
        )
    if stdin and child.stdin is not None:
        with contextlib.suppress(BrokenPipeError), child.stdin as pipe:
            pipe.write(stdin)
    return child


def stop_child(
    child: subprocess.Popen[bytes],
    signs: Iterable[tuple[signal.Signals, float]],
) -> None:
    """Send each signal and wait its seconds, until the child has ended; at last kill it."""
    for sign, seconds in (*signs, (signal.SIGKILL, 10.0)):
        if child.poll() is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            child.send_signal(sign)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(seconds)


def processes_working_in(folder: Path, program: str, mark: str = "") -> list[psutil.Process]:
    """The living processes named `program` that work in `folder` or have `mark` in their title.

    PostgreSQL and Redis both change into their data folder, so this finds what a killed parent
    left behind without trusting any pid file. In a container root may not be allowed to see where
    another user's process works; titles can always be seen.
    """
    found = []
    place = str(folder.resolve())
    for process in psutil.process_iter(["name"]):
        with contextlib.suppress(psutil.Error):
            if process.info["name"] == program and _works_in(process, place, mark):
                found.append(process)
    return found


def _works_in(process: psutil.Process, place: str, mark: str) -> bool:
    if mark and any(mark in word for word in process.cmdline()):
        return True
    return bool(process.cwd() == place)


def end_leftovers(
    folder: Path,
    program: str,
    signs: Iterable[tuple[signal.Signals, float]],
    *,
    mark: str = "",
) -> None:
    """End what still works in `folder`: wait for those ending by themselves, then insist."""
    for sign, seconds in (*signs, (signal.SIGKILL, 10.0)):
        left = processes_working_in(folder, program, mark)
        if not left:
            return
        for process in left:
            with contextlib.suppress(psutil.Error):
                process.send_signal(sign)
        psutil.wait_procs(left, timeout=seconds)


def wait_until(ready: Callable[[], bool], *, seconds: float, ended: Callable[[], bool]) -> bool:
    """Ask `ready` every few milliseconds until it says yes, the time is up or `ended` says so."""
    deadline = time.monotonic() + seconds
    pause = 0.005
    while time.monotonic() < deadline:
        if ready():
            return True
        if ended():
            return False
        time.sleep(pause)
        pause = min(pause * 1.5, 0.1)
    return False


def last_line(log: Path) -> str:
    """The last line of a log that says something, for a refusal's text."""
    if not log.exists():
        return ""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 4000))
        lines = file.read().decode("utf-8", "replace").splitlines()
    telling = [line for line in lines if "FATAL" in line or "rror" in line] or lines
    return telling[-1].strip() if telling else ""
