"""A partition is there before its first row, whether or not the scheduler has run."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import event, text
from support.filings import a_lot, an_operator, file, production

from ledger.entries.services import make_partitions_ahead, partitions
from ledger.entries.services.partitions import WIDTH
from ledger.kernel import uow as units
from ledger.kernel.actor import SYSTEM


def begin(engine, now):
    return units.begin(engine, actor=SYSTEM, now=now, request_id="test")


def move_lots(owner, number):
    """Let the next lot open as the first of a partition."""
    with owner.begin() as connection:
        connection.execute(text("SELECT setval('lot_id_seq', :last)"), {"last": number * WIDTH - 1})


def partitions_of(engine):
    with engine.connect() as connection:
        names = "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = :parent"
        parent = "SELECT 'entry'::regclass::oid"
        return set(connection.scalars(text(names), {"parent": connection.scalar(text(parent))}))


def test_lots_beyond_the_last_partition_are_filed(fresh_database, owner_database, now):
    move_lots(owner_database, 7)
    with begin(fresh_database, now) as uow:
        dairy = an_operator(uow, 1)
        filed = file(uow, dairy, production(lot=a_lot("P7")))
    assert filed.accepted == 1
    assert "entry_0007" in partitions_of(fresh_database)
    with fresh_database.connect() as connection:
        assert connection.scalar(text("SELECT lot FROM entry_0007")) == 7 * WIDTH


def test_a_partition_made_in_a_unit_that_failed_is_made_again(fresh_database, owner_database, now):
    with begin(fresh_database, now) as uow:
        dairy = an_operator(uow, 1)
    move_lots(owner_database, 5)
    unit = begin(fresh_database, now)
    uow = unit.__enter__()
    file(uow, dairy, production(lot=a_lot("P5")))
    file(uow, dairy, production(lot=a_lot("P6")))
    assert not unit.__exit__(RuntimeError, RuntimeError(), None)
    assert "entry_0005" not in partitions_of(fresh_database)
    with begin(fresh_database, now) as uow:
        assert file(uow, dairy, production(lot=a_lot("P5"))).accepted == 1


def test_the_store_is_asked_for_a_partition_once(fresh_database, now):
    asked = []
    event.listen(
        fresh_database,
        "before_cursor_execute",
        lambda _c, _cursor, statement, *_: asked.append("to_regclass" in statement),
    )
    for _ in range(3):
        with begin(fresh_database, now) as uow:
            partitions.make_room_for(uow, [17, 4])
    assert sum(asked) == 1


def test_partitions_are_made_ahead_of_the_sequence(fresh_database, owner_database, now):
    move_lots(owner_database, 4)
    with begin(fresh_database, now + timedelta(days=1)) as uow:
        assert make_partitions_ahead(uow) == 5
    assert {f"entry_{number:04d}" for number in range(6)} == partitions_of(fresh_database)


def test_a_quiet_partition_is_laid_in_the_order_of_its_lots_once(
    fresh_database, owner_database, now
):
    with begin(fresh_database, now) as uow:
        dairy = an_operator(uow, 1)
    for quantity in ("1", "2", "3"):  # each lot lies on every third row
        with begin(fresh_database, now) as uow:
            file(uow, dairy, *(production(lot=a_lot(f"Q{n}"), quantity=quantity) for n in range(9)))
    rows = "SELECT lot FROM entry_0000 ORDER BY ctid"
    whole = "SELECT id, qty, lot, ts, op, other, doc, kind, unit, precision, flags FROM entry"
    later = now + timedelta(days=200)
    with fresh_database.connect() as connection:
        before = connection.execute(text(f"{whole} ORDER BY id")).all()
        assert connection.scalars(text(rows)).all() != sorted(row.lot for row in before)
    with begin(fresh_database, later) as uow:  # lots are still opened in it
        assert not partitions.settle_partition(uow, 0, quiet_days=60)
    move_lots(owner_database, 1)
    with begin(fresh_database, now) as uow:
        file(uow, dairy, production(lot=a_lot("Q9")))
    with owner_database.begin() as connection:
        connection.execute(text("ANALYZE entry_0000"))
    with begin(fresh_database, now) as uow:  # its lots are not quiet yet
        assert not partitions.settle_partition(uow, 0, quiet_days=400)
    for expected in (True, False):
        with begin(fresh_database, later) as uow:
            assert partitions.settle_partition(uow, 0, quiet_days=60) is expected
    with fresh_database.connect() as connection:
        assert connection.scalars(text(rows)).all() == sorted(row.lot for row in before)
        after = connection.execute(text(f"{whole} WHERE lot < {WIDTH} ORDER BY id")).all()
        assert after == before
    with begin(fresh_database, later) as uow:
        assert not partitions.settle_partition(uow, 77, quiet_days=60)
