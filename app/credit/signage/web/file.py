"""The signs of a subject on its credit file."""

from __future__ import annotations

from typing import Any

from flask import render_template

from app.credit.records.terms import Audience
from app.credit.signage import queries
from app.credit.signage.queries.boards import boards
from app.credit.signage.rules.statements import grouped
from ledger.kernel.uow import UnitOfWork
from ledger.subjects.terms import Subject


def part(uow: UnitOfWork, subject: Subject, audience: Audience) -> str:
    """A panel with the hanging signs of a subject; nothing where none hangs."""
    known = {one.scheme: one for one in boards(uow)}
    found: list[tuple[Any, Any]] = [
        (sign, known[sign.held.scheme])
        for sign in queries.signs_of_subject(uow, subject.id)
        if sign.held.scheme in known
    ]
    if not found:
        return ""
    manages = audience is Audience.GOVERNMENT and uow.actor.may("sign.read")
    return render_template(
        "signage/_file.html", found=found, grouped=grouped, today=uow.today, manages=manages
    )
