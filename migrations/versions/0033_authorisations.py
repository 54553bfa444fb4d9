"""A subject lets a party read its credit file, and sees who did."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0033"
down_revision = "0027"


def upgrade() -> None:
    """Make the table from the frozen SQL beside this file."""
    sql = Path(__file__).with_suffix(".sql").read_text("utf-8")
    op.get_bind().connection.cursor().execute(sql)


def downgrade() -> None:
    """Throw the authorisations away: their links open nothing any more."""
    op.execute("DELETE FROM parameter WHERE key = 'records.authorisation_days_max'")
    op.execute("DROP INDEX ix_credit_upload_item")
    op.execute("DROP TABLE credit_authorisation")
