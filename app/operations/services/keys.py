"""The installation's keys in a backup: left out, or under a passphrase, or in the clear.

Who has `secret_key` can sign people in and make labels; who has `log_key` can sign a log that
never was. A backup travels to other places than the machine, so keys go into it only on demand.
"""

from __future__ import annotations

import json
import os
from base64 import b64decode, b64encode
from collections.abc import Mapping
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from app.operations.errors import NotABackup, PassphraseMissing, WrongPassphrase
from app.operations.terms import Keys
from app.settings import Settings

KEY_FILES = ("secret_key", "log_key")
_COST = 2**15  # 32 MiB and about 0.1 s a guess, as RFC 7914 advises for interactive use, doubled


def keys_of(settings: Settings) -> dict[str, str]:
    """The keys in use by file name, wherever they were set; one that was never made is left out."""
    found = {}
    for name in KEY_FILES:
        path = settings.data / name
        said: str = getattr(settings, name)
        if said or path.is_file():
            found[name] = said + "\n" if said else path.read_text("ascii")
    return found


def packed(keys: Mapping[str, str], how: Keys, passphrase: str) -> bytes:
    """The part of a backup that holds the keys. Raises PassphraseMissing."""
    plain = json.dumps(dict(keys)).encode()
    if how is Keys.PLAIN:
        return plain
    if not passphrase:
        raise PassphraseMissing
    salt, nonce = os.urandom(16), os.urandom(12)
    sealed = AESGCM(_key(passphrase, salt)).encrypt(nonce, plain, b"suyuan backup keys")
    said = {"salt": salt, "nonce": nonce, "sealed": sealed}
    return json.dumps({name: b64encode(value).decode() for name, value in said.items()}).encode()


def unpacked(part: bytes, how: Keys, passphrase: str) -> dict[str, str]:
    """The keys of a backup. Raises PassphraseMissing, WrongPassphrase, NotABackup."""
    plain = part
    if how is Keys.SEALED:
        if not passphrase:
            raise PassphraseMissing
        said = {name: b64decode(value) for name, value in json.loads(part).items()}
        try:
            cipher = AESGCM(_key(passphrase, said["salt"]))
            plain = cipher.decrypt(said["nonce"], said["sealed"], b"suyuan backup keys")
        except InvalidTag:
            raise WrongPassphrase from None
    found = {str(name): str(value) for name, value in json.loads(plain).items()}
    if not set(found) <= set(KEY_FILES):
        raise NotABackup
    return found


def put_back(data: Path, keys: Mapping[str, str]) -> None:
    """Write the keys into the data folder, readable by their owner alone."""
    for name, value in keys.items():
        draft = data / f"{name}.{os.getpid()}"
        draft.touch(mode=0o600)
        draft.write_text(value, "ascii")
        draft.replace(data / name)


def _key(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, n=_COST, r=8, p=1).derive(passphrase.encode())
