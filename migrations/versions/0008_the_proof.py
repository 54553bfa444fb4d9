"""The proof: nonces and leaves of filings, and the log with its spans, tiles and checkpoints."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0008"
down_revision = "0007"

TABLES = (
    "leaf_batch",
    "leaf_queue",
    "log_span",
    "log_tile",
    "log_checkpoint",
    "log_cosignature",
)


def upgrade() -> None:
    """Make the tables from the frozen SQL beside this file."""
    sql = Path(__file__).with_suffix(".sql").read_text("utf-8")
    op.get_bind().connection.cursor().execute(sql)


def downgrade() -> None:
    """Take the log away; the book stays, and can be sealed anew."""
    for table in reversed(TABLES):
        op.execute(f"DROP TABLE {table}")
