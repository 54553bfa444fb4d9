"""Recalls as they stand: one, a page of them, their history, lots and clocks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time
from fractions import Fraction
from typing import Any

from sqlalchemy import ColumnElement, or_, select

from app.food.recalls import errors
from app.food.recalls.model import RecallEventRow, RecallLotRow, RecallNoticeRow, RecallRow
from app.food.recalls.rules.deadlines import clock
from app.food.recalls.terms import (
    Clock,
    Event,
    Found,
    Hazard,
    Kind,
    Level,
    Recall,
    RecalledLot,
    RecallsAsked,
    RecallsPage,
    State,
    Step,
    Timer,
)
from ledger.kernel.selecting import any_among
from ledger.kernel.uow import UnitOfWork
from ledger.kernel.zone import SHANGHAI

PAGE_MAX = 200  # a page people read; machines ask for the next one
LOTS_MAX = 5_000  # lots one page lists; the case file has all
_SAME = (
    "id", "number", "title", "reason", "is_drill", "is_ordered", "recaller_id", "product_id",
    "known_at", "opened_at", "start_due", "started_at", "notice_on", "finish_due",
    "finish_is_provisional", "completed_at", "report_due", "reported_at", "closed_at", "lots",
    "holders", "revision", "spread_done", "spread_total", "looked_at",
)  # fmt: skip


def recall_of(row: Any) -> Recall:
    """The view of a recall's row."""
    return Recall(
        **{name: getattr(row, name) for name in _SAME},
        kind=Kind(row.kind),
        state=State(row.state),
        level=Level(row.level),
        hazard=Hazard(row.hazard),
        found=Found(row.found),
    )


def recall(uow: UnitOfWork, recall_id: int) -> Recall:
    """One recall, for who may see it: officials, its recaller, and who holds goods of it.

    Raises UnknownRecall.
    """
    columns = RecallRow.__table__.c
    seen = select(*columns).where(columns.id == any_among([recall_id]), _visible(uow))
    row = uow.session.execute(seen).one_or_none()
    if row is None:
        raise errors.UnknownRecall
    return recall_of(row)


def recall_known(uow: UnitOfWork, recall_id: int) -> Recall:
    """One recall for who has shown that it is told of it, by its link. Raises UnknownRecall."""
    row = uow.session.get(RecallRow, recall_id)
    if row is None:
        raise errors.UnknownRecall
    return recall_of(row)


def recalls(uow: UnitOfWork, asked: RecallsAsked) -> RecallsPage:
    """A page of the recalls the actor may see, the newest first, at most 200."""
    columns = RecallRow.__table__.c
    limit = min(max(asked.limit, 1), PAGE_MAX)
    query = select(*columns).where(_visible(uow))
    if asked.state is not None:
        query = query.where(columns.state == asked.state.value)
    if asked.is_open is not None:
        query = query.where(columns.closed_at.is_(None) == asked.is_open)
    if asked.is_drill is not None:
        query = query.where(columns.is_drill == asked.is_drill)
    if asked.product_id is not None:
        query = query.where(columns.product_id == asked.product_id)
    if asked.operator_id is not None:
        query = query.where(_concerns([asked.operator_id]))
    if asked.lot_id is not None:
        lots = RecallLotRow.__table__.c
        query = query.where(
            columns.id.in_(select(lots.recall_id).where(lots.lot_id == asked.lot_id))
        )
    if asked.before:
        query = query.where(columns.id < asked.before)
    rows = uow.session.execute(query.order_by(columns.id.desc()).limit(limit + 1)).all()
    items = tuple(recall_of(row) for row in rows[:limit])
    return RecallsPage(items=items, next=items[-1].id if len(rows) > limit else None)


def _visible(uow: UnitOfWork) -> ColumnElement[bool]:
    """What the actor may see: a drill concerns nobody but officials and its recaller."""
    columns = RecallRow.__table__.c
    if uow.actor.may("recall.read_all"):
        return columns.id > 0
    own = {uow.actor.operator_id or 0, *uow.actor.delegated}
    return _concerns(own)


