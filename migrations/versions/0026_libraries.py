"""Supervised objects stand in libraries by rules of tags."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0026"
down_revision = "0028"


def upgrade() -> None:
    """Make the tables from the frozen SQL beside this file."""
    sql = Path(__file__).with_suffix(".sql").read_text("utf-8")
    op.get_bind().connection.cursor().execute(sql)


def downgrade() -> None:
    """Throw the libraries away; only an installation that has none is taken back like this."""
    for name in ("mark", "snapshot", "day", "member", "change"):
        op.execute(f"DROP TABLE library_{name}")
    op.execute("DROP TABLE library")
