"""The API door of signs: one sign for everybody, and the key its statements are checked with."""

from __future__ import annotations

import base64
from typing import Any

from app.credit.signage.queries.whole import stated, whole
from app.credit.signage.rules.statements import public_key, seed_of
from app.credit.signage.schemas import KeyAnswer, SignAnswer, sign_answer
from app.doors import seals
from app.doors.api import endpoint
from app.doors.exact import ExactBlueprint
from ledger.kernel.uow import UnitOfWork

blueprint = ExactBlueprint("signage-api", __name__, url_prefix="/api/v1", description="Signs")


@endpoint(blueprint, "/signs/key", needs="code.read", answers=KeyAnswer, limit="public")
def key(uow: UnitOfWork) -> dict[str, str]:
    """Read the public key codes and statements of signs are signed with."""
    return {
        "algorithm": "Ed25519",
        "key": base64.b64encode(public_key(seed_of(seals.key()))).decode(),
    }


@endpoint(blueprint, "/signs/<number>", needs="code.read", answers=SignAnswer, limit="public")
def show(uow: UnitOfWork, number: str) -> dict[str, Any]:
    """Read a sign: what was printed, what is true now, and a statement that may be shown on."""
    shown = whole(uow, number)
    said = stated(uow, shown, seed_of(seals.key()))
    return sign_answer(shown.sign, shown.state, shown.board, shown.present, shown.reply, said)
