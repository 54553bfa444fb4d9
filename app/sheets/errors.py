"""What cannot be read of a file of rows, or kept, whatever its rows are about."""

from __future__ import annotations

from ledger.kernel.errors import Malformed, Unavailable


class SheetEmpty(Malformed):
    """A file has no content."""

    code = "filing.sheet_empty"


class SheetTypeUnknown(Malformed):
    """A file is none of the kinds that are read, or not what its name says."""

    code = "filing.sheet_type_unknown"


class SheetLocked(Malformed):
    """A workbook is protected by a password."""

    code = "filing.sheet_locked"


class SheetDamaged(Malformed):
    """A workbook is cut short or broken."""

    code = "filing.sheet_damaged"


class SheetTooDense(Malformed):
    """A packed workbook unfolds to more than any ledger sheet holds."""

    code = "filing.sheet_too_dense"


class SheetTooWide(Malformed):
    """A sheet spans more rows or columns than any ledger sheet has."""

    code = "filing.sheet_too_wide"


class SheetOverlong(Malformed):
    """A workbook's parts are longer, deeper or slower to read than any spreadsheet's."""

    code = "filing.sheet_overlong"


class SheetTooHeavy(Malformed):
    """Reading a sheet takes more memory than a job may have."""

    code = "filing.sheet_too_heavy"


class EncodingUnknown(Malformed):
    """A text file is in no encoding that is read."""

    code = "filing.encoding_unknown"


class SheetHasNul(Malformed):
    """A text file holds NUL bytes: it is not a text."""

    code = "filing.sheet_has_nul"


class QuoteUnclosed(Malformed):
    """A text file opens a quotation mark and never closes it."""

    code = "filing.quote_unclosed"


class TooManyRows(Malformed):
    """A file has more rows than one upload takes."""

    code = "filing.too_many_rows"


class FileStoreSilent(Unavailable):
    """The data folder cannot be written or read."""

    code = "filing.file_store_silent"
