"""The yearly form: drawn up by the system, filled by an inspector, confirmed by another person."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from app.credit.grading import errors
from app.credit.grading.model import RiskGradeRow, RiskGradeStepRow
from app.credit.grading.queries.city import city_of
from app.credit.grading.queries.forms import (
    CONFIRMED,
    confirmed_for,
    form_of,
    forms_of,
    said_as_json,
)
from app.credit.grading.queries.grades import grade_needed
from app.credit.grading.queries.grounds import found_of
from app.credit.grading.rules.adjusting import Grounds, adjusted
from app.credit.grading.rules.tables import flags, grounds
from app.credit.grading.terms import FillForm, ReviewForm, Said, Suggestion, Trade, YearForm
from ledger.kernel.uow import UnitOfWork

RETURNED = "returned"
_REMARK_MAX = 1000


def draft_form(uow: UnitOfWork, subject_id: int, year: int) -> YearForm:
    """The form of a year as the system fills it in, not kept. Refuses: NotGraded, NotTheYear."""
    if year not in (uow.today.year, uow.today.year - 1):
        raise errors.NotTheYear(field="year", year=year)
    graded = grade_needed(uow, subject_id)
    on = min(uow.today, date(year, 12, 31))
    city = city_of(uow, on, (subject_id,))
    operator = city.operators.get(subject_id)
    raised, lowered = found_of(uow, subject_id, year, on, operator.since if operator else None)
    drawn = YearForm(
        subject_id=subject_id,
        year=year,
        number=0,
        was=confirmed_for(uow, year, (subject_id,)).get(subject_id),
        static=graded.static,
        dynamic=graded.dynamic,
        total=graded.total,
        grade=graded.reckoned,
        flags=raised,
        grounds=lowered,
        serious=subject_id in city.on_list,
        suggestion=Suggestion.SAME,
        next=graded.reckoned,
    )
    return _suggested(drawn, special=Trade.SPECIAL in graded.trades)


def fill_form(uow: UnitOfWork, command: FillForm) -> YearForm:
    """Fill in a year's form; filling it again before it is confirmed adds another with the next
    number.

    Refuses: NotPermitted, NotGraded, NotTheYear, UnknownFlag, RemarkMissing, AlreadyConfirmed.
    Leaves an audit line.
    """
    uow.actor.require("grade.fill")
    drawn = draft_form(uow, command.subject_id, command.year)
    before = [one for one in forms_of(uow, command.subject_id) if one.year == command.year]
    if any(one.is_confirmed for one in before):
        raise errors.AlreadyConfirmed(year=command.year)
    form = _amended(drawn, command, special=_is_special(uow, command.subject_id))
    number = max((one.number for one in before), default=0) + 1
    run_id = grade_needed(uow, command.subject_id).run_id
    uow.session.add(_row(uow, form, number, run_id))
    uow.session.flush()  # what follows reads it
    uow.audit("grade.fill", f"subject:{form.subject_id}", year=form.year, number=number)
    return form_of(uow, form.subject_id, form.year, number)


def review_form(uow: UnitOfWork, command: ReviewForm) -> YearForm:
    """Confirm the newest filling of a year's form, or send it back with a note.

    Refuses: NotPermitted, UnknownForm, AlreadyConfirmed, NotTheNewest, OwnForm, NoteMissing.
    Announces: grade.confirmed. Leaves an audit line.
    """
    uow.actor.require("grade.confirm")
    form = form_of(uow, command.subject_id, command.year, command.number)
    fillings = [one for one in forms_of(uow, form.subject_id) if one.year == form.year]
    if any(one.is_confirmed for one in fillings):
        raise errors.AlreadyConfirmed(year=form.year)
    if form.number != max(one.number for one in fillings) or form.returned_note:
        raise errors.NotTheNewest(year=form.year)
    row = uow.session.get_one(RiskGradeRow, (form.subject_id, form.year, form.number))
    if uow.actor.account_id is None or row.filled_by == uow.actor.account_id:
        raise errors.OwnForm(year=form.year)
    note = " ".join(command.note.split())[:_REMARK_MAX]
    if not command.confirm and not note:
        raise errors.NoteMissing(field="note")
    uow.session.add(_step(uow, form, command, note))
    uow.session.flush()  # what follows reads it
    uow.audit(
        "grade.review",
        f"subject:{form.subject_id}",
        year=form.year,
        number=form.number,
        confirmed=command.confirm,
    )
    if command.confirm:
        uow.announce("grade.confirmed", subject_id=form.subject_id, year=form.year)
    return form_of(uow, form.subject_id, form.year, form.number)


def _is_special(uow: UnitOfWork, subject_id: int) -> bool:
    return Trade.SPECIAL in grade_needed(uow, subject_id).trades


def _suggested(form: YearForm, *, special: bool) -> YearForm:
    made = adjusted(
        form.grade,
        Grounds(
            flags=[int(one.code) for one in form.flags],
            grounds=[one.code for one in form.grounds],
            seriously_unlawful=form.serious,
            special_food=special,
        ),
    )
    return replace(form, suggestion=made.suggestion, next=made.next)


def _amended(drawn: YearForm, said: FillForm, *, special: bool) -> YearForm:
    """The form with the flags and grounds as its filler sees them."""
    raised, lowered = {str(one) for one in said.flags}, set(said.grounds)
    if raised - {one.code for one in flags()} or lowered - {one.code for one in grounds()}:
        raise errors.UnknownFlag(field="flags")
    found = {one.code: one for one in (*drawn.flags, *drawn.grounds)}
    remark = " ".join(said.remark.split())[:_REMARK_MAX]
    if raised | lowered != set(found) and not remark:
        raise errors.RemarkMissing(field="remark")
    form = replace(
        drawn,
        flags=tuple(found.get(code, Said(code=code)) for code in sorted(raised)),
        grounds=tuple(found.get(code, Said(code=code)) for code in sorted(lowered)),
        remark=remark,
    )
    return _suggested(form, special=special)


def _row(uow: UnitOfWork, form: YearForm, number: int, run_id: int) -> RiskGradeRow:
    return RiskGradeRow(
        subject_id=form.subject_id,
        year=form.year,
        number=number,
        run_id=run_id,
        was=form.was.value if form.was else "",
        static=form.static,
        dynamic=form.dynamic,
        total=form.total,
        grade=form.grade.value,
        serious=form.serious,
        said={"flags": said_as_json(form.flags), "grounds": said_as_json(form.grounds)},
        suggestion=form.suggestion.value,
        next=form.next.value,
        remark=form.remark,
        filled_by=uow.actor.account_id,
        filler=uow.actor.name,
        filled_at=uow.now,
    )


def _step(uow: UnitOfWork, form: YearForm, command: ReviewForm, note: str) -> RiskGradeStepRow:
    return RiskGradeStepRow(
        subject_id=form.subject_id,
        year=form.year,
        number=form.number,
        kind=CONFIRMED if command.confirm else RETURNED,
        next=form.next.value if command.confirm else "",
        by=uow.actor.account_id,
        name=uow.actor.name,
        note=note,
        at=uow.now,
    )
