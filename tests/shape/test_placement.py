"""Every table has its place in a cluster; keys of spread tables hold what spreads them."""

from __future__ import annotations

from sqlalchemy import UniqueConstraint
from support.sources import import_everything

from ledger.kernel.database import Table
from ledger.kernel.placement import LOCAL, PLACEMENT, REFERENCE


def tables():
    import_everything()
    return Table.metadata.tables


def spread():
    return {name: column for name, column in PLACEMENT.items() if column not in (LOCAL, REFERENCE)}


def test_every_table_is_placed_and_nothing_else_is():
    assert set(tables()) == set(PLACEMENT)


def test_a_spread_table_has_the_column_it_is_spread_by():
    assert [name for name, column in spread().items() if column not in tables()[name].columns] == []


def test_keys_of_spread_tables_hold_the_column():
    wrong = []
    for name, column in spread().items():
        table = tables()[name]
        keys = [
            table.primary_key,
            *(c for c in table.constraints if isinstance(c, UniqueConstraint)),
            *(index for index in table.indexes if index.unique),
        ]
        wrong += [
            f"{name}: {key.name}"
            for key in keys
            if key.columns and column not in {one.name for one in key.columns}
        ]
    assert wrong == []


def test_foreign_keys_point_where_every_node_can_look():
    """A spread table may point at reference tables only; a reference table at reference tables."""
    wrong = []
    for name, table in tables().items():
        if PLACEMENT[name] == LOCAL:
            continue
        wrong += [
            f"{name} -> {key.column.table.name}"
            for key in table.foreign_keys
            if PLACEMENT[key.column.table.name] != REFERENCE
        ]
    assert wrong == []
