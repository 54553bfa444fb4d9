"""What food grading refuses, in order of precedence."""

from __future__ import annotations

from ledger.kernel.errors import Conflict, Forbidden, Invalid, NotFound


class NotGraded(NotFound):
    """The subject has no food grade: it does nothing with food that is graded, or not yet."""

    code = "grading.not_graded"


class UnknownForm(NotFound):
    """There is no such form."""

    code = "grading.unknown_form"


class NotTheYear(Invalid):
    """Forms are filled for this year, or for last year until it is confirmed."""

    code = "grading.not_the_year"


class UnknownFlag(Invalid):
    """There is no such flag or ground."""

    code = "grading.unknown_flag"


class RemarkMissing(Invalid):
    """A form that differs from what the records say needs a remark."""

    code = "grading.remark_missing"


class NoteMissing(Invalid):
    """Who sends a form back says why."""

    code = "grading.note_missing"


class OwnForm(Forbidden):
    """Who filled a form in does not confirm it."""

    code = "grading.own_form"


class AlreadyConfirmed(Conflict):
    """The year's grade is confirmed; it is not overwritten."""

    code = "grading.already_confirmed"


class NotTheNewest(Conflict):
    """The form was filled in again, or has been sent back, in the meantime."""

    code = "grading.not_the_newest"


class UnknownCategory(Invalid):
    """There is no such category of food, or none was named."""

    code = "grading.unknown_category"


class ProfileRefused(Invalid):
    """A field of the static factors cannot be taken; ``why`` and ``about`` are its refusal's."""

    code = "grading.profile_refused"
