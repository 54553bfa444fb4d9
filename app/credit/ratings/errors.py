"""What ratings refuse, in order of precedence."""

from __future__ import annotations

from ledger.kernel.errors import Invalid, NotFound


class UnknownScheme(NotFound):
    """No public scheme in force has this code."""

    code = "ratings.unknown_scheme"


class UnknownRating(NotFound):
    """Nothing with this number is rated by the scheme."""

    code = "ratings.unknown_rating"


class NotOfRecords(Invalid):
    """The objects of the scheme are not registered in records; another module runs it."""

    code = "ratings.not_of_records"


class DayAhead(Invalid):
    """A day that is still to come cannot be rated."""

    code = "ratings.day_ahead"
