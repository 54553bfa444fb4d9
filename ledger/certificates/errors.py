"""The refusals of certificates, in order of precedence: who asks, what is there, what is said."""

from __future__ import annotations

from ledger.kernel.errors import Conflict, Forbidden, Invalid, LimitReached, NotFound


class UnknownCertificate(NotFound):
    """There is no such certificate, or not for the one who asks."""

    code = "certificates.unknown"


class NotYourGoods(Forbidden):
    """An operator vouches for its own goods, its own places and itself only."""

    code = "certificates.not_your_goods"


class UnknownTarget(NotFound):
    """What the certificate is to be attached to is not on file."""

    code = "certificates.unknown_target"


class TargetMissing(Invalid):
    """A certificate says what it vouches for."""

    code = "certificates.target_missing"


class TooManyTargets(LimitReached):
    """A certificate is attached to more things than one paper is."""

    code = "certificates.too_many_targets"


class TooManyFiles(LimitReached):
    """A certificate has more pages than one paper has."""

    code = "certificates.too_many_files"


class NothingSaid(Invalid):
    """A certificate has a number or at least one picture."""

    code = "certificates.nothing_said"


class TextTooLong(Invalid):
    """A text of the certificate is longer than such texts are."""

    code = "certificates.text_too_long"


class DatesCrossed(Invalid):
    """The certificate would end before it begins."""

    code = "certificates.dates_crossed"


class IssuedInFuture(Invalid):
    """The certificate would have been issued after today."""

    code = "certificates.issued_in_future"


class CertificateExists(Conflict):
    """A certificate of this kind and number stands on file for the operator."""

    code = "certificates.exists"


class NoLongerStands(Conflict):
    """The certificate has been withdrawn or replaced already."""

    code = "certificates.no_longer_stands"


class ReasonMissing(Invalid):
    """Who withdraws or replaces a certificate says why."""

    code = "certificates.reason_missing"
