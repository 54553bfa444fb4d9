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
