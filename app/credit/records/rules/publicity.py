"""The clocks of the two publicities 双公示 and of what follows a change."""

from __future__ import annotations

from datetime import date

from app.credit.records.terms import Cycle, Item
from ledger.kernel.parameters import Parameters
from ledger.kernel.workdays import DueDay, working_days_due

_CYCLE_DAYS = {Cycle.MONTH: 31, Cycle.QUARTER: 92, Cycle.YEAR: 366}


def publicity_due(item: Item, decided_on: date, parameters: Parameters) -> DueDay | None:
    """The last day on which a decision may become public; None for items without such a clock.

    The item says how many working days it has: 7 for decisions, 20 for results published through
    the publicity system, 3 for what undoes a penalty.
    """
    if not item.publicity_days:
        return None
    named = {7: "decision_days", 20: "system_days", 3: "undo_days"}.get(item.publicity_days)
    days = parameters.number(f"publicity.{named}", decided_on) if named else item.publicity_days
    return working_days_due(decided_on, days)


def other_province_due(decided_on: date, parameters: Parameters) -> tuple[DueDay, DueDay]:
    """When a decision about a party of another province must be pushed there, and be public."""
    push = working_days_due(decided_on, parameters.number("publicity.push_days", decided_on))
    publish = working_days_due(push.day, parameters.number("publicity.publish_days", push.day))
    return push, DueDay(publish.day, provisional=push.provisional or publish.provisional)


def undo_due(changed_on: date, parameters: Parameters) -> DueDay:
    """The last day on which a penalty that was changed or revoked may still be public."""
    return working_days_due(changed_on, parameters.number("publicity.undo_days", changed_on))


def is_timely(item: Item, decided_on: date, recorded_on: date, parameters: Parameters) -> bool:
    """Whether a record came within its clock, or within its cycle where it has no clock."""
    due = publicity_due(item, decided_on, parameters)
    if due:
        return recorded_on <= due.day
    if item.cycle is Cycle.SEVEN_WORKING_DAYS or item.cycle is Cycle.AT_ONCE:
        days = parameters.number("publicity.decision_days", decided_on)
        return recorded_on <= working_days_due(decided_on, days).day
    return (recorded_on - decided_on).days <= _CYCLE_DAYS[item.cycle]
