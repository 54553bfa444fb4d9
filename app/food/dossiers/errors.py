"""What dossiers refuse."""

from __future__ import annotations

from ledger.kernel.errors import NotFound


class NeverReceived(NotFound):
    """The operator's book holds no receipt of the lot, so there is nothing to show."""

    code = "dossiers.never_received"
