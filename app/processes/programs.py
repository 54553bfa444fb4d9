"""Which processes an installation runs beside its servers, and how each is started and stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from app.embedded import child
from app.settings import Settings, environ_for_child
from app.watching import figures

PROJECT = Path(__file__).resolve().parent.parent.parent
_REQUESTS_BEFORE_RENEWAL = 20_000  # what a worker's memory may gather goes with it
_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - gunicorn's heartbeat, a file without content


@dataclass(kw_only=True)
class Program:
    """One process of ours: a command, and the signals that end it with the seconds each gets."""

    name: str
    command: list[str]
    environ: dict[str, str] = field(repr=False)
    log: Path | None
    signs: tuple[tuple[signal.Signals, float], ...]
    pass_fds: tuple[int, ...] = ()
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def start(self) -> None:
        """Start the process; it dies with us, should we be killed."""
        self.process = child.start_child(
            self.command,
            child.Surroundings(
                environ=self.environ, log=self.log, pass_fds=self.pass_fds, folder=PROJECT
            ),
        )

    def stop(self) -> None:
        """Let the process finish what it does, for so long, then end it."""
        if self.process is not None:
            child.stop_child(self.process, self.signs)

    def has_ended(self) -> bool:
        """Whether the process is gone."""
        return self.process is None or self.process.poll() is not None


def programs_for(settings: Settings, *, listening: int, logs: Path | None) -> list[Program]:
    """Web, workers and scheduler for `settings`, in the order of starting.

    `listening` is the number of the socket that is handed to the web process. With `logs` each
    process writes there, otherwise to our own output.
    """
    environ = {**environ_for_child(settings), **figures.environ(settings.data / "metrics")}
    web = Program(
        name="web",
        command=_web_command(settings, listening),
        environ=environ,
        log=logs / "web.log" if logs else None,
        signs=((signal.SIGTERM, settings.request_timeout_seconds + 2.0), (signal.SIGQUIT, 5.0)),
        pass_fds=(listening,),
    )
    workers = [
        _house_program(f"worker-{number + 1}", "worker", environ, logs)
        for number in range(settings.job_workers)
    ]
    schedulers = [
        _house_program("scheduler", "scheduler", environ, logs)
        for _ in range(settings.run_scheduler)
    ]
    return [web, *workers, *schedulers]


def _house_program(
    name: str, subcommand: str, environ: dict[str, str], logs: Path | None
) -> Program:
    """A process of the command line; one signal asks it to finish its job, a second to drop it."""
    return Program(
        name=name,
        command=[sys.executable, "-m", "app", subcommand],
        environ=environ,
        log=logs / f"{name}.log" if logs else None,
        signs=((signal.SIGTERM, 20.0), (signal.SIGTERM, 5.0)),
    )


def _web_command(settings: Settings, listening: int) -> list[str]:
    """Sync workers: measured, threads halve what a database endpoint does on Python 3.11."""
    heartbeat = _SHARED_MEMORY if os.access(_SHARED_MEMORY, os.W_OK) else settings.data
    return [
        sys.executable,
        *("-m", "gunicorn", "app.factory:create_app()"),
        f"--bind=fd://{listening}",
        "--preload",  # read the program once and fork: a new worker is there in milliseconds
        "--worker-class=sync",
        f"--workers={settings.web_workers}",
        f"--timeout={settings.request_timeout_seconds}",
        f"--graceful-timeout={settings.request_timeout_seconds}",
        f"--max-requests={_REQUESTS_BEFORE_RENEWAL}",
        f"--max-requests-jitter={_REQUESTS_BEFORE_RENEWAL // 10}",
        f"--worker-tmp-dir={heartbeat}",
        "--config=python:app.processes.web",  # logs as ours, figures of workers that ended
        "--no-control-socket",  # nothing of ours outside the data folder
        "--log-level=warning",
        "--name=suyuan",
    ]
