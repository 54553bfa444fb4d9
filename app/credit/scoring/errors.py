"""What scoring refuses, in order of precedence."""

from __future__ import annotations

from ledger.kernel.errors import Conflict, Invalid, NotFound


class UnknownScheme(NotFound):
    """There is no such scheme, or not for the one who asks."""

    code = "scoring.unknown_scheme"


class UnknownScore(NotFound):
    """Nothing of that kind and number has been scored by this scheme."""

    code = "scoring.unknown_score"


class SchemeRefused(Invalid):
    """A scheme's file is refused; nothing was kept.

    ``params`` hold ``line`` and ``code`` of the first fault, ``count``, and ``faults``, a tuple of
    (line, code, params).
    """

    code = "scoring.scheme_refused"


class FileUnreadable(Invalid):
    """The file is no TOML."""

    code = "scoring.file_unreadable"


class FileTooLong(Invalid):
    """A scheme's file is longer than anybody writes."""

    code = "scoring.file_too_long"


class KeyMissing(Invalid):
    """A section lacks a key without which it means nothing."""

    code = "scoring.key_missing"


class KeyUnknown(Invalid):
    """A section has a key nobody reads."""

    code = "scoring.key_unknown"


class ValueWrong(Invalid):
    """A key's value is of another kind, or none of those it may be."""

    code = "scoring.value_wrong"


class NamedTwice(Invalid):
    """Two sections have one code."""

    code = "scoring.named_twice"


class UnknownFact(Invalid):
    """A line asks for a fact the file does not define."""

    code = "scoring.unknown_fact"


class FactUnused(Invalid):
    """No line of the scheme asks for a fact it defines."""

    code = "scoring.fact_unused"


class UnknownSource(Invalid):
    """Nobody serves facts or objects of this source."""

    code = "scoring.unknown_source"


class SourceKeyWrong(Invalid):
    """The source does not know what it is asked for."""

    code = "scoring.source_key_wrong"


class UnknownName(Invalid):
    """A line names a part, class or kind the file does not define."""

    code = "scoring.unknown_name"


class BandsOverlap(Invalid):
    """A band or class begins before the one above it ends."""

    code = "scoring.bands_overlap"


class BandsHole(Invalid):
    """Between two bands or classes, or beyond the last, some values belong nowhere."""

    code = "scoring.bands_hole"


class MostUnreachable(Invalid):
    """A part or a scheme says more points than its lines can give."""

    code = "scoring.most_unreachable"


class MostExceeded(Invalid):
    """The lines of a part can give more points than it says, and it does not say that it caps."""

    code = "scoring.most_exceeded"


class TwoInForce(Conflict):
    """Another version of the scheme is in force at that time."""

    code = "scoring.two_in_force"


class VersionTaken(Conflict):
    """This version of the scheme is known with another text."""

    code = "scoring.version_taken"


class KeptInside(Conflict):
    """The scheme's results are for officials only, and no later version makes them public."""

    code = "scoring.kept_inside"


class NotInForce(Conflict):
    """No version of the scheme is in force on that day."""

    code = "scoring.not_in_force"


class ColumnWrong(Invalid):
    """A column of facts does not fit the scheme: a word where a number is, or the other way."""

    code = "scoring.column_wrong"
