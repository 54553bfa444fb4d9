"""Refusals of accounts, in order of precedence."""

from __future__ import annotations

from ledger.kernel.errors import Conflict, Forbidden, Invalid, LimitReached, NotFound, NotSignedIn


class UnknownKey(NotSignedIn):
    """The API key is not one of ours, or was revoked."""

    code = "accounts.unknown_key"


class SignInPaused(LimitReached):
    """Too many wrong passwords for this name; it has to wait."""

    code = "accounts.sign_in_paused"


class SignInRefused(NotSignedIn):
    """Name or password is wrong; which of them is not said."""

    code = "accounts.sign_in_refused"


class WrongPassword(Invalid):
    """The present password given with a new one is wrong."""

    code = "accounts.wrong_password"


class PasswordTooShort(Invalid):
    """The new password has too few characters."""

    code = "accounts.password_too_short"


class PasswordTooLong(Invalid):
    """The new password is longer than what is hashed."""

    code = "accounts.password_too_long"


class PasswordCommon(Invalid):
    """The new password is among those everybody tries first."""

    code = "accounts.password_common"


class SignInNameUnusable(Invalid):
    """A sign-in name is empty, too long, or has characters that cannot be typed everywhere."""

    code = "accounts.sign_in_name_unusable"


class SignInNameTaken(Conflict):
    """Another account has this sign-in name."""

    code = "accounts.sign_in_name_taken"


class RoleNotGiven(Invalid):
    """This role is not given to accounts."""

    code = "accounts.role_not_given"


class OperatorMissing(Invalid):
    """An operator's account or key must say for which operator."""

    code = "accounts.operator_missing"


class LanguageUnknown(Invalid):
    """Pages come in Chinese and English only."""

    code = "accounts.language_unknown"


class UnknownAccount(NotFound):
    """There is no such account."""

    code = "accounts.unknown_account"


class UnknownKeyNumber(NotFound):
    """There is no such key, or it is somebody else's."""

    code = "accounts.unknown_key_number"


class KeyNotYours(Forbidden):
    """A key may not do more than the one who issues it."""

    code = "accounts.key_not_yours"


class TooManyKeys(LimitReached):
    """An account has as many keys in force as it may have."""

    code = "accounts.too_many_keys"


class UnknownDelegation(NotFound):
    """There is no such delegation, or it is somebody else's."""

    code = "accounts.unknown_delegation"


class DelegationExists(Conflict):
    """The same delegation is already in force."""

    code = "accounts.delegation_exists"


class DelegationToSelf(Invalid):
    """An operator needs no delegation to act for itself."""

    code = "accounts.delegation_to_self"


class DelegationNotPossible(Invalid):
    """Only clerks' and operators' accounts may act for an operator."""

    code = "accounts.delegation_not_possible"


class DaysReversed(Invalid):
    """The last day lies before the first."""

    code = "accounts.days_reversed"


class NotDelegated(Forbidden):
    """The operator chosen has not delegated to this account."""

    code = "accounts.not_delegated"
