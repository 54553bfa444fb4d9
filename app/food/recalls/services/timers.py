"""Clocks that ran out: holders who are silent, and limits of the law that were missed."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta

from sqlalchemy import select, text

from app.food.recalls.model import RecallEventRow, RecallRow
from app.food.recalls.rules.deadlines import STAGES, deadlines_on
from app.food.recalls.services import history, notices
from app.food.recalls.terms import Step, Timer
from ledger.kernel.uow import UnitOfWork
from ledger.kernel.zone import SHANGHAI

VISITED_FROM = 2  # from this stage on the silent stand on the supervisors' list
_AT_ONCE = 20_000
# Reminded one stage at a time, so that nobody is told twice when the job was away for long.
_SILENT = text("""
    UPDATE recall_notice SET stage = :stage
    WHERE recall_id = :id AND sent_at IS NOT NULL AND answered_at IS NULL
        AND stage < :stage AND sent_at <= :since
    RETURNING operator_id
""")


def remind_the_silent(uow: UnitOfWork, recall_id: int) -> int:
    """Raise the stage of holders who have not answered, and remind them; how many they were.

    Announces: recall.notice_sent, and recall.overdue with ``timer`` answer from the second stage.
    """
    row = uow.session.get(RecallRow, recall_id, with_for_update=True)
    if row is None or row.closed_at is not None or row.is_drill:
        return 0
    hours = deadlines_on(uow.parameters, row.known_at.astimezone(SHANGHAI).date()).silence_hours
    by_stage: dict[int, list[int]] = defaultdict(list)
    for stage in reversed(STAGES):
        since = uow.now - timedelta(hours=hours[stage])
        said = {"id": row.id, "stage": stage, "since": since}
        by_stage[stage] = sorted(uow.session.scalars(_SILENT, said))
    for stage, told in by_stage.items():
        if not told:
            continue
        notices.remind(uow, row, told, stage)
        history.write(uow, row, Step.REMINDED, stage=stage, holders=len(told))
        if stage >= VISITED_FROM:
            _overdue(uow, row, "answer", stage=stage, operators=told[:_AT_ONCE])
    return sum(map(len, by_stage.values()))


def note_missed_clocks(uow: UnitOfWork, recall_id: int) -> int:
    """Write down each limit of the law that has passed unmet, once; how many there were.

    Announces: recall.overdue with ``timer`` start, finish or report.
    """
    row = uow.session.get(RecallRow, recall_id, with_for_update=True)
    if row is None or row.is_drill:
        return 0
    limits = (
        (Timer.START, row.start_due, row.started_at),
        (Timer.FINISH, row.finish_due, row.completed_at),
        (Timer.REPORT, row.report_due, row.reported_at),
    )
    missed = [
        (timer, due.astimezone(SHANGHAI).isoformat())
        for timer, due, met in limits
        if due is not None and (met > due if met else uow.now >= due)
    ]
    noted = _noted(uow, row.id) if missed else set()
    fresh = [(timer, due) for timer, due in missed if (timer.value, due) not in noted]
    for timer, due in fresh:
        history.write(uow, row, Step.OVERDUE, timer=timer.value, due_at=due)
        _overdue(uow, row, timer.value, due_at=due)
    return len(fresh)


def _noted(uow: UnitOfWork, recall_id: int) -> set[tuple[str, str]]:
    line = RecallEventRow
    found = select(line.details).where(line.recall_id == recall_id, line.step == Step.OVERDUE.value)
    return {(said.get("timer", ""), said.get("due_at", "")) for said in uow.session.scalars(found)}


def _overdue(uow: UnitOfWork, row: RecallRow, timer: str, **said: object) -> None:
    about = {"recall_id": row.id, "number": row.number, "recaller_id": row.recaller_id}
    uow.announce("recall.overdue", timer=timer, **about, **said)
