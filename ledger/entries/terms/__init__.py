"""The words of the book: kinds of entry, lines as they are filed, what is answered and read."""

from __future__ import annotations

from ledger.entries.terms.columns import (
    FileColumns,
    FiledColumns,
    LineColumns,
)
from ledger.entries.terms.filing import (
    Alias,
    EntryKind,
    Filed,
    FileEntries,
    Flag,
    Line,
    Mode,
    Portion,
    Refused,
    RowKind,
    Source,
    Unreadable,
    Warned,
)
from ledger.entries.terms.shown import (
    BookAsked,
    BookLine,
    BookPage,
    Dealer,
    EntryShown,
    HeldLot,
    MonthFigures,
    OnHand,
    PairingDay,
    TwoSided,
    Waiting,
    Weighed,
)

__all__ = [
    "Alias",
    "BookAsked",
    "BookLine",
    "BookPage",
    "Dealer",
    "EntryKind",
    "EntryShown",
    "FileColumns",
    "FileEntries",
    "Filed",
    "FiledColumns",
    "Flag",
    "HeldLot",
    "Line",
    "LineColumns",
    "Mode",
    "MonthFigures",
    "OnHand",
    "PairingDay",
    "Portion",
    "Refused",
    "RowKind",
    "Source",
    "TwoSided",
    "Unreadable",
    "Waiting",
    "Warned",
    "Weighed",
]
