"""The record: kernel, subjects, products and lots, the book with its partitions and rights."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from alembic import op
from sqlalchemy import Table

from ledger.kernel.model import Parameter
from ledger.kernel.parameters import shipped

revision = "0001"
down_revision = None

TABLES = (
    "parameter",
    "outbox_fact",
    "audit_line",
    "subject",
    "subject_change",
    "premises",
    "licence",
    "product",
    "product_claim",
    "lot",
    "lot_hold",
    "entry",
    "entry_note",
    "filing",
    "unit_word",
    "logistic_unit",
    "unit_content",
    "pairing_day",
)


def upgrade() -> None:
    """Make the tables from the frozen SQL beside this file and load the shipped parameters."""
    sql = Path(__file__).with_suffix(".sql").read_text("utf-8")
    # exec_driver_sql without parameters: the SQL holds % signs of its own
    op.get_bind().connection.cursor().execute(sql)
    names = ("key", "value", "unit", "jurisdiction", "valid_from", "valid_to", "source", "mark")
    lines = [{name: getattr(line, name) for name in names} for line in shipped().lines]
    op.bulk_insert(cast("Table", Parameter.__table__), lines)


def downgrade() -> None:
    """Take everything away again; only an empty ledger may be thrown away like this."""
    for table in reversed(TABLES):
        op.execute(f"DROP TABLE {table}")
    op.execute("DROP SEQUENCE entry_number")
    for function in ("refuse_change()", "make_entry_partition(integer)", "take_entry_ids(integer)"):
        op.execute(f"DROP FUNCTION {function}")
