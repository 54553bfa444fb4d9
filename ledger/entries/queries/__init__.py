"""The reads of the book: an operator's book, one entry, filings, what waits, what is on hand."""

from ledger.entries.queries.book import (
    any_has_had,
    book_lines,
    book_page,
    lines_about,
    month_figures,
)
from ledger.entries.queries.conduct import Conduct, conduct_between
from ledger.entries.queries.customers import customers_of, receivers_of, same_lots
from ledger.entries.queries.entry import entry_by_reference
from ledger.entries.queries.filings import filing_by_id, filing_by_key, filing_with, may_read_filing
from ledger.entries.queries.holders import dealers_in, lots_held
from ledger.entries.queries.newest import news_mark
from ledger.entries.queries.open import on_hand, pending_proof, waiting_for
from ledger.entries.queries.paired import (
    matched_in_month,
    operators_filing_since,
    paired_days,
)
from ledger.entries.queries.records import (
    entry_operators,
    leaf_data_of,
    note_digest_of,
    records_of_rows,
)
from ledger.entries.queries.sides import two_sided
from ledger.entries.queries.weighed import lots_weighed

__all__ = [
    "Conduct",
    "any_has_had",
    "book_lines",
    "book_page",
    "conduct_between",
    "customers_of",
    "dealers_in",
    "entry_by_reference",
    "entry_operators",
    "filing_by_id",
    "filing_by_key",
    "filing_with",
    "leaf_data_of",
    "lines_about",
    "lots_held",
    "lots_weighed",
    "matched_in_month",
    "may_read_filing",
    "month_figures",
    "news_mark",
    "note_digest_of",
    "on_hand",
    "operators_filing_since",
    "paired_days",
    "pending_proof",
    "receivers_of",
    "records_of_rows",
    "same_lots",
    "two_sided",
    "waiting_for",
]
