"""Public references: short, typed, with a check character, and carrying what finds the row.

A reference to an entry names its lot too, because the book is keyed by lot: by (lot, id) an entry
is found in well under a millisecond, by id alone only by scanning a whole index.
"""

from __future__ import annotations

from ledger.kernel.errors import NotFound

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U
_VALUE = {char: index for index, char in enumerate(_ALPHABET)}
_LOT_DIGITS, _ID_DIGITS = 7, 13
_LOT_MAX, _ID_MAX = 2**31 - 1, 2**63 - 1  # the digits reach further than the numbers they carry


class UnknownReference(NotFound):
    """A reference is not one this ledger gave out."""

    code = "kernel.unknown_reference"


def encode(number: int, digits: int) -> str:
    """A non-negative number in base 32, left-filled to ``digits`` characters."""
    out = []
    for _ in range(digits):
        number, rest = divmod(number, 32)
        out.append(_ALPHABET[rest])
    return "".join(reversed(out))


def decode(text: str) -> int:
    """The number a base-32 text stands for; raises UnknownReference on a foreign character."""
    number = 0
    for char in text.upper():
        if char not in _VALUE:
            raise UnknownReference(reference=text[:40])
        number = number * 32 + _VALUE[char]
    return number


def _check(body: str) -> str:
    return _ALPHABET[sum((index + 1) * _VALUE[char] for index, char in enumerate(body)) % 31]


def entry_reference(lot: int, entry: int) -> str:
    """The 22-character public reference of an entry: E, lot, id, check character."""
    body = encode(lot, _LOT_DIGITS) + encode(entry, _ID_DIGITS)
    return f"E{body}{_check(body)}"


def parse_entry_reference(text: str) -> tuple[int, int]:
    """(lot, id) of an entry reference; raises UnknownReference when it is not one of ours."""
    body = text.strip().upper()
    if len(body) != _LOT_DIGITS + _ID_DIGITS + 2 or body[0] != "E":
        raise UnknownReference(reference=text[:40])
    lot, entry = decode(body[1:8]), decode(body[8:21])
    if _check(body[1:21]) != body[21] or lot > _LOT_MAX or entry > _ID_MAX:
        raise UnknownReference(reference=text[:40])
    return lot, entry


def trace_reference(lot: int) -> str:
    """The 24-character public reference of a lot without a GTIN (rules.md R1.6.2)."""
    body = encode(lot, 22)
    return f"T{body}{_check(body)}"


def parse_trace_reference(text: str) -> int:
    """The lot a trace reference names; raises UnknownReference when it is not one of ours."""
    body = text.strip().upper()
    if len(body) != 24 or body[0] != "T" or not set(body[1:]) <= set(_ALPHABET):
        raise UnknownReference(reference=text[:40])
    if _check(body[1:23]) != body[23]:
        raise UnknownReference(reference=text[:40])
    lot = decode(body[1:23])
    if lot > _LOT_MAX:
        raise UnknownReference(reference=text[:40])
    return lot
