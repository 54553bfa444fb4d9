"""Schemes, runs, and scores that can say why."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    """Make the tables from the frozen SQL beside this file."""
    sql = Path(__file__).with_suffix(".sql").read_text("utf-8")
    op.get_bind().connection.cursor().execute(sql)


def downgrade() -> None:
    """Throw schemes and scores away; they can be loaded and reckoned again."""
    for table in ("score", "score_run", "score_object", "scheme"):
        op.execute(f"DROP TABLE {table}")
