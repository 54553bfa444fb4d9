"""The wire of signs: forms, JSON of one, the open files of all."""

from __future__ import annotations

from app.credit.signage.schemas.forms import ReasonForm, ReplyForm
from app.credit.signage.schemas.wire import KeyAnswer, SignAnswer, sign_answer

__all__ = ["KeyAnswer", "ReasonForm", "ReplyForm", "SignAnswer", "sign_answer"]
