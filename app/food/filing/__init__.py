"""Giving entries to the ledger: as JSON, as a sheet, from a page or the shell."""
