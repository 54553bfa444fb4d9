"""Signs at doors, and what their holders say."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0031"
down_revision = "0032"


def upgrade() -> None:
    """Make the tables from the frozen SQL beside this file."""
    sql = Path(__file__).with_suffix(".sql").read_text("utf-8")
    op.get_bind().connection.cursor().execute(sql)


def downgrade() -> None:
    """Forget all signs; the grades stay."""
    op.execute("DROP TABLE sign_reply, sign")
