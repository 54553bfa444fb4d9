"""Refusals the doors themselves give, in order of precedence."""

from __future__ import annotations

from ledger.kernel.errors import (
    Conflict,
    Forbidden,
    Invalid,
    LimitReached,
    Malformed,
    NotFound,
    Unavailable,
)


class BodyUnreadable(Malformed):
    """The body is not what its type says."""

    code = "request.body_unreadable"


class BodyTooLarge(LimitReached):
    """The body is larger than this installation takes."""

    code = "request.body_too_large"


class WrongMethod(Malformed):
    """The address exists but not for this method."""

    code = "request.wrong_method"


class NoSuchPage(NotFound):
    """There is nothing at this address."""

    code = "request.no_such_page"


class FormExpired(Forbidden):
    """The form was open too long or comes from another site."""

    code = "request.form_expired"


class TooManyRequests(LimitReached):
    """This address or account asks too often."""

    code = "request.too_many"


class FieldsWrong(Invalid):
    """Some fields are missing or of the wrong form."""

    code = "request.fields_wrong"


class BookChanged(Conflict):
    """A form was opened over one operator's book and is sent while another's is open."""

    code = "request.book_changed"


class QueueSilent(Unavailable):
    """The job queue does not answer."""

    code = "request.queue_silent"


class QueueFull(LimitReached):
    """Too many jobs are waiting."""

    code = "request.queue_full"


class UnknownArgument(Malformed):
    """The request cannot be understood as sent."""

    code = "request.unreadable_argument"


class TextUnusable(Malformed):
    """A text holds the NUL character or half a character, which no store can keep."""

    code = "request.text_unusable"


class PieceFailed(Unavailable):
    """A process that did a part of a job did not come to its end; the job is done again."""

    code = "request.piece_failed"
