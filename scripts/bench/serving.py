"""The program's own web server, and the same server with bare Flask in it."""

from __future__ import annotations

import contextlib
import http.client
import time
from collections.abc import Iterator
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path

from app.embedded import child
from app.processes.errors import NotReady
from app.processes.listening import listening_socket
from app.processes.programs import Program, programs_for
from app.settings import Settings
from app.watching import figures
from scripts.bench.bare import DATABASE

_OURS = "app.factory:create_app()"
_BARE = "scripts.bench.bare:app"
_READY_SECONDS_MAX = 30.0


@contextlib.contextmanager
def our_web(settings: Settings, logs: Path, *, workers: int = 0) -> Iterator[int]:
    """The program's web processes, and so many workers for jobs; yields the port."""
    chosen = replace(settings, job_workers=workers, run_scheduler=0)
    figures.clean(chosen.data / "metrics")
    with _served(chosen, logs, ready="/healthz") as port:
        yield port


@contextlib.contextmanager
def bare_web(settings: Settings, logs: Path, database: str) -> Iterator[int]:
    """Bare Flask in the same server with the same settings; yields the port.

    ``database`` is where its table is, as psycopg2 wants it.
    """
    chosen = replace(settings, job_workers=0, run_scheduler=0)
    with _served(chosen, logs, ready="/hello", bare=database) as port:
        yield port


@contextlib.contextmanager
def _served(
    settings: Settings, logs: Path, *, ready: str, bare: str | None = None
) -> Iterator[int]:
    logs.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        sock = stack.enter_context(listening_socket("127.0.0.1", 0))
        port = int(sock.getsockname()[1])
        full = replace(settings, host="127.0.0.1", port=port)
        web, *others = programs_for(full, listening=sock.fileno(), logs=logs)
        if bare is not None:
            _make_bare(web, bare)
        for program in (web, *others):
            stack.callback(program.stop)
            program.start()
        _wait(web, port, ready)
        yield port


def _make_bare(program: Program, database: str) -> None:
    ours = [part for part in program.command if not part.startswith("--config=")]
    program.command = [_BARE if part == _OURS else part for part in ours]
    assert _BARE in program.command  # else ours would be measured against ours
    program.environ[DATABASE] = database
    program.log = program.log and program.log.with_name("bare.log")


def _wait(web: Program, port: int, path: str) -> None:
    """Wait until the server answers well."""
    deadline = time.monotonic() + _READY_SECONDS_MAX
    while not _is_well(port, path):
        if web.has_ended() or time.monotonic() > deadline:
            raise NotReady(
                seconds=int(_READY_SECONDS_MAX),
                reason=child.last_line(web.log) if web.log else "",
                log=str(web.log),
            )
        time.sleep(0.1)


def _is_well(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1.0)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
