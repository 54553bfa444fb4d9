"""Reports read: one, those to look into, those about a product."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import select

from app.blobs.terms import Blob
from app.food.reports import errors
from app.food.reports.model import ReportPhotoRow, ReportRow, ReportStepRow
from app.food.reports.rules import read_number
from app.food.reports.terms import Report, ReportKind, ReportsPage, ReportState, Step
from ledger.kernel.uow import UnitOfWork
from ledger.products.queries import products_by_ids

PAGE = 30
_ID_MAX = 2**63 - 1


def report_by_id(uow: UnitOfWork, report_id: int) -> Report:
    """A report with all that was told. Refuses: NotPermitted, UnknownReport."""
    uow.actor.require("report.read")
    row = uow.session.get(ReportRow, report_id) if report_id <= _ID_MAX else None
    if row is None:
        raise errors.UnknownReport(number=report_id)
    return _reports(uow, [row])[0]


def report_by_number(uow: UnitOfWork, number: str) -> Report:
    """The report of a number, for who keeps it. Refuses: UnknownReport."""
    known = read_number(number)
    row = uow.session.scalar(select(ReportRow).where(ReportRow.number == known)) if known else None
    if row is None:
        raise errors.UnknownReport(number=number[:40])
    return _reports(uow, [row])[0]


def reports_page(
    uow: UnitOfWork, *, closed: bool = False, before: int | None = None, product_id: int = 0
) -> ReportsPage:
    """Thirty reports, the newest first: those to look into, or all. Refuses: NotPermitted."""
    uow.actor.require("report.read")
    query = select(ReportRow).order_by(ReportRow.id.desc()).limit(PAGE + 1)
    if not closed:
        query = query.where(ReportRow.state != ReportState.CLOSED.value)
    if before is not None:
        query = query.where(ReportRow.id < min(before, _ID_MAX))
    if product_id:
        query = query.where(ReportRow.product_id == product_id)
    rows = uow.session.scalars(query).all()
    shown = rows[:PAGE]
    following = shown[-1].id if len(rows) > PAGE else None
    return ReportsPage(items=tuple(_reports(uow, shown)), next=following)


def _reports(uow: UnitOfWork, rows: Sequence[ReportRow]) -> list[Report]:
    ids = [row.id for row in rows]
    photos: dict[int, list[Blob]] = defaultdict(list)
    steps: dict[int, list[Step]] = defaultdict(list)
    pictures = select(ReportPhotoRow).where(ReportPhotoRow.report_id.in_(ids))
    for photo in uow.session.scalars(pictures.order_by(ReportPhotoRow.position)):
        kept = Blob(sha256=photo.sha256, size=photo.size, media_type=photo.media_type)
        photos[photo.report_id].append(kept)
    done = select(ReportStepRow).where(ReportStepRow.report_id.in_(ids)).order_by(ReportStepRow.id)
    for step in uow.session.scalars(done):
        steps[step.report_id].append(
            Step(
                at=step.at,
                account_id=step.account_id,
                state=ReportState(step.state),
                answer=step.answer,
            )
        )
    products = products_by_ids(uow, {row.product_id for row in rows if row.product_id})
    names = {product.id: product.name for product in products.values()}
    return [
        Report(
            id=row.id,
            number=row.number,
            kind=ReportKind(row.kind),
            state=ReportState(row.state),
            said=row.said,
            code=row.code,
            lot=row.lot,
            product_id=row.product_id,
            product_name=names.get(row.product_id or 0, ""),
            lot_id=row.lot_id,
            place=row.place,
            bought_on=row.bought_on,
            contact=row.contact,
            at=row.at,
            photos=tuple(photos[row.id]),
            steps=tuple(steps[row.id]),
        )
        for row in rows
    ]
