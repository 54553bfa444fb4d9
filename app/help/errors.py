"""Refusals of help."""

from __future__ import annotations

from ledger.kernel.errors import NotFound


class UnknownHelpPage(NotFound):
    """The manual has no such page."""

    code = "help.unknown_page"
