"""An operator's home: what waits for it, what is missing, the figures of the month."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from flask import flash, request, url_for
from marshmallow import fields, validate

from app.doors.assets import when_text
from app.doors.i18n import gettext as _
from app.doors.web import action, form, page
from app.food.filing import services
from app.food.filing.queries.deliveries import deliveries, delivery_by_id
from app.food.filing.schemas.forms import Typed
from app.food.filing.terms import Delivery, TakeDelivery
from app.food.filing.web.shared import (
    blueprint,
    moment_words,
    own_operator,
    proof_state,
    unit_words,
)
from ledger.entries.queries import book_page, matched_in_month, month_figures, pending_proof
from ledger.entries.terms import BookAsked
from ledger.kernel.moment import Moment, Precision
from ledger.kernel.uow import UnitOfWork
from ledger.products.queries import proven_lots

SHOWN = 5  # deliveries on the first screen; the rest behind one link


@page(
    blueprint, "/operator", needs="entry.file", template="pages/home_operator.html", endpoint="home"
)
def home(uow: UnitOfWork) -> dict[str, Any]:
    """What waits for me, the most pressing first."""
    operator_id = own_operator(uow)
    waiting = deliveries(uow, operator_id)
    shown = waiting if request.args.get("all") else waiting[:SHOWN]
    rest = len(waiting) - len(shown)
    return {
        "recalled": [],
        "deliveries": _cards(uow, shown),
        "deliveries_total": len(waiting),
        "more_deliveries": {
            "text": _("还有 %(n)s 张", n=rest),
            "href": url_for("filing.home", all=1),
        }
        if rest
        else None,
        "todos": _todos(uow, operator_id),
        "month": _month(uow, operator_id),
        "latest": _latest(uow, operator_id),
        "scan_href": f"{url_for('trace.scan')}?for=receipt",
    }


def _cards(uow: UnitOfWork, shown: Sequence[Delivery]) -> list[dict[str, Any]]:
    proven = proven_lots(uow, {line.lot_id for one in shown for line in one.lines})
    return [_card(one, proven) for one in shown]


def _card(delivery: Delivery, proven: AbstractSet[int]) -> dict[str, Any]:
    return {
        "id": delivery.id,
        "from": delivery.sender_name,
        "filing_key": None,
        "sent": _("%(at)s 发出", at=_sent(delivery.at)),
        "action": url_for("filing.answer", delivery_id=delivery.id),
        "differs_href": url_for("filing.differs", delivery_id=delivery.id),
        "lines": [
            {
                "name": line.product_name,
                "lot": line.lot_number or "–",
                "quantity": line.quantity,
                "unit": unit_words(line.unit),
                "proof": bool(line.certificate) or line.lot_id in proven,
            }
            for line in delivery.lines
        ],
    }


def _sent(at: Moment) -> str:
    if at.precision is Precision.SECOND:
        return when_text(at.start, "sentence")
    return when_text(at.day, "sentence") if at.day else moment_words(at)


def _todos(uow: UnitOfWork, operator_id: int) -> list[dict[str, Any]]:
    missing = pending_proof(uow, operator_id)
    if not missing:
        return []
    return [
        {
            "kind": "gap",
            "text": _("%(n)s 批货没有合格证明", n=len({it.lot_id for it in missing})),
            "small": _("进货后 24 小时内补上，否则不能再卖"),
            "href": url_for("certificates.new", lot_id=missing[0].lot_id)
            if len({it.lot_id for it in missing}) == 1
            else url_for("filing.book", flag="pending_proof"),
        }
    ]


def _month(uow: UnitOfWork, operator_id: int) -> dict[str, Any]:
    figures = month_figures(uow, operator_id, uow.today)
    filed = sum(figures.entries.values())
    return {
        "receipts": figures.entries["receipt"],
        "filed": filed,
        "on_time": filed - figures.flagged["late"],
        "matched": matched_in_month(uow, operator_id, uow.today),
    }


def _latest(uow: UnitOfWork, operator_id: int) -> dict[str, Any] | None:
    found = book_page(uow, BookAsked(operator_id=operator_id, limit=1)).items
    if not found:
        return None
    return {
        "state": proof_state(uow, found[0].reference),
        "text": f"{moment_words(found[0].at)} {found[0].product_name}",
        "href": url_for("filing.entry", reference=found[0].reference),
    }


class AnswerForm(Typed):
    """One of the two buttons under a delivery."""

    answer = fields.String(required=True, validate=validate.OneOf(["accepted", "not_received"]))


@action(
    blueprint, "/deliveries/<delivery_id>", needs="entry.file", loads=AnswerForm, endpoint="answer"
)
def answer(uow: UnitOfWork, said: dict[str, Any], delivery_id: str) -> str:
    """Take a delivery as it was sent, or say that it has not arrived."""
    operator_id = own_operator(uow)
    if said["answer"] == "accepted":
        services.take_delivery(uow, TakeDelivery(operator_id=operator_id, delivery_id=delivery_id))
        flash(_("收下了，已记入进货台账。"), "ok")
    else:
        services.refuse_delivery(uow, operator_id, delivery_id)
        flash(_("已记为没收到，不再等您确认。"), "ok")
    return url_for("filing.home")


class DiffersForm(Typed):
    """What came of each line; fields are named after the dispatches."""

    class Meta:
        """The names of the fields are only known with the delivery."""

        unknown = "include"


def _differing(uow: UnitOfWork, delivery_id: str) -> dict[str, Any]:
    delivery = delivery_by_id(uow, own_operator(uow), delivery_id)
    return {
        "delivery": delivery,
        "sent": _sent(delivery.at),
        "unit_words": unit_words,
        "values": {f"quantity_{line.reference}": line.quantity for line in delivery.lines},
    }


@form(
    blueprint,
    "/deliveries/<delivery_id>/differs",
    needs="entry.file",
    loads=DiffersForm,
    template="filing/differs.html",
    context=_differing,
    endpoint="differs",
)
def differs(uow: UnitOfWork, said: dict[str, Any], delivery_id: str) -> str:
    """Take a delivery in the quantities that came; nothing of a line is not arrived."""
    came = {
        name.removeprefix("quantity_"): str(text)
        for name, text in said.items()
        if name.startswith("quantity_")
    }
    services.take_delivery(
        uow, TakeDelivery(operator_id=own_operator(uow), delivery_id=delivery_id, quantities=came)
    )
    flash(_("按实际数量收下了，差额双方都看得到。"), "ok")
    return url_for("filing.home")
