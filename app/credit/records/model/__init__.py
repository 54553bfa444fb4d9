"""Tables of credit records."""

from app.credit.records.model.catalogue import AgencyRow, ItemRow
from app.credit.records.model.records import RecordEventRow, RecordRow
from app.credit.records.model.uploads import PendingRow, UploadRefusalRow, UploadRow

__all__ = [
    "AgencyRow",
    "ItemRow",
    "PendingRow",
    "RecordEventRow",
    "RecordRow",
    "UploadRefusalRow",
    "UploadRow",
]
