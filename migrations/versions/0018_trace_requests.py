"""Operators are asked for the records a trace lacks."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0018"
down_revision = "0015"


def upgrade() -> None:
    """Make the tables from the frozen SQL beside this file."""
    sql = Path(__file__).with_suffix(".sql").read_text("utf-8")
    op.get_bind().connection.cursor().execute(sql)


def downgrade() -> None:
    """Throw the requests away; only an installation that made none is taken back like this."""
    op.execute("DELETE FROM parameter WHERE key = 'trace_request.hours'")
    op.execute("DROP TABLE trace_request_answer")
    op.execute("DROP TABLE trace_request")
