"""Signed notes (C2SP signed-note, tlog-cosignature): a text, an empty line, signature lines.

Reading is strict: what another reader might take in another way is refused by name. Signatures by
unknown keys are left alone, as the format asks: witnesses and keys come and go.
"""

from __future__ import annotations

import re
import struct

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from ledger.proof import errors
from ledger.proof.rules.keys import decoded, encoded, name_is_good
from ledger.proof.terms import Algorithm, Signature, SignedNote, SigningKey, VerifierKey

NOTE_BYTES_MAX = 1 << 18  # a hundred of the longest signatures known (5 kB) would not fit anyway
SIGNATURES_MAX = 100
_DASH = "— "
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_KEY_ID_BYTES = 4
_TIME = struct.Struct(">Q")
_SIGNED_BYTES = 64
_SECONDS_MAX = (1 << 63) - 1


def text_from(data: bytes) -> str:
    """Bytes from a file or a door as text. Raises NoteNotText."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise errors.NoteNotText from None


def check_lines(text: str) -> None:
    """Say no to control characters and to a last line that is not ended.

    Raises NoteControlCharacter, NoteNotEnded.
    """
    if found := _CONTROL.search(text):
        raise errors.NoteControlCharacter(line=text.count("\n", 0, found.start()) + 1)
    if not text.endswith("\n"):
        raise errors.NoteNotEnded


def parse_note(whole: str) -> SignedNote:
    """A note from its text; nothing is verified yet.

    Raises NoteTooLong, NoteControlCharacter, NoteNotEnded, NoteUnsigned, TooManySignatures,
    SignatureLineUnreadable, SignatureNotBase64, SignatureTooShort.
    """
    if len(whole.encode()) > NOTE_BYTES_MAX:
        raise errors.NoteTooLong(limit=NOTE_BYTES_MAX)
    check_lines(whole)
    text, gap, signed = whole.rpartition("\n\n")
    if not gap or not signed:
        raise errors.NoteUnsigned
    lines = signed.removesuffix("\n").split("\n")
    if len(lines) > SIGNATURES_MAX:
        raise errors.TooManySignatures(limit=SIGNATURES_MAX)
    signatures = tuple(parse_signature(line, number) for number, line in enumerate(lines, 1))
    return SignedNote(text=text + "\n", signatures=signatures)


def parse_signature(line: str, number: int = 1) -> Signature:
    """One signature line, without its newline.

    Raises SignatureLineUnreadable, SignatureNotBase64, SignatureTooShort.
    """
    name, _, rest = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not name_is_good(name) or not rest or " " in rest:
        raise errors.SignatureLineUnreadable(number=number)
    data = decoded(rest)
    if data is None:
        raise errors.SignatureNotBase64(number=number)
    if len(data) <= _KEY_ID_BYTES:
        raise errors.SignatureTooShort(number=number)
    return Signature(name=name, key_id=data[:_KEY_ID_BYTES], blob=data[_KEY_ID_BYTES:])


def signature_line(signature: Signature) -> str:
    """A signature as its line, without a newline."""
    return f"{_DASH}{signature.name} {encoded(signature.key_id + signature.blob)}"


def format_note(note: SignedNote) -> str:
    """A note as text."""
    lines = "".join(f"{signature_line(one)}\n" for one in note.signatures)
    return f"{note.text}\n{lines}"


def sign(text: str, key: SigningKey) -> Signature:
    """An Ed25519 signature over a text that ends with a newline.

    Raises NoteControlCharacter, NoteNotEnded.
    """
    check_lines(text)
    return _signature(key, b"", text.encode())


def cosign(text: str, key: SigningKey, seconds: int) -> Signature:
    """A witness's signature: it saw this checkpoint, consistent with all before, at ``seconds``.

    ``seconds`` are POSIX time. Raises NoteControlCharacter, NoteNotEnded.
    """
    check_lines(text)
    return _signature(key, _TIME.pack(seconds), _cosigned(text, seconds))


def _signature(key: SigningKey, head: bytes, message: bytes) -> Signature:
    signed = Ed25519PrivateKey.from_private_bytes(key.seed).sign(message)
    verifier = key.verifier
    return Signature(name=verifier.name, key_id=verifier.key_id, blob=head + signed)


def _cosigned(text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


def is_by(signature: Signature, key: VerifierKey) -> bool:
    """Whether a signature says it is by a key: name and number, which it may say wrongly."""
    return signature.name == key.name and signature.key_id == key.key_id


def verify(note: SignedNote, key: VerifierKey) -> int | None:
    """Say no unless the key signed this note; all signatures that claim to be by it must hold.

    Returns a witness's POSIX seconds, nothing for a plain signature. Raises NotSignedByKey,
    SignatureWrong.
    """
    claimed = [one for one in note.signatures if is_by(one, key)]
    if not claimed:
        raise errors.NotSignedByKey(name=key.name)
    times = [verify_signature(note.text, one, key) for one in claimed]
    return times[0]


def verify_signature(text: str, signature: Signature, key: VerifierKey) -> int | None:
    """Say no unless one signature by ``key`` fits a text; see ``verify``. Raises SignatureWrong."""
    seconds, blob, message = None, signature.blob, text.encode()
    if key.algorithm is Algorithm.COSIGNATURE:
        if len(blob) != _TIME.size + _SIGNED_BYTES:
            raise errors.SignatureWrong(name=key.name)
        (seconds,) = _TIME.unpack(blob[: _TIME.size])
        if seconds > _SECONDS_MAX:
            raise errors.SignatureWrong(name=key.name)
        blob, message = blob[_TIME.size :], _cosigned(text, seconds)
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(blob, message)
    except InvalidSignature:
        raise errors.SignatureWrong(name=key.name) from None
    return seconds
