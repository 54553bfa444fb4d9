"""Keeping the effectiveness as it was when the book was last looked at."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import delete

from app.food.recalls.model import RecallEffectRow
from app.food.recalls.rules.effects import Flows, effects_of, unit_of
from app.food.recalls.terms import Figures
from ledger.kernel.copying import copy_rows
from ledger.kernel.uow import UnitOfWork

WHOLE = -1  # the tier that stands for all of them
_COLUMNS = ("recall_id", "tier", "operator_id", "lot_id", "unit", *Figures._fields)


def store(uow: UnitOfWork, recall_id: int, flows: Flows) -> None:
    """Put the figures of a recall in the place of the older ones."""
    uow.session.execute(delete(RecallEffectRow).where(RecallEffectRow.recall_id == recall_id))
    copy_rows(uow.session, "recall_effect", _COLUMNS, _rows(recall_id, flows))


def _rows(recall_id: int, flows: Flows) -> Iterator[tuple[object, ...]]:
    found = effects_of(flows)
    for measure, figures in found.whole.items():
        yield (recall_id, WHOLE, 0, 0, unit_of(measure).code, *figures)
    for (tier, measure), figures in found.tiers.items():
        yield (recall_id, tier, 0, 0, unit_of(measure).code, *figures)
    for (node, measure), figures in found.nodes.items():
        tier = flows.tiers.get(node, 1)
        yield (recall_id, tier, node.operator, node.lot, unit_of(measure).code, *figures)
