"""Which addresses may be called or written to: nobody reaches into our own network through us."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

from app.messages import errors

_URL_LENGTH_MAX = 500
_MAIL_LENGTH_MAX = 254  # RFC 5321 4.5.3.1.3, less the angle brackets
_MAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}")
_VISIBLE = re.compile(r"[!-~]+")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def mail_address(said: str) -> str:
    """A mail address as it is kept, its host in small letters. Raises AddressUnusable."""
    text = said.strip()
    if len(text) > _MAIL_LENGTH_MAX or not _MAIL.fullmatch(text):
        raise errors.AddressUnusable(field="address", address=said[:80])
    local, _, host = text.rpartition("@")
    return f"{local}@{host.lower()}"


def webhook_url(said: str, *, inside: bool) -> str:
    """A webhook's address as it is kept; http and private networks only where ``inside`` says so.

    Raises WebhookAddressUnusable; WebhookAddressInside where a bare number shows it at once.
    """
    text = said.strip()
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise errors.WebhookAddressUnusable(field="url", url=said[:80]) from None
    schemes = {"https", "http"} if inside else {"https"}
    right = (
        len(text) <= _URL_LENGTH_MAX
        and _VISIBLE.fullmatch(text)
        and parts.scheme in schemes
        and parts.hostname
        and parts.username is None
        and not parts.fragment
        and port != 0
    )
    if not right:
        raise errors.WebhookAddressUnusable(field="url", url=said[:80])
    host = parts.hostname or ""
    if not inside and _is_number(host) and not is_outside(host):
        raise errors.WebhookAddressInside(field="url", host=host)
    return text


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def is_outside(number: str) -> bool:
    """Whether an IP address belongs to the public internet, through whichever tunnel it is said."""
    address = ipaddress.ip_address(number.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        hidden = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            hidden = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if address.teredo is not None:
            return False
        if hidden is not None:
            return is_outside(str(hidden))
    return address.is_global and not address.is_multicast
