"""Opening a recall: which lots, since when it is known, and stopping them at once."""

from __future__ import annotations

from datetime import datetime

from app.food.recalls import errors
from app.food.recalls.model import RecallRow
from app.food.recalls.queries import recall_of
from app.food.recalls.services import history, steps
from app.food.recalls.services.spreading import SPREAD_AT_ONCE, add_roots, spread
from app.food.recalls.terms import Kind, Level, OpenRecall, Recall, State, Step, TakeStep
from ledger.kernel.uow import UnitOfWork
from ledger.kernel.zone import SHANGHAI
from ledger.products.errors import UnknownLot
from ledger.products.queries import lot_ids_of_product, lots_by_ids, product_by_id, products_by_ids
from ledger.products.terms import Lot

EARLIEST = datetime(2009, 6, 1, tzinfo=SHANGHAI)  # the Food Safety Law comes into force
LOTS_MAX = 200_000  # a product sold for ten years; more is no case any more


def open_recall(uow: UnitOfWork, command: OpenRecall) -> Recall:
    """Open a recall, a withdrawal or a drill; sale of its lots is stopped unless only suspected.

    Holders of all tiers are found and frozen in this unit, or where there are thousands of lots by
    the job that ``recall.spread_wanted`` sets off. Refuses: NotPermitted, ReasonMissing,
    NothingToRecall, KnownInFuture, KnownTooLongAgo, UnknownProduct, UnknownLot, TooManyLots,
    NotYourProduct. Announces: recall.opened, recall.state, recall.spread_wanted; lot.held.
    """
    uow.actor.require("recall.open")
    _refuse_unfit(uow, command)
    lots = _lots(uow, command)
    recaller = _recaller(uow, command, lots)
    row = _opened(uow, command, recaller)
    add_roots(uow, row, lots)
    history.write(uow, row, Step.OPENED, command, lots=len(lots), found=command.found.value)
    if not command.suspected:
        steps.do(uow, row, TakeStep(recall_id=row.id, step=Step.STOP_SALE))
        if command.level is not Level.NONE:
            grading = TakeStep(recall_id=row.id, step=Step.GRADED, level=command.level)
            steps.do(uow, row, grading)
    if len(lots) <= SPREAD_AT_ONCE:
        spread(uow, row.id)
    else:
        uow.announce("recall.spread_wanted", recall_id=row.id)
    if not row.is_drill:
        uow.announce("recall.opened", **_told(row, len(lots)))
    uow.audit("recall.open", f"recall:{row.id}", number=row.number, lots=len(lots))
    uow.session.flush()
    return recall_of(row)


def _told(row: RecallRow, lots: int) -> dict[str, object]:
    return {
        "recall_id": row.id,
        "number": row.number,
        "level": row.level,
        "withdrawal": row.kind == Kind.TAKE_BACK.value,
        "product_id": row.product_id,
        "recaller_id": row.recaller_id,
        "lots": lots,
        "holders": row.holders,
    }


def _refuse_unfit(uow: UnitOfWork, command: OpenRecall) -> None:
    if not command.reason.strip():
        raise errors.ReasonMissing(field="reason")
    if not command.lots and command.product_id is None:
        raise errors.NothingToRecall(field="lots")
    if command.known_at > uow.now:
        raise errors.KnownInFuture(field="known_at")
    if command.known_at < EARLIEST:
        raise errors.KnownTooLongAgo(field="known_at")


def _lots(uow: UnitOfWork, command: OpenRecall) -> tuple[int, ...]:
    if command.lots:
        found = lots_by_ids(uow, command.lots)
        for lot in command.lots:
            if lot not in found:
                raise UnknownLot(lot=lot, field="lots")
        lots = tuple(sorted(found))
    else:
        lots = lot_ids_of_product(uow, command.product_id or 0)
    if len(lots) > LOTS_MAX:
        raise errors.TooManyLots(lots=len(lots), limit=LOTS_MAX)
    return lots


def _recaller(uow: UnitOfWork, command: OpenRecall, lots: tuple[int, ...]) -> int | None:
    """Whose recall it is: who was named, else the one producer of all lots."""
    makers = _makers(uow, command, lots)
    if uow.actor.may("recall.order"):
        return command.recaller_id or (makers.pop() if len(makers) == 1 else None)
    mine = command.recaller_id or uow.actor.operator_id
    if mine is None or not uow.actor.may_act_for(mine) or makers != {mine}:
        raise errors.NotYourProduct
    return mine


def _makers(uow: UnitOfWork, command: OpenRecall, lots: tuple[int, ...]) -> set[int]:
    """The producers of what is recalled; a lot's own word before its product's."""
    if command.product_id is not None:
        product = product_by_id(uow, command.product_id)
        return {product.producer_id} if product.producer_id else set()
    found = lots_by_ids(uow, lots)
    products = products_by_ids(uow, {lot.product_id for lot in found.values()})

    def maker(lot: Lot) -> int:
        return lot.producer_id or products[lot.product_id].producer_id or 0

    return {maker(lot) for lot in found.values()} - {0}


def _opened(uow: UnitOfWork, command: OpenRecall, recaller: int | None) -> RecallRow:
    row = RecallRow(
        number="",
        title=" ".join(command.title.split()) or " ".join(command.reason.split())[:80],
        kind=command.kind.value,
        state=State.SUSPECTED.value,
        level=0,
        hazard=command.hazard.value,
        found=command.found.value,
        reason=command.reason.strip(),
        is_drill=command.is_drill,
        recaller_id=recaller,
        product_id=command.product_id,
        account_id=uow.actor.account_id,
        known_at=command.known_at,
        opened_at=uow.now,
    )
    row.number = f"{uow.now:%Y%m%d%H%M%S%f}"  # until the store has given the id it is made of
    uow.session.add(row)
    uow.session.flush()
    row.number = f"{'D' if row.is_drill else 'R'}{uow.now:%Y}-{row.id:04d}"
    uow.session.flush()
    return row
