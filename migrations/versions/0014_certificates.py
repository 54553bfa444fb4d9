"""Certificates are on file with their pictures, and clear the lots they vouch for."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0014"
down_revision = "0010"


def upgrade() -> None:
    """Make the tables from the frozen SQL beside this file."""
    sql = Path(__file__).with_suffix(".sql").read_text("utf-8")
    op.get_bind().connection.cursor().execute(sql)


def downgrade() -> None:
    """Forget the certificates; their files stay where they are kept."""
    for table in (
        "lot_proof",
        "paper_warning",
        "certificate_withdrawal",
        "certificate_file",
        "certificate_target",
        "certificate",
    ):
        op.execute(f"DROP TABLE {table}")
    op.execute("DELETE FROM parameter WHERE key LIKE 'certificate.%'")
