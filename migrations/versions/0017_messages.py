"""What the house tells people: boxes, letters to their addresses, calls to their systems."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0017"
down_revision = "0022"


def upgrade() -> None:
    """Make the tables from the frozen SQL beside this file."""
    sql = Path(__file__).with_suffix(".sql").read_text("utf-8")
    op.get_bind().connection.cursor().execute(sql)


def downgrade() -> None:
    """Forget all messages and where they went."""
    op.execute("DROP TABLE message_call, message_webhook, message_letter, message_address, message")
