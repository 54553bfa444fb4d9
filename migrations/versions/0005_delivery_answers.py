"""Answers to deliveries: a dispatch that has not arrived no longer waits for a receipt."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the table from the frozen SQL beside this file."""
    sql = Path(__file__).with_suffix(".sql").read_text("utf-8")
    op.get_bind().connection.cursor().execute(sql)


def downgrade() -> None:
    """Take the table away; the deliveries wait again."""
    op.execute("DROP TABLE delivery_answer")
