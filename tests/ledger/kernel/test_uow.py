"""A lost race is run again after a pause; one that is always lost is a store too slow."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
from sqlalchemy.exc import IntegrityError, OperationalError

from ledger.kernel import uow as units
from ledger.kernel.uow import ATTEMPTS, StoreTooSlow


class Lost(Exception):
    """What the driver raises, with PostgreSQL's own code."""

    def __init__(self, pgcode):
        super().__init__(pgcode)
        self.pgcode = pgcode


@contextmanager
def unit():
    yield None


@pytest.fixture
def pauses(monkeypatch):
    taken = []
    monkeypatch.setattr("ledger.kernel.uow.time.sleep", taken.append)
    return taken


def losing(times, state="40P01", kind=OperationalError):
    left = iter(range(times))

    def work(_uow):
        if next(left, None) is not None:
            raise kind("UPDATE", {}, Lost(state))
        return "done"

    return work


def test_a_lost_race_is_run_again_after_a_pause_that_grows(pauses):
    assert units.run(unit, losing(2)) == "done"
    low, high = units.PAUSE_SECONDS
    assert low <= pauses[0] <= high
    assert 2 * low <= pauses[1] <= 2 * high


@pytest.mark.parametrize("state", ["40P01", "40001"])
def test_a_race_lost_again_and_again_is_a_store_too_slow(pauses, state):
    with pytest.raises(StoreTooSlow):
        units.run(unit, losing(ATTEMPTS, state))
    assert len(pauses) == ATTEMPTS - 1


def test_a_row_that_is_always_there_already_is_a_fault(pauses):
    with pytest.raises(IntegrityError):
        units.run(unit, losing(ATTEMPTS, "23505", IntegrityError))


def test_another_fault_is_not_run_again(pauses):
    with pytest.raises(OperationalError):
        units.run(unit, losing(1, "42P01"))
    assert not pauses
