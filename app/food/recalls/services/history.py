"""The history of a recall: every step is a line that stays, with who, when and on what ground."""

from __future__ import annotations

from typing import Any

from app.food.recalls.model import RecallEventRow, RecallRow
from app.food.recalls.terms import OpenRecall, Recall, State, Step, TakeStep
from ledger.kernel.uow import UnitOfWork


def write(
    uow: UnitOfWork,
    row: RecallRow,
    step: Step,
    said: OpenRecall | TakeStep | None = None,
    *,
    note: str = "",
    **details: Any,
) -> None:
    """Add a line to a recall's history."""
    words = (
        {name: getattr(said, name).strip() for name in ("organ", "basis", "document")}
        if (said is not None)
        else {}
    )
    uow.session.add(
        RecallEventRow(
            recall_id=row.id,
            step=step.value,
            at=uow.now,
            account_id=uow.actor.account_id,
            role=uow.actor.role.value,
            note=note,
            details=details,
            **words,
        )
    )


def move(uow: UnitOfWork, row: RecallRow, target: State) -> None:
    """Bring a recall into a state, and tell whoever waits for that; of a drill nobody is told."""
    was, row.state = row.state, target.value
    uow.session.flush()
    if row.is_drill or was == target.value:
        return
    about = {"recall_id": row.id, "number": row.number, "level": row.level}
    uow.announce("recall.state", **about, state=target.value, was=was, product_id=row.product_id)


def cause_of(recall: RecallRow | Recall) -> str:
    """What the holds of a recall are known by."""
    return f"recall:{recall.id}"
