"""Papers have a number and a hash by which a copy is told from a forgery."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0022"
down_revision = "0016"


def upgrade() -> None:
    """Make the table from the frozen SQL beside this file."""
    sql = Path(__file__).with_suffix(".sql").read_text("utf-8")
    op.get_bind().connection.cursor().execute(sql)


def downgrade() -> None:
    """Forget which papers were issued; only an installation that issued none is thrown back so."""
    op.execute("DROP TABLE paper")
