"""Logs as JSON lines: one for each request, job and command, and what goes wrong meanwhile.

Nothing people said or are gets into them: requests are named by their endpoint, statements stand
with marks in the place of values, errors by their class and place and without their message, and
other people's libraries by the text of their message without what they put into it.
"""

from __future__ import annotations

import json
import logging
import os
import re
import sys
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from ledger.kernel import clock

_OURS = "suyuan"
_FRAMES = 12
_COMMENTS = re.compile(r"--[^\n]*")
_LITERALS = re.compile(r"'(?:[^']|'')*'|\$\$.*?\$\$|(?<![\w$%])\d+(?:\.\d+)?", re.DOTALL)
_MARKS = re.compile(r"(%\((\w+?)_?\d*\)s)(?:\s*,\s*%\(\2_?\d*\)s)+|(%s|\?)(?:\s*,\s*(?:%s|\?))+")
_BLANKS = re.compile(r"\s+")


def _to_stderr(line: str) -> None:
    """One write, so that lines of several processes do not run into each other."""
    os.write(2, line.encode("utf-8", "replace"))


_sink: Callable[[str], None] | None = None


def install(sink: Callable[[str], None] = _to_stderr, *, level: int = logging.WARNING) -> None:
    """Let this process speak in JSON lines; without it requests, jobs and commands say nothing."""
    global _sink  # noqa: PLW0603 - one output a process, chosen where the process begins
    _sink = sink
    handler = _Handler(sink)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in ("gunicorn.error", "rq.worker"):  # they bring handlers of their own
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True


def is_installed() -> bool:
    """Whether anybody listens."""
    return _sink is not None


def silence() -> None:
    """Say nothing any more; for tests."""
    global _sink  # noqa: PLW0603 - see install
    _sink = None
    logging.getLogger().handlers.clear()


def work_done(kind: str, request_id: str, seconds: float, **facts: Any) -> None:
    """The line of a request, a job or a command; ``facts`` are names and whole numbers of ours."""
    if _sink is None:
        return
    said = {
        "at": _at(),
        "kind": kind,
        "request_id": request_id,
        "ms": round(seconds * 1000, 2),
        **facts,
    }
    _sink(_dumped(said) + "\n")


def slow_statement(request_id: str, seconds: float, statement: str) -> None:
    """The line of a statement that took long, as it was written, without values."""
    work_done("slow", request_id, seconds, statement=statement)


def without_values(statement: str) -> str:
    """A statement on one line: literals and numbers as ``?``, lists of marks as one."""
    plain = _COMMENTS.sub("", _LITERALS.sub("?", statement))
    return _BLANKS.sub(" ", _MARKS.sub(lambda m: f"{m[1] or m[3]}, …", plain)).strip()


def error_of(problem: BaseException) -> dict[str, Any]:
    """An exception without its message: class, the store's own code, where it came from."""
    seen: list[str] = []
    current: BaseException | None = problem
    while current is not None and len(seen) < _FRAMES:
        seen.append(type(current).__name__)
        current = current.__cause__ or current.__context__
    frames = traceback.extract_tb(problem.__traceback__)[-_FRAMES:]
    code = getattr(getattr(problem, "orig", problem), "pgcode", None)
    return {
        "error": seen,
        **({"sqlstate": code} if code else {}),
        "where": [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames],
    }


def _short(path: str) -> str:
    """A file's path from the folder of packages or of the project on."""
    for folder in sorted(sys.path, key=len, reverse=True):
        if folder and path.startswith(folder + os.sep):
            return path[len(folder) + 1 :]
    return path


def _at() -> str:
    return clock.now().astimezone(UTC).isoformat(timespec="milliseconds")


_dumped = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=str).encode


class _Handler(logging.Handler):
    """Python's own log records as JSON lines."""

    def __init__(self, sink: Callable[[str], None]) -> None:
        super().__init__()
        self._write = sink

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record; what a library put into its message is left out."""
        ours = record.name.split(".", 1)[0] == _OURS
        said: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "kind": "log",
            "level": record.levelname.lower(),
            "logger": record.name,
            "said": record.getMessage() if ours else _template(record),
        }
        if record.exc_info and record.exc_info[1] is not None:
            said |= error_of(record.exc_info[1])
        self._write(_dumped(said) + "\n")


def _template(record: logging.LogRecord) -> str:
    """The text of a library's message up to where it put something into it."""
    text = str(record.msg)
    return text if record.args else text.split(":", 1)[0][:80]
