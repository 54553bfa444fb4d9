"""COPY of rows: sorted, whole, and refused where a number does not fit its column."""

from __future__ import annotations

import numpy as np
import pytest
from sqlalchemy import text

from ledger.entries.model import ENTRY_COLUMNS
from ledger.entries.writer import packed_array, write_notes, write_rows

ROWS = [
    (2**40, 2**50, 7, -5, 2**31 - 1, 0, -(2**31), 10, 32_767, 4, 255),
    (2, 0, 3, 9, 1, 1, 0, 1, 3, 3, 0),
    (3, 1, 3, -(2**31), 1, 1, 0, 1, 3, 3, 0),
]


def test_rows_lie_in_the_order_of_the_index_and_nothing_is_lost(uow):
    assert write_rows(uow.session, ROWS) == 3
    stored = uow.session.execute(text(f"SELECT {', '.join(ENTRY_COLUMNS)} FROM entry")).all()
    assert [tuple(row) for row in stored] == [ROWS[2], ROWS[1], ROWS[0]]


def test_columns_and_rows_are_written_alike(uow):
    array = np.array(ROWS, np.dtype([(name, "<i8") for name in ENTRY_COLUMNS]))
    assert write_rows(uow.session, array) == 3
    stored = uow.session.execute(text(f"SELECT {', '.join(ENTRY_COLUMNS)} FROM entry")).all()
    assert [tuple(row) for row in stored] == [ROWS[2], ROWS[1], ROWS[0]]


def test_moments_before_2020_come_before_the_others_of_their_lot():
    wide = np.zeros(4, np.dtype([(name, "<i8") for name in ENTRY_COLUMNS]))
    wide["lot"], wide["ts"] = [8, 7, 7, 8], [-1, 0, -(2**31), 2**31 - 1]
    wide["id"] = [3, 2, 1, 4]
    packed = packed_array(wide)
    size = len(packed) // 4
    ids = [int.from_bytes(packed[at + 6 : at + 14], "big") for at in range(0, 4 * size, size)]
    assert ids == [1, 2, 3, 4]


def test_nothing_is_nothing(uow):
    assert write_rows(uow.session, []) == 0
    write_notes(uow.session, [])


def test_numbers_that_do_not_fit_are_never_cut(uow):
    wide = np.zeros(1, np.dtype([(name, "<i8") for name in ENTRY_COLUMNS]))
    wide["ts"] = 2**31
    with pytest.raises(OverflowError):
        write_rows(uow.session, wide)
    with pytest.raises(OverflowError):
        write_rows(uow.session, [(1, 1, 2**31, 0, 0, 0, 0, 1, 1, 1, 0)])
