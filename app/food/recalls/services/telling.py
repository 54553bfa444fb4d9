"""Messages to holders and officials about a recall; each is written once, however often asked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from app.food.recalls.model import RecallNoticeRow, RecallRow
from app.food.recalls.queries import lots_in
from app.food.recalls.queries.naming import named_lots
from app.food.recalls.rules.deadlines import deadlines_on
from app.food.recalls.rules.links import link_text
from app.food.recalls.terms import LinkNamed, Reach
from app.messages.services import tell
from app.messages.terms import Tell
from ledger.kernel.actor import Role
from ledger.kernel.selecting import any_among
from ledger.kernel.uow import UnitOfWork
from ledger.kernel.zone import SHANGHAI

ANSWER_PATH = "/r/"  # where a holder's signed link leads
_NAMED = 3  # lots a message names; more are counted
_KINDS = {0: "recall.notice", 1: "recall.reminder", 2: "recall.overdue", 3: "recall.overdue"}


def tell_holders(
    uow: UnitOfWork, recall_id: int, operators: Sequence[int], reminder: int, key: str
) -> int:
    """Tell holders of a recall, each with its own link; how many messages were written.

    Those who can only be visited get none.
    """
    row = uow.session.get(RecallRow, recall_id)
    if row is None or row.is_drill:
        return 0
    notices = uow.session.scalars(
        select(RecallNoticeRow).where(
            RecallNoticeRow.recall_id == recall_id,
            RecallNoticeRow.operator_id == any_among(operators),
            RecallNoticeRow.reach == Reach.MESSAGE.value,
            RecallNoticeRow.sent_at.is_not(None),
        )
    ).all()
    if not notices:
        return 0
    sent = min(one.sent_at for one in notices if one.sent_at is not None)
    kind = _KINDS[reminder]
    params = goods(uow, recall_id) | {"until": _until(uow, row, sent)}
    if kind == "recall.notice":
        params["reason"] = row.reason
    links = {
        one.operator_id: {
            "link": ANSWER_PATH + link_text(LinkNamed(recall_id, one.operator_id, one.issue), key)
        }
        for one in notices
    }
    said = Tell(
        kind=kind,
        operator_ids=sorted(links),
        params=params,
        own=links,
        about=f"recall:{recall_id}",
        urgent=True,
        once_key=f"{kind}:{recall_id}:{reminder}",
    )
    return tell(uow, said)


def tell_closed(uow: UnitOfWork, recall_id: int) -> int:
    """Tell the holders who were told of a recall that it has ended."""
    told = uow.session.scalars(
        select(RecallNoticeRow.operator_id).where(
            RecallNoticeRow.recall_id == recall_id,
            RecallNoticeRow.reach == Reach.MESSAGE.value,
            RecallNoticeRow.sent_at.is_not(None),
        )
    ).all()
    kind = "recall.closed"
    if not told:
        return 0
    said = Tell(
        kind=kind,
        operator_ids=told,
        params=goods(uow, recall_id),
        link=f"/recalls/{recall_id}",
        about=f"recall:{recall_id}",
        once_key=f"{kind}:{recall_id}",
    )
    return tell(uow, said)


def tell_officials(uow: UnitOfWork, fact: dict[str, Any]) -> int:
    """Tell the inspectors of a limit that was missed, or of holders who stay silent."""
    timer, number = str(fact["timer"]), str(fact["number"])
    silent = len(fact.get("operators", ()))
    kind = "recall.silent" if timer == "answer" else f"recall.missed_{timer}"
    once = f"{kind}:{fact['recall_id']}:{fact.get('stage', fact.get('due_at'))}"
    said = Tell(
        kind=kind,
        role=Role.INSPECTOR,
        params={"number": number} | ({"count": silent} if timer == "answer" else {}),
        link=f"/recalls/{fact['recall_id']}",
        about=f"recall:{fact['recall_id']}",
        urgent=True,
        once_key=once,
    )
    return tell(uow, said)


def goods(uow: UnitOfWork, recall_id: int) -> dict[str, Any]:
    """The product and lots of a recall as a message names them."""
    roots = [one.lot_id for one in lots_in(uow, recall_id, _NAMED + 1) if one.is_root]
    named = named_lots(uow, roots)
    shown = [named[lot] for lot in roots if lot in named]
    numbers = "、".join(one.number for one in shown[:_NAMED]) + ("…" if len(shown) > _NAMED else "")
    return {"product": shown[0].product if shown else "–", "lot": numbers or "–"}


def _until(uow: UnitOfWork, row: RecallRow, sent: Any) -> Any:
    hours = deadlines_on(uow.parameters, row.known_at.astimezone(SHANGHAI).date()).silence_hours
    return (sent + timedelta(hours=hours[1])).astimezone(SHANGHAI)
