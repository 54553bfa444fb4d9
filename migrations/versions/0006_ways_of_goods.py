"""Ways of goods: the index that follows lots forwards also says in which direction."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Replace the index from the frozen SQL beside this file."""
    sql = Path(__file__).with_suffix(".sql").read_text("utf-8")
    op.get_bind().connection.cursor().execute(sql)


def downgrade() -> None:
    """Put the narrower index back."""
    op.execute("DROP INDEX ix_entry_forward")
    op.execute("CREATE INDEX ix_entry_forward ON entry (lot) INCLUDE (other) WHERE kind IN (4, 9)")
