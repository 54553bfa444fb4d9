"""Links a holder answers through without an account.

A link names recall, holder and issue, and carries a seal of 80 bits made with the installation's
key: nothing that opens one lies in the database, nobody can guess one, and one can be made again
for a reminder or for paper. A new issue makes the older ones useless.
"""

from __future__ import annotations

import hashlib
import hmac

from app.food.recalls import errors
from app.food.recalls.terms import LinkNamed
from ledger.kernel.ids import UnknownReference, decode, encode

_RECALL, _OPERATOR, _ISSUE, _SEAL = 7, 7, 3, 16
_BODY = _RECALL + _OPERATOR + _ISSUE
_ID_MAX = 2**31 - 1


def link_text(named: LinkNamed, key: str) -> str:
    """The 33 characters of a link. Raises ValueError without a key."""
    if not key:
        raise ValueError("links are sealed with the installation's key")
    body = (
        encode(named.recall_id, _RECALL)
        + encode(named.operator_id, _OPERATOR)
        + encode(named.issue, _ISSUE)
    )
    seal = hmac.new(key.encode(), b"recall:" + body.encode(), hashlib.sha256).digest()
    return body + encode(int.from_bytes(seal[: _SEAL * 5 // 8], "big"), _SEAL)


def link_named(text: str, key: str) -> LinkNamed:
    """What a link names. Refuses: UnknownLink for one we did not make."""
    said = text.strip().upper()
    if len(said) != _BODY + _SEAL or not said.isascii():
        raise errors.UnknownLink
    try:
        numbers = (
            decode(said[:_RECALL]),
            decode(said[_RECALL : _RECALL + _OPERATOR]),
            decode(said[_RECALL + _OPERATOR : _BODY]),
        )
    except UnknownReference as problem:
        raise errors.UnknownLink from problem
    named = LinkNamed(*numbers)
    if max(numbers) > _ID_MAX or not hmac.compare_digest(link_text(named, key), said):
        raise errors.UnknownLink
    return named
