"""The keys of the log: read from the environment or kept in a file of their owner alone."""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path

from app.proof import errors
from app.settings import Settings
from ledger.proof.rules import keys
from ledger.proof.terms import Algorithm, SigningKey, VerifierKey

FILE = "log_key"
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def log_key(settings: Settings) -> SigningKey:
    """The key this installation signs checkpoints with; made on first use.

    From SUYUAN_LOG_KEY, else from the file ``log_key`` in the data folder. Its name is the log's
    name for ever: SUYUAN_LOG_NAME at first use, else the address people use and ``/log``.
    Refuses: LogKeyExposed, KeyOfOtherKind, SigningKeyUnreadable, KeyNumberWrong, KeyNameWrong.
    """
    if settings.log_key:
        return _of_kind(keys.parse_secret(settings.log_key), Algorithm.ED25519)
    path = settings.data / FILE
    if not path.exists():
        write_key(path, new_key(name_of_log(settings)), alone=False)
    return read_key(path, Algorithm.ED25519)


def known_log_key(settings: Settings) -> VerifierKey:
    """The public half of the own log's key where there is one; makes none.

    Refuses: LogKeyMissing, and as log_key.
    """
    if not settings.log_key and not (settings.data / FILE).exists():
        raise errors.LogKeyMissing
    return log_key(settings).verifier


def name_of_log(settings: Settings) -> str:
    """The name a new log gets: an address without its scheme, as C2SP recommends."""
    return settings.log_name or f"{settings.origin.partition('://')[2]}/log"


def witness_keys(settings: Settings) -> tuple[VerifierKey, ...]:
    """The public keys of the log's witnesses. Refuses as parse_vkey, and KeyOfOtherKind."""
    return _listed(settings.witness_keys, Algorithm.COSIGNATURE)


def keys_before(settings: Settings) -> tuple[VerifierKey, ...]:
    """The public keys the log had before its present one. Refuses as witness_keys."""
    return _listed(settings.log_keys_before, Algorithm.ED25519)


def _listed(text: str, algorithm: Algorithm) -> tuple[VerifierKey, ...]:
    found = tuple(keys.parse_vkey(one) for one in text.split(",") if one.strip())
    for key in found:
        if key.algorithm is not algorithm:
            raise errors.KeyOfOtherKind(name=key.name)
    return found


def new_key(name: str, algorithm: Algorithm = Algorithm.ED25519) -> SigningKey:
    """A new key of random bytes. Refuses: KeyNameWrong."""
    return keys.made_key(name, secrets.token_bytes(keys.KEY_BYTES), algorithm)


def read_key(path: Path, algorithm: Algorithm) -> SigningKey:
    """A secret key from a file that nobody but its owner may read.

    Refuses: LogKeyExposed, KeyOfOtherKind, and as parse_secret.
    """
    if path.stat().st_mode & _OTHERS:
        raise errors.LogKeyExposed(path=str(path))
    return _of_kind(keys.parse_secret(path.read_text("utf-8")), algorithm)


def write_key(path: Path, key: SigningKey, *, alone: bool = True) -> None:
    """Keep a key in a new file of mode 0600; of two that write at once the first one's holds.

    Refuses: FileThere, unless the first one's key is as good (``alone`` False).
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    own = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    own.touch(mode=0o600)
    own.write_text(keys.secret_text(key) + "\n", "utf-8")
    try:
        os.link(own, path)  # fails where another was first
    except FileExistsError:
        if alone:
            raise errors.FileThere(path=str(path)) from None
    finally:
        own.unlink()


def keep_seen(path: Path, whole: str) -> None:
    """Keep the checkpoint a witness is about to sign; a power cut leaves the old or the new one."""
    own = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    with own.open("w", encoding="utf-8", newline="") as file:
        file.write(whole)
        file.flush()
        os.fsync(file.fileno())
    own.replace(path)


def _of_kind(key: SigningKey, algorithm: Algorithm) -> SigningKey:
    if key.verifier.algorithm is not algorithm:
        raise errors.KeyOfOtherKind(name=key.verifier.name)
    return key
