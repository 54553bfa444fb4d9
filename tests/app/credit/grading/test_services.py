"""Grading the city and settling the year, on the store."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import Connection, text
from support.accounts import house, person
from support.food_city import FoodCity, passed

from app.credit.grading import errors, services
from app.credit.grading.queries import (
    confirmed_for,
    desk_of,
    forms_of,
    grade_of,
    grades_page,
    history_of,
)
from app.credit.grading.queries.explained import explained
from app.credit.grading.queries.grades import visits_a_year
from app.credit.grading.terms import (
    Basis,
    FillForm,
    FoodRun,
    Grade,
    GradeCity,
    GradesAsked,
    ReviewForm,
    Suggestion,
    Trade,
    Visits,
)
from app.credit.grading.web import file_words
from app.credit.records.terms import Audience
from app.registry import wire
from ledger.kernel.actor import Actor, Role
from ledger.kernel.uow import UnitOfWork
from ledger.subjects.queries import subject_by_id


@pytest.fixture
def city(uow: UnitOfWork) -> FoodCity:
    """Nobody yet; the unit is the house's, and the program's schemes are known."""
    wire()
    uow.actor = Actor(role=Role.SYSTEM)
    return FoodCity(uow)


def graded(uow: UnitOfWork, *subjects: int) -> FoodRun:
    """The city, or some, graded today."""
    return services.grade_city(uow, GradeCity(as_of=uow.today, subjects=subjects))


def as_person(uow: UnitOfWork, name: str, role: Role) -> None:
    """From here on the unit is this person's."""
    uow.actor = Actor(role=Role.SYSTEM)
    account = person(uow, name, role)
    uow.actor = Actor(role=role, account_id=account, name=name)


def test_a15_from_the_table_to_next_years_grade(uow: UnitOfWork, city: FoodCity) -> None:
    """Static 15.5, dynamic 14.5: A, one visit; a failed provincial sampling: next year B, 1–2."""
    house = uow.actor
    store = city.store("鹭岛超市", uow.today - timedelta(days=40))
    city.inspected(store, uow.today - timedelta(days=30), passed(145))
    run = graded(uow)
    found = grade_of(uow, store)
    assert found is not None
    assert (found.static, found.dynamic, found.total) == (15_500, 14_500, 30_000)
    assert (found.grade, found.basis, found.trade) == (Grade.A, Basis.POINTS, Trade.SALES)
    assert visits_a_year(uow, found.grade, uow.today) == Visits(least=1, most=1)
    assert (run.operators, run.tally["A"], run.whole) == (1, 1, True)
    score = explained(uow, store).score
    assert score is not None
    lines = {line.indicator.code: line.points for line in score.outcome.lines}
    assert (lines["bulk_chilled"], lines["suppliers"], lines["inspection"]) == (6000, 3000, 14_500)

    sample = city.record(
        store,
        "sampling.result",
        uow.today - timedelta(days=3),
        sample_no="S1",
        level="provincial",
        product="散装虾皮",
        sampling_result="fail",
    )
    as_person(uow, "inspector", Role.INSPECTOR)
    form = services.fill_form(uow, FillForm(subject_id=store, year=uow.today.year, flags=(2,)))
    assert [one.code for one in form.flags] == ["2"]
    assert form.flags[0].evidence[0].record_id == sample
    assert (form.grade, form.next, form.suggestion) == (Grade.A, Grade.B, Suggestion.UP)
    review = ReviewForm(subject_id=store, year=form.year, number=form.number)
    uow.actor = replace(uow.actor, role=Role.ADMIN)
    with pytest.raises(errors.OwnForm):
        services.review_form(uow, review)
    as_person(uow, "reviewer", Role.CREDIT)
    assert services.review_form(uow, review).is_confirmed
    uow.actor = house
    uow.now = uow.now.replace(year=form.year + 1, month=1, day=2)
    graded(uow)
    found = grade_of(uow, store)
    assert found is not None
    assert (found.grade, found.reckoned, found.basis) == (Grade.B, Grade.A, Basis.CONFIRMED)
    assert visits_a_year(uow, found.grade, uow.today) == Visits(least=1, most=2)


