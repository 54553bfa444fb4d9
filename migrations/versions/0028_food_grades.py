"""Food operators are graded A to D, and each year's grade is confirmed by two people."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0028"
down_revision = "0033"


def upgrade() -> None:
    """Make the tables from the frozen SQL beside this file."""
    sql = Path(__file__).with_suffix(".sql").read_text("utf-8")
    op.get_bind().connection.cursor().execute(sql)


def downgrade() -> None:
    """Throw the grades away; only an installation that gave none is taken back like this."""
    op.execute("DELETE FROM parameter WHERE key LIKE 'grading.%'")
    for table in (
        "food_conduct",
        "risk_grade_step",
        "risk_grade",
        "food_grade_history",
        "food_grade",
        "food_run",
    ):
        op.execute(f"DROP TABLE {table}")
