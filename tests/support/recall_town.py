"""A small town for recalls: a dairy, two traders, shops, a bakery that works milk into buns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text

from app.food.recalls import services
from app.food.recalls.rules.links import link_text
from app.food.recalls.terms import Hazard, Level, NoticeItem, OpenRecall, PlanItem, Step, TakeStep
from ledger.entries.terms import EntryKind, Line, Portion
from ledger.kernel.uow import UnitOfWork
from ledger.kernel.zone import SHANGHAI
from ledger.products.terms import LotNamed
from ledger.subjects.terms import Party, SubjectKind
from support.filings import a_line, a_lot, an_operator, dispatch, file, production, receipt
from support.named import a_gtin

KNOWN = datetime(2026, 8, 15, 9, 0, tzinfo=SHANGHAI)
PLAN = {item.value: f"{item.value} 已写明" for item in PlanItem}
NOTICE = {item.value: f"{item.value} 已写明" for item in NoticeItem}


@dataclass(frozen=True)
class Town:
    """Subjects of the town by id, and the recalled lot."""

    dairy: int
    trader: int
    shop: int
    corner: int
    bakery: int
    stranger: int
    lot: int
    buns: int


def buns(number: str = "B1") -> LotNamed:
    """A lot of buns."""
    return a_lot(number, gtin=a_gtin(2), name="牛奶馒头", spec="80g")


def moved(
    uow: UnitOfWork, sender: int, receiver: int, quantity: str, document: str, **more: Any
) -> None:
    """A delivery in both books."""
    said = {"lot": a_lot("L1"), "quantity": quantity, "at": "2026-08-10", "document": document}
    given = said | more
    for who, line in (
        (sender, dispatch(receiver, **given)),
        (receiver, receipt(sender, **given)),
    ):
        filed = file(uow, who, line)
        assert not filed.refused, filed.refused


def a_town(uow: UnitOfWork) -> Town:
    """1,000 milk: 600 to the trader, of these 200 and 150 to shops, 100 to a bakery that uses 40,
    and 50 to somebody without a code."""
    dairy, trader, shop, corner = (an_operator(uow, number) for number in (1, 2, 3, 4))
    bakery = an_operator(uow, 5, kinds=(SubjectKind.CATERING,))
    file(uow, dairy, production(lot=a_lot("L1"), quantity="1000", at="2026-08-09"))
    moved(uow, dairy, trader, "600", "CK-1")
    moved(uow, trader, shop, "200", "CK-2")
    moved(uow, trader, corner, "150", "CK-3")
    moved(uow, trader, bakery, "100", "CK-4")
    someone = Party(name="老林", contact="13800001234")
    filed = file(
        uow, trader,
        a_line(EntryKind.DISPATCH, lot=a_lot("L1"), quantity="50", at="2026-08-11",
               partner=someone, document="CK-5"),
    )  # fmt: skip
    assert not filed.refused
    baked = Line(
        kind=EntryKind.TRANSFORMATION,
        portions=(
            Portion(lot=a_lot("L1"), quantity="40", unit="EA"),
            Portion(lot=a_lot("S9", gtin=a_gtin(3), name="鸡蛋"), quantity="120", unit="EA"),
        ),
        outputs=(Portion(lot=buns(), quantity="400", unit="EA"),),
        at=production(at="2026-08-12").at,
        document="T-1",
    )
    assert not file(uow, bakery, baked).refused
    moved(uow, bakery, corner, "300", "CK-6", lot=buns(), at="2026-08-13")
    lot, made = (
        uow.session.scalar(text("SELECT id FROM lot WHERE lot_key = :key"), {"key": key})
        for key in ("L:L1", "L:B1")
    )
    stranger = uow.session.scalar(text("SELECT id FROM subject WHERE name = '老林'"))
    return Town(dairy, trader, shop, corner, bakery, stranger, lot, made)


def an_opening(town: Town, **changed: Any) -> OpenRecall:
    """A level II recall of the milk by the dairy."""
    said: dict[str, Any] = {
        "reason": "大肠菌群超标",
        "known_at": KNOWN,
        "lots": (town.lot,),
        "recaller_id": town.dairy,
        "hazard": Hazard.LIMIT_EXCEEDED,
        "level": Level.TWO,
    }
    return OpenRecall(**(said | changed))


def step(uow: UnitOfWork, recall_id: int, which: Step, **said: Any) -> Any:
    """Take a step, with what it needs where nothing else is said."""
    needed: dict[Step, dict[str, Any]] = {
        Step.PLANNED: {"items": PLAN},
        Step.NOTIFIED: {"items": NOTICE},
        Step.CLOSED: {"basis": "办法第三十二条", "document": "结案〔2026〕1号"},
    }
    given = needed.get(which, {}) | said
    return services.take_step(uow, TakeStep(recall_id=recall_id, step=which, **given))


def a_notified_recall(uow: UnitOfWork, town: Town, **changed: Any) -> Any:
    """A recall whose holders have been told."""
    opened = services.open_recall(uow, an_opening(town, **changed))
    step(uow, opened.id, Step.PLANNED)
    return step(uow, opened.id, Step.NOTIFIED)


def a_recall_for(uow: UnitOfWork, shop: int, key: str) -> dict[str, Any]:
    """What names a recall that a shop of another town was told of, in the addresses of pages."""
    town = a_town(uow)
    moved(uow, town.trader, shop, "30", "CK-9")
    told = a_notified_recall(uow, town)
    link = link_text(services.new_link(uow, told.id, town.corner), key)
    return {
        "recall": told.id,
        "recall_number": told.number,
        "recall_link": link,
        "recall_shop": town.shop,
        "recalled_lot": town.lot,
    }
