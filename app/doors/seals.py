"""References that cannot be guessed, sealed with the installation's own key."""

from __future__ import annotations

from app.doors import http
from ledger.kernel import ids


def key() -> str:
    """What references of this installation are sealed with."""
    return http.room().settings.secret_key


def trace_reference(lot: int) -> str:
    """The public reference of a lot without a GTIN."""
    return ids.trace_reference(lot, key())


def shop_reference(subject: int) -> str:
    """What a shop's own codes carry as ``shop``, so that the page names the shop."""
    return ids.shop_reference(subject, key())


def shop_of(text: str) -> int | None:
    """The shop a code came from; none where the text is no reference we gave out."""
    try:
        return ids.parse_shop_reference(text, key())
    except ids.UnknownReference:
        return None
