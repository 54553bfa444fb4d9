"""What a measurement was made on: without it no figure means anything."""

from __future__ import annotations

import os
import platform
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text

from app.embedded.machine import memory_bytes

_GIB = 1024**3


def machine_facts(engine: Engine) -> dict[str, Any]:
    """CPU, cores, memory (GiB), kernel, versions, and the load average (1 min) before we begin."""
    with engine.connect() as connection:
        server = connection.scalar(text("SHOW server_version"))
        buffers = connection.scalar(text("SHOW shared_buffers"))
    return {
        "cpu": _cpu(),
        "cores": os.cpu_count() or 1,
        "memory_gib": round(memory_bytes() / _GIB, 1),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "postgresql": str(server),
        "shared_buffers": str(buffers),
        "load_average": round(os.getloadavg()[0], 2),
    }


def _cpu() -> str:
    path = Path("/proc/cpuinfo")
    lines = path.read_text().splitlines() if path.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
