"""What the catalogue says of a store: its tables, keys and sequences, and who is connected."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, text

BOOKKEEPING = "alembic_version"
RECORDS = ("subject", "account", "product", "lot", "entry", "filing", "upload", "audit_line")
"""How the names of tables begin that only use fills; a migration writes none of these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A table that holds rows: its columns that are written, and about how many rows it has."""

    name: str
    columns: tuple[str, ...]
    rows: int


def stored_tables(connection: Connection) -> list[Stored]:
    """All tables with rows of their own, partitions instead of what they are parts of."""
    rows = connection.execute(
        text(
            "SELECT c.relname, greatest(c.reltuples, 0)::bigint AS rows, "
            "array_agg(a.attname::text ORDER BY a.attnum) AS columns "
            "FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 "
            "AND NOT a.attisdropped AND a.attgenerated = '' "
            "WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' "
            "AND c.relname <> :bookkeeping GROUP BY c.oid ORDER BY c.relname"
        ),
        {"bookkeeping": BOOKKEEPING},
    )
    return [Stored(name=row.relname, columns=tuple(row.columns), rows=row.rows) for row in rows]


def foreign_keys(connection: Connection) -> dict[str, set[str]]:
    """Table -> the tables its foreign keys name."""
    rows = connection.execute(
        text(
            "SELECT a.relname AS source, b.relname AS target FROM pg_constraint f "
            "JOIN pg_class a ON a.oid = f.conrelid JOIN pg_class b ON b.oid = f.confrelid "
            "WHERE f.contype = 'f' AND f.connamespace = 'public'::regnamespace"
        )
    )
    found: dict[str, set[str]] = {}
    for row in rows:
        found.setdefault(row.source, set()).add(row.target)
    return found


def sequences(connection: Connection) -> dict[str, int | None]:
    """Sequence -> the last number it gave out, None where it gave none.

    Sequences stand outside of snapshots: asked after the rows were read, none lies behind them.
    """
    names = connection.scalars(
        text(
            "SELECT quote_ident(relname) FROM pg_class WHERE relkind = 'S' "
            "AND relnamespace = 'public'::regnamespace ORDER BY relname"
        )
    ).all()
    asked = "SELECT CASE WHEN is_called THEN last_value END FROM "
    return {name: connection.scalar(text(asked + name)) for name in names}  # quoted by the server


def revision(connection: Connection) -> str | None:
    """The schema's revision, None where there is no schema of ours."""
    if connection.scalar(text(f"SELECT to_regclass('{BOOKKEEPING}')")) is None:
        return None
    found = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return str(found) if found else None


def first_filled(connection: Connection) -> str | None:
    """The name of a table that holds somebody's records; None in an empty installation.

    Where there are tables and none of them is ours, the database is somebody else's.
    """
    present = [table.name for table in stored_tables(connection)]
    if present and revision(connection) is None:
        return present[0]
    for name in present:
        filled = text(f'SELECT EXISTS (SELECT FROM "{name}")')  # noqa: S608 - from the catalogue
        if name.startswith(RECORDS) and connection.scalar(filled):
            return name
    return None


def others_connected(connection: Connection) -> int:
    """How many other sessions work in this database."""
    found = connection.scalar(
        text(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
    )
    return int(found or 0)
