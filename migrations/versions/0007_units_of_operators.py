"""Units of measure in no list remember who brought them, so that each operator has its share."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Change the table by the frozen SQL beside this file."""
    sql = Path(__file__).with_suffix(".sql").read_text("utf-8")
    op.get_bind().connection.cursor().execute(sql)


def downgrade() -> None:
    """Forget who brought the units; the units stay."""
    op.execute("ALTER TABLE unit_word DROP COLUMN operator_id")
