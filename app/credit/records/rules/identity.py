"""How a record is told from another, and how its fields are kept in one text."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import numpy as np
import numpy.typing as npt

from app.credit.records.terms import REVISION_BITS, REVISION_MAX, FieldRole, Item

APART = "\x1f"
"""Between the fields of a record as it is kept; no field holds it, nor any control character."""
_BETWEEN = "\x1e"  # between the keys of many records while they are made alike
_HASH_BITS = 53
_MEANT = (
    *((mark, "(") for mark in "〔[【（［"),
    *((mark, ")") for mark in "〕]】）］"),
    *((mark, "-") for mark in "－—–"),
    *((mark, "") for mark in " \u3000\t\r\n"),
)
_KEPT_ELSEWHERE = (FieldRole.SUBJECT, FieldRole.DATE)


def record_id(item_id: int, agency_id: int, key: str) -> int:
    """A record's own id: 53 bits of a hash of what names it; the ten bits of revision are zero."""
    named = f"{item_id}{APART}{agency_id}{APART}{key}".encode()
    found = int.from_bytes(hashlib.blake2b(named, digest_size=8).digest(), "big")
    return found >> (64 - _HASH_BITS) << REVISION_BITS


def record_ids(item: Item, agency_id: int, keys: Sequence[str]) -> npt.NDArray[np.int64]:
    """The same as ``record_id`` for many records of one item and provider."""
    begun = hashlib.blake2b(f"{item.id}{APART}{agency_id}{APART}".encode(), digest_size=8)
    digests = []
    for key in keys:
        hashed = begun.copy()
        hashed.update(key.encode())
        digests.append(hashed.digest())
    found = np.frombuffer(b"".join(digests), ">u8").astype(np.uint64)
    shifted = found >> np.uint64(64 - _HASH_BITS) << np.uint64(REVISION_BITS)
    return shifted.view(np.int64)


def keys_of(item: Item, columns: Mapping[str, Sequence[str]]) -> list[str]:
    """The same as ``key_of`` for many records given as columns of kept texts."""
    rows = map(APART.join, zip(*(columns[name] for name in item.key), strict=True))
    joined = _BETWEEN.join(rows)
    return alike(joined).split(_BETWEEN) if joined else [""] * len(columns[item.key[0]])


def alike(text: str) -> str:
    """A document number whatever brackets, spaces and letters it is written with."""
    for written, meant in _MEANT:
        if written in text:
            text = text.replace(written, meant)
    return text.upper()


def key_of(item: Item, kept: Mapping[str, str]) -> str:
    """What names a record within its item and provider: its key fields, in any spelling."""
    return alike(APART.join(kept.get(name, "") for name in item.key))


def digest_of(text: str) -> int:
    """A text in 63 bits, to tell whether the same was said before."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big") >> 1


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
