"""What trace requests refuse, in order of precedence."""

from __future__ import annotations

from ledger.kernel.errors import Conflict, Invalid, NotFound


class UnknownRequest(NotFound):
    """There is no such request, or it is not yours."""

    code = "requests.unknown_request"


class UnknownLink(NotFound):
    """No link of ours reads like this."""

    code = "requests.unknown_link"


class LinkExpired(Conflict):
    """The request was withdrawn, or its link ran out."""

    code = "requests.link_expired"


class AlreadyAsked(Conflict):
    """The operator has been asked about this gap and has not answered yet."""

    code = "requests.already_asked"


class NothingToFile(Invalid):
    """This gap is closed by words, not by an entry."""

    code = "requests.nothing_to_file"


class ReasonMissing(Invalid):
    """Who has no records says why."""

    code = "requests.reason_missing"


class HoursWrong(Invalid):
    """A request leaves between one hour and thirty days to answer."""

    code = "requests.hours_wrong"


class TextTooLong(Invalid):
    """A text of a request is longer than anybody reads."""

    code = "requests.text_too_long"
