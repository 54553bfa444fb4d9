"""Recalls for who runs them: the list, opening one, the cockpit, and each holder."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import Response, flash, g, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.doors import http, seals
from app.doors.i18n import gettext as _
from app.doors.web import form, loaded, page
from app.food.recalls import errors, queries, services
from app.food.recalls.queries import boards, naming
from app.food.recalls.queries.holders import Seen
from app.food.recalls.rules import states
from app.food.recalls.rules.deadlines import deadlines_on
from app.food.recalls.rules.links import link_text
from app.food.recalls.schemas import HoldersQuery, RecallsQuery, cockpit
from app.food.recalls.schemas.forms import LOTS_TYPED, AnswerForm, OpenForm
from app.food.recalls.services.telling import ANSWER_PATH
from app.food.recalls.terms import (
    Event,
    GiveAnswer,
    HoldersAsked,
    OpenRecall,
    Recall,
    RecallsAsked,
    Step,
)
from app.food.recalls.web.shared import answer_choices, blueprint, kept, picture, words
from ledger.kernel.uow import UnitOfWork
from ledger.kernel.zone import SHANGHAI
from ledger.products.queries import product_by_id
from ledger.subjects.queries import subjects_by_ids
from scanner.trace.queries import pointed_at

LOTS_SHOWN = 50  # lots the cockpit names; the case file has all
HOLDERS_SHOWN = 50
PAGE = 25


@page(
    blueprint,
    "/recalls/cases",
    needs="recall.read",
    template="recalls/index.html",
    audits="recall.look_up",
)
def index(uow: UnitOfWork) -> dict[str, Any]:
    """Recalls, the newest first: all for officials, for an operator those that concern it."""
    g.audit_about = "recalls"
    typed = {name: said for name, said in request.args.items() if said}
    wanted = typed.pop("open", "true")
    running = {} if wanted == "all" else {"open": wanted}
    asked: RecallsAsked = loaded(RecallsQuery, typed | running | {"limit": PAGE})
    found = queries.recalls(uow, asked)
    own = {uow.actor.operator_id, *uow.actor.delegated}
    return {
        "found": found,
        "goods": boards.goods_of(uow, found.items),
        "runs": {one.id for one in found.items if one.recaller_id in own},
        "sees_all": uow.actor.may("recall.read_all"),
        "asked": asked,
        **words(),
    }


def _opening(uow: UnitOfWork) -> dict[str, Any]:
    """What the form shows beside what is typed: the lots or the product that were chosen."""
    said = request.values
    lots = [int(one) for one in _listed("lots") if one.isdecimal() and len(one) < 10]
    product_id = said.get("product_id", type=int)
    code = said.get("code", "").strip()
    if code and not lots and not product_id:
        pointed = pointed_at(uow, code, lot=said.get("lot", ""), key=seals.key())
        lots, product_id = list(pointed.lots), None if pointed.lots else pointed.product_id
    shown = boards.lots_named(uow, lots[:LOTS_TYPED]) if lots else {}
    product = product_by_id(uow, product_id) if product_id and not shown else None
    now = uow.now.astimezone(SHANGHAI)
    return {
        "shown": [shown[lot] for lot in lots if lot in shown],
        "product": product,
        "orders": uow.actor.may("recall.order"),
        "values": {
            "known_at": f"{now:%Y-%m-%dT%H:%M}",
            "lots": list(map(str, shown)),
            "product_id": product.id if product else "",
            "kind": "recall",
            "found": "sampling" if uow.actor.may("recall.order") else "own_check",
            "level": "0",
        },
        **words(),
    }


def _listed(name: str) -> list[str]:
    """The values of a field, ticked one by one or joined by commas in an address."""
    return [part for one in request.values.getlist(name) for part in one.split(",")]


@form(
    blueprint,
    "/recalls/new",
    needs="recall.open",
    loads=OpenForm,
    template="recalls/new.html",
    context=_opening,
)
def new(uow: UnitOfWork, command: OpenRecall) -> str:
    """Open a recall, a withdrawal or a drill of the lots that were chosen."""
    opened = services.open_recall(uow, command)
    flash(_("召回 %(number)s 已开启。", number=opened.number))
    return url_for("recalls.case", recall_id=opened.id)


@page(blueprint, "/recalls/<int:recall_id>", needs="code.read", limit="public")
def here(uow: UnitOfWork, recall_id: int) -> AnyResponse:
    """Where a recall is for the one who asks: cockpit, own notice, or what everybody may read."""
    if uow.actor.may("recall.read"):
        try:
            found = queries.recall(uow, recall_id)
        except errors.UnknownRecall:
            pass
        else:
            shown = "recalls.case" if _runs(uow, found) else "recalls.mine"
            return redirect(url_for(shown, recall_id=recall_id))
    return redirect(url_for("recalls.notice", number=boards.public_number(uow, recall_id)))


def _runs(uow: UnitOfWork, found: Recall) -> bool:
    """Whether a recall is the actor's to run: an official's, or its recaller's."""
    return naming.sees_all(uow) or naming.recalls_itself(uow, found)


