"""What agencies say of subjects: catalogue, records, what they sent."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from alembic import op
from sqlalchemy import Table

from app.credit.records.model import ItemRow
from app.credit.records.rules.catalogue import document_of
from app.credit.records.rules.shipped import shipped_items

revision = "0024"
down_revision = "0018"

TABLES = (
    "credit_item",
    "credit_agency",
    "credit_record",
    "credit_record_event",
    "credit_upload",
    "credit_upload_row",
    "credit_pending",
)


def upgrade() -> None:
    """Make the tables from the frozen SQL beside this file and load the shipped catalogue."""
    sql = Path(__file__).with_suffix(".sql").read_text("utf-8")
    op.get_bind().connection.cursor().execute(sql)
    op.bulk_insert(cast("Table", ItemRow.__table__), _catalogue())


def _catalogue() -> list[dict[str, object]]:
    """What comes with the code, as parameters do; a day long past, so that it is always older."""
    loaded_at = datetime(2018, 1, 1, tzinfo=UTC)
    return [
        {
            "id": item.id,
            "version": item.version,
            "code": item.code,
            "document": document_of(item),
            "valid_from": item.valid_from,
            "valid_to": item.valid_to,
            "loaded_at": loaded_at,
        }
        for item in shipped_items()
    ]


def downgrade() -> None:
    """Throw the records away; only an installation that has none is taken back like this."""
    op.execute("DELETE FROM parameter WHERE key LIKE 'publication.%' OR key LIKE 'publicity.%'")
    for table in reversed(TABLES):
        op.execute(f"DROP TABLE {table}")
