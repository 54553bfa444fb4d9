"""The refusals of the subjects' doors, in order of precedence: the file, then its rows."""

from __future__ import annotations

from ledger.kernel.errors import Forbidden, Invalid, LimitReached, Malformed


class SheetUnreadable(Malformed):
    """The file is neither a workbook nor a table of text."""

    code = "subjects.sheet_unreadable"


class SheetWithoutColumn(Malformed):
    """The first row does not name a column that is needed."""

    code = "subjects.sheet_without_column"


class SheetTooLong(LimitReached):
    """The file has more rows than are taken at once."""

    code = "subjects.sheet_too_long"


class UnknownKind(Invalid):
    """The kind of subject is none of the list."""

    code = "subjects.unknown_kind"


class UnreadableDate(Invalid):
    """A cell that should hold a date holds something else."""

    code = "subjects.unreadable_date"


class NotYours(Forbidden):
    """The asker may read its own subject only."""

    code = "subjects.not_yours"
