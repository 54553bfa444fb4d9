"""Leaves: one hash per entry, whatever way it is computed, left beside each filing."""

from __future__ import annotations

from hashlib import sha256

import numpy as np
from sqlalchemy import text
from support.filings import a_lot, an_operator, dispatch, file, production

from ledger.entries.model import ENTRY_COLUMNS
from ledger.entries.rules import canonical
from ledger.entries.services import file_rows, link_same_goods
from ledger.entries.terms import EntryKind, Line, Portion

FIELDS = [("entry", "<i4"), *((name, "<i8") for name in ENTRY_COLUMNS if name != "id")]
ARRAY = np.dtype([(name, "<i8") for name in ENTRY_COLUMNS])
STORED = text("""
    SELECT e.id, e.qty, e.lot, e.ts, e.op, e.other, e.doc, e.kind, e.unit, e.precision, e.flags,
        n.document, n.document_line, n.certificate, n.keep_until, n.said
    FROM entry e LEFT JOIN entry_note n ON n.lot = e.lot AND n.id = e.id
    WHERE e.id >= :first AND e.id < :first + :count
""")
NONCE = bytes(range(16))
ROWS = [
    (7, 12000, 5, 100, 1, 2, 3, 1, 5, 3, 0),
    (8, 500, 6, 100, 1, 9, -3, 4, 5, 3, 1),
    (8, 0, 5, 100, 1, 10, 3, 4, 5, 3, 1),
    (11, 1, 5, -100, 1, 2, 3, 3, 5, 3, 0),
    (10, 2**40, 5, 100, 1, 2, 3, 2, 5, 3, 128),
]


def test_a_leaf_is_sha256_over_prefix_format_nonce_and_sorted_records():
    one, two = (canonical.record(row) for row in ROWS[1:3])
    low, high = sorted((one, two))
    wanted = sha256(b"\x00\x01" + NONCE + low + high).digest()
    assert canonical.leaf_hash(NONCE, [one, two]) == wanted
    assert canonical.leaf_hash(NONCE, [two, one]) == wanted
    assert canonical.leaf_data(NONCE, [one, two]) == b"\x01" + NONCE + low + high


def test_many_rows_at_once_give_the_same_leaves_as_one_by_one():
    records = [canonical.record(row) for row in ROWS]
    slow = canonical.leaves(records, NONCE, 7, 6)
    fast = canonical.leaves_of_rows(np.array(ROWS, ARRAY), NONCE, 7, 6)
    assert fast == slow
    assert len(slow) == 6 * 32
    # 9 and 12 have no row
    none = canonical.leaf_hash(NONCE, ())
    assert [slow[i : i + 32] == none for i in range(0, 192, 32)] == [
        False, False, True, False, False, True,
    ]  # fmt: skip


def test_a_note_is_part_of_its_leaf():
    digest = sha256(b"said").digest()
    rows = np.array(ROWS[:1], ARRAY)
    inputs = canonical.leaf_inputs(rows, np.void(NONCE), np.array([np.void(digest)]))
    assert canonical.hashes_of(inputs).tobytes() == canonical.leaf_hash(
        NONCE, [canonical.record(ROWS[0], digest)]
    )


def some_rows(lot, operator, count=5):
    rows = np.zeros(count, np.dtype(FIELDS))
    rows["entry"] = np.arange(count)
    rows["entry"][:5] = [0, 0, 1, 1, 3]
    rows["lot"], rows["op"], rows["other"] = lot, operator, operator
    rows["qty"], rows["kind"], rows["unit"], rows["precision"] = 1000, 1, 3, 4
    return rows


def record_of(row):
    digest = canonical.NO_NOTE
    if row.keep_until:
        said = canonical.said_text(row.said)
        digest = canonical.note_digest(*row[11:15], said)
    return canonical.record(tuple(row[:11]), digest)


def assert_the_queue_holds_what_the_tables_say(uow, batches):
    found = uow.session.execute(
        text("SELECT * FROM leaf_batch JOIN leaf_queue USING (operator_id, first_entry)")
    ).all()
    assert len(found) == batches
    for batch in found:
        rows = uow.session.execute(STORED, {"first": batch.first_entry, "count": batch.count})
        records = [record_of(row) for row in rows]
        wanted = canonical.leaves(records, batch.nonce, batch.first_entry, batch.count)
        assert bytes(batch.leaves) == wanted


def test_every_way_into_the_book_leaves_its_hashes(uow):
    dairy, shop = an_operator(uow, 1), an_operator(uow, 2)
    made = Line(
        kind=EntryKind.TRANSFORMATION,
        portions=(Portion(lot=a_lot(), quantity="5", unit="EA"),),
        outputs=(
            Portion(lot=a_lot("X1"), quantity="2", unit="EA"),
            Portion(lot=a_lot("X2"), quantity="3", unit="EA"),
        ),
        at=production().at,
    )
    filed = file(uow, dairy, production(), dispatch(shop, quantity="9"), made)
    assert not filed.refused
    wrong = Line(kind=EntryKind.CORRECTION, corrects=filed.entries[1], reason="错了")
    assert not file(uow, dairy, wrong).refused
    one, two = uow.session.scalars(text("SELECT id FROM lot ORDER BY id LIMIT 2"))
    link_same_goods(uow, [(one, two)])
    file_rows(uow, dairy, "bulk", some_rows(one, dairy))
    file_rows(uow, dairy, "more", some_rows(one, dairy, 1_200))
    assert_the_queue_holds_what_the_tables_say(uow, batches=5)


def test_nothing_kept_leaves_nothing(uow):
    dairy = an_operator(uow, 1)
    assert file(uow, dairy, production(quantity="-1")).refused
    assert uow.session.scalar(text("SELECT count(*) FROM leaf_batch")) == 0
