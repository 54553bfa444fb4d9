"""The verbs of the book: file entries, say that lots are the same goods, pair a day's deliveries."""

from ledger.entries.services.filing import file_entries
from ledger.entries.services.numbers import take_entry_ids
from ledger.entries.services.pairing import pair_day
from ledger.entries.services.same_goods import link_same_goods

__all__ = ["file_entries", "link_same_goods", "pair_day", "take_entry_ids"]
