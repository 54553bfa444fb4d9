"""Subjects dispute what agencies say of them."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0027"
down_revision = "0025"


def upgrade() -> None:
    """Make the tables from the frozen SQL beside this file."""
    sql = Path(__file__).with_suffix(".sql").read_text("utf-8")
    op.get_bind().connection.cursor().execute(sql)


def downgrade() -> None:
    """Throw the objections away; only an installation that has none is taken back like this."""
    op.execute("DELETE FROM parameter WHERE key LIKE 'objections.%'")
    op.execute("DROP TABLE objection_file")
    op.execute("DROP TABLE objection_step")
    op.execute("DROP TABLE objection")
