"""The book's indexes become narrow, and what is filed today touches few of their pages."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Make the indexes anew from the frozen SQL beside this file."""
    sql = Path(__file__).with_suffix(".sql").read_text("utf-8")
    op.get_bind().connection.cursor().execute(sql)


def downgrade() -> None:
    """Make the indexes as they were; partitions keep their settings."""
    for name, made in _BEFORE.items():
        op.execute(f"DROP INDEX {name}")
        op.execute(f"CREATE INDEX {name} ON entry {made}")


_BEFORE = {
    "ix_entry_lot": "(lot, ts) INCLUDE (op, other, qty, id, doc, kind, unit, precision, flags)",
    "ix_entry_book": "(op, ts)",
    "ix_entry_waiting": "(other, ts) WHERE kind = 2",
}
