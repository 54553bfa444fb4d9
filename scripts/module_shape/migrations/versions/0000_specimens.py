"""Specimen title has its table."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0000"
down_revision = "9999"


def upgrade() -> None:
    """Make the table from the frozen SQL beside this file."""
    sql = Path(__file__).with_suffix(".sql").read_text("utf-8")
    op.get_bind().connection.cursor().execute(sql)


def downgrade() -> None:
    """Throw the lines away; only an installation that has none is taken back like this."""
    op.execute("DROP TABLE specimen")
