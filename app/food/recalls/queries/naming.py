"""Recalls put together for the doors: with lots named, and what each may see."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from app.food.recalls.queries.cases import lots_in
from app.food.recalls.queries.holders import Seen, expected_of, holders_of, notice_of
from app.food.recalls.terms import (
    HoldersAsked,
    HoldersPage,
    OpenRecall,
    Recall,
    RecalledLot,
)
from ledger.kernel.uow import UnitOfWork
from scanner.trace.queries import lots_shown, pointed_at
from scanner.trace.terms import LotShown, Pointed, PointedKind


def with_lots(uow: UnitOfWork, command: OpenRecall, code: str, lot: str, key: str) -> OpenRecall:
    """The command with the lots a code points at, or the product where it points at all its lots.

    Refuses what looking up a code refuses.
    """
    pointed = pointed_at(uow, code, lot=lot, key=key)
    if pointed.lots:
        return replace(command, lots=pointed.lots, product_id=None)
    return replace(command, lots=(), product_id=pointed.product_id)


def named_lots(uow: UnitOfWork, lots: Iterable[int]) -> dict[int, LotShown]:
    """Lots by id, ready to be named."""
    wanted = tuple(lots)
    shown, _ = lots_shown(uow, Pointed(kind=PointedKind.LOT, lots=wanted))
    return {one.id: one for one in shown}


def sees_all(uow: UnitOfWork) -> bool:
    """Whether the actor sees everybody's part in a recall: officials do."""
    return uow.actor.may("recall.read_all")


def recalls_itself(uow: UnitOfWork, found: Recall) -> bool:
    """Whether it is the actor's own recall: it sees its sums, and of holders its own customers."""
    return found.recaller_id is not None and uow.actor.may_act_for(found.recaller_id)


def lots_seen(uow: UnitOfWork, found: Recall) -> list[tuple[RecalledLot, LotShown | None]]:
    """The lots of a recall with their names: all with their inputs for officials.

    Others see what was picked and what they had themselves, and nobody's recipe.
    """
    lots = lots_in(uow, found.id)
    if not sees_all(uow):
        own = expected_of(uow, found.id, [uow.actor.operator_id or 0])
        mine = {one.lot_id for lines in own.values() for one in lines}
        lots = tuple(replace(one, made_of=()) for one in lots if one.is_root or one.lot_id in mine)
    shown = named_lots(uow, [one.lot_id for one in lots])
    return [(one, shown.get(one.lot_id)) for one in lots]


def holders_seen(uow: UnitOfWork, found: Recall, asked: HoldersAsked) -> HoldersPage:
    """The holders the actor may see: all for officials, its customers for the recaller, or itself.

    Whom a customer sells to is its own affair.
    """
    if sees_all(uow):
        return holders_of(uow, asked)
    if recalls_itself(uow, found):
        return holders_of(uow, replace(asked, tier=1))
    own = notice_of(uow, found.id, uow.actor.operator_id or 0)
    return HoldersPage(items=(own,), next="", total=1)


def seen_by(uow: UnitOfWork, found: Recall) -> Seen:
    """Whose answers and pictures the actor may see, by the same rule as the holders."""
    if sees_all(uow):
        return Seen()
    if recalls_itself(uow, found):
        return Seen(tier=1)
    return Seen(operator_id=uow.actor.operator_id or 0)
