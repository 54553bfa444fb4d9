"""Filing by columns: many plain lines with everything asked once that they have in common."""

from ledger.entries.services.columns.filing import file_columns
from ledger.entries.services.columns.parts import file_parts

__all__ = ["file_columns", "file_parts"]
