"""Partitions whose lots have gone quiet can be laid in the order of their lots."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0012"
down_revision = "0013"


def upgrade() -> None:
    """Make the function from the frozen SQL beside this file."""
    sql = Path(__file__).with_suffix(".sql").read_text("utf-8")
    op.get_bind().connection.cursor().execute(sql)


def downgrade() -> None:
    """Take the function away; what was laid stays so."""
    op.execute("DROP FUNCTION settle_entry_partition(integer, integer)")
