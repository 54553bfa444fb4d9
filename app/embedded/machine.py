"""How much memory and disk this machine, or the container we are in, gives us."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

_CONTAINER_LIMITS = (
    Path("/sys/fs/cgroup/memory.max"),
    Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
)


def memory_bytes() -> int:
    """The physical memory, or the container's limit where that is less, in bytes."""
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    limits = [path.read_text().strip() for path in _CONTAINER_LIMITS if path.exists()]
    return min([physical, *(int(limit) for limit in limits if limit.isdigit())])


def disk_bytes(folder: Path) -> int:
    """The size of the disk a folder is on, in bytes."""
    return shutil.disk_usage(folder).total
