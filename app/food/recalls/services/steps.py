"""Step by step from suspicion to the end: what each needs, and what follows from it."""

from __future__ import annotations

from collections.abc import Callable

from app.food.recalls import errors
from app.food.recalls.model import RecallRow
from app.food.recalls.queries import recall_of
from app.food.recalls.rules import deadlines, papers, states
from app.food.recalls.rules.deadlines import Deadlines, deadlines_on
from app.food.recalls.services import history, notices
from app.food.recalls.services.stored import hold_all, locked, lots_of
from app.food.recalls.terms import Hazard, Kind, Level, Recall, State, Step, TakeStep
from ledger.kernel.uow import UnitOfWork
from ledger.kernel.zone import SHANGHAI
from ledger.products.services import release_lots
from ledger.products.terms import ReleaseLots

MORE_DAYS_MAX = 60  # working days one extension may be of
_RELEASED = "召回 {number} 已结束"


def take_step(uow: UnitOfWork, command: TakeStep) -> Recall:
    """Do the next thing in a recall, or a side step: order, extend, escalate.

    The recaller takes its own steps; ordering, extending, closing and dismissing are the
    authority's. Refuses: NotPermitted, UnknownRecall, NotYours, AlreadyClosed, StepNotPossible,
    StillSpreading, and what the step itself refuses. Announces: recall.state and what the step
    brings. Leaves an audit line.
    """
    uow.actor.require("recall.open")
    row = locked(uow, command.recall_id)
    _refuse_stranger(uow, row, command.step)
    if row.closed_at is not None:
        raise errors.AlreadyClosed(number=row.number)
    do(uow, row, command)
    uow.audit("recall.step", f"recall:{row.id}", step=command.step.value)
    uow.session.flush()
    return recall_of(row)


def _refuse_stranger(uow: UnitOfWork, row: RecallRow, step: Step) -> None:
    if uow.actor.may("recall.order"):
        return
    theirs = row.recaller_id is not None and uow.actor.may_act_for(row.recaller_id)
    if not theirs:
        raise errors.UnknownRecall
    if step in states.AUTHORITYS:
        raise errors.NotYours(step=step.value)


def do(uow: UnitOfWork, row: RecallRow, command: TakeStep) -> None:
    """Take a step in a recall that was locked or just made."""
    state, step = State(row.state), command.step
    if not states.may_follow(state, step):
        raise errors.StepNotPossible(step=step.value, state=state.value)
    if step in states.AUTHORITYS and not (command.basis.strip() and command.document.strip()):
        missing = "document" if command.basis.strip() else "basis"
        raise errors.BasisMissing(field=missing)
    details = _DOING[step](uow, row, command)
    history.write(uow, row, step, command, note=command.note.strip(), **details)
    target = states.WAYS[step].target
    if target is not None:
        history.move(uow, row, target)
    if step is Step.NOTIFIED:
        notices.send_all(uow, row)


def _periods(uow: UnitOfWork, row: RecallRow) -> Deadlines:
    return deadlines_on(uow.parameters, row.known_at.astimezone(SHANGHAI).date())


Details = dict[str, object]


def _stop_sale(uow: UnitOfWork, row: RecallRow, command: TakeStep) -> Details:
    return {"lots": len(hold_all(uow, row, lots_of(uow, row.id)))}


def _grade(uow: UnitOfWork, row: RecallRow, command: TakeStep) -> Details:
    if command.level is Level.NONE:
        raise errors.LevelMissing(field="level")
    return _set_level(uow, row, command.level)


def _set_level(uow: UnitOfWork, row: RecallRow, level: Level) -> Details:
    periods = _periods(uow, row)
    row.level = int(level)
    row.start_due = deadlines.start_due(row.known_at, level, periods)
    if row.notice_on is not None:
        _set_finish(uow, row)
    due = row.start_due.astimezone(SHANGHAI).isoformat() if row.start_due else ""
    return {"level": int(level), "start_due": due}


def _plan(uow: UnitOfWork, row: RecallRow, command: TakeStep) -> Details:
    if missing := papers.missing_of_plan(command.items):
        raise errors.PlanIncomplete(field=f"items.{missing[0]}", missing="、".join(missing))
    row.started_at = row.started_at or uow.now  # stopped, and the plan reported
    return {"items": dict(command.items)}


