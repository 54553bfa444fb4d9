"""What the code of a sign states, signed so that nobody else can have printed it.

A statement is packed into few bytes, signed with Ed25519 and written in base 32, which a QR code
holds in its denser alphanumeric form. Whoever has the public key can check it without asking us:
the signed bytes are a heading, the number of the sign, and the packed statement.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import date, datetime, timedelta

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from app.credit.signage.terms import (
    LETTERS_OF_NUMBER,
    NUMBER_LENGTH,
    Claim,
    CodeState,
    Reading,
    Sign,
    SignState,
)
from ledger.kernel.ids import UnknownReference, decode, encode

_HEAD = b"suyuan sign 1\n"
_SAID = b"suyuan sign statement 1\n"
_SEED_FOR = b"suyuan: the key of signs"
_FIRST_DAY = date(2020, 1, 1)
_VERSION = 1
_DIGEST_BYTES, _SIGNED_BYTES = 4, 64
_CLASS_BYTES_MAX = 12
_MISREAD = str.maketrans("OIL", "011")


def seed_of(secret: str) -> bytes:
    """The seed of the installation's key of signs, made of its own key (32 bytes)."""
    return hmac.new(secret.encode(), _SEED_FOR, hashlib.sha256).digest()


def public_key(seed: bytes) -> bytes:
    """What statements are checked with (32 bytes)."""
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def place_digest(place: str) -> bytes:
    """The few bytes by which a statement says where the sign hangs."""
    return hashlib.sha256(place.encode()).digest()[:_DIGEST_BYTES]


def claim_text(claim: Claim, seed: bytes) -> str:
    """What stands behind the address in the code of a sign: the statement and its signature."""
    packed = _packed(claim)
    signed = Ed25519PrivateKey.from_private_bytes(seed).sign(_HEAD + claim.number.encode() + packed)
    return _written(packed + signed)


def _packed(claim: Claim) -> bytes:
    code = claim.class_code.encode()
    assert len(code) <= _CLASS_BYTES_MAX, claim.class_code
    days = [(day - _FIRST_DAY).days.to_bytes(2) for day in (claim.issued_on, claim.valid_until)]
    head = bytes([_VERSION, len(code)]) + code
    return head + b"".join(days) + place_digest(claim.place)


def _written(data: bytes) -> str:
    return encode(int.from_bytes(data), -(-len(data) * 8 // 5))


def read_claim(text: str, number: str, public: bytes) -> Reading | None:
    """The statement a code carried for a sign, when this house signed it; None when it did not."""
    data = _bytes_of(text)
    if data is None or len(data) < _SIGNED_BYTES + 2 or data[0] != _VERSION:
        return None
    packed, signed = data[:-_SIGNED_BYTES], data[-_SIGNED_BYTES:]
    try:
        key = Ed25519PublicKey.from_public_bytes(public)
        key.verify(signed, _HEAD + number.encode() + packed)
    except InvalidSignature:
        return None
    return _unpacked(packed)


def _unpacked(packed: bytes) -> Reading:
    """What was signed; it was packed by us, so its lengths are right."""
    end = 2 + packed[1]
    issued, until = (int.from_bytes(packed[at : at + 2]) for at in (end, end + 2))
    return Reading(
        class_code=packed[2:end].decode(),
        issued_on=_FIRST_DAY + timedelta(days=issued),
        valid_until=_FIRST_DAY + timedelta(days=until),
        place_digest=packed[end + 4 :],
    )


def _bytes_of(text: str) -> bytes | None:
    """The bytes a base-32 text stands for; one version byte of 1 leaves its first bits empty."""
    said = text.strip().upper()
    try:
        number = decode(said[:256])
    except UnknownReference:
        return None
    size = len(said) * 5 // 8
    return number.to_bytes(size) if 0 < number.bit_length() <= size * 8 else None


def code_state(text: str, sign: Sign, public: bytes) -> CodeState:
    """Whether the code that led here is the one this sign was printed with."""
    if not text:
        return CodeState.NONE
    read = read_claim(text, sign.number, public)
    same = read is not None and (
        read.class_code == sign.class_code
        and read.issued_on == sign.issued_at.date()
        and read.valid_until == sign.valid_until
        and read.place_digest == place_digest(sign.place)
    )
    return CodeState.GENUINE if same else CodeState.FORGED


def statement(
    sign: Sign, state: SignState, class_now: str, *, at: datetime, until: datetime
) -> str:
    """What a badge or a JSON answer states of a sign, as a text that is signed; it ends soon."""
    lines = (
        f"sign {sign.number}",
        f"state {state.value}",
        f"class-on-sign {sign.class_code}",
        f"class-now {class_now or '-'}",
        f"issued {sign.issued_at.date()}",
        f"valid-until {sign.valid_until}",
        f"place-sha256 {hashlib.sha256(sign.place.encode()).hexdigest()}",
        f"stated {at.isoformat(timespec='seconds')}",
        f"expires {until.isoformat(timespec='seconds')}",
    )
    return _SAID.decode() + "\n".join(lines) + "\n"


def signature(text: str, seed: bytes) -> bytes:
    """The signature over a statement (64 bytes)."""
    return Ed25519PrivateKey.from_private_bytes(seed).sign(text.encode())


def holds(text: str, signed: bytes, public: bytes) -> bool:
    """Whether a statement was signed with the key of signs."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signed, text.encode())
    except InvalidSignature:
        return False
    return True


def read_number(text: str) -> str | None:
    """A number as somebody typed it, in its one spelling; None when it cannot be one."""
    said = text.upper().replace("-", "").replace(" ", "").translate(_MISREAD)
    return said if len(said) == NUMBER_LENGTH and set(said) <= set(LETTERS_OF_NUMBER) else None


def grouped(number: str) -> str:
    """A number as it is printed, in fours."""
    return "-".join(number[at : at + 4] for at in range(0, len(number), 4))
