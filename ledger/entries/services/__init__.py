"""The verbs of the book: file entries, link goods that are the same, pair a day, make room."""

from ledger.entries.services.bulk import ReadyRows, file_ready_rows, file_rows, ready_rows
from ledger.entries.services.columns import file_columns
from ledger.entries.services.filing import file_entries
from ledger.entries.services.numbers import take_entry_ids
from ledger.entries.services.pairing import pair_day
from ledger.entries.services.partitions import make_partitions_ahead, settle_partition
from ledger.entries.services.same_goods import link_merged_goods, link_same_goods, lots_pooled_by

__all__ = [
    "ReadyRows",
    "file_columns",
    "file_entries",
    "file_ready_rows",
    "file_rows",
    "link_merged_goods",
    "link_same_goods",
    "lots_pooled_by",
    "make_partitions_ahead",
    "pair_day",
    "ready_rows",
    "settle_partition",
    "take_entry_ids",
]
