"""PostgreSQL's settings for the memory a machine has; pure figures, no machine asked."""

from __future__ import annotations

_MIB = 1024 * 1024
_GIB = 1024 * _MIB


def postgres_settings(memory_bytes: int, *, durable: bool = True) -> dict[str, str]:
    """PostgreSQL settings for a machine with `memory_bytes` that also runs web and worker.

    Measured on the book: index-only scans need the visibility map, hence the early autovacuum
    after inserts; random reads cost little more than sequential ones on today's disks; compiling
    queries costs the short ones more than it saves the long ones.
    `durable=False` trades safety after a power cut for speed and is for tests only.
    """
    eighth = _between(memory_bytes // 8, 32 * _MIB, 4 * _GIB)
    tuned = {
        "shared_buffers": _mib(eighth if durable else 64 * _MIB),
        "effective_cache_size": _mib(_between(memory_bytes // 2, 128 * _MIB, 64 * _GIB)),
        "work_mem": _mib(_between(memory_bytes // 512, 4 * _MIB, 64 * _MIB)),
        "maintenance_work_mem": _mib(_between(memory_bytes // 32, 32 * _MIB, _GIB)),
        "max_wal_size": _mib(_between(memory_bytes // 4, 512 * _MIB, 4 * _GIB)),
        "max_connections": "100",
        "checkpoint_timeout": "15min",
        "wal_compression": "on",
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
    "autovacuum": "off",
    "max_connections": "200",
}


def _between(value: int, least: int, most: int) -> int:
    return max(least, min(most, value))


def _mib(size: int) -> str:
    return f"{size // _MIB}MB"