def _concerns(operators: Iterable[int]) -> ColumnElement[bool]:
    columns, notices = RecallRow.__table__.c, RecallNoticeRow.__table__.c
    mine = any_among(operators)
    told = select(notices.recall_id).where(
        notices.operator_id == mine, notices.sent_at.is_not(None)
    )
    return or_(columns.recaller_id == mine, columns.id.in_(told) & ~columns.is_drill)


def open_ids(uow: UnitOfWork) -> tuple[int, ...]:
    """The recalls that are not closed, the oldest first; for the house's own jobs."""
    columns = RecallRow.__table__.c
    found = select(columns.id).where(columns.closed_at.is_(None)).order_by(columns.id)
    return tuple(uow.session.scalars(found))


def recalls_of_lots(uow: UnitOfWork, lots: Iterable[int]) -> dict[int, tuple[Recall, ...]]:
    """The true recalls that some lots are or were in, by lot, the newest first; for anybody.

    The public is shown them: what a recall says of itself, not who holds its goods.
    """
    columns, kept = RecallRow.__table__.c, RecallLotRow.__table__.c
    rows = uow.session.execute(
        select(kept.lot_id.label("lot"), *columns)
        .join(RecallLotRow.__table__, kept.recall_id == columns.id)
        .where(kept.lot_id == any_among(lots), ~columns.is_drill)
        .order_by(columns.id.desc())
        .limit(PAGE_MAX)
    )
    found: dict[int, tuple[Recall, ...]] = {}
    for row in rows:
        found[row.lot] = (*found.get(row.lot, ()), recall_of(row))
    return found


def events_of(uow: UnitOfWork, recall_id: int) -> tuple[Event, ...]:
    """The history of a recall, the oldest line first, at most 2,000."""
    columns = RecallEventRow.__table__.c
    rows = uow.session.execute(
        select(*columns).where(columns.recall_id == recall_id).order_by(columns.id).limit(2_000)
    )
    return tuple(
        Event(
            id=row.id,
            step=Step(row.step),
            at=row.at,
            account_id=row.account_id,
            role=row.role,
            organ=row.organ,
            basis=row.basis,
            document=row.document,
            note=row.note,
            details=row.details,
        )
        for row in rows
    )


def lots_in(uow: UnitOfWork, recall_id: int, limit: int = LOTS_MAX) -> tuple[RecalledLot, ...]:
    """The lots of a recall, those picked first, then what was made of them."""
    columns = RecallLotRow.__table__.c
    rows = uow.session.execute(
        select(*columns)
        .where(columns.recall_id == recall_id)
        .order_by(columns.is_root.desc(), columns.share.desc(), columns.lot_id)
        .limit(limit)
    )
    return tuple(
        RecalledLot(
            lot_id=row.lot_id,
            is_root=row.is_root,
            share=Fraction(row.share),
            made_of=tuple(row.made_of),
            revision=row.revision,
            added_at=row.added_at,
        )
        for row in rows
    )


def clocks_of(uow: UnitOfWork, found: Recall) -> tuple[Clock, ...]:
    """The three clocks of the law: start, finish, report; how each stands now."""
    day = found.notice_on
    told = None if day is None else datetime.combine(day, time(), SHANGHAI)
    return (
        clock(
            Timer.START,
            uow.now,
            begun_at=found.known_at,
            due_at=found.start_due,
            met_at=found.started_at,
        ),
        clock(
            Timer.FINISH,
            uow.now,
            begun_at=told,
            due_at=found.finish_due,
            met_at=found.completed_at,
            is_provisional=found.finish_is_provisional,
        ),
        clock(
            Timer.REPORT,
            uow.now,
            begun_at=found.completed_at,
            due_at=found.report_due,
            met_at=found.reported_at,
        ),
    )
