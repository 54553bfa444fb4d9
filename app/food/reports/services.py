"""Taking reports in, looking into them, closing them with an answer."""

from __future__ import annotations

import secrets

from sqlalchemy import select

from app.food.reports import errors, rules
from app.food.reports.model import ReportPhotoRow, ReportRow, ReportStepRow
from app.food.reports.queries import report_by_id
from app.food.reports.terms import (
    KIND_TEXTS,
    NUMBER_LETTERS,
    NUMBER_RANDOM,
    PHOTOS_MAX,
    URGENT,
    MoveReport,
    Report,
    ReportState,
    SubmitReport,
)
from app.messages import services as messages
from app.messages.terms import Tell
from ledger.kernel.actor import Role
from ledger.kernel.errors import Refusal
from ledger.kernel.uow import UnitOfWork
from ledger.products.queries import product_by_id
from scanner.trace.queries import pointed_at

_SHOWN = 60  # letters of what was told, in a message


def submit_report(uow: UnitOfWork, command: SubmitReport) -> str:
    """Take a report in; returns the number its sender keeps. Anybody may send one.

    What the code points at is looked up; a code nobody knows is kept as it was typed. Refuses:
    NothingTold, TextTooLong, BoughtInFuture. Announces: report.submitted. Tells the inspectors.
    """
    rules.check(command, uow.today)
    letters = "".join(secrets.choice(NUMBER_LETTERS) for _ in range(NUMBER_RANDOM))
    product_id, lot_id = _meant(uow, command)
    row = ReportRow(
        number=rules.number_of(uow.today, letters),
        kind=command.kind.value,
        state=ReportState.NEW.value,
        said=command.said.strip(),
        code=command.code.strip(),
        lot=command.lot.strip(),
        product_id=product_id,
        lot_id=lot_id,
        place=command.place.strip(),
        bought_on=command.bought_on,
        contact=command.contact.strip(),
        at=uow.now,
    )
    uow.session.add(row)
    uow.session.flush()  # its photographs name it
    for position, photo in enumerate(command.photos[:PHOTOS_MAX]):
        uow.session.add(
            ReportPhotoRow(
                report_id=row.id,
                position=position,
                sha256=photo.sha256,
                size=photo.size,
                media_type=photo.media_type,
            )
        )
    uow.announce("report.submitted", report_id=row.id, product_id=product_id, lot_id=lot_id)
    _tell(uow, row)
    return row.number


def _meant(uow: UnitOfWork, command: SubmitReport) -> tuple[int | None, int | None]:
    """The product and the lot the code points at; None for what nobody has on file."""
    if not command.code.strip():
        return None, None
    try:
        found = pointed_at(uow, command.code, lot=command.lot, printed=True)
    except Refusal:
        if not command.lot.strip():
            return None, None
        return _meant(uow, SubmitReport(kind=command.kind, said=command.said, code=command.code))
    lot = found.lots[0] if len(found.lots) == 1 else None
    return found.product_id, lot


def _tell(uow: UnitOfWork, row: ReportRow) -> None:
    name = product_by_id(uow, row.product_id).name if row.product_id else row.code or row.place
    kind = next(each for each in KIND_TEXTS if each.value == row.kind)
    messages.tell(
        uow,
        Tell(
            kind="report.submitted",
            role=Role.INSPECTOR,
            params={"kind": KIND_TEXTS[kind][0], "product": name, "said": row.said[:_SHOWN]},
            link=f"/reports/{row.id}",
            about=f"report:{row.id}",
            urgent=kind in URGENT,
            once_key=f"report:{row.id}",
        ),
    )


def move_report(uow: UnitOfWork, command: MoveReport) -> Report:
    """Take a report up, add to the answer, or close it.

    Refuses: NotPermitted, UnknownReport, ReportClosed, AnswerMissing, TextTooLong. Announces:
    report.moved. Leaves an audit line.
    """
    uow.actor.require("report.handle")
    query = select(ReportRow).where(ReportRow.id == command.report_id).with_for_update()
    row = uow.session.scalar(query)
    if row is None:
        raise errors.UnknownReport(number=command.report_id)
    if row.state == ReportState.CLOSED.value:
        raise errors.ReportClosed(number=row.number)
    answer = command.answer.strip()
    if command.state is ReportState.CLOSED and not answer:
        raise errors.AnswerMissing(field="answer")
    if len(answer) > rules.ANSWER_MAX:
        raise errors.TextTooLong(limit=rules.ANSWER_MAX, field="answer")
    row.state = command.state.value
    uow.session.add(
        ReportStepRow(
            report_id=row.id,
            state=command.state.value,
            answer=answer,
            account_id=uow.actor.account_id,
            at=uow.now,
        )
    )
    uow.announce("report.moved", report_id=row.id, state=command.state.value)
    uow.audit("report.move", f"report:{row.id}", state=command.state.value)
    uow.session.flush()  # the report is read back with this step
    return report_by_id(uow, row.id)
