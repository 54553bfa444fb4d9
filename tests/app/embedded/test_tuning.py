"""PostgreSQL's settings follow the machine's memory within bounds, and safety is never tuned."""

from __future__ import annotations

import pytest

from app.embedded.tuning import postgres_settings

MIB = 1024 * 1024
GIB = 1024 * MIB


def megabytes(text: str) -> int:
    assert text.endswith("MB")
    return int(text.removesuffix("MB"))


@pytest.mark.parametrize(
    ("memory", "buffers"),
    [(256 * MIB, 32), (512 * MIB, 64), (2 * GIB, 256), (24 * GIB, 3072), (256 * GIB, 4096)],
)
def test_buffers_are_an_eighth_between_two_bounds(memory: int, buffers: int) -> None:
    assert megabytes(postgres_settings(memory)["shared_buffers"]) == buffers


@pytest.mark.parametrize("memory", [256 * MIB, GIB, 8 * GIB, 512 * GIB])
def test_an_installation_never_trades_safety(memory: int) -> None:
    chosen = postgres_settings(memory)
    assert [chosen[k] for k in ("fsync", "full_page_writes", "synchronous_commit")] == ["on"] * 3


@pytest.mark.parametrize("memory", [256 * MIB, 8 * GIB, 512 * GIB])
def test_a_part_of_the_log_is_kept_to_be_written_again(memory: int) -> None:
    chosen = postgres_settings(memory)
    kept, most = (megabytes(chosen[name]) for name in ("min_wal_size", "max_wal_size"))
    assert kept == most // 4


def test_only_tests_may_forget() -> None:
    chosen = postgres_settings(GIB, durable=False)
    assert [chosen[k] for k in ("fsync", "full_page_writes", "synchronous_commit")] == ["off"] * 3


@pytest.mark.parametrize("memory", [512 * MIB, GIB, 4 * GIB, 24 * GIB])
def test_what_sessions_may_take_together_stays_below_the_memory(memory: int) -> None:
    chosen = postgres_settings(memory)
    busy = 16  # sessions that sort at one time: more than any machine of that size has workers
    together = megabytes(chosen["shared_buffers"]) + busy * megabytes(chosen["work_mem"])
    assert together * MIB < memory
