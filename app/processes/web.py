"""What gunicorn calls in the process that starts the web's workers."""

from __future__ import annotations

from typing import Any

from app.watching import figures, lines


def on_starting(server: Any) -> None:
    """Speak in JSON lines, gunicorn's own messages included, without what clients sent."""
    lines.install()


def child_exit(server: Any, worker: Any) -> None:
    """Keep what a worker that ended has counted."""
    figures.fold(worker.pid)
