"""Consumers tell what is wrong with a food, and somebody answers."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0023"
down_revision = "0017"


def upgrade() -> None:
    """Make the tables from the frozen SQL beside this file."""
    sql = Path(__file__).with_suffix(".sql").read_text("utf-8")
    op.get_bind().connection.cursor().execute(sql)


def downgrade() -> None:
    """Throw the reports away; only an installation that has none is taken back like this."""
    for table in ("consumer_report_step", "consumer_report_photo", "consumer_report"):
        op.execute(f"DROP TABLE {table}")
