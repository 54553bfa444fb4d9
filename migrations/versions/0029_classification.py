"""Credit classes joined with food grades, by dated versions."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0029"
down_revision = "0031"


def upgrade() -> None:
    """Make the tables from the frozen SQL beside this file."""
    sql = Path(__file__).with_suffix(".sql").read_text("utf-8")
    op.get_bind().connection.cursor().execute(sql)


def downgrade() -> None:
    """Throw the joined classes away; they can be joined again."""
    for table in ("combined_class", "combined_run", "combination"):
        op.execute(f"DROP TABLE {table}")
    op.execute("DELETE FROM parameter WHERE key LIKE 'classification.share%'")
