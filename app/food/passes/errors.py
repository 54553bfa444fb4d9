"""What passes refuse, in order of precedence."""

from __future__ import annotations

from ledger.kernel.errors import Conflict, Invalid, LimitReached, NotFound


class UnknownPass(NotFound):
    """The pass is not there, or between others."""

    code = "passes.unknown_pass"


class NothingSent(Invalid):
    """A pass is about at least one dispatch."""

    code = "passes.nothing_sent"


class TooManyLines(LimitReached):
    """A pass has as many lines as a page of paper."""

    code = "passes.too_many_lines"


class NotDispatched(Invalid):
    """Only a dispatch in force can go on a pass."""

    code = "passes.not_dispatched"


class SeveralDeliveries(Invalid):
    """The lines of a pass are one delivery: one buyer and one document number."""

    code = "passes.several_deliveries"


class DocumentMissing(Invalid):
    """Without a document number the two sides of a short delivery would not find each other."""

    code = "passes.document_missing"


class BuyerUnregistered(Invalid):
    """Only who is registered can answer a pass."""

    code = "passes.buyer_unregistered"


class PassThere(Conflict):
    """The dispatch is on a pass already."""

    code = "passes.pass_there"


class NotTheBuyer(Invalid):
    """A pass is answered by its buyer."""

    code = "passes.not_the_buyer"


class AnsweredBefore(Conflict):
    """The pass was answered before."""

    code = "passes.answered_before"


class PassExpired(Conflict):
    """The pass was not answered in time."""

    code = "passes.pass_expired"


class SettledOtherwise(Conflict):
    """Nothing of the pass waits any more: it was received or corrected meanwhile."""

    code = "passes.settled_otherwise"


class ReasonMissing(Invalid):
    """Who refuses, or says that another quantity came, says why."""

    code = "passes.reason_missing"
