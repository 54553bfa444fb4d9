"""Tables out of a store and into one, by COPY's text form, which every PostgreSQL reads."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sqlalchemy import Connection, text

from app.operations.errors import BackupBroken
from app.operations.queries import catalogue
from app.operations.rules.ordering import filling_order
from app.operations.services.archive import Reader, Writer
from app.operations.services.streams import PartsIn, PartsOut, buffered
from app.operations.terms import PIECE_BYTES, Manifest, TableCopy

_INDEXED_LATER_ROWS = 100_000  # below that making an index anew costs more than keeping it
_PARTITION = "entry_"
Told = Callable[[str, int], None]
"""Called with a table's name and how many of its rows are done."""


def begin_snapshot(connection: Connection) -> None:
    """See the store as it is now, whatever is filed meanwhile, and wait as long as it takes."""
    connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
    for limit in ("statement_timeout", "idle_in_transaction_session_timeout"):
        connection.execute(text(f"SET LOCAL {limit} = 0"))


def hold_still(connection: Connection, tables: Iterable[catalogue.Stored]) -> None:
    """Keep tables from being dropped or changed in form while they are read."""
    names = ", ".join(f'"{table.name}"' for table in tables)
    connection.execute(text(f"LOCK TABLE {names} IN ACCESS SHARE MODE"))


def copied_out(
    connection: Connection, table: catalogue.Stored, writer: Writer, pool: ThreadPoolExecutor
) -> TableCopy:
    """One table's rows as parts of a backup, in the order they lie."""
    out = PartsOut(writer, f"tables/{table.name}", pool)
    stream = buffered(out)
    with _cursor(connection) as cursor:
        cursor.copy_expert(f"COPY {_named(table.name, table.columns)} TO STDOUT", stream)
        rows = int(cursor.rowcount)
    stream.flush()
    return TableCopy(name=table.name, columns=table.columns, rows=rows, parts=out.finish())


def wipe(connection: Connection) -> None:
    """Take everything out of the schema that this role owns; part of the restore's transaction."""
    objects = connection.execute(
        text(
            "SELECT CASE c.relkind WHEN 'S' THEN 'SEQUENCE' WHEN 'v' THEN 'VIEW' "
            "WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'TABLE' END AS kind, "
            "c.oid::regclass::text AS name FROM pg_class c "
            "WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r','p','S','v','m') "
            "AND NOT c.relispartition AND pg_has_role(c.relowner, 'USAGE') AND NOT EXISTS "
            "(SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.objsubid = 0 "
            "AND d.classid = 'pg_class'::regclass AND d.deptype IN ('a','i','e')) "
            "UNION ALL SELECT 'ROUTINE', p.oid::regprocedure::text FROM pg_proc p "
            "WHERE p.pronamespace = 'public'::regnamespace AND pg_has_role(p.proowner, 'USAGE') "
            "AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e' "
            "AND d.classid = 'pg_proc'::regclass)"
        )
    ).all()
    for each in objects:
        connection.execute(text(f"DROP {each.kind} IF EXISTS {each.name} CASCADE"))


def fill(
    connection: Connection,
    manifest: Manifest,
    reader: Reader,
    pool: ThreadPoolExecutor,
    told: Told,
) -> None:
    """Fill the tables of an empty schema of the manifest's revision, and set its sequences.

    Raises BackupBroken when a table holds another number of rows than was written.
    """
    _make_partitions(connection, manifest)
    present = {table.name for table in catalogue.stored_tables(connection)}
    copies = {table.name: table for table in manifest.tables}
    if missing := set(copies) - present:
        raise BackupBroken(part=f"tables/{min(missing)}")
    order = filling_order(copies, catalogue.foreign_keys(connection))
    _empty(connection, present)
    later = _without_indexes(connection, manifest)
    for name in order:
        _copied_in(connection, copies[name], reader, pool)
        told(name, copies[name].rows)
    for definition in later:
        connection.execute(text(definition))
        told("", 0)
    for sequence, last in manifest.sequences.items():
        connection.execute(
            text("SELECT setval(:name, :last, :called)"),
            {"name": sequence, "last": last or 1, "called": last is not None},
        )


def _make_partitions(connection: Connection, manifest: Manifest) -> None:
    """The book's partitions are made ahead by a function; those of the backup must be there."""
    numbers = [table.name.removeprefix(_PARTITION) for table in manifest.tables]
    for number in numbers:
        if number.isdigit():
            connection.execute(
                text("SELECT make_entry_partition(:number)"), {"number": int(number)}
            )


def _empty(connection: Connection, present: set[str]) -> None:
    """Take out what the migrations wrote themselves: the backup brings its own."""
    for name in present:
        filled = text(f'SELECT EXISTS (SELECT FROM "{name}")')  # noqa: S608 - from the catalogue
        if connection.scalar(filled):
            connection.execute(text(f'DELETE FROM "{name}"'))  # noqa: S608 - the same


def _without_indexes(connection: Connection, manifest: Manifest) -> list[str]:
    """Drop the indexes of large tables that no key needs; how to make them again.

    Measured on the book: loaded without and indexed afterwards takes half the time. The index of a
    partitioned table is dropped and made with those of all its parts.
    """
    large = [table.name for table in manifest.tables if table.rows >= _INDEXED_LATER_ROWS]
    found = connection.execute(
        text(
            "WITH wanted AS (SELECT DISTINCT coalesce(i.inhparent, c.oid) AS oid FROM pg_class c "
            "LEFT JOIN pg_inherits i ON i.inhrelid = c.oid WHERE c.relname = ANY(:large) "
            "AND c.relnamespace = 'public'::regnamespace) "
            "SELECT x.indexrelid::regclass::text AS name, "
            "pg_get_indexdef(x.indexrelid) AS definition FROM pg_index x JOIN wanted ON "
            "wanted.oid = x.indrelid WHERE NOT EXISTS "
            "(SELECT FROM pg_constraint k WHERE k.conindid = x.indexrelid)"
        ),
        {"large": large},
    ).all()
    for index in found:
        connection.execute(text(f"DROP INDEX {index.name}"))
    return [index.definition.replace(" ON ONLY ", " ON ", 1) for index in found]


def _copied_in(
    connection: Connection, copy: TableCopy, reader: Reader, pool: ThreadPoolExecutor
) -> None:
    # FREEZE: the tables were made in this transaction, so their rows need no vacuum afterwards
    # and the trace's index-only scans work from the first request on
    stream = io.BufferedReader(PartsIn(reader, copy.parts, pool), PIECE_BYTES)
    with _cursor(connection) as cursor:
        cursor.copy_expert(
            f"COPY {_named(copy.name, copy.columns)} FROM STDIN WITH (FREEZE)", stream, 1024 * 1024
        )
        if cursor.rowcount != copy.rows:
            raise BackupBroken(part=f"tables/{copy.name}")


def _named(name: str, columns: Iterable[str]) -> str:
    return f'"{name}" ({", ".join(f"{chr(34)}{column}{chr(34)}" for column in columns)})'


def _cursor(connection: Connection) -> Any:
    return connection.connection.cursor()
