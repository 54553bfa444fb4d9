"""What agencies say of subjects: catalogue, records, what they sent."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0024"
down_revision = "0018"

TABLES = (
    "credit_item",
    "credit_agency",
    "credit_record",
    "credit_record_event",
    "credit_upload",
    "credit_upload_row",
    "credit_pending",
)


def upgrade() -> None:
    """Make the tables from the frozen SQL beside this file."""
    sql = Path(__file__).with_suffix(".sql").read_text("utf-8")
    op.get_bind().connection.cursor().execute(sql)


def downgrade() -> None:
    """Throw the records away; only an installation that has none is taken back like this."""
    for table in reversed(TABLES):
        op.execute(f"DROP TABLE {table}")
