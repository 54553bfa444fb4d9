"""A file is read by several readers at once; each goes on where it stopped."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0013"
down_revision = "0009"


def upgrade() -> None:
    """Change the tables by the frozen SQL beside this file."""
    sql = Path(__file__).with_suffix(".sql").read_text("utf-8")
    op.get_bind().connection.cursor().execute(sql)


def downgrade() -> None:
    """Count chunks again; a file that is half read is read once more, and filed once."""
    op.execute("ALTER TABLE upload ADD COLUMN chunks_done INTEGER DEFAULT 0 NOT NULL")
    op.execute("ALTER TABLE upload DROP COLUMN taken")
    op.execute("DROP INDEX ix_upload_row_upload")
    op.execute("CREATE INDEX ix_upload_row_upload ON upload_row (upload_id, state, id)")
