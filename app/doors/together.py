"""Several processes at one job: the pieces of a long one, each with connections of its own."""

from __future__ import annotations

import contextlib
import ctypes
import logging
import os
import signal
from collections.abc import Callable, Sequence

from sqlalchemy import Engine

from app.doors.errors import PieceFailed
from app.doors.jobs import JobRoom
from ledger.kernel.errors import Refusal

LOG = logging.getLogger("suyuan.jobs")
_ENDED, _STOPPED, _FAILED = 0, 1, 2
_PR_SET_PDEATHSIG = 1


def side_by_side(room: JobRoom, works: Sequence[Callable[[JobRoom], bool]]) -> list[bool]:
    """Do the pieces of one job at the same time: the first here, each other one in a fork.

    A fork has connections of its own; when this process dies or fails, it is ended. In a room on a
    single connection (tests) the pieces are done one after the other. Raises PieceFailed, and what
    the first piece raises.
    """
    if len(works) == 1 or not isinstance(room.bind, Engine):
        return [work(room) for work in works]
    forks = [_forked(room, room.bind, work) for work in works[1:]]
    try:
        ended = [works[0](room)]
        while forks:
            code = os.waitstatus_to_exitcode(os.waitpid(forks[-1], 0)[1])
            forks.pop()
            if code not in (_ENDED, _STOPPED):
                raise PieceFailed
            ended.append(code == _ENDED)
    finally:
        for fork in forks:
            os.kill(fork, signal.SIGKILL)
            os.waitpid(fork, 0)
    return ended


def _forked(room: JobRoom, engine: Engine, work: Callable[[JobRoom], bool]) -> int:
    """Begin a piece in a fork, which never comes back from here; its process number."""
    fork = os.fork()
    if fork:
        return fork
    code = _FAILED
    try:
        _end_with_parent()
        engine.dispose(close=False)  # the connections are the parent's
        code = _ENDED if work(room) else _STOPPED
    except Refusal as refusal:
        LOG.warning("a piece of a job was refused: %s", refusal)
    except BaseException:
        LOG.exception("a piece of a job failed")
    finally:
        os._exit(code)


def _end_with_parent() -> None:
    """Let this process be killed when its parent is, where the system knows how (Linux)."""
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
