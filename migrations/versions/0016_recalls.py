"""Recalls with their history, scope, notices and answers; holds on lots for several causes."""

from __future__ import annotations

from pathlib import Path

from alembic import op
from sqlalchemy import text

from ledger.kernel.parameters import shipped

revision = "0016"
down_revision = "0014"

TABLES = (
    "recall_effect",
    "recall_answer",
    "recall_notice",
    "recall_holder",
    "recall_lot",
    "recall_event",
    "recall",
)
_NAMES = ("key", "value", "unit", "jurisdiction", "valid_from", "valid_to", "source", "mark")
_ADD = text("""
    INSERT INTO parameter (key, value, unit, jurisdiction, valid_from, valid_to, source, mark)
    VALUES (:key, :value, :unit, :jurisdiction, :valid_from, :valid_to, :source, :mark)
    ON CONFLICT DO NOTHING
""")


def upgrade() -> None:
    """Make the tables from the frozen SQL beside this file and load the deadlines of recalls."""
    sql = Path(__file__).with_suffix(".sql").read_text("utf-8")
    op.get_bind().connection.cursor().execute(sql)
    for line in shipped().lines:
        if line.key.startswith("recall."):
            op.get_bind().execute(_ADD, {name: getattr(line, name) for name in _NAMES})


def downgrade() -> None:
    """Take recalls away; of the holds on a lot the oldest stays."""
    for table in TABLES:
        op.execute(f"DROP TABLE {table}")
    op.execute("""
        DELETE FROM lot_hold h USING lot_hold o
        WHERE h.lifted_at IS NULL AND o.lifted_at IS NULL AND h.lot_id = o.lot_id AND o.id < h.id
    """)
    op.execute("DROP INDEX uq_lot_hold_open")
    op.execute("DROP INDEX ix_lot_hold_cause")
    op.execute("ALTER TABLE lot_hold DROP COLUMN alike")
    op.execute("ALTER TABLE lot_hold DROP COLUMN cause")
    op.execute("CREATE UNIQUE INDEX uq_lot_hold_open ON lot_hold (lot_id) WHERE lifted_at IS NULL")
    op.execute("DELETE FROM parameter WHERE key LIKE 'recall.%'")
