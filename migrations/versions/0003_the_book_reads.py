"""Reading the book: indexes on corrections and on the lines of documents."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the indexes from the frozen SQL beside this file."""
    sql = Path(__file__).with_suffix(".sql").read_text("utf-8")
    op.get_bind().connection.cursor().execute(sql)


def downgrade() -> None:
    """Take the indexes away again."""
    op.execute("DROP INDEX ix_entry_note_document")
    op.execute("DROP INDEX ix_entry_void")
