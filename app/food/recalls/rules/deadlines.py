"""The legal clocks: hours run on through holidays, days are working days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.food.recalls.terms import Clock, ClockState, Level, Timer
from ledger.kernel.parameters import Parameters
from ledger.kernel.workdays import DueDay, working_days_due
from ledger.kernel.zone import SHANGHAI

GRADES = (Level.ONE, Level.TWO, Level.THREE)
STAGES = (1, 2, 3)


@dataclass(frozen=True, slots=True)
class Deadlines:
    """The periods in force on a day; by level, and by stage of a holder's silence."""

    start_hours: dict[Level, int]
    finish_days: dict[Level, int]
    report_days: int
    report_level: int
    silence_hours: dict[int, int]
    link_days: int


def deadlines_on(parameters: Parameters, day: date) -> Deadlines:
    """The periods valid on the day of the event."""

    def number(key: str) -> int:
        return parameters.number(f"recall.{key}", day)

    return Deadlines(
        start_hours={level: number(f"start_hours_{int(level)}") for level in GRADES},
        finish_days={level: number(f"finish_days_{int(level)}") for level in GRADES},
        report_days=number("report_days"),
        report_level=number("report_level"),
        silence_hours={stage: number(f"silence_hours_{stage}") for stage in STAGES},
        link_days=number("link_days"),
    )


def start_due(known_at: datetime, level: Level, deadlines: Deadlines) -> datetime | None:
    """When the recall must have started: continuous hours from knowing; none while ungraded."""
    if level is Level.NONE:
        return None
    return known_at + timedelta(hours=deadlines.start_hours[level])


def finish_due(notice_on: date, level: Level, deadlines: Deadlines) -> DueDay:
    """The last day to finish: working days from the notice."""
    return working_days_due(notice_on, deadlines.finish_days[level])


def extended(due: datetime, days: int) -> DueDay:
    """So many working days more than the end of the day that was the last one."""
    last = (due - timedelta(microseconds=1)).astimezone(SHANGHAI).date()
    return working_days_due(last, days)


def report_due(completed_at: datetime, level: Level, deadlines: Deadlines) -> DueDay | None:
    """When a high-risk case must have been reported in writing; none for the others."""
    if level is Level.NONE or level > deadlines.report_level:
        return None
    return working_days_due(completed_at.date(), deadlines.report_days)


def stage_of(sent_at: datetime, now: datetime, deadlines: Deadlines) -> int:
    """How far a holder's silence has gone: 0, or the last stage whose hours have passed."""
    return max(
        (
            stage
            for stage, hours in deadlines.silence_hours.items()
            if now >= sent_at + timedelta(hours=hours)
        ),
        default=0,
    )


def clock(
    timer: Timer,
    now: datetime,
    *,
    begun_at: datetime | None,
    due_at: datetime | None,
    met_at: datetime | None,
    is_provisional: bool = False,
) -> Clock:
    """How a clock stands: met or missed by when it was met, else by the time now."""
    if due_at is None:
        state = ClockState.NOT_SET
    elif met_at is not None:
        state = ClockState.MET if met_at <= due_at else ClockState.MISSED
    else:
        state = ClockState.RUNNING if now < due_at else ClockState.MISSED
    return Clock(
        timer=timer,
        begun_at=begun_at,
        due_at=due_at,
        met_at=met_at,
        state=state,
        is_provisional=is_provisional,
    )
