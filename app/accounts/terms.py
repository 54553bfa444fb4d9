"""The words of accounts: what is asked of them and what is shown of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from ledger.kernel.actor import Role

LANGUAGES = ("zh", "en")


@dataclass(frozen=True, kw_only=True, slots=True)
class CreateAccount:
    """A person gets an account; ``operator_id`` is whose book it works on."""

    sign_in_name: str
    password: str
    role: Role
    name: str
    operator_id: int | None = None
    language: str = "zh"


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangePassword:
    """The actor's own password; all sessions but the present one end."""

    old: str
    new: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ChooseLanguage:
    """The language the actor's pages are in after signing in."""

    language: str


@dataclass(frozen=True, kw_only=True, slots=True)
class IssueKey:
    """A machine gets a key; without ``account_id`` an account of its own comes with it."""

    label: str
    role: Role
    operator_id: int | None = None
    account_id: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class RevokeKey:
    """A key is worth nothing from now on."""

    key_id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class GrantDelegation:
    """An operator lets a clerk's account or another operator (by USCC) file for it."""

    operator_id: int
    to: str
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class WithdrawDelegation:
    """A delegation ends now."""

    delegation_id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class SignIn:
    """A name and a password, from an address."""

    sign_in_name: str
    password: str
    address: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Session:
    """What a browser holds, signed by us: whose it is and since when; times are instants."""

    id: str
    account_id: int
    epoch: int
    since: datetime
    seen: datetime
    operator_id: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """An account as it is shown."""

    id: int
    sign_in_name: str
    role: Role
    name: str
    operator_id: int | None
    language: str
    created_at: datetime
    closed_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Key:
    """A key as it is shown: never its secret."""

    id: int
    prefix: str
    label: str
    role: Role
    operator_id: int | None
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Delegation:
    """Who may act for whom, from when to when; both days included."""

    id: int
    operator_id: int
    operator_name: str
    to_name: str
    valid_from: date
    valid_to: date | None
    withdrawn_at: datetime | None

    def holds(self, on: date) -> bool:
        """Whether it may be used on a day."""
        ended = self.valid_to is not None and on > self.valid_to
        return self.withdrawn_at is None and self.valid_from <= on and not ended


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditAsked:
    """Which audit lines are wanted; ``before`` is the number of the last line already seen."""

    account_id: int | None = None
    action: str = ""
    about: str = ""
    since: date | None = None
    until: date | None = None
    before: int | None = None
    limit: int = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditLine:
    """One line: who did or looked up what, and when."""

    id: int
    at: datetime
    account_id: int | None
    account: str
    role: str
    action: str
    about: str
    details: Mapping[str, Any]
    request_id: str
