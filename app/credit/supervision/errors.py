"""What libraries refuse, in order of precedence."""

from __future__ import annotations

from ledger.kernel.errors import Conflict, Invalid, Malformed, NotFound


class RuleUnreadable(Malformed):
    """A rule is no JSON at all."""

    code = "supervision.rule_unreadable"


class RuleShape(Invalid):
    """A part of a rule is neither a tag nor all, any, not of other parts."""

    code = "supervision.rule_shape"


class RuleTooLarge(Invalid):
    """A rule has more parts or is deeper than anybody can follow."""

    code = "supervision.rule_too_large"


class UnknownTag(Invalid):
    """A rule asks for a tag there is not."""

    code = "supervision.unknown_tag"


class UnknownValue(Invalid):
    """A tag cannot have this value."""

    code = "supervision.unknown_value"


class UnknownName(Invalid):
    """No set of tags has this name."""

    code = "supervision.unknown_name"


class CodeWrong(Invalid):
    """A library's code is small letters, digits, dots and hyphens."""

    code = "supervision.code_wrong"


class TitleMissing(Invalid):
    """A library has a title in both languages."""

    code = "supervision.title_missing"


class UnknownLibrary(NotFound):
    """There is no such library."""

    code = "supervision.unknown_library"


class UnknownSnapshot(NotFound):
    """There is no such snapshot."""

    code = "supervision.unknown_snapshot"


class CodeTaken(Conflict):
    """Another library has this code."""

    code = "supervision.code_taken"


class OfficialLibrary(Conflict):
    """A library of the official list is changed with its list only."""

    code = "supervision.official_library"


class ReasonMissing(Invalid):
    """Who changes a library says why."""

    code = "supervision.reason_missing"
