"""An inspector scans the sign at a door, finds the shop shut, marks it; its libraries follow."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import text
from support import accounts as people
from support.named import a_registration, a_uscc
from support.papers import a_photo
from support.rooms import job_room

from app.credit.grading.services import grade_city
from app.credit.grading.terms import GradeCity
from app.credit.scoring.services import adopt_schemes
from app.credit.signage import jobs as signs
from app.credit.signage import queries as hanging
from app.credit.supervision import jobs as libraries
from app.factory import create_app
from ledger.kernel.actor import Role
from ledger.subjects.services import register_subject
from ledger.subjects.terms import LicenceKind, LicenceNamed, SubjectKind

PAPER = LicenceNamed(
    kind=LicenceKind.JY, number="JY13502060000001", scope=("冷藏冷冻食品销售",),
    valid_from=date(2024, 1, 1), valid_to=date(2029, 1, 1),
)  # fmt: skip
COLD_IN_HULI = "350206-sales.cold"


@pytest.fixture
def app(settings, database, now, tmp_path):
    made = create_app(replace(settings, data=tmp_path), bind=database, now=lambda: now)
    made.config.update(TESTING=True, WTF_CSRF_ENABLED=False, PROPAGATE_EXCEPTIONS=True)
    made.extensions["suyuan.limiter"].enabled = False
    return made


@pytest.fixture
def sign(app, database, now):
    """The number of the sign at a graded shop in Huli whose district's office has an inspector."""
    kinds = (SubjectKind.DISTRIBUTION,)
    with people.house(database, now) as uow:
        said = a_registration(
            1, name="阿嬷冷食店", division="350206", kinds=kinds, licences=(PAPER,)
        )
        shop, _ = register_subject(uow, said)
        office, _ = register_subject(uow, a_registration(2, name="湖里分局", division="350206"))
        adopt_schemes(uow)
        grade_city(uow, GradeCity(as_of=uow.today))
        signs.kept(uow, "food", ())
        people.person(uow, "huli", Role.INSPECTOR, office.id)
        return hanging.signs_of_subject(uow, shop.id)[0].number


def test_a_shut_shop_is_marked_at_its_door_and_leaves_its_libraries(
    app, sign, settings, database, now
):
    room = job_room(settings, database, now)
    libraries.refresh(room)
    officer = people.signed_in(app, "huli")
    assert officer.get(f"/api/v1/libraries/{COLD_IN_HULI}").json["members"] == 1

    scanned = officer.get("/inspect", query_string={"text": f"https://suyuan.example/s/{sign}"})
    assert scanned.status_code == 302
    assert "by=sign" in scanned.location
    door = officer.get(scanned.location).text
    assert "阿嬷冷食店" in door
    assert "JY13502060000001" in door
    assert "食品风险等级" in door

    told = {
        "purpose": "routine",
        "results": ["7"],
        "state": "closed",
        "by": "sign",
        "photo_1": (io.BytesIO(a_photo()), "door.jpg"),
    }
    noted = officer.post(scanned.location, data=told)
    assert noted.status_code == 303, noted.text
    assert "已标记停业" in officer.get(noted.location).text

    libraries.follow(room)
    shown = officer.get(f"/api/v1/libraries/{COLD_IN_HULI}").json
    assert shown["members"] == 0
    changes = officer.get(f"/api/v1/libraries/{COLD_IN_HULI}/changes").json["items"]
    assert changes == [{"on": "2026-08-15", "joined": 1, "left": 1}]
    subject = officer.get(f"/api/v1/subjects/{a_uscc(1)}/history").json["items"][0]
    assert subject["after"] == {"status": "closed"}
    found_by = database.scalar(text("SELECT found_by FROM visit"))
    assert found_by == "sign"
