"""What signage refuses, in order of precedence."""

from __future__ import annotations

from ledger.kernel.errors import Conflict, Invalid, NotFound


class UnknownSign(NotFound):
    """No sign with this number was issued; a guessed one and a mistyped one read alike."""

    code = "signage.unknown_sign"


class NothingToSign(NotFound):
    """Nothing of this subject has a public grade that a sign could show."""

    code = "signage.nothing_to_sign"


class SignEnded(Conflict):
    """The sign was replaced or revoked before."""

    code = "signage.sign_ended"


class ReasonMissing(Invalid):
    """Who ends a sign or takes a reply away says why."""

    code = "signage.reason_missing"


class ReplyTooLong(Invalid):
    """A reply fits beside the grade."""

    code = "signage.reply_too_long"


class NothingSaid(NotFound):
    """There is no reply to take away."""

    code = "signage.nothing_said"
