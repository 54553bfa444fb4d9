"""What the pages of recalls read beside the case: goods by name, districts, what was answered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import select, text

from app.food.recalls import errors
from app.food.recalls.model import RecallLotRow, RecallRow
from app.food.recalls.queries.cases import recall_of, recalls_of_lots
from app.food.recalls.queries.holders import answer_of
from app.food.recalls.terms import AnswerShown, Kind, Recall
from ledger.kernel.selecting import any_among
from ledger.kernel.statements import numbers
from ledger.kernel.uow import UnitOfWork
from ledger.products.queries import lots_by_ids, products_by_ids
from scanner.trace.terms import LotShown

OVER_DAYS = 30  # how long the public is told that a recall has ended
DISTRICTS_MAX = 60
LOTS_NAMED = 20  # lots of one product under recall that its public page lists
PUBLIC_PAGE = 20
FEED_MAX = 100
_DISTRICTS = text("""
    SELECT s.division, count(*) AS holders,
        count(*) FILTER (WHERE n.answered_at IS NOT NULL) AS answered,
        count(*) FILTER (WHERE n.answered_at IS NULL AND n.stage > 0) AS silent
    FROM recall_notice n JOIN subject s ON s.id = n.operator_id
    WHERE n.recall_id = :id
    GROUP BY s.division ORDER BY holders DESC, s.division LIMIT :most
""")
_SAID = text("""
    SELECT DISTINCT ON (operator_id, answer, lot_id) *
    FROM recall_answer
    WHERE recall_id = :id AND operator_id = ANY(CAST(:operators AS integer[]))
        AND answer NOT IN ('seen', 'remark')
    ORDER BY operator_id, answer, lot_id, id DESC
""")
_FIRST_LOTS = text("""
    SELECT DISTINCT ON (recall_id) recall_id, lot_id
    FROM recall_lot WHERE recall_id = ANY(CAST(:ids AS integer[])) AND is_root
    ORDER BY recall_id, lot_id
""")
_PUBLIC = text("""
    SELECT r.* FROM recall r
    WHERE r.notice_on IS NOT NULL AND NOT r.is_drill AND r.kind = 'recall'
        AND (r.closed_at IS NULL) = :current
        AND (CAST(:before AS integer) = 0 OR r.id < :before)
        AND (:text = '' OR r.number = upper(:text) OR position(lower(:text) IN lower(r.title)) > 0
            OR position(lower(:text) IN lower(r.reason)) > 0 OR EXISTS (
                SELECT 1 FROM recall_lot k JOIN lot l ON l.id = k.lot_id
                JOIN product p ON p.id = l.product_id
                WHERE k.recall_id = r.id AND (l.number = :text OR p.gtin = lpad(:text, 14, '0')
                    OR position(lower(:text) IN lower(p.name)) > 0)))
    ORDER BY r.id DESC LIMIT :limit
""")
_OF_PRODUCT = text("""
    SELECT l.id, k.recall_id FROM lot l JOIN recall_lot k ON k.lot_id = l.id
    WHERE l.product_id = :product AND k.recall_id = ANY(CAST(:ids AS integer[]))
    ORDER BY k.recall_id DESC, l.id DESC LIMIT :most
""")
_OPEN_PUBLIC = text("""
    SELECT r.id FROM recall r
    WHERE r.closed_at IS NULL AND r.notice_on IS NOT NULL AND NOT r.is_drill AND r.kind = 'recall'
""")


class District(NamedTuple):
    """How many holders are in a division, have answered, have been silent too long."""

    division: str
    holders: int
    answered: int
    silent: int


@dataclass(frozen=True, slots=True)
class Goods:
    """What a recall is of: its product's name, GTIN and first lot; ``lots`` counts those picked."""

    product: str = ""
    gtin: str = ""
    lot: str = ""
    spec: str = ""


class PublicRecalls(NamedTuple):
    """A page of recalls for everybody; ``next`` is the ``before`` of the page after, or none."""

    items: tuple[Recall, ...]
    next: int | None


@dataclass(frozen=True, slots=True)
class RecallsSeen:
    """What everybody may know of the recalls of a product or of one of its lots.

    ``current`` is in force, ``over`` ended in the last ``OVER_DAYS`` days; ``lots`` are the lots of
    the product that are under recall now.
    """

    current: Recall | None = None
    over: Recall | None = None
    is_derived: bool = False
    lots: tuple[LotShown, ...] = ()


def districts_of(uow: UnitOfWork, recall_id: int) -> tuple[District, ...]:
    """The holders of a recall by division, most holders first, at most 60 divisions."""
    rows = uow.session.execute(_DISTRICTS, {"id": recall_id, "most": DISTRICTS_MAX})
    return tuple(District(*row) for row in rows)


def said_by(
    uow: UnitOfWork, recall_id: int, operators: Iterable[int]
) -> dict[int, list[AnswerShown]]:
    """What holders have last said about each lot, by holder and kind of answer."""
    found: dict[int, list[AnswerShown]] = {}
    for row in uow.session.execute(_SAID, {"id": recall_id, "operators": numbers(operators)}):
        found.setdefault(row.operator_id, []).append(answer_of(row))
    return found