def test_the_city_in_one_run(uow: UnitOfWork, city: FoodCity) -> None:
    """Who is new, unfilled, listed, of several trades, out of business; what each rests on."""
    ago, day = uow.today - timedelta(days=60), uow.today
    plain = city.store("一", ago)
    new = city.store("二", ago, since=day - timedelta(days=100))
    unfilled = city.operator("三", "distribution")
    city.licence(unfilled, "JY", "JY13502030009999", date(2020, 1, 1), ("散装食品销售",))
    listed = city.store("四", ago)
    city.record(listed, "list.serious", ago, document_no="L1", unlawful_ground="x")
    both = city.store("五", ago)
    uow.session.execute(
        text("UPDATE subject SET kinds = '{distribution,catering}' WHERE id = :id"), {"id": both}
    )
    city.record(both, "food.profile.catering", ago, profile_no="C", area="3001", raw="40", hot="9")
    maker = city.operator("六", "production")
    city.licence(maker, "SC", "SC10535020300017", date(2019, 1, 1))
    gone = city.store("七", ago)
    uow.session.execute(text("UPDATE subject SET status = 'closed' WHERE id = :id"), {"id": gone})
    farm = city.operator("八", "farm")
    run = graded(uow)
    found = {who: grade_of(uow, who) for who in (plain, new, unfilled, listed, both, maker)}
    assert grade_of(uow, gone) is None
    assert grade_of(uow, farm) is None
    said = {who: (one.grade, one.basis, one.trade) for who, one in found.items() if one}
    assert said == {
        plain: (Grade.C, Basis.POINTS, Trade.SALES),  # 15.5 + 30
        new: (Grade.C, Basis.TIER, Trade.SALES),  # chilled goods: tier III
        unfilled: (Grade.B, Basis.UNFILLED, Trade.SALES),
        listed: (Grade.D, Basis.LIST, Trade.SALES),
        both: (Grade.C, Basis.POINTS, Trade.CATERING),  # 17 + 30 beats 45.5
        maker: (Grade.D, Basis.POINTS, Trade.PRODUCTION),  # dairy by its licence: 32 + 30
    }
    made = [one for one in found.values() if one and one.trade is Trade.PRODUCTION]
    assert [one.category for one in made] == ["05"]
    assert (run.operators, run.unfilled, run.changed) == (6, 1, 6)
    assert run.tally == {"A": 0, "B": 1, "C": 3, "D": 2}
    assert desk_of(uow).by_division["350203"]["D"] == 2


def test_the_same_facts_again_change_nothing_and_history_holds_what_moved(
    uow: UnitOfWork, city: FoodCity
) -> None:
    """A withdrawn inspection brings back what was before it; each move is one line."""
    store = city.store("一", uow.today - timedelta(days=60))
    first = graded(uow)
    again = graded(uow)
    assert (again.snapshot, again.changed) == (first.snapshot, 0)
    assert len(history_of(uow, store)) == 1
    seen = city.inspected(store, uow.today, passed())
    graded(uow, store)
    shown = explained(uow, store)
    assert shown.grade.grade is Grade.A
    assert shown.score is not None
    assert shown.score.points == 15_500
    city.withdraw(store, seen)
    assert not graded(uow, store).whole
    assert [(one.was, one.now) for one in history_of(uow, store)] == [
        (Grade.A, Grade.C),
        (Grade.C, Grade.A),
        (None, Grade.C),
    ]
    told = uow.session.scalars(
        text("SELECT payload FROM outbox_fact WHERE fact = 'grade.changed' ORDER BY id")
    ).all()
    assert [one["changes"][0]["now"] for one in told] == ["C", "A", "C"]


def test_what_the_ledger_knows_counts_beside_an_inspection(uow: UnitOfWork, city: FoodCity) -> None:
    """A lapsed licence is a failed key item of qualification: 3 of 6 of its 4 points."""
    store = city.store("一", uow.today - timedelta(days=60))
    uow.session.execute(
        text("UPDATE licence SET valid_to = :day WHERE subject_id = :id"),
        {"id": store, "day": uow.today - timedelta(days=1)},
    )
    city.inspected(store, uow.today, passed(0, 3))
    graded(uow)
    found = grade_of(uow, store)
    assert found is not None
    assert (found.dynamic, found.book["licence"]) == (2000, 0)


def test_lists_are_narrowed_and_paged(uow: UnitOfWork, city: FoodCity) -> None:
    """By grade, trade, district and category; a page says where the next begins."""
    shops = [city.store(f"店{at}", uow.today) for at in range(3)]
    kitchen = city.operator("灶", "catering", division="350205")
    graded(uow)
    first = grades_page(uow, GradesAsked(grade=Grade.C, limit=2))
    assert [one.subject_id for one in first.items] == shops[:2]
    rest = grades_page(uow, GradesAsked(grade=Grade.C, limit=2, after=first.next or 0))
    assert [one.subject_id for one in rest.items] == shops[2:]
    for asked in (GradesAsked(trade=Trade.CATERING), GradesAsked(division="350205")):
        assert [one.subject_id for one in grades_page(uow, asked).items] == [kitchen]
    assert len(grades_page(uow, GradesAsked(division="350200")).items) == 4
    assert not grades_page(uow, GradesAsked(category="05")).items


