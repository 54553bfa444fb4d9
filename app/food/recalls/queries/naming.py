"""Recalls put together for the doors: with lots named, and what each may see."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from app.food.recalls.queries.cases import lots_in
from app.food.recalls.queries.holders import holders_of, notice_of
from app.food.recalls.terms import HoldersAsked, HoldersPage, OpenRecall, Recall, RecalledLot
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


def sees_all(uow: UnitOfWork, found: Recall) -> bool:
    """Whether the actor sees everybody's part in a recall: officials and its recaller."""
    own = found.recaller_id is not None and uow.actor.may_act_for(found.recaller_id)
    return own or uow.actor.may("recall.read_all")


def recalled_lots(uow: UnitOfWork, recall_id: int) -> list[tuple[RecalledLot, LotShown | None]]:
    """The lots of a recall with their names."""
    lots = lots_in(uow, recall_id)
    shown = named_lots(uow, [one.lot_id for one in lots])
    return [(one, shown.get(one.lot_id)) for one in lots]


def holders_seen(uow: UnitOfWork, found: Recall, asked: HoldersAsked) -> HoldersPage:
    """The holders the actor may see: all for officials and the recaller, a holder only itself."""
    if sees_all(uow, found):
        return holders_of(uow, asked)
    own = notice_of(uow, found.id, uow.actor.operator_id or 0)
    return HoldersPage(items=(own,), next="", total=1)
