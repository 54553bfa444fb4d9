"""What specimen title refuses, in order of precedence."""

from __future__ import annotations

from ledger.kernel.errors import Invalid, NotFound


class NothingSaid(Invalid):
    """A line says something."""

    code = "specimens.nothing_said"


class TextTooLong(Invalid):
    """A line is longer than anybody reads."""

    code = "specimens.text_too_long"


class UnknownSpecimen(NotFound):
    """There is no such line about this subject."""

    code = "specimens.unknown_specimen"
