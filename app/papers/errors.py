"""What papers refuse, in order of precedence."""

from __future__ import annotations

from ledger.kernel.errors import Invalid, NotFound, Unavailable


class UnknownPaper(NotFound):
    """No paper with this number was ever issued."""

    code = "papers.unknown_paper"


class NoFileGiven(Invalid):
    """To check a copy, the file is needed."""

    code = "papers.no_file_given"


class FontsMissing(Unavailable):
    """The fonts of papers have not been built on this machine."""

    code = "papers.fonts_missing"
