"""The reads of the book: an operator's book, one entry, filings, what waits, what is on hand."""

from ledger.entries.queries.filings import filing_by_id, filing_by_key

__all__ = ["filing_by_id", "filing_by_key"]
