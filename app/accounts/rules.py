"""Decisions of accounts: passwords, pauses after wrong ones, how long a session holds, keys."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise

from app.accounts import errors
from app.accounts.terms import Session
from ledger.kernel.actor import Role
from ledger.kernel.ids import encode
from ledger.kernel.names import fold_name

PASSWORD_LENGTH_MIN = 12  # length, not signs: NIST SP 800-63B 5.1.1.2 advises against recipes
PASSWORD_LENGTH_MAX = 256  # a passphrase of forty words; hashing must not be fed megabytes
DIFFERENT_CHARACTERS_MIN = 5  # "aaaaaaaaaaaa" is long and worth nothing
FAILURES_FREE = 5  # typing slips of a day
FAILURES_OF_ALL_FREE = 50  # from many addresses at once: then a guess a minute and no more
PAUSE_FIRST = timedelta(minutes=1)
PAUSE_MAX = timedelta(minutes=15)  # longer ones would let anybody shut an account out for good
FAILURES_COUNT_FOR = timedelta(hours=24)
IDLE_MAX = timedelta(hours=12)  # a shop is open that long; its phone must not ask at every delivery
SESSION_MAX = timedelta(days=7)  # then everybody signs in anew
SEEN_STEP = timedelta(minutes=5)  # how exactly the idle time is kept: not a cookie per request
USED_STEP = timedelta(minutes=10)  # how exactly the last use of a key is kept: not a write per call
KEYS_MAX = 20  # per account: one per till or machine; more are lost ones

ROLES_GIVEN = frozenset(
    {
        Role.OPERATOR,
        Role.CLERK,
        Role.INSPECTOR,
        Role.REGISTRAR,
        Role.CREDIT,
        Role.AGENCY,
        Role.ADMIN,
    }
)
ROLES_OF_OPERATORS = frozenset({Role.OPERATOR})

Pause = Callable[[int], timedelta]

_SIGN_IN_NAME = re.compile(r"[\w.@+-]{2,64}")
_KEY = re.compile(r"sy_([0-9A-HJKMNP-TV-Z]{10})_[0-9a-f]{64}")


def sign_in_name_of(typed: str) -> str:
    """The name without differences of width and case. Raises SignInNameUnusable."""
    name = fold_name(typed)
    if not _SIGN_IN_NAME.fullmatch(name):
        raise errors.SignInNameUnusable(field="sign_in_name", name=typed[:64])
    return name


def check_password(password: str, *, sign_in_name: str, common: frozenset[str]) -> None:
    """Refuse a password that is too short, too long, or among the first anybody would try.

    Raises PasswordTooShort, PasswordTooLong, PasswordCommon; their field is ``password``.
    """
    if len(password) < PASSWORD_LENGTH_MIN:
        raise errors.PasswordTooShort(field="password", least=PASSWORD_LENGTH_MIN)
    if len(password) > PASSWORD_LENGTH_MAX:
        raise errors.PasswordTooLong(field="password", most=PASSWORD_LENGTH_MAX)
    folded = password.casefold()
    plain = len(set(folded)) < DIFFERENT_CHARACTERS_MIN or _is_row(folded)
    if plain or folded in common or sign_in_name in folded:
        raise errors.PasswordCommon(field="password")


def _is_row(text: str) -> bool:
    """Whether every character follows its neighbour by one, up or down: abcdefg, 9876543."""
    steps = {ord(after) - ord(before) for before, after in pairwise(text)}
    return steps <= {1, -9} or steps <= {-1, 9}


def pause_after(failures: int) -> timedelta:
    """How long a name waits after so many wrong passwords in a row: 1, 2, 4, 8, 15 minutes."""
    if failures < FAILURES_FREE:
        return timedelta(0)
    doublings = min(failures - FAILURES_FREE, 10)
    return min(PAUSE_MAX, PAUSE_FIRST * (1 << doublings))


def pause_of_all_after(failures: int) -> timedelta:
    """How long a name waits everywhere after so many wrong passwords of a day, from anywhere."""
    return PAUSE_FIRST if failures >= FAILURES_OF_ALL_FREE else timedelta(0)


def session_holds(session: Session, now: datetime) -> bool:
    """Whether a session is neither idle for too long nor too old, nor from the future."""
    idle, age = now - session.seen, now - session.since
    return timedelta(0) <= idle <= IDLE_MAX and timedelta(0) <= age <= SESSION_MAX


def key_text(prefix_number: int, secret: bytes) -> str:
    """A key as it is handed out: ``sy_``, a prefix of 10 characters, 256 bits as hexadecimal."""
    return f"sy_{encode(prefix_number, 10)}_{secret.hex()}"


def key_prefix(key: str) -> str | None:
    """The prefix of a key, or None where the text has not the form of one."""
    found = _KEY.fullmatch(key)
    return found[1] if found else None


def key_hash(key: str) -> bytes:
    """What is kept of a key. A fast hash is enough: 256 random bits cannot be guessed."""
    return hashlib.sha256(key.encode()).digest()


def same_hash(one: bytes, other: bytes) -> bool:
    """Whether two hashes are equal, in a time that does not tell where they differ."""
    return hmac.compare_digest(one, other)
