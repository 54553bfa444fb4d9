"""The refusals of subjects, in order of precedence: what is missing, what is unknown, what clashes.

A USCC, GLN or division code that cannot be read is refused by the identifiers before any of these.
"""

from __future__ import annotations

from ledger.kernel.errors import Conflict, Invalid, NotFound


class NameMissing(Invalid):
    """A subject is recorded under a name."""

    code = "subjects.name_missing"


class TextTooLong(Invalid):
    """A name, contact or address is longer than any on a licence."""

    code = "subjects.text_too_long"


class KindMissing(Invalid):
    """A registered subject does at least one thing with food."""

    code = "subjects.kind_missing"


class LicenceNumberMissing(Invalid):
    """A licence is on file under its number."""

    code = "subjects.licence_number_missing"


class LicenceDatesReversed(Invalid):
    """A licence cannot end before it begins."""

    code = "subjects.licence_dates_reversed"


class NotAmendable(Invalid):
    """The field is none of those that may be amended."""

    code = "subjects.not_amendable"


class ReasonMissing(Invalid):
    """A decision about a subject is kept with its reason."""

    code = "subjects.reason_missing"


class PartyUnnamed(Invalid):
    """A party is named by USCC, by GLN, or by name and contact, and here by none of them."""

    code = "subjects.party_unnamed"


class UnknownUscc(NotFound):
    """No subject is registered under that USCC."""

    code = "subjects.unknown_uscc"


class UnknownGln(NotFound):
    """No subject and no premises has that location number."""

    code = "subjects.unknown_gln"


class UnknownSubject(NotFound):
    """The ledger has no such subject."""

    code = "subjects.unknown"


class UnknownParty(NotFound):
    """Nobody of that name and contact has appeared in the book."""

    code = "subjects.unknown_party"


class GlnTaken(Conflict):
    """Another subject or its premises has that location number."""

    code = "subjects.gln_taken"


class ExistsDifferently(Conflict):
    """The USCC is registered with other particulars; a change of them is an amendment."""

    code = "subjects.exists_differently"


class AlreadyRegistered(Conflict):
    """A registered subject is one for life and is never merged into another."""

    code = "subjects.already_registered"


class AlreadyMerged(Conflict):
    """The party has been merged before; a merger stands."""

    code = "subjects.already_merged"