def seen_whole(uow: UnitOfWork, recall_id: int) -> Recall:
    """A recall for who runs it. Raises UnknownRecall."""
    g.audit_about = f"recall:{recall_id}"
    found = queries.recall(uow, recall_id)
    if not _runs(uow, found):
        raise errors.UnknownRecall
    return found


@page(
    blueprint,
    "/recalls/cases/<int:recall_id>",
    needs="recall.read",
    template="recalls/case.html",
    audits="recall.look_up",
)
def case(uow: UnitOfWork, recall_id: int) -> dict[str, Any] | AnyResponse:
    """The cockpit: limits, who has answered, where the goods are, what is to be done next."""
    found = queries.recall(uow, recall_id)
    if not _runs(uow, found):
        return redirect(url_for("recalls.mine", recall_id=recall_id))
    g.audit_about = f"recall:{recall_id}"
    events = queries.events_of(uow, found.id)
    effect, tally = queries.effectiveness_of(uow, found.id), queries.tally_of(uow, found.id)
    tiers = queries.tiers_of(uow, found.id)
    steps = _steps(uow, found)
    return {
        **_head(uow, found),
        "dues": cockpit.dues(found, queries.clocks_of(uow, found), effect, tally, uow.now),
        "clock": _silence(uow, found, events),
        "sums": cockpit.sums_of(effect),
        "as_of": effect.as_of,
        "tiers": cockpit.tiers_of(effect, tiers),
        "districts": boards.districts_of(uow, found.id) if naming.sees_all(uow) else (),
        "tally": tally,
        "steps": steps,
        "events": list(reversed(events)),
        "has_notice": any(one.step is Step.NOTIFIED for one in events),
        "has_plan": any(one.step is Step.PLANNED for one in events),
        **_holders(uow, found),
        **_lots(uow, found),
        **words(),
    }


def _head(uow: UnitOfWork, found: Recall) -> dict[str, Any]:
    recaller = subjects_by_ids(uow, [found.recaller_id], papers=False) if found.recaller_id else {}
    return {
        "recall": found,
        "goods": boards.goods_of(uow, [found])[found.id],
        "recaller": recaller.get(found.recaller_id or 0),
        "orders": uow.actor.may("recall.order"),
        "is_public": boards.is_public(found),
    }


def _steps(uow: UnitOfWork, found: Recall) -> list[Step]:
    """The steps this actor may take now, the one that leads on first."""
    if not uow.actor.may("recall.open") or not found.is_open:
        return []
    orders = uow.actor.may("recall.order")
    return [it for it in states.next_steps(found.state) if orders or it not in states.AUTHORITYS]


def _silence(uow: UnitOfWork, found: Recall, events: tuple[Event, ...]) -> dict[str, Any]:
    told = next((one.at for one in events if one.step is Step.NOTIFIED), None)
    if not found.is_open:
        return {}
    hours = deadlines_on(uow.parameters, found.known_at.astimezone(SHANGHAI).date()).silence_hours
    return cockpit.silence_clock(told, uow.now, tuple(hours[stage] for stage in sorted(hours)))


