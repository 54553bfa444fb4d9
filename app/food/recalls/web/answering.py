"""Answers of holders: signed in, or on a telephone through a signed link and without an account."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Response, flash, g, render_template, url_for

from app.doors import http, seals
from app.doors.i18n import gettext as _
from app.doors.web import form, page
from app.food.recalls import errors, queries, services
from app.food.recalls.queries import boards
from app.food.recalls.queries.holders import Seen
from app.food.recalls.rules.deadlines import deadlines_on
from app.food.recalls.rules.links import link_named
from app.food.recalls.schemas import cockpit
from app.food.recalls.schemas.forms import AnswerForm
from app.food.recalls.terms import Expected, GiveAnswer, Recall
from app.food.recalls.web.shared import answer_choices, blueprint, kept, picture, words
from ledger.kernel.uow import UnitOfWork
from ledger.kernel.zone import SHANGHAI
from ledger.subjects.queries import subjects_by_ids

Typed = tuple[GiveAnswer, tuple[Any, ...]]


def _notice(uow: UnitOfWork, found: Recall, operator_id: int) -> dict[str, Any]:
    """A holder's notice: what it has to do first, what the book says it had, what it said."""
    notice = queries.notice_of(uow, found.id, operator_id)
    lots = boards.lots_named(uow, {one.lot_id for one in notice.expected})
    hours = deadlines_on(uow.parameters, found.known_at.astimezone(SHANGHAI).date()).silence_hours
    recaller = subjects_by_ids(uow, [found.recaller_id], papers=False) if found.recaller_id else {}
    return {
        "recall": found,
        "goods": boards.goods_of(uow, [found])[found.id],
        "recaller": recaller.get(found.recaller_id or 0),
        "row": cockpit.row_of(notice),
        "clock": cockpit.silence_clock(notice.sent_at, uow.now, tuple(hours.values())),
        "until": cockpit.answer_until(notice.sent_at, hours),
        "lots": lots,
        "expected": [(lot, _expected(notice.expected, lot.id)) for lot in lots.values()],
        "answers": queries.answers_of(uow, found.id, Seen(operator_id=operator_id)),
        "may_answer": found.is_open and not found.is_drill,
        **answer_choices(notice, lots),
        **words(),
    }


def _expected(expected: tuple[Expected, ...], lot_id: int) -> list[Expected]:
    return [one for one in expected if one.lot_id == lot_id]


# --- signed in ------------------------------------------------------------------------------------


def _mine(uow: UnitOfWork, recall_id: int) -> dict[str, Any]:
    g.audit_about = f"recall:{recall_id}"
    found = queries.recall(uow, recall_id)
    shown = _notice(uow, found, uow.actor.operator_id or 0)
    return shown | {"action": url_for("recalls.mine", recall_id=recall_id)}


@form(
    blueprint,
    "/recalls/<int:recall_id>/mine",
    needs="recall.read",
    loads=AnswerForm,
    template="recalls/mine.html",
    context=_mine,
    endpoint="mine",
    audits="recall.look_up",
)
def answer(uow: UnitOfWork, said: Typed, recall_id: int) -> str:
    """A holder that is signed in says what has become of its goods."""
    command, sent = said
    who = uow.actor.operator_id or 0
    named = replace(command, recall_id=recall_id, operator_id=who, pictures=kept(sent))
    services.give_answer(uow, named)
    flash(_("回报已收下，谢谢。"))
    return url_for("recalls.mine", recall_id=recall_id)


@page(
    blueprint,
    "/recalls/<int:recall_id>/mine/<int:answer_id>/<int:position>",
    needs="recall.read",
    audits="recall.look_up",
)
def my_picture(uow: UnitOfWork, recall_id: int, answer_id: int, position: int) -> Response:
    """A picture the holder sent itself."""
    found = queries.recall(uow, recall_id)
    mine = queries.answers_of(uow, found.id, Seen(operator_id=uow.actor.operator_id or 0))
    return picture(mine, answer_id, position)


# --- through a link -------------------------------------------------------------------------------


def _linked(uow: UnitOfWork, link: str) -> dict[str, Any]:
    """The page behind a link; refuses one we did not make, and one that has run out, by name."""
    named = link_named(link, seals.key())
    try:
        if services.new_link(uow, named.recall_id, named.operator_id) != named:
            raise errors.LinkExpired
        found = queries.recall_known(uow, named.recall_id)
    except (errors.UnknownHolder, errors.UnknownRecall) as problem:
        raise errors.UnknownLink from problem
    shown = _notice(uow, found, named.operator_id)
    return shown | {"action": url_for("recalls.answer_link", link=link), "link": link}


@blueprint.get("/r/<link>")
def linked(link: str) -> str:
    """A holder's notice through its signed link, on a telephone; it counts as seen."""

    def shown(uow: UnitOfWork) -> str:
        services.see_notice(uow, link, seals.key())
        given = _linked(uow, link)
        empty = {"values": given["values"], "errors": {}, "detail": None, "filing_key": None}
        return render_template("recalls/linked.html", **given, form=empty, errors={})

    return http.do(shown, needs="code.read", read_only=False)


vars(linked)["limit"] = "public"


@page(
    blueprint,
    "/r/<link>/pictures/<int:answer_id>/<int:position>",
    needs="code.read",
    limit="public",
    fresh=True,
)
def linked_picture(uow: UnitOfWork, link: str, answer_id: int, position: int) -> Response:
    """A picture that was sent through the same link."""
    given = _linked(uow, link)
    return picture(given["answers"], answer_id, position)


@form(
    blueprint,
    "/r/<link>/answer",
    needs="code.read",
    loads=AnswerForm,
    template="recalls/linked.html",
    context=_linked,
    limit="public",
)
def answer_link(uow: UnitOfWork, said: Typed, link: str) -> str:
    """Answer through a signed link, as often as there is something to say."""
    command, sent = said
    link_named(link, seals.key())  # a stranger's pictures are not kept
    services.answer_by_link(uow, link, seals.key(), replace(command, pictures=kept(sent)))
    return url_for("recalls.linked", link=link) + "#said"
