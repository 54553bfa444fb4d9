"""Filing by columns: many plain lines with everything asked once that they have in common."""

from ledger.entries.services.columns.filing import file_columns

__all__ = ["file_columns"]
