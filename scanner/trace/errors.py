"""What a trace refuses, in order of precedence."""

from __future__ import annotations

from ledger.kernel.errors import Invalid, LimitReached, NotFound


class NothingAsked(Invalid):
    """A trace needs a code that can be read, or a lot's own trace number."""

    code = "trace.nothing_asked"


class UnknownCode(NotFound):
    """The code can be read, but nothing in the ledger goes by it."""

    code = "trace.unknown_code"


class NotYourTrace(NotFound):
    """An operator asks about a lot that never passed through its own book."""

    code = "trace.not_yours"


class TooSlow(LimitReached):
    """The database gave up at its time limit: ask from one operator, or one direction."""

    code = "trace.too_slow"