def _notify(uow: UnitOfWork, row: RecallRow, command: TakeStep) -> Details:
    if row.spread_done < row.spread_total:
        raise errors.StillSpreading(done=row.spread_done, total=row.spread_total)
    missing = papers.missing_of_notice(command.items, Kind(row.kind))
    if missing:
        raise errors.NoticeIncomplete(field=f"items.{missing[0]}", missing="、".join(missing))
    day = command.on or uow.today
    if not row.known_at.astimezone(SHANGHAI).date() <= day <= uow.today:
        raise errors.NoticeInFuture(field="on")
    row.notice_on = day
    _set_finish(uow, row)
    is_public = row.kind == Kind.RECALL.value and not row.is_drill
    return {"items": dict(command.items), "on": day.isoformat(), "public": is_public} | _due(row)


def _set_finish(uow: UnitOfWork, row: RecallRow) -> None:
    assert row.notice_on is not None  # both callers have seen to that
    due = deadlines.finish_due(row.notice_on, Level(row.level), _periods(uow, row))
    row.finish_due, row.finish_is_provisional = due.end, due.provisional


def _due(row: RecallRow) -> Details:
    said = row.finish_due.astimezone(SHANGHAI).isoformat() if row.finish_due else ""
    return {"finish_due": said, "provisional": row.finish_is_provisional}


def _begin(uow: UnitOfWork, row: RecallRow, command: TakeStep) -> Details:
    return {}


def _complete(uow: UnitOfWork, row: RecallRow, command: TakeStep) -> Details:
    row.completed_at = uow.now
    periods, level = _periods(uow, row), Level(row.level)
    due = deadlines.report_due(uow.now.astimezone(SHANGHAI), level, periods)
    row.report_due = due.end if due else None
    return {"silent": notices.silent(uow, row.id)} | (
        {"report_due": due.end.isoformat(), "provisional": due.provisional} if due else {}
    )


def _dispose(uow: UnitOfWork, row: RecallRow, command: TakeStep) -> Details:
    if command.method is None or not command.place.strip() or command.at is None:
        named = {"method": command.method, "place": command.place.strip(), "at": command.at}
        raise errors.MethodMissing(field=next(name for name, value in named.items() if not value))
    hazard = Hazard(row.hazard)
    if not papers.may_be_disposed_of(hazard, command.method):
        raise errors.MethodNotAllowed(
            field="method", method=command.method.value, hazard=hazard.value
        )
    if not papers.was_reported_before(command.reported_at, command.at):
        raise errors.DisposalNotReported(field="reported_at")
    return {
        "method": command.method.value,
        "place": command.place.strip(),
        "at": command.at.isoformat(),
        "reported_at": command.reported_at.isoformat() if command.reported_at else "",
    }


def _summarise(uow: UnitOfWork, row: RecallRow, command: TakeStep) -> Details:
    row.reported_at = uow.now
    return {}


def _close(uow: UnitOfWork, row: RecallRow, command: TakeStep) -> Details:
    row.closed_at = uow.now
    released: tuple[int, ...] = ()
    if not row.is_drill:
        why = ReleaseLots(cause=history.cause_of(row), reason=_RELEASED.format(number=row.number))
        released = release_lots(uow, why)
        outcome = "dismissed" if command.step is Step.DISMISSED else "done"
        said = {"recall_id": row.id, "number": row.number, "product_id": row.product_id}
        uow.announce("recall.closed", **said, outcome=outcome)
    return {"released": len(released)}


def _order(uow: UnitOfWork, row: RecallRow, command: TakeStep) -> Details:
    row.is_ordered = True
    return {}


def _extend(uow: UnitOfWork, row: RecallRow, command: TakeStep) -> Details:
    if not 1 <= command.days <= MORE_DAYS_MAX:
        raise errors.ExtensionUnfit(field="days", most=MORE_DAYS_MAX)
    assert row.finish_due is not None  # a recall that has been notified has a day to finish
    due = deadlines.extended(row.finish_due, command.days)
    row.finish_due = due.end
    row.finish_is_provisional = row.finish_is_provisional or due.provisional
    return {"days": command.days} | _due(row)


def _escalate(uow: UnitOfWork, row: RecallRow, command: TakeStep) -> Details:
    if command.level is Level.NONE or command.level >= row.level:
        raise errors.NotMoreSerious(field="level", level=row.level)
    was = row.level
    return {"was": was} | _set_level(uow, row, command.level) | _due(row)


_DOING: dict[Step, Callable[[UnitOfWork, RecallRow, TakeStep], Details]] = {
    Step.STOP_SALE: _stop_sale,
    Step.GRADED: _grade,
    Step.PLANNED: _plan,
    Step.NOTIFIED: _notify,
    Step.IN_PROGRESS: _begin,
    Step.COMPLETED: _complete,
    Step.DISPOSED: _dispose,
    Step.SUMMARISED: _summarise,
    Step.CLOSED: _close,
    Step.DISMISSED: _close,
    Step.ORDERED: _order,
    Step.EXTENDED: _extend,
    Step.ESCALATED: _escalate,
}
