"""The verbs of objections: file, pass on, extend, decide, see to what is late."""

from __future__ import annotations

from app.credit.objections.services.deciding import (
    close_put_right,
    decide_objection,
    extend_objection,
    forward_objection,
)
from app.credit.objections.services.filing import file_objection
from app.credit.objections.services.watching import tell_late

__all__ = [
    "close_put_right",
    "decide_objection",
    "extend_objection",
    "file_objection",
    "forward_objection",
    "tell_late",
]
