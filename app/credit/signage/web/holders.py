"""What who holds signs does: see them, print them, say something of the grade."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, url_for

from app.credit.signage import queries, services
from app.credit.signage.queries.boards import boards
from app.credit.signage.queries.present import present_of
from app.credit.signage.queries.whole import Whole, whole
from app.credit.signage.rules.faces import stars
from app.credit.signage.rules.statements import grouped
from app.credit.signage.schemas import ReplyForm
from app.credit.signage.terms import REPLY_MAX, SayReply
from app.credit.signage.web.shared import blueprint
from app.doors.i18n import gettext as _
from app.doors.web import form, page
from ledger.kernel.uow import UnitOfWork


@page(blueprint, "/signs/mine", needs="sign.read_own", template="signage/mine.html")
def mine(uow: UnitOfWork) -> Mapping[str, Any]:
    """The signs that hang for the operator whose book is open; none where no book is."""
    known = {one.scheme: one for one in boards(uow)}
    found = [
        Whole(
            sign=sign,
            board=board,
            state=sign.state(uow.today),
            present=present_of(uow, sign.held, board),
            reply=queries.reply_about(uow, sign.held),
        )
        for sign in queries.signs_of_subject(uow, uow.actor.operator_id or 0)
        if (board := known.get(sign.held.scheme))
    ]
    return {"found": found, "grouped": grouped, "stars": stars}


def _own(uow: UnitOfWork, number: str) -> Mapping[str, Any]:
    shown = whole(uow, number)
    uow.actor.require_operator(shown.sign.held.subject_id)
    said = shown.reply.text if shown.reply else ""
    return {
        "shown": shown,
        "number": grouped(shown.sign.number),
        "most": REPLY_MAX,
        "values": {"text": said},
    }


@form(
    blueprint,
    "/signs/<number>/reply",
    needs="sign.read_own",
    loads=ReplyForm,
    template="signage/reply.html",
    context=_own,
)
def reply(uow: UnitOfWork, said: dict[str, str], number: str) -> str:
    """The holder's own words beside its grade."""
    services.say_reply(uow, SayReply(number=number, text=said["text"]))
    flash(_("已经放在公示牌的页面上。") if said["text"].strip() else _("已经撤下。"), "ok")
    return url_for(".mine")
