"""The page door of filing: what waits, receipts, entries, uploads, the book, labels."""
