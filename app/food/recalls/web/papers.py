"""What leaves a recall as a file: the case as a workbook; plan, notice and report as papers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice

from flask import Response, make_response

from app.doors import http
from app.doors.web import action, page
from app.food.recalls import errors, queries
from app.food.recalls.queries import boards, naming
from app.food.recalls.schemas import papers, sheet
from app.food.recalls.terms import Event, HoldersAsked, Notice, Recall, Step
from app.food.recalls.web.cases import seen_whole
from app.food.recalls.web.shared import blueprint
from app.papers.services import issue
from app.papers.terms import IssuePaper, Paper
from ledger.kernel.uow import UnitOfWork
from ledger.subjects.queries import subjects_by_ids

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PAPER_HOLDERS = 500  # rows a report prints; the workbook has all
_PAGE = 200
_STEPS = {"plan": Step.PLANNED, "notice": Step.NOTIFIED}


def case_of(uow: UnitOfWork, found: Recall) -> sheet.Case:
    """All that is read of a recall for its papers, without its holders."""
    lots = [one for one, _ in naming.lots_seen(uow, found)]
    recaller = subjects_by_ids(uow, [found.recaller_id], papers=False) if found.recaller_id else {}
    return sheet.Case(
        recall=found,
        goods=boards.goods_of(uow, [found])[found.id],
        recaller=recaller.get(found.recaller_id or 0),
        clocks=queries.clocks_of(uow, found),
        effect=queries.effectiveness_of(uow, found.id),
        tally=queries.tally_of(uow, found.id),
        tiers=queries.tiers_of(uow, found.id),
        lots=lots,
        named=boards.lots_named(uow, [one.lot_id for one in lots]),
        events=queries.events_of(uow, found.id),
        made_at=uow.now,
    )


def _holders(uow: UnitOfWork, found: Recall) -> Iterator[Notice]:
    """All holders of a recall that the actor may see, page by page."""
    asked = HoldersAsked(recall_id=found.id, limit=_PAGE)
    while True:
        shown = naming.holders_seen(uow, found, asked)
        yield from shown.items
        if not shown.next:
            return
        asked = replace(asked, after=shown.next)


@page(
    blueprint,
    "/recalls/cases/<int:recall_id>/export.xlsx",
    needs="recall.read",
    audits="recall.export",
)
def export(uow: UnitOfWork, recall_id: int) -> Response:
    """The whole case as a workbook: facts, holders, lots, answers, effectiveness, history."""
    found = seen_whole(uow, recall_id)
    answers = queries.answers_of(uow, found.id, naming.seen_by(uow, found))
    content = sheet.workbook_of(case_of(uow, found), _holders(uow, found), answers)
    response = make_response(content)
    response.headers["Content-Type"] = XLSX
    response.headers["Content-Disposition"] = f'attachment; filename="{found.number}.xlsx"'
    return response


@action(blueprint, "/recalls/cases/<int:recall_id>/papers/<kind>", needs="recall.read")
def paper(uow: UnitOfWork, recall_id: int, kind: str) -> Response:
    """A plan, notice or report as a numbered PDF whose hash is kept."""
    found = seen_whole(uow, recall_id)
    said = case_of(uow, found)
    made = _made(uow, said, kind)
    command = IssuePaper(
        paper=made,
        kind=f"recall.{kind}",
        about=f"recall:{found.id}",
        origin=http.room().settings.origin,
    )
    issued = issue(uow, command)
    response = make_response(issued.pdf)
    response.headers["Content-Type"] = "application/pdf"
    name = f"{found.number}-{kind}-{issued.number}.pdf"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _made(uow: UnitOfWork, said: sheet.Case, kind: str) -> Paper:
    origin = http.room().settings.origin
    if kind == "report":
        some = list(islice(_holders(uow, said.recall), PAPER_HOLDERS))
        return papers.report_paper(said, some, origin)
    if kind not in _STEPS:
        raise errors.UnknownRecall
    event = _last(said.events, _STEPS[kind])
    if event is None:
        raise errors.StepNotPossible(step=_STEPS[kind].value, state=said.recall.state.value)
    if kind == "plan":
        return papers.plan_paper(said, event, origin)
    return papers.notice_paper(said, event, origin)


def _last(events: Sequence[Event], step: Step) -> Event | None:
    return next((one for one in reversed(events) if one.step is step), None)
