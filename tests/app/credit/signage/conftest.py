"""A graded food operator and its sign, for the tests of this folder."""

from __future__ import annotations

from datetime import date

import pytest
from support.accounts import house, person, subject
from support.people import uscc_numbered

from app.credit.grading.services import grade_city
from app.credit.grading.terms import GradeCity
from app.credit.scoring.services import adopt_schemes
from app.credit.signage import jobs, queries
from ledger.kernel.actor import Role
from ledger.subjects.services import register_subject
from ledger.subjects.terms import LicenceKind, LicenceNamed, RegisterSubject, SubjectKind


def _registered(uow):
    made, _ = register_subject(
        uow,
        RegisterSubject(
            uscc=uscc_numbered(26),
            name="阿嬷杂货铺",
            kinds=(SubjectKind.DISTRIBUTION,),
            division="350203",
            address="示例路 26 号",
            contact="林阿嬷",
            licences=(
                LicenceNamed(
                    kind=LicenceKind.JY,
                    number="JY13502030001236",
                    valid_from=date(2024, 1, 1),
                    valid_to=date(2028, 12, 31),
                ),
            ),
        ),
    )
    return made.id


@pytest.fixture
def shop(app, database, now):
    """A shop with a licence, graded; its sign hangs."""
    with house(database, now) as uow:
        made = _registered(uow)
        adopt_schemes(uow)
        grade_city(uow, GradeCity(as_of=uow.today))
        jobs.kept(uow, "food", ())
        person(uow, "ama", Role.OPERATOR, made)
        person(uow, "xinyong", Role.CREDIT)
        person(uow, "qita", Role.OPERATOR, subject(uow, "别家", uscc_numbered(27)))
    return made


@pytest.fixture
def sign(database, now, shop):
    with house(database, now) as uow:
        (found,) = queries.signs_of_subject(uow, shop)
        return found
