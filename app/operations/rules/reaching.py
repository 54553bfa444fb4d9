"""Who may see the figures of an installation."""

from __future__ import annotations

import hmac
from ipaddress import ip_address


def may_see(*, address: str, token: str, said: str, proxied: bool) -> bool:
    """Whether somebody at ``address`` who says ``said`` may see the figures.

    With a ``token`` set only who says it; without one only the machine itself. Where a proxy stands
    in front (``proxied``) everybody seems to come from the machine, so then a token is needed.
    """
    if token:
        return hmac.compare_digest(said.encode(), token.encode())
    return not proxied and _is_loopback(address)


def _is_loopback(address: str) -> bool:
    try:
        found = ip_address(address)
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    return (mapped or found).is_loopback
