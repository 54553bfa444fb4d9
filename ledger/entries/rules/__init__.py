"""Decisions of the book as pure functions: validation L01–L12, pairing, retention, receipts."""
