"""What visits refuse, in order of precedence."""

from __future__ import annotations

from ledger.kernel.errors import Conflict, Forbidden, Invalid, NotFound


class OtherBranch(Forbidden):
    """The subject is in another branch's district."""

    code = "inspections.other_branch"


class NothingFound(NotFound):
    """Nobody on file has this number or name."""

    code = "inspections.nothing_found"


class UnknownVisit(NotFound):
    """There is no such visit to this subject."""

    code = "inspections.unknown_visit"


class TimesReversed(Invalid):
    """Nobody leaves before coming."""

    code = "inspections.times_reversed"


class TimeNotNow(Invalid):
    """A visit is noted after it began, and within a month."""

    code = "inspections.time_not_now"


class ResultMissing(Invalid):
    """A visit came to something."""

    code = "inspections.result_missing"


class ResultsContradict(Invalid):
    """No problem found excludes every other result."""

    code = "inspections.results_contradict"


class TextTooLong(Invalid):
    """A text is longer than anybody reads."""

    code = "inspections.text_too_long"


class PhotoMissing(Invalid):
    """Who marks a subject closed or open again shows a photograph of it."""

    code = "inspections.photo_missing"


class ClosedResultMissing(Invalid):
    """Who marks a subject closed gives that as the result."""

    code = "inspections.closed_result_missing"


class StateAlready(Conflict):
    """The subject is in that state already."""

    code = "inspections.state_already"


class NotAnyMore(Conflict):
    """The registration was revoked: on site nothing is changed about that."""

    code = "inspections.not_any_more"
