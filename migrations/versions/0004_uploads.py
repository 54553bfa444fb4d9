"""Uploads: how far a file of entries has been taken, and what of it was refused."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0004"
down_revision = "0003"

TABLES = ("upload", "upload_row")


def upgrade() -> None:
    """Make the tables from the frozen SQL beside this file."""
    sql = Path(__file__).with_suffix(".sql").read_text("utf-8")
    op.get_bind().connection.cursor().execute(sql)


def downgrade() -> None:
    """Take the tables away; what was filed from uploads stays in the book."""
    for table in reversed(TABLES):
        op.execute(f"DROP TABLE {table}")
