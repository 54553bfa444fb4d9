"""The verbs of accounts; the only writers of their tables."""

from app.accounts.services.access import actor_of_key, actor_of_session, key_in_force, note_use
from app.accounts.services.delegations import (
    choose_operator,
    grant_delegation,
    withdraw_delegation,
)
from app.accounts.services.keys import issue_key, revoke_key
from app.accounts.services.people import (
    change_password,
    choose_language,
    close_account,
    create_account,
)
from app.accounts.services.sessions import (
    forget_old,
    sign_in,
    sign_out,
    sign_out_everywhere,
)

__all__ = [
    "actor_of_key",
    "actor_of_session",
    "change_password",
    "choose_language",
    "choose_operator",
    "close_account",
    "create_account",
    "forget_old",
    "grant_delegation",
    "issue_key",
    "key_in_force",
    "note_use",
    "revoke_key",
    "sign_in",
    "sign_out",
    "sign_out_everywhere",
    "withdraw_delegation",
]
