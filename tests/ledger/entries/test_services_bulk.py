"""Resolved rows in bulk, and the room they need."""

from __future__ import annotations

import numpy as np
import pytest
from sqlalchemy import text
from support.filings import an_operator, file, production

from ledger.entries import errors
from ledger.entries.model import ENTRY_COLUMNS
from ledger.entries.services import file_rows, make_partitions_ahead
from ledger.products.errors import UnknownLot

FIELDS = [("entry", "<i4"), *((name, "<i8") for name in ENTRY_COLUMNS if name != "id")]


def some_rows(lot: int, operator: int, count: int = 5):
    rows = np.zeros(count, np.dtype(FIELDS))
    rows["entry"] = np.arange(count) // 2
    rows["lot"], rows["op"], rows["other"] = lot, operator, operator
    rows["ts"] = np.arange(count)[::-1]
    rows["qty"], rows["kind"], rows["unit"], rows["precision"] = 1000, 1, 3, 4
    return rows


@pytest.fixture
def dairy(uow):
    return an_operator(uow, 1)


@pytest.fixture
def lot(uow, dairy):
    file(uow, dairy, production())
    return uow.session.scalar(text("SELECT id FROM lot"))


def test_rows_are_filed_once_under_their_key(uow, dairy, lot):
    rows = some_rows(lot, dairy)
    assert [file_rows(uow, dairy, "bulk-1", rows) for _ in range(2)] == [5, 0]
    filed = uow.session.execute(
        text("SELECT first_entry, last_entry FROM filing WHERE filing_key = 'bulk-1'")
    ).one()
    ids = uow.session.scalars(text("SELECT id FROM entry WHERE ts < 9 ORDER BY ts DESC")).all()
    first = filed.first_entry
    assert ids == [first, first, first + 1, first + 1, first + 2]
    assert filed.last_entry == first + 2


def test_rows_of_unknown_lots_are_refused(uow, dairy, lot):
    with pytest.raises(UnknownLot):
        file_rows(uow, dairy, "bulk-1", some_rows(lot + 1, dairy))
    with pytest.raises(errors.NothingFiled):
        file_rows(uow, dairy, "bulk-1", some_rows(lot, dairy, 0))


def test_partitions_lie_ready_beyond_the_newest_lot(uow, lot):
    assert make_partitions_ahead(uow) == 2
    names = uow.session.scalars(
        text("SELECT relname FROM pg_class WHERE relname ~ '^entry_[0-9]{4}$' ORDER BY 1")
    ).all()
    assert names[:3] == ["entry_0000", "entry_0001", "entry_0002"]
