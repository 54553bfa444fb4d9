"""What classification refuses, in order of precedence."""

from __future__ import annotations

from ledger.kernel.errors import Conflict, Invalid


class CombinationRefused(Invalid):
    """A combination's file does not say what it must; ``params`` name the key."""

    code = "classification.combination_refused"


class VersionKnown(Conflict):
    """This version of the combination is known with another text."""

    code = "classification.version_known"


class BeginsTooEarly(Conflict):
    """A new version begins after the one in force, or it would change what was."""

    code = "classification.begins_too_early"
