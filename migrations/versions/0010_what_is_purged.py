"""What has been kept long enough may go, and the log says what went."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0010"
down_revision = "0012"


def upgrade() -> None:
    """Make the tables from the frozen SQL beside this file."""
    sql = Path(__file__).with_suffix(".sql").read_text("utf-8")
    op.get_bind().connection.cursor().execute(sql)


def downgrade() -> None:
    """Forget what was purged; only a book of which nothing was may be thrown back like this."""
    op.execute("DROP TABLE purged_record")
    op.execute("DROP TABLE purge")
    op.execute("ALTER TABLE entry_note DROP COLUMN digest")
