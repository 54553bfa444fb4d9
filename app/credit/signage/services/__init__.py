"""The verbs of signs: kept true to the grades, ended, replaced, answered."""

from __future__ import annotations

from app.credit.signage.services.ending import renew_sign, revoke_sign
from app.credit.signage.services.keeping import keep_signs
from app.credit.signage.services.replies import hide_reply, say_reply

__all__ = ["hide_reply", "keep_signs", "renew_sign", "revoke_sign", "say_reply"]
