"""Hashing of passwords: argon2id with the library's parameters, renewed when those change."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# RFC 9106, second recommended option: 64 MiB, 3 passes. About 60 ms here; a guess costs the same.
HASHER = PasswordHasher()


def hashed(password: str) -> str:
    """The argon2id hash of a password, with its parameters and salt inside."""
    return HASHER.hash(password)


def fits(password_hash: str, password: str) -> bool:
    """Whether a password is the one hashed. An empty hash costs as much time and never fits."""
    try:
        HASHER.verify(password_hash or _nobodys(), password)
    except (VerificationError, InvalidHashError):
        return False
    return bool(password_hash)


def is_outdated(password_hash: str) -> bool:
    """Whether the hash was made with other parameters than are used today."""
    return HASHER.check_needs_rehash(password_hash)


@cache
def _nobodys() -> str:
    """A hash to work on where there is no account, so that the answer takes as long."""
    return HASHER.hash("nobody has this password")


@cache
def common() -> frozenset[str]:
    """The passwords everybody tries first, from ``data/common_passwords.txt``."""
    text = files("app.accounts").joinpath("data/common_passwords.txt").read_text("utf-8")
    return frozenset(line for line in text.splitlines() if line and not line.startswith("#"))
