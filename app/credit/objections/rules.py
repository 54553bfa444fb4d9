"""Who decides by when, which step follows which, and what an objection must say."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, timedelta

from app.credit.objections import errors
from app.credit.objections.terms import (
    Channel,
    Clock,
    DecideObjection,
    FileObjection,
    ObjectionState,
    Remedy,
    Terms,
)
from ledger.kernel.parameters import Parameters
from ledger.kernel.workdays import DueDay, working_days_due

GROUNDS_MIN, TEXT_MAX = 4, 2000
EVIDENCE_MAX = 5
PAPER_DAYS_BACK = 30  # an older paper was answered or forgotten elsewhere
PROFILE = "objections.profile"
S = ObjectionState
FOLLOWS: dict[ObjectionState, frozenset[ObjectionState]] = {
    S.FILED: frozenset({S.MARKED}),
    S.MARKED: frozenset({S.OWN_REVIEW, S.FORWARDED}),
    S.OWN_REVIEW: frozenset({S.UPHELD, S.REJECTED}),
    S.FORWARDED: frozenset({S.UPHELD, S.REJECTED}),
    S.UPHELD: frozenset({S.CLOSED}),
    S.REJECTED: frozenset({S.CLOSED}),
    S.CLOSED: frozenset(),
}
"""What may follow on what."""
_CLOCKS = {
    S.FILED: Clock.MARK,
    S.MARKED: Clock.FORWARD,
    S.OWN_REVIEW: Clock.DECIDE,
    S.FORWARDED: Clock.DECIDE,
    S.UPHELD: Clock.PUT_RIGHT,
}


def clock_of(state: ObjectionState) -> Clock | None:
    """What runs in a state; nothing once it is closed."""
    return _CLOCKS.get(state)


def terms_on(parameters: Parameters, day: date) -> Terms:
    """The working days that hold for an objection received on a day, by the chosen profile."""
    profile = parameters.get(PROFILE, day)

    def days(name: str) -> int:
        return parameters.number(f"objections.{name}_days", day, profile)

    return Terms(
        mark=days("mark"),
        own=days("own"),
        forward=days("forward"),
        provider=days("provider"),
        extended=days("extended"),
        put_right=days("put_right"),
    )


def due_in(state: ObjectionState, terms: Terms, since: date) -> DueDay | None:
    """The last day of what runs in a state entered on a day.

    The platform's own data is decided from the day the objection came; a provider decides from the
    day it was passed on. Returns None where nothing runs.
    """
    days = {
        S.FILED: terms.mark,
        S.MARKED: terms.forward,
        S.OWN_REVIEW: terms.own,
        S.FORWARDED: terms.provider,
        S.UPHELD: terms.put_right,
    }.get(state)
    return working_days_due(since, days) if days else None


def extended(terms: Terms, since: date) -> DueDay:
    """The last day of a decision that needs others' help. Refuses: NoExtension."""
    if not terms.extended:
        raise errors.NoExtension
    return working_days_due(since, terms.extended)


def check_step(now: ObjectionState, then: ObjectionState) -> None:
    """Refuses: OutOfTurn where a state does not follow on another."""
    if then not in FOLLOWS[now]:
        raise errors.OutOfTurn(state=now.value, wanted=then.value)


def check_filed(command: FileObjection, today: date) -> FileObjection:
    """Refuses: GroundsMissing, TextTooLong, TooManyFiles, PaperDayWrong, BroughtByMissing."""
    said = command.grounds.strip()
    if len(said) < GROUNDS_MIN:
        raise errors.GroundsMissing(field="grounds")
    if len(said) > TEXT_MAX:
        raise errors.TextTooLong(limit=TEXT_MAX, field="grounds")
    if len(command.evidence) > EVIDENCE_MAX:
        raise errors.TooManyFiles(limit=EVIDENCE_MAX, field="evidence_1")
    if command.channel is Channel.PAPER:
        day = command.received_on
        if day is None or not today - timedelta(days=PAPER_DAYS_BACK) <= day <= today:
            raise errors.PaperDayWrong(limit=PAPER_DAYS_BACK, field="received_on")
        if not command.brought_by.strip():
            raise errors.BroughtByMissing(field="brought_by")
    return command


def check_repeat(sent: Iterable[bytes], before: Collection[bytes], *, decided: bool) -> None:
    """A fact that was decided is taken up again only with a file nobody has seen.

    ``sent`` and ``before`` are hashes of files. Refuses: NewEvidenceNeeded.
    """
    if decided and not set(sent) - set(before):
        raise errors.NewEvidenceNeeded(field="evidence_1")


def check_decision(command: DecideObjection) -> None:
    """Refuses: ReasonMissing, TextTooLong, CorrectionMissing."""
    reason = command.reason.strip()
    if len(reason) < GROUNDS_MIN:
        raise errors.ReasonMissing(field="reason")
    if len(reason) > TEXT_MAX:
        raise errors.TextTooLong(limit=TEXT_MAX, field="reason")
    if command.upheld and command.remedy is Remedy.CORRECT and not command.said:
        raise errors.CorrectionMissing(field="remedy")
