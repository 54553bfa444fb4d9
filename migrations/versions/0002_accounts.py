"""Accounts: nobody can sign in without them; keys are kept as hashes only."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0002"
down_revision = "0001"

TABLES = ("account", "api_key", "delegation", "sign_in_attempt", "ended_session")


def upgrade() -> None:
    """Make the tables from the frozen SQL beside this file."""
    sql = Path(__file__).with_suffix(".sql").read_text("utf-8")
    op.get_bind().connection.cursor().execute(sql)


def downgrade() -> None:
    """Take the tables away; accounts have to be made anew afterwards."""
    for table in reversed(TABLES):
        op.execute(f"DROP TABLE {table}")
