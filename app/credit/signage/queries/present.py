"""How what a sign is about stands now: food operators by their grade, all else by their rating."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from app.credit.grading import queries as grading
from app.credit.grading.terms import GradesAsked
from app.credit.ratings import queries as ratings
from app.credit.ratings.terms import Rated, RatingsAsked
from app.credit.records.errors import UnknownItem
from app.credit.records.queries.facts import facts_of
from app.credit.records.terms import RecordFacts
from app.credit.scoring.terms import Objects
from app.credit.signage.rules.faces import masked
from app.credit.signage.terms import FOOD, Board, Fact, Held, Present, Standing
from ledger.kernel.uow import UnitOfWork
from ledger.subjects.queries import subject_by_id, subjects_by_ids
from ledger.subjects.terms import LicenceKind, Subject

_FOOD_LICENCES = (LicenceKind.SC, LicenceKind.JY, LicenceKind.YB, LicenceKind.LOCAL)
_PAGE = 500
RESULTS = {"ok": "符合", "corrected": "基本符合，已整改", "failed": "不符合"}


def present_of(uow: UnitOfWork, held: Held, board: Board) -> Present | None:
    """How an object stands now; None where nothing is known of it any more."""
    if held.scheme == FOOD:
        return _food(uow, held, board)
    found = ratings.rated_object(uow, held.scheme, held.kind, held.object_id)
    return _rated(found, board) if found else None


def standings(uow: UnitOfWork, board: Board) -> Iterator[Standing]:
    """What the signs of everything graded by a scheme would say now."""
    if board.scheme == FOOD:
        yield from _every_operator(uow)
        return
    scheme = ratings.rating_scheme(uow, board.scheme).scheme
    for kind in scheme.kinds:
        after: int | None = 0
        while after is not None:
            asked = RatingsAsked(scheme=scheme.code, kind=kind.name, after=after, limit=_PAGE)
            found, after = ratings.ratings_page(uow, scheme, asked)
            yield from _standing(_rated(one, board) for one in found)


def standings_of(uow: UnitOfWork, board: Board, subjects: Iterable[int]) -> Iterator[Standing]:
    """The same of some subjects."""
    for subject_id in subjects:
        if board.scheme == FOOD:
            held = Held(subject_id=subject_id, scheme=FOOD, object_id=subject_id)
            yield from _standing([_food(uow, held, board)])
        else:
            found = ratings.rated_of_subject(uow, board.scheme, subject_id)
            yield from _standing(_rated(one, board) for one in found)


def _standing(found: Iterable[Present | None]) -> Iterator[Standing]:
    for one in found:
        if one is not None and (standing := one.standing):
            yield standing


def _rated(found: Rated, board: Board) -> Present:
    """A rated object; a person's own sign bears the whole name, as its work badge does."""
    person = f"所属机构 {found.subject_name}" if found.is_person else ""
    number = f"{found.kind_title[0]}编号 {found.number}"
    said = (number, person, f"投诉举报 {board.hotline}")
    return Present(
        held=Held(
            subject_id=found.subject_id,
            scheme=found.scheme,
            kind=found.kind,
            object_id=found.object_id,
        ),
        version=found.version,
        class_code=found.class_code,
        run_id=found.run_id,
        graded_on=found.rated_on,
        name=found.full_name,
        number=found.number,
        place=found.place,
        uscc=found.uscc,
        kind=found.kind_title,
        facts=(
            Fact(zh="评定日期", en="Rated on", value=found.rated_on.isoformat()),
            Fact(zh="得分", en="Points", value=found.points),
        ),
        lines=("　".join(one for one in said if one),),
        why=f"/ratings/{found.scheme}/{found.number}",
        points=found.points,
    )


def _food(uow: UnitOfWork, held: Held, board: Board) -> Present | None:
    subject = subject_by_id(uow, held.subject_id)
    grade = grading.grade_of(uow, subject.id)
    seen = grade.last_inspected.isoformat() if grade and grade.last_inspected else "–"
    number = _licence(subject, uow.today)
    person = f"经营者 {masked(subject.contact)}" if subject.contact else ""
    said = (f"许可证 {number}" if number else "", person, f"投诉举报 {board.hotline}")
    return Present(
        held=held,
        version=grade.scheme if grade else "",
        class_code=grade.grade.value if grade else "",
        run_id=grade.run_id if grade else None,
        graded_on=grade.as_of if grade else None,
        name=subject.name,
        number=number,
        place=_place(subject),
        uscc=subject.uscc,
        kind=("食品生产经营者", "food operator"),
        facts=(
            Fact(zh="上次检查", en="Last inspected", value=seen),
            Fact(zh="检查结果", en="Result", value=_result(uow, subject)),
        ),
        lines=("　".join(one for one in said if one),),
        why=f"/credit/{subject.uscc}" if subject.uscc else "",
    )


def _result(uow: UnitOfWork, subject: Subject) -> str:
    """How the last inspection ended, in the words of the sign."""
    asked = RecordFacts(name="result", item="inspection.food", value="result")
    try:
        (found,) = facts_of(uow, [asked], uow.today, Objects.of_subjects([subject.id]))
    except UnknownItem:
        return "–"
    if not len(found.values) or found.words is None:
        return "–"
    return RESULTS.get(found.words[int(found.values[-1])], "–")


def _every_operator(uow: UnitOfWork) -> Iterator[Standing]:
    after: int | None = 0
    while after is not None:
        page = grading.grades_page(uow, GradesAsked(after=after, limit=_PAGE))
        subjects = subjects_by_ids(uow, [one.subject_id for one in page.items])
        for one in page.items:
            subject = subjects.get(one.subject_id)
            if subject is None:
                continue
            yield Standing(
                held=Held(subject_id=subject.id, scheme=FOOD, object_id=subject.id),
                version=one.trade.value,
                class_code=one.grade.value,
                run_id=None,
                graded_on=one.as_of,
                name=subject.name,
                number=_licence(subject, uow.today),
                place=_place(subject),
            )
        after = page.next


def _licence(subject: Subject, on: date) -> str:
    """The number of the food licence in force that stands first in law."""
    found: Sequence[tuple[int, str]] = sorted(
        (_FOOD_LICENCES.index(one.kind), one.number)
        for one in subject.licences
        if one.kind in _FOOD_LICENCES and one.holds(on)
    )
    return found[0][1] if found else ""


def _place(subject: Subject) -> str:
    """Where its sign hangs: its address, else that of its first premises."""
    return subject.address or next((one.address for one in subject.premises if one.address), "")