def test_a_year_is_filled_and_reviewed_by_two_and_never_overwritten(
    uow: UnitOfWork, city: FoodCity
) -> None:
    """Three clean years lower it; other ticks need a remark; sent back, filled again, confirmed."""
    store = city.store("一", uow.today)
    graded(uow)
    year = uow.today.year
    as_person(uow, "inspector", Role.INSPECTOR)
    drawn = services.draft_form(uow, store, year)
    assert ([one.code for one in drawn.grounds], drawn.next) == (["a"], Grade.B)
    with pytest.raises(errors.RemarkMissing):
        services.fill_form(uow, FillForm(subject_id=store, year=year, flags=(7,)))
    with pytest.raises(errors.UnknownFlag):
        services.fill_form(uow, FillForm(subject_id=store, year=year, flags=(8,), remark="x"))
    with pytest.raises(errors.NotTheYear):
        services.draft_form(uow, store, year - 2)
    with pytest.raises(errors.NotGraded):
        services.draft_form(uow, 10**6, year)
    one = services.fill_form(
        uow, FillForm(subject_id=store, year=year, flags=(6, 7), grounds=("a",), remark="拒检")
    )
    assert (one.number, one.next) == (1, Grade.D)
    as_person(uow, "reviewer", Role.CREDIT)
    review = ReviewForm(subject_id=store, year=year, number=1, confirm=False)
    with pytest.raises(errors.NoteMissing):
        services.review_form(uow, review)
    assert services.review_form(uow, replace(review, note="依据不足")).returned_note == "依据不足"
    with pytest.raises(errors.NotTheNewest):
        services.review_form(uow, replace(review, confirm=True))
    as_person(uow, "other", Role.INSPECTOR)
    two = services.fill_form(uow, FillForm(subject_id=store, year=year, grounds=("a",)))
    as_person(uow, "last", Role.CREDIT)
    last = ReviewForm(subject_id=store, year=year, number=two.number)
    services.review_form(uow, last)
    with pytest.raises(errors.AlreadyConfirmed):
        services.review_form(uow, last)
    with pytest.raises(errors.UnknownForm):
        services.review_form(uow, replace(last, year=year - 1))
    as_person(uow, "late", Role.INSPECTOR)
    with pytest.raises(errors.AlreadyConfirmed):
        services.fill_form(uow, FillForm(subject_id=store, year=year, grounds=("a",)))
    assert confirmed_for(uow, year + 1) == {store: Grade.B}
    assert [form.number for form in forms_of(uow, store)] == [2, 1]


def test_a_recall_not_done_in_time_is_the_fifth_flag(uow: UnitOfWork, city: FoodCity) -> None:
    """Noted once however often it is told."""
    store = city.store("一", uow.today)
    graded(uow)
    for _ in range(2):
        services.note_conduct(uow, "recall", "R2026-0001 answer", uow.today, [store])
    drawn = services.draft_form(uow, store, uow.today.year)
    assert [(one.code, len(one.evidence)) for one in drawn.flags] == [("5", 1)]
    assert not drawn.grounds  # three years without any such record have not passed


def _broken_off(database: Connection, now: datetime) -> None:
    with house(database, now) as uow:
        graded(uow)
        raise InterruptedError


def test_a_run_that_breaks_off_leaves_no_half_graded_city(
    database: Connection, now: datetime
) -> None:
    """Grades, scores, history and what would be told stand or fall together."""
    wire()
    with house(database, now) as uow:
        FoodCity(uow).store("一", uow.today)
    with pytest.raises(InterruptedError):
        _broken_off(database, now)
    with house(database, now) as uow:
        for table in ("food_run", "food_grade", "food_grade_history", "score", "score_run"):
            assert uow.session.scalar(text(f"SELECT count(*) FROM {table}")) == 0


def test_the_report_of_a_credit_file_says_the_grade_and_its_day(
    uow: UnitOfWork, city: FoodCity
) -> None:
    """And nothing of who is not graded."""
    store = city.store("一", uow.today)
    shown = subject_by_id(uow, store)
    assert file_words(uow, shown, Audience.PUBLIC, "zh") == ()
    graded(uow)
    (facts,) = file_words(uow, shown, Audience.PUBLIC, "zh")
    assert facts.rows == (("食品安全风险等级", f"C (评定日期 {uow.today})"),)