def lots_named(uow: UnitOfWork, lots: Iterable[int]) -> dict[int, LotShown]:
    """Lots by id, ready to be named, however many."""
    found = lots_by_ids(uow, lots)
    products = products_by_ids(uow, {lot.product_id for lot in found.values()}) if found else {}
    shown = {}
    for number, lot in found.items():
        product = products[lot.product_id]
        shown[number] = LotShown(
            id=lot.id,
            gtin=product.gtin,
            number=lot.number or lot.key.partition(":")[2],
            product_id=product.id,
            product=product.name,
            spec=product.spec,
            producer_id=lot.producer_id or product.producer_id,
            produced_on=lot.produced_on,
            expires_on=lot.expires_on,
        )
    return shown


def goods_of(uow: UnitOfWork, recalls: Iterable[Recall]) -> dict[int, Goods]:
    """What recalls are of, by recall."""
    wanted = {one.id: one for one in recalls}
    rows = uow.session.execute(_FIRST_LOTS, {"ids": numbers(wanted)}) if wanted else ()
    first = {row.recall_id: row.lot_id for row in rows}
    shown = lots_named(uow, first.values())
    whole = {one.product_id for one in wanted.values() if one.product_id}
    products = products_by_ids(uow, whole) if whole else {}
    found = {}
    for number, one in wanted.items():
        lot = shown.get(first.get(number, 0))
        product = products.get(one.product_id or 0)
        if product is not None:
            found[number] = Goods(product.name, product.gtin, "", product.spec)
        elif lot is not None:
            found[number] = Goods(lot.product, lot.gtin, lot.number, lot.spec)
        else:
            found[number] = Goods()
    return found


def is_public(found: Recall) -> bool:
    """Whether everybody may read of a recall: one with a notice, no withdrawal and no drill."""
    return found.notice_on is not None and not found.is_drill and found.kind is Kind.RECALL


def public_recall(uow: UnitOfWork, number: str) -> Recall:
    """A recall that was made public, by its number. Raises UnknownRecall."""
    columns = RecallRow.__table__.c
    row = uow.session.execute(
        select(*columns).where(columns.number == number.strip().upper())
    ).one_or_none()
    if row is None or not is_public(found := recall_of(row)):
        raise errors.UnknownRecall
    return found


def public_number(uow: UnitOfWork, recall_id: int) -> str:
    """The number of a recall that was made public. Raises UnknownRecall."""
    row = uow.session.get(RecallRow, recall_id)
    if row is None or not is_public(recall_of(row)):
        raise errors.UnknownRecall
    return row.number


def public_recalls(
    uow: UnitOfWork, *, current: bool, words: str = "", before: int = 0, limit: int = PUBLIC_PAGE
) -> PublicRecalls:
    """A page of the recalls that were made public, in force or ended, the newest first.

    ``words`` are sought in number, title, cause and the names of products; a lot or GTIN is named
    whole.
    """
    said = {"current": current, "text": words.strip(), "before": before, "limit": limit + 1}
    rows = uow.session.execute(_PUBLIC, said).all()
    items = tuple(recall_of(row) for row in rows[:limit])
    return PublicRecalls(items, items[-1].id if len(rows) > limit else None)


def recalls_seen(uow: UnitOfWork, product_id: int, lot_id: int | None) -> RecallsSeen:
    """What the public page of a product or lot says of recalls: nothing of drills."""
    if lot_id is None:
        return RecallsSeen(lots=_lots_under_recall(uow, product_id))
    known = [one for one in recalls_of_lots(uow, [lot_id]).get(lot_id, ()) if is_public(one)]
    current = next((one for one in known if one.is_open), None)
    since = uow.now - timedelta(days=OVER_DAYS)
    over = next((one for one in known if one.closed_at and one.closed_at > since), None)
    derived = current is not None and not _is_root(uow, current.id, lot_id)
    return RecallsSeen(current=current, over=None if current else over, is_derived=derived)


def _is_root(uow: UnitOfWork, recall_id: int, lot_id: int) -> bool:
    columns = RecallLotRow.__table__.c
    found = select(columns.is_root).where(columns.recall_id == recall_id, columns.lot_id == lot_id)
    return bool(uow.session.scalar(found))


def _lots_under_recall(uow: UnitOfWork, product_id: int) -> tuple[LotShown, ...]:
    """The lots of a product that are under a public recall now, at most 20."""
    running = list(uow.session.scalars(_OPEN_PUBLIC))
    if not running:
        return ()
    said = {"product": product_id, "ids": numbers(running), "most": LOTS_NAMED}
    lots = list(dict.fromkeys(row.id for row in uow.session.execute(_OF_PRODUCT, said)))
    shown = lots_named(uow, lots)
    return tuple(shown[lot] for lot in lots if lot in shown)


def root_lots(uow: UnitOfWork, recall_id: int, most: int) -> tuple[LotShown, ...]:
    """The first lots that were picked, by name."""
    columns = RecallLotRow.__table__.c
    found = select(columns.lot_id).where(columns.recall_id == any_among([recall_id]))
    found = found.where(columns.is_root).order_by(columns.lot_id).limit(most)
    lots = list(uow.session.scalars(found))
    shown = lots_named(uow, lots)
    return tuple(shown[lot] for lot in lots if lot in shown)
