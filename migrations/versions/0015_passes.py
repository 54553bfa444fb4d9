"""One-ticket passes: a dispatch's paper that its buyer answers."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0015"
down_revision = "0023"


def upgrade() -> None:
    """Make the tables from the frozen SQL beside this file."""
    sql = Path(__file__).with_suffix(".sql").read_text("utf-8")
    op.get_bind().connection.cursor().execute(sql)


def downgrade() -> None:
    """Forget all passes; what they answered stays in the book."""
    op.execute("DROP TABLE delivery_pass_line, delivery_pass")
