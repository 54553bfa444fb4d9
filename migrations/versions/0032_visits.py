"""Inspectors note visits, and mark on site who has closed."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0032"
down_revision = "0026"


def upgrade() -> None:
    """Make the tables from the frozen SQL beside this file."""
    sql = Path(__file__).with_suffix(".sql").read_text("utf-8")
    op.get_bind().connection.cursor().execute(sql)


def downgrade() -> None:
    """Throw the visits away; only an installation that has none is taken back like this."""
    op.execute("DROP TABLE visit_photo")
    op.execute("DROP TABLE visit")
