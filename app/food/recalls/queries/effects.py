"""The effectiveness of a recall as it was when the book was last looked at."""

from __future__ import annotations

from sqlalchemy import select

from app.food.recalls.model import RecallEffectRow, RecallRow
from app.food.recalls.terms import Effectiveness, Figures, FiguresOf
from ledger.kernel.quantity import unit_named
from ledger.kernel.selecting import any_among
from ledger.kernel.uow import UnitOfWork

WHOLE = -1  # the tier that stands for all of them


def effectiveness_of(
    uow: UnitOfWork, recall_id: int, operators: tuple[int, ...] = ()
) -> Effectiveness:
    """The whole and the tiers, and of these operators each lot.

    The figures are reckoned from entries by ``settle_scope``, minutes at most after they are filed;
    ``as_of`` says when.
    """
    columns = RecallEffectRow.__table__.c
    mine = columns.operator_id == 0
    if operators:
        mine = mine | (columns.operator_id == any_among(operators))
    query = select(*columns).where(columns.recall_id == recall_id, mine)
    order = (columns.tier, columns.operator_id, columns.lot_id, columns.shipped.desc())
    found: dict[str, list[FiguresOf]] = {"whole": [], "tiers": [], "nodes": []}
    for row in uow.session.execute(query.order_by(*order)):
        scope = "nodes" if row.operator_id else "whole" if row.tier == WHOLE else "tiers"
        found[scope].append(
            FiguresOf(
                unit=unit_named(row.unit),
                figures=Figures(*(getattr(row, name) for name in Figures._fields)),
                tier=None if row.tier == WHOLE else row.tier,
                operator_id=row.operator_id or None,
                lot_id=row.lot_id or None,
            )
        )
    looked = select(RecallRow.looked_at).where(RecallRow.id == recall_id)
    return Effectiveness(
        whole=tuple(found["whole"]),
        tiers=tuple(found["tiers"]),
        nodes=tuple(found["nodes"]),
        as_of=uow.session.scalar(looked),
    )
