"""The API door of accounts: who am I."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from app.accounts.schemas import Me
from app.doors.api import endpoint
from ledger.kernel.actor import PERMISSIONS
from ledger.kernel.uow import UnitOfWork

blueprint = Blueprint(
    "accounts-api", __name__, url_prefix="/api/v1", description="Who is asking, and what it may do"
)


@endpoint(blueprint, "/me", needs="account.own", answers=Me)
def me(uow: UnitOfWork) -> dict[str, Any]:
    """Tell whose key or session this is, and what it may do."""
    who = uow.actor
    return {
        "account": who.account_id,
        "name": who.name,
        "role": who.role.value,
        "operator": who.operator_id,
        "delegated": sorted(who.delegated),
        "permissions": sorted(PERMISSIONS[who.role]),
    }
