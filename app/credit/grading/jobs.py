"""Gradings that nobody has to ask for: every month the city, at once who is spoken of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.credit.grading import services
from app.credit.grading.queries import desk_of
from app.credit.grading.queries.sources import ITEMS
from app.credit.grading.terms import GradeCity
from app.doors.jobs import Job, JobRoom
from ledger.kernel import uow as units
from ledger.kernel.uow import UnitOfWork

MONTHLY = 86_400  # the scheduler asks daily; a month in which the city was graded is done
AT_ONCE = 500
_LATE = frozenset({"start", "finish", "report", "answer"})


def grade_all(room: JobRoom, **_: Any) -> None:
    """Grade the city now."""

    def work(uow: UnitOfWork) -> None:
        services.grade_city(uow, GradeCity(as_of=uow.today))

    units.run(room.unit, work)


def grade_monthly(room: JobRoom, **_: Any) -> None:
    """Grade the city where it has not been graded this month."""

    def work(uow: UnitOfWork) -> None:
        whole = [run for run in desk_of(uow).runs if run.whole]
        first = uow.today.replace(day=1)
        if not whole or whole[0].as_of < first:
            services.grade_city(uow, GradeCity(as_of=uow.today))

    units.run(room.unit, work)


def grade_again(
    room: JobRoom,
    *,
    item: str = "",
    subjects: Sequence[int] = (),
    subject_id: int | None = None,
    **_: Any,
) -> None:
    """Grade again those of whom a record came or went that grading reads.

    Facts about one record name its subject and no item: that subject is graded in any case.
    """
    who = tuple(subjects[:AT_ONCE]) or ((subject_id,) if subject_id else ())
    if not who or (item and item not in ITEMS):
        return

    def work(uow: UnitOfWork) -> None:
        services.grade_city(uow, GradeCity(as_of=uow.today, subjects=who))

    units.run(room.unit, work)


def note_overdue(
    room: JobRoom,
    *,
    timer: str = "",
    number: str = "",
    recaller_id: int | None = None,
    operators: Sequence[int] = (),
    **_: Any,
) -> None:
    """Keep that a recall was not done in time: its recaller's clocks, its holders' answers."""
    who = list(operators) if timer == "answer" else [recaller_id] if recaller_id else []
    if timer not in _LATE or not who:
        return

    def work(uow: UnitOfWork) -> None:
        services.note_conduct(uow, "recall", f"{number} {timer}", uow.today, who)

    units.run(room.unit, work)


GRADE_ALL = Job(name="grading.grade_all", work=grade_all, queue="daily")
GRADE_MONTHLY = Job(name="grading.grade_monthly", work=grade_monthly, queue="daily")
GRADE_AGAIN = Job(name="grading.grade_again", work=grade_again)
NOTE_OVERDUE = Job(name="grading.note_overdue", work=note_overdue)
