"""After a migration of a cluster: every table goes where it belongs; one server has nothing to do.

Written after Citus's documentation and what was measured on one (see the manual); no cluster was at
hand when this was last changed. `scripts/cluster` runs it against one.
"""

from __future__ import annotations

import re

from sqlalchemy import Connection, text

from ledger.kernel.placement import PLACEMENT, is_cluster, placing

_PLACED = text("SELECT logicalrelid::regclass::text FROM pg_dist_partition")
_PARTS = text(
    "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'entry'::regclass"
)
_MAKER = text("SELECT pg_get_functiondef('make_entry_partition(integer)'::regprocedure)")
_TRIGGER = re.compile(r"\s*EXECUTE format\(\s*'CREATE TRIGGER.*?\);", re.DOTALL)
_ONE_BY_ONE = text("SET LOCAL citus.multi_shard_modify_mode TO 'sequential'")


def spread(connection: Connection) -> int:
    """Place the tables that are not placed yet, in the migration's transaction; how many were."""
    if not is_cluster(connection):
        return 0
    connection.execute(_ONE_BY_ONE)  # foreign keys to reference tables want it so
    placed = set(connection.scalars(_PLACED))
    missing = [name for name in PLACEMENT if name not in placed]
    if "entry" in missing:
        for part in connection.scalars(_PARTS).all():
            connection.execute(text(f"DROP TRIGGER IF EXISTS refuse_change ON {part}"))
    for statement in placing(missing):
        connection.execute(text(statement))
    let_partitions_go_without_triggers(connection)
    return len(missing)


def let_partitions_go_without_triggers(connection: Connection) -> None:
    """Change the function that makes partitions: a cluster refuses triggers on spread tables."""
    definition = connection.scalar(_MAKER)
    connection.connection.cursor().execute(_TRIGGER.sub("", str(definition)))
