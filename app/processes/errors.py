"""Why the processes may refuse to start, in order of precedence."""

from __future__ import annotations

from ledger.kernel.errors import Conflict, Unavailable


class PortTaken(Conflict):
    """Another program listens at the address we were told to use."""

    code = "processes.port_taken"


class AddressUnusable(Unavailable):
    """The address is not one of this machine, or we may not listen there."""

    code = "processes.address_unusable"


class NotReady(Unavailable):
    """The web processes run, or tried to, and never said that they were ready."""

    code = "processes.not_ready"
