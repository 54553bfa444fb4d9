"""What reports refuse, in order of precedence."""

from __future__ import annotations

from ledger.kernel.errors import Conflict, Invalid, NotFound


class NothingTold(Invalid):
    """A report says what is wrong."""

    code = "reports.nothing_told"


class TextTooLong(Invalid):
    """A text of a report is longer than anybody reads."""

    code = "reports.text_too_long"


class BoughtInFuture(Invalid):
    """Nobody has bought something tomorrow."""

    code = "reports.bought_in_future"


class UnknownReport(NotFound):
    """There is no report with this number."""

    code = "reports.unknown_report"


class AnswerMissing(Invalid):
    """Who closes a report tells the person what came of it."""

    code = "reports.answer_missing"


class ReportClosed(Conflict):
    """The report has been closed."""

    code = "reports.closed"
