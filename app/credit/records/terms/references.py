"""Sealed references of records: who has one was given it, and counting on from it finds nothing."""

from __future__ import annotations

import hashlib
import hmac

from ledger.kernel.ids import UnknownReference, decode, encode

LETTER = "K"
_SUBJECT, _RECORD, _SEAL = 7, 13, 16  # digits of base 32; the seal has 80 bits
_SUBJECT_MAX, _RECORD_MAX = 2**31 - 1, 2**63 - 1


def record_reference(subject_id: int, record_id: int, key: str) -> str:
    """The 37 characters by which people and machines name a record. Raises ValueError keyless."""
    if not key:
        raise ValueError("references are sealed with the installation's key")
    body = LETTER + encode(subject_id, _SUBJECT) + encode(record_id, _RECORD)
    seal = hmac.new(key.encode(), b"record:" + body.encode(), hashlib.sha256).digest()
    return body + encode(int.from_bytes(seal[: _SEAL * 5 // 8], "big"), _SEAL)


def parse_record_reference(text: str, key: str) -> tuple[int, int]:
    """(subject, record) of a reference. Refuses: UnknownReference where it is not one of ours."""
    said = text.strip().upper()
    if len(said) != 1 + _SUBJECT + _RECORD + _SEAL or said[0] != LETTER or not said.isascii():
        raise UnknownReference(reference=text[:40])
    subject_id = decode(said[1 : 1 + _SUBJECT])
    record_id = decode(said[1 + _SUBJECT : 1 + _SUBJECT + _RECORD])
    inside = subject_id <= _SUBJECT_MAX and record_id <= _RECORD_MAX
    if not inside or not hmac.compare_digest(record_reference(subject_id, record_id, key), said):
        raise UnknownReference(reference=text[:40])
    return subject_id, record_id
