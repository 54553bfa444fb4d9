"""Records read: the catalogue, a subject's file, one record, what a scheme draws from them."""

from app.credit.records.queries.catalogue import (
    agencies,
    agency_by_code,
    agency_of,
    catalogue,
    items,
    items_by_code,
    provides,
)
from app.credit.records.queries.facts import facts_of, item_rows
from app.credit.records.queries.file import file_of, history_of, record_by_id

__all__ = [
    "agencies",
    "agency_by_code",
    "agency_of",
    "catalogue",
    "facts_of",
    "file_of",
    "history_of",
    "item_rows",
    "items",
    "items_by_code",
    "provides",
    "record_by_id",
]
