"""How a record is told from another, and how its fields are kept in one text."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from app.credit.records.terms import REVISION_BITS, REVISION_MAX, FieldRole, Item

APART = "\x1f"
"""Between the fields of a record as it is kept; no field holds it, nor any control character."""
_HASH_BITS = 53
_KEPT_ELSEWHERE = (FieldRole.SUBJECT, FieldRole.DATE)


def record_id(item_id: int, agency_id: int, key: str) -> int:
    """A record's own id: 53 bits of a hash of what names it; the ten bits of revision are zero."""
    named = f"{item_id}{APART}{agency_id}{APART}{key}".encode()
    found = int.from_bytes(hashlib.blake2b(named, digest_size=8).digest(), "big")
    return found >> (64 - _HASH_BITS) << REVISION_BITS


def key_of(item: Item, kept: Mapping[str, str]) -> str:
    """What names a record within its item and provider: its key fields, read as they are kept."""
    return APART.join(kept.get(name, "") for name in item.key)


def own_id(stored: int) -> int:
    """The record's own id in the id of one of its revisions."""
    return stored >> REVISION_BITS << REVISION_BITS


def revision_of(stored: int) -> int:
    """The revision in a stored id."""
    return stored & REVISION_MAX


def joined(item: Item, kept: Mapping[str, str]) -> str:
    """Fields as one text: the subject and the day stand in columns of their own, not here."""
    return APART.join(
        "" if one.role in _KEPT_ELSEWHERE else kept.get(one.name, "") for one in item.fields
    )


def parted(item: Item, said: str, uscc: str, decided_on: date) -> dict[str, str]:
    """The fields of a kept text that are not empty, with the subject and the day put back.

    A record of an earlier version has fewer fields than the item today.
    """
    texts: Sequence[str] = said.split(APART)
    found = {one.name: text for one, text in zip(item.fields, texts, strict=False) if text}
    for one in item.fields:
        if one.role is FieldRole.SUBJECT and uscc:
            found[one.name] = uscc
        elif one.role is FieldRole.DATE:
            found[one.name] = decided_on.isoformat()
    return {one.name: found[one.name] for one in item.fields if one.name in found}


def newest(stored: Iterable[int]) -> dict[int, int]:
    """{own id: highest stored id} of some revisions."""
    found: dict[int, int] = {}
    for one in stored:
        mine = own_id(one)
        found[mine] = max(one, found.get(mine, 0))
    return found
