"""Keys of signed notes (C2SP signed-note): their names, numbers and texts.

A public key is ``name+number+base64(algorithm || 32 bytes)``, a secret one the same behind
``PRIVATE+KEY+`` with the seed instead. The number is the first four bytes of a hash over the name
and the key, so a signature line can say by whom it is.
"""

from __future__ import annotations

import base64
import binascii
import re
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.proof import errors
from ledger.proof.terms import Algorithm, SigningKey, VerifierKey

NAME_LENGTH_MAX = 200
KEY_BYTES = 32
_SECRET_HEAD = "PRIVATE+KEY+"  # noqa: S105 - how such a text begins, no secret
_NUMBER = re.compile(r"[0-9a-f]{8}")


def name_is_good(name: str) -> bool:
    """Whether a key may bear a name: not empty or long, no spaces, plus or control characters."""
    return (
        0 < len(name) <= NAME_LENGTH_MAX
        and "+" not in name
        and not any(one.isspace() or ord(one) < 32 or one == "\x7f" for one in name)
    )


def decoded(text: str) -> bytes | None:
    """Base64 in its one canonical spelling (RFC 4648, section 4), or nothing."""
    try:
        found = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return found if encoded(found) == text else None


def encoded(data: bytes) -> str:
    """Bytes as base64."""
    return base64.b64encode(data).decode("ascii")


def key_number(name: str, algorithm: Algorithm, public: bytes) -> bytes:
    """The four bytes a signature names its key by."""
    return sha256(name.encode() + b"\n" + bytes([algorithm.value]) + public).digest()[:4]


def made_key(name: str, seed: bytes, algorithm: Algorithm = Algorithm.ED25519) -> SigningKey:
    """A key from 32 random bytes. Raises KeyNameWrong."""
    if not name_is_good(name):
        raise errors.KeyNameWrong(name=name[:40], limit=NAME_LENGTH_MAX)
    public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    return SigningKey(verifier=_verifier(name, algorithm, public), seed=seed)


def _verifier(name: str, algorithm: Algorithm, public: bytes) -> VerifierKey:
    return VerifierKey(
        name=name,
        key_id=key_number(name, algorithm, public),
        algorithm=algorithm,
        public=public,
    )


def vkey(key: VerifierKey) -> str:
    """The text of a public key, for everybody."""
    packed = bytes([key.algorithm.value]) + key.public
    return f"{key.name}+{key.key_id.hex()}+{encoded(packed)}"


def parse_vkey(text: str) -> VerifierKey:
    """A public key from its text.

    Raises VerifierKeyUnreadable, KeyAlgorithmUnknown, KeyNumberWrong.
    """
    name, number, packed = _parts(text.strip())
    if not packed:
        raise errors.VerifierKeyUnreadable(text=text.strip()[:80])
    algorithm = _algorithm(packed)
    if len(packed) != 1 + KEY_BYTES:
        raise errors.VerifierKeyUnreadable(text=text.strip()[:80])
    key = _verifier(name, algorithm, packed[1:])
    if key.key_id.hex() != number:
        raise errors.KeyNumberWrong(name=name, wanted=key.key_id.hex(), found=number)
    return key


def secret_text(key: SigningKey) -> str:
    """The text of a secret key, as it is kept in a file of its owner alone."""
    packed = bytes([key.verifier.algorithm.value]) + key.seed
    return f"{_SECRET_HEAD}{key.verifier.name}+{key.verifier.key_id.hex()}+{encoded(packed)}"


def parse_secret(text: str) -> SigningKey:
    """A secret key from its text; nothing of it is repeated in a refusal.

    Raises SigningKeyUnreadable, KeyAlgorithmUnknown, KeyNumberWrong.
    """
    line = text.strip()
    name, number, packed = _parts(line.removeprefix(_SECRET_HEAD))
    if not line.startswith(_SECRET_HEAD) or not packed:
        raise errors.SigningKeyUnreadable
    algorithm = _algorithm(packed)
    if len(packed) != 1 + KEY_BYTES:
        raise errors.SigningKeyUnreadable
    key = made_key(name, packed[1:], algorithm)
    if key.verifier.key_id.hex() != number:
        raise errors.KeyNumberWrong(name=name, wanted=key.verifier.key_id.hex(), found=number)
    return key


def _parts(text: str) -> tuple[str, str, bytes]:
    """Name, number and bytes of a key's text; no bytes where it is not of this form."""
    name, _, rest = text.partition("+")
    number, _, packed = rest.partition("+")
    if not name_is_good(name) or not _NUMBER.fullmatch(number):
        return "", "", b""
    return name, number, decoded(packed) or b""


def _algorithm(packed: bytes) -> Algorithm:
    try:
        return Algorithm(packed[0])
    except ValueError:
        raise errors.KeyAlgorithmUnknown(algorithm=packed[0]) from None
