"""What a pass may hold, when it ends, and how a delivery looks from one of its sides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation

from app.food.passes import errors
from app.food.passes.terms import FindingKind, PassState, SideState
from ledger.entries.terms import BookLine, EntryKind, Weighed
from ledger.kernel.moment import Moment

LINES_MAX = 50  # three copies of it are three pages of paper
LETTER = "P"  # what the sealed number of a pass begins with


def check_lines(lines: Sequence[BookLine]) -> None:
    """Refuse what cannot go on one pass.

    Raises NothingSent, TooManyLines, NotDispatched, DocumentMissing, SeveralDeliveries.
    """
    if not lines:
        raise errors.NothingSent(field="references")
    if len(lines) > LINES_MAX:
        raise errors.TooManyLines(field="references", most=LINES_MAX)
    for line in lines:
        if line.kind is not EntryKind.DISPATCH or line.corrected_by or line.partner_id is None:
            raise errors.NotDispatched(field="references", reference=line.reference)
    if not all(line.document for line in lines):
        raise errors.DocumentMissing(field="references")
    if len({(line.operator_id, line.partner_id, line.document) for line in lines}) > 1:
        raise errors.SeveralDeliveries(field="references")


def expires_at(issued: datetime, days: int) -> datetime:
    """The end of the last day a pass can be answered on; the day it was made is not counted."""
    last = issued.date() + timedelta(days=days)
    return datetime.combine(last + timedelta(days=1), time(), issued.tzinfo)


def number_of(said: str) -> Decimal | None:
    """A quantity as a number; None where it is not one."""
    try:
        found = Decimal(said.strip())
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def state_of_answer(sent: Mapping[str, str], said: Mapping[str, str]) -> PassState:
    """What an answer makes of a pass: everything as sent, something else, nothing at all."""
    came = {name: said.get(name, "").strip() or amount for name, amount in sent.items()}
    if all(number_of(amount) == 0 for amount in came.values()):
        return PassState.REFUSED
    same = all(came[name] == amount or number_of(came[name]) == number_of(amount)
               for name, amount in sent.items())  # fmt: skip
    return PassState.ACCEPTED if same else PassState.DISPUTED


def side_state(status: str, difference: int) -> SideState:
    """How a delivery stands; ``difference`` is received less sent."""
    if status == "matched":
        return SideState.MATCHED
    if status == "differs":
        return SideState.SHORT if difference < 0 else SideState.OVER
    return SideState.UNANSWERED if status == "dispatch_only" else SideState.UNSENT


def counted(states: Iterable[SideState]) -> dict[SideState, int]:
    """How many of each state; every state is there."""
    found = dict.fromkeys(SideState, 0)
    for state in states:
        found[state] += 1
    return found


def findings_of(
    weighed: Weighed, expires: Moment, today: date, tolerance: Decimal
) -> list[FindingKind]:
    """What does not add up of a lot in somebody's hands.

    What went and never came is from nowhere; more out than in is only said beyond the tolerance
    (L07); what is left after its last day is past its date (Food Safety Law Art. 34).
    """
    if weighed.went > 0 and weighed.came == 0:
        return [FindingKind.FROM_NOWHERE]
    if weighed.went - weighed.came > weighed.came * tolerance:
        return [FindingKind.MORE_OUT]
    last = expires.day
    past = last is not None and last < today and weighed.left > weighed.came * tolerance
    return [FindingKind.PAST_DATE] if past else []
