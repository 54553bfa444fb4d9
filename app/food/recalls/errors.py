"""The refusals of recalls, in order of precedence: unreadable, missing, not yours, too soon."""

from __future__ import annotations

from ledger.kernel.errors import Conflict, Forbidden, Invalid, LimitReached, NotFound


class ReasonMissing(Invalid):
    """A recall says why."""

    code = "recalls.reason_missing"


class NothingToRecall(Invalid):
    """A recall is of lots, or of a product."""

    code = "recalls.nothing_to_recall"


class KnownInFuture(Invalid):
    """What set the clock off cannot lie in the future."""

    code = "recalls.known_in_future"


class KnownTooLongAgo(Invalid):
    """Nothing was known of a case before there was a food safety law."""

    code = "recalls.known_too_long_ago"


class TooManyLots(LimitReached):
    """A recall names more lots than one case may hold."""

    code = "recalls.too_many_lots"


class LevelMissing(Invalid):
    """A grading says which level."""

    code = "recalls.level_missing"


class PlanIncomplete(Invalid):
    """A plan lacks some of its eight items."""

    code = "recalls.plan_incomplete"


class NoticeIncomplete(Invalid):
    """A notice lacks some of its four items."""

    code = "recalls.notice_incomplete"


class NoticeInFuture(Invalid):
    """A notice is dated today or earlier, and not before the case was known."""

    code = "recalls.notice_in_future"


class BasisMissing(Invalid):
    """The authority's steps name their ground and their paper."""

    code = "recalls.basis_missing"


class ExtensionUnfit(Invalid):
    """An extension is of 1 to 60 working days."""

    code = "recalls.extension_unfit"


class MethodMissing(Invalid):
    """A disposal says how, where and when."""

    code = "recalls.method_missing"


class MethodNotAllowed(Invalid):
    """Food with this hazard may not be dealt with in this way."""

    code = "recalls.method_not_allowed"


class DisposalNotReported(Invalid):
    """Time and place of a disposal are reported in advance."""

    code = "recalls.disposal_not_reported"


class AnswerUnfit(Invalid):
    """An answer about goods says how much, in a unit."""

    code = "recalls.answer_unfit"


class RemarkTooLong(Invalid):
    """A remark has at most 1,000 characters, an answer at most nine pictures."""

    code = "recalls.remark_too_long"


class NotYourProduct(Forbidden):
    """An operator opens recalls of what it makes itself."""

    code = "recalls.not_your_product"


class NotYours(Forbidden):
    """This step is the authority's, or another operator's."""

    code = "recalls.not_yours"


class UnknownRecall(NotFound):
    """There is no such recall, or not for the one who asks."""

    code = "recalls.unknown"


class UnknownHolder(NotFound):
    """That operator holds nothing of this recall."""

    code = "recalls.unknown_holder"


class UnknownLink(NotFound):
    """The link is none we gave out."""

    code = "recalls.unknown_link"


class UnknownPicture(NotFound):
    """No answer of this recall shows that picture."""

    code = "recalls.unknown_picture"


class LinkExpired(NotFound):
    """The link has run out, or a newer one was sent."""

    code = "recalls.link_expired"


class StepNotPossible(Conflict):
    """The recall has not come that far, or is past it."""

    code = "recalls.step_not_possible"


class NotMoreSerious(Conflict):
    """An escalation goes to a more serious level."""

    code = "recalls.not_more_serious"


class StillSpreading(Conflict):
    """The recall's lots are still being followed to their holders."""

    code = "recalls.still_spreading"


class IsDrill(Conflict):
    """Nobody answers a drill: nobody outside was told."""

    code = "recalls.is_drill"


class AlreadyClosed(Conflict):
    """The recall is closed."""

    code = "recalls.already_closed"
