"""What officers do with signs: look for one, end it, replace it, take a reply away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, g, request, url_for

from app.credit.signage import queries, services
from app.credit.signage.queries.boards import boards
from app.credit.signage.queries.whole import whole
from app.credit.signage.rules.statements import grouped, read_number
from app.credit.signage.schemas import ReasonForm
from app.credit.signage.terms import FOOD, HideReply, RenewSign, RevokeSign, SignsAsked
from app.credit.signage.web.shared import blueprint
from app.doors.i18n import gettext as _
from app.doors.web import action, page
from ledger.kernel.uow import UnitOfWork

_PAGE = 30


@page(
    blueprint,
    "/signs",
    needs="sign.read",
    template="signage/index.html",
    audits="sign.search",
)
def index(uow: UnitOfWork) -> Mapping[str, Any]:
    """The hanging signs of a scheme; a number leads to its sign."""
    known = boards(uow)
    chosen = request.args.get("scheme", "") or FOOD
    text = request.args.get("q", "").strip()[:60]
    named = read_number(text)
    asked = SignsAsked(
        scheme=chosen, text=text, after=request.args.get("after", "")[:12], limit=_PAGE
    )
    found, following = queries.signs_page(uow, asked)
    board = next((one for one in known if one.scheme == chosen), known[0])
    return {
        "boards": known,
        "board": board,
        "found": found,
        "next": following,
        "after": asked.after,
        "query": text,
        "named": queries.sign_by_number(uow, named) if named else None,
        "grouped": grouped,
        "today": uow.today,
    }


@page(
    blueprint,
    "/signs/<number>",
    needs="sign.read",
    template="signage/manage.html",
    audits="sign.look_up",
)
def manage(uow: UnitOfWork, number: str) -> Mapping[str, Any]:
    """One sign with its history, and what an officer may do with it."""
    shown = whole(uow, number)
    g.audit_about = f"sign:{shown.sign.number}"
    return {
        "shown": shown,
        "sign": shown.sign,
        "number": grouped(shown.sign.number),
        "past": queries.history_of(uow, shown.sign.held),
        "grouped": grouped,
        "today": uow.today,
        "may_issue": uow.actor.may("sign.issue"),
    }


@action(blueprint, "/signs/<number>/revoke", needs="sign.issue", loads=ReasonForm)
def revoke(uow: UnitOfWork, said: dict[str, str], number: str) -> str:
    """End a sign."""
    services.revoke_sign(uow, RevokeSign(number=number, reason=said["reason"]))
    flash(_("这块牌已撤销，扫码会看到原因。"), "ok")
    return url_for(".manage", number=number)


@action(blueprint, "/signs/<number>/renew", needs="sign.issue", loads=ReasonForm)
def renew(uow: UnitOfWork, said: dict[str, str], number: str) -> str:
    """Replace a sign that is lost or worn."""
    made = services.renew_sign(uow, RenewSign(number=number, reason=said["reason"]))
    flash(_("已换发新牌，旧牌扫码会显示已换。"), "ok")
    return url_for(".manage", number=made)


@action(blueprint, "/signs/<number>/hide-reply", needs="sign.issue", loads=ReasonForm)
def hide_reply(uow: UnitOfWork, said: dict[str, str], number: str) -> str:
    """Take a reply off the page."""
    services.hide_reply(uow, HideReply(number=number, reason=said["reason"]))
    flash(_("已从公示牌的页面撤下。"), "ok")
    return url_for(".manage", number=number)
