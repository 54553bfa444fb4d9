"""Public references: short, typed, with a check character, and carrying what finds the row.

A reference to an entry names its lot too, because the book is keyed by lot: by (lot, id) an entry
is found in well under a millisecond, by id alone only by scanning a whole index.

References the public sees carry a seal instead of a check character: who has one was given it, and
counting on from it finds nothing.
"""

from __future__ import annotations

import hashlib
import hmac
from functools import lru_cache
from operator import mul
from typing import Any

import numpy as np
import numpy.typing as npt

from ledger.kernel.errors import NotFound

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U
_VALUE = {char: index for index, char in enumerate(_ALPHABET)}
_LETTERS = np.frombuffer(_ALPHABET.encode(), np.uint8)
_PAIRS = [first + second for first in _ALPHABET for second in _ALPHABET]
_LOT_DIGITS, _ID_DIGITS = 7, 13
_WEIGHTS = range(1, _LOT_DIGITS + _ID_DIGITS + 1)
_SEAL_DIGITS = 16  # 80 bits
_LOT_MAX, _ID_MAX = 2**31 - 1, 2**63 - 1  # the digits reach further than the numbers they carry


class UnknownReference(NotFound):
    """A reference is not one this ledger gave out."""

    code = "kernel.unknown_reference"


def encode(number: int, digits: int) -> str:
    """A non-negative number in base 32, left-filled to ``digits`` characters."""
    out = ""
    for _ in range(0, digits, 2):
        number, rest = divmod(number, 1024)
        out = _PAIRS[rest] + out
    return out[-digits:]


def decode(text: str) -> int:
    """The number a base-32 text stands for; raises UnknownReference on a foreign character."""
    number = 0
    for char in text.upper():
        if char not in _VALUE:
            raise UnknownReference(reference=text[:40])
        number = number * 32 + _VALUE[char]
    return number


def _check(body: str) -> str:
    return _ALPHABET[sum(map(mul, _WEIGHTS, map(_VALUE.__getitem__, body))) % 31]


def entry_reference(lot: int, entry: int) -> str:
    """The 22-character public reference of an entry: E, lot, id, check character."""
    first, second = _weighed(lot >> 10, 0, _LOT_DIGITS - 2), lot & 1023
    third = _weighed(entry >> 20, _LOT_DIGITS, _ID_DIGITS - 4)
    fourth, last = entry >> 10 & 1023, entry & 1023
    weight = first[1] + third[1] + _IN_LOT[second] + _IN_ENTRY[fourth] + _LAST[last]
    numbers = f"{first[0]}{_PAIRS[second]}{third[0]}{_PAIRS[fourth]}{_PAIRS[last]}"
    return f"E{numbers}{_ALPHABET[weight % 31]}"


def entry_references(lots: npt.NDArray[Any], entries: npt.NDArray[Any]) -> list[str]:
    """The same for many entries, each with its lot."""
    body = np.empty((len(lots), _LOT_DIGITS + _ID_DIGITS + 2), np.uint8)
    body[:, 0] = ord("E")
    weight = np.zeros(len(lots), np.int64)
    for numbers, before, digits in ((lots, 0, _LOT_DIGITS), (entries, _LOT_DIGITS, _ID_DIGITS)):
        for place in range(digits):
            values = numbers.astype(np.int64) >> 5 * (digits - 1 - place) & 31
            body[:, 1 + before + place] = _LETTERS[values]
            weight += _WEIGHTS[before + place] * values
    body[:, -1] = _LETTERS[weight % 31]
    found: list[str] = body.view(f"S{body.shape[1]}").ravel().astype(str).tolist()
    return found


@lru_cache(maxsize=16_384)  # the numbers of a filing differ in their last digits alone
def _weighed(number: int, before: int, digits: int) -> tuple[str, int]:
    """Digits of a reference that begin after ``before`` others, and what they add to its check."""
    text = encode(number, digits)
    return text, sum(map(mul, _WEIGHTS[before:], map(_VALUE.__getitem__, text)))


_IN_LOT, _IN_ENTRY, _LAST = (
    [weight * _VALUE[pair[0]] + (weight + 1) * _VALUE[pair[1]] for pair in _PAIRS]
    for weight in (_LOT_DIGITS - 1, _WEIGHTS[-4], _WEIGHTS[-2])
)


def parse_entry_reference(text: str) -> tuple[int, int]:
    """(lot, id) of an entry reference; raises UnknownReference when it is not one of ours."""
    body = text.strip().upper()
    if len(body) != _LOT_DIGITS + _ID_DIGITS + 2 or body[0] != "E":
        raise UnknownReference(reference=text[:40])
    lot, entry = decode(body[1:8]), decode(body[8:21])
    if _check(body[1:21]) != body[21] or lot > _LOT_MAX or entry > _ID_MAX:
        raise UnknownReference(reference=text[:40])
    return lot, entry


def trace_reference(lot: int, key: str) -> str:
    """The 24-character public reference of a lot without a GTIN."""
    return _sealed("T", lot, key)


def parse_trace_reference(text: str, key: str) -> int:
    """The lot a trace reference names; raises UnknownReference when it is not one of ours."""
    return _opened("T", text, key)


def shop_reference(subject: int, key: str) -> str:
    """What a shop's own codes carry, so that the page they lead to names the shop."""
    return _sealed("S", subject, key)


def parse_shop_reference(text: str, key: str) -> int:
    """The subject a shop's reference names; raises UnknownReference when it is not one of ours."""
    return _opened("S", text, key)


def sealed_reference(letter: str, number: int, key: str) -> str:
    """A reference of 24 characters that only who holds the key can make; its letter is its use."""
    return _sealed(letter, number, key)


def parse_sealed_reference(letter: str, text: str, key: str) -> int:
    """The number a sealed reference carries; raises UnknownReference when it is not one of ours."""
    return _opened(letter, text, key)


def _sealed(letter: str, number: int, key: str) -> str:
    body = letter + encode(number, _LOT_DIGITS)
    seal = hmac.new(key.encode(), body.encode(), hashlib.sha256).digest()
    return body + encode(int.from_bytes(seal[: _SEAL_DIGITS * 5 // 8], "big"), _SEAL_DIGITS)


def _opened(letter: str, text: str, key: str) -> int:
    said = text.strip().upper()
    if len(said) != 1 + _LOT_DIGITS + _SEAL_DIGITS or not set(said) <= {letter, *_ALPHABET}:
        raise UnknownReference(reference=text[:40])
    number = decode(said[1 : 1 + _LOT_DIGITS])
    right = _sealed(letter, min(number, _LOT_MAX), key)
    if not key or not hmac.compare_digest(said, right):
        raise UnknownReference(reference=text[:40])
    return number
