"""PostgreSQL's settings for the memory and disk a machine has; pure figures, no machine asked."""

from __future__ import annotations

_MIB = 1024 * 1024
_GIB = 1024 * _MIB
_DISK = 64 * _GIB  # where nobody says


def postgres_settings(
    memory_bytes: int, disk_bytes: int = _DISK, *, durable: bool = True
) -> dict[str, str]:
    """PostgreSQL settings for a machine with `memory_bytes` that also runs web and worker.

    Measured on the book: random reads cost little more than sequential ones on today's disks;
    compiling queries costs the short ones more than it saves the long ones. After a checkpoint the
    first change of a page logs the whole page, so checkpoints are as rare as the disk allows: the
    log may take a sixteenth of it. A quarter of that is kept to be written again: a new file of the
    log is filled with zeros first, which a load waits for. This build could compress those pages
    only with pglz, which costs the one process that loads more than the disk saves.
    `durable=False` trades safety after a power cut for speed and is for tests only.
    """
    eighth = _between(memory_bytes // 8, 32 * _MIB, 4 * _GIB)
    log = _between(min(memory_bytes // 3, disk_bytes // 16), 512 * _MIB, 8 * _GIB)
    tuned = {
        "shared_buffers": _mib(eighth if durable else 64 * _MIB),
        "effective_cache_size": _mib(_between(memory_bytes // 2, 128 * _MIB, 64 * _GIB)),
        "work_mem": _mib(_between(memory_bytes // 512, 4 * _MIB, 64 * _MIB)),
        "maintenance_work_mem": _mib(_between(memory_bytes // 32, 32 * _MIB, _GIB)),
        "max_wal_size": _mib(log),
        "min_wal_size": _mib(log // 4),
        "wal_buffers": _mib(_between(memory_bytes // 256, 4 * _MIB, 64 * _MIB)),
        "max_connections": "100",
        "checkpoint_timeout": "15min",
        "wal_compression": "off",
        "random_page_cost": "1.1",
        "effective_io_concurrency": "200",
        "jit": "off",
        "autovacuum_vacuum_insert_scale_factor": "0.02",
        "idle_in_transaction_session_timeout": "10min",
        "fsync": "on",
        "full_page_writes": "on",
        "synchronous_commit": "on",
    }
    return tuned if durable else {**tuned, **_FORGETFUL}


_FORGETFUL = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "min_wal_size": "80MB",
    "autovacuum": "off",
    "max_connections": "200",
}


def _between(value: int, least: int, most: int) -> int:
    return max(least, min(most, value))


def _mib(size: int) -> str:
    return f"{size // _MIB}MB"