def _holders(uow: UnitOfWork, found: Recall) -> dict[str, Any]:
    typed = {name: said for name, said in request.args.items() if said}
    asked: HoldersAsked = loaded(HoldersQuery, typed | {"limit": HOLDERS_SHOWN})
    shown = naming.holders_seen(uow, found, replace(asked, recall_id=found.id))
    said = boards.said_by(uow, found.id, [one.operator_id for one in shown.items])
    rows = [cockpit.row_of(one, said.get(one.operator_id, ())) for one in shown.items]
    return {"holders": shown, "rows": rows, "only": asked}


def _lots(uow: UnitOfWork, found: Recall) -> dict[str, Any]:
    lots = [one for one, _named in naming.lots_seen(uow, found)][:LOTS_SHOWN]
    named = boards.lots_named(uow, [one.lot_id for one in lots])
    inputs = {it["lot_id"] for one in lots for made in one.made_of for it in made["inputs"]}
    return {
        "lots": [(one, named.get(one.lot_id)) for one in lots],
        "inputs": boards.lots_named(uow, inputs) if inputs else {},
    }


# --- one holder -----------------------------------------------------------------------------------


def _holder(uow: UnitOfWork, recall_id: int, operator_id: int) -> dict[str, Any]:
    found = seen_whole(uow, recall_id)
    notice = queries.notice_of(uow, found.id, operator_id)
    if not naming.sees_all(uow) and notice.tier > 1:
        raise errors.UnknownHolder  # whom a customer sells to is its own affair
    answers = queries.answers_of(uow, found.id, Seen(operator_id=operator_id))
    lots = boards.lots_named(uow, {one.lot_id for one in notice.expected})
    return {
        **_head(uow, found),
        "row": cockpit.row_of(notice),
        "answers": answers,
        "lots": lots,
        "link": _link(uow, notice.expires_at, found, operator_id),
        "may_answer": uow.actor.may("recall.order") and found.is_open and not found.is_drill,
        **answer_choices(notice, lots),
        **words(),
    }


def _link(uow: UnitOfWork, until: datetime | None, found: Recall, operator_id: int) -> str:
    """The address a holder answers at, to be read out, sent or printed; empty without one."""
    if (
        not uow.actor.may("recall.order")
        or found.is_drill
        or until is None
        or until <= uow.now
        or not found.is_open
    ):
        return ""
    named = services.new_link(uow, found.id, operator_id)
    return http.room().settings.origin + ANSWER_PATH + link_text(named, seals.key())


@form(
    blueprint,
    "/recalls/cases/<int:recall_id>/holders/<int:operator_id>",
    needs="recall.read",
    loads=AnswerForm,
    template="recalls/holder.html",
    context=_holder,
    audits="recall.look_up",
    endpoint="holder",
)
def holder(
    uow: UnitOfWork, said: tuple[GiveAnswer, tuple[Any, ...]], recall_id: int, operator_id: int
) -> str:
    """One holder: what it had, what it said; what an official found at its place is put down."""
    uow.actor.require("recall.order")
    command, sent = said
    named = replace(command, recall_id=recall_id, operator_id=operator_id, pictures=kept(sent))
    services.give_answer(uow, named)
    flash(_("已记下现场核查的结果。"))
    return url_for("recalls.holder", recall_id=recall_id, operator_id=operator_id)


@page(
    blueprint,
    "/recalls/cases/<int:recall_id>/holders/<int:operator_id>"
    "/pictures/<int:answer_id>/<int:position>",
    needs="recall.read",
    audits="recall.look_up",
)
def holder_picture(
    uow: UnitOfWork, recall_id: int, operator_id: int, answer_id: int, position: int
) -> Response:
    """A picture a holder sent."""
    found = seen_whole(uow, recall_id)
    seen = [
        one
        for one in queries.answers_of(uow, found.id, naming.seen_by(uow, found))
        if one.operator_id == operator_id
    ]
    return picture(seen, answer_id, position)
