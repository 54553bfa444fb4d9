"""中介门口的牌：投诉查实，八十一分变七十九分，四星变三星；扫牌看到三星和日期；撤销的牌显示提示。

A16: a complaint upheld lowers an agency from 81 to 79 points, so from four stars to three at the
monthly run; who scans the plate at its door is shown three stars, their date, and that the plate
is old; a plate that was revoked shows a notice.
"""

from __future__ import annotations

from datetime import date, datetime
from io import BytesIO

import pypdfium2
import pytest
import zxingcpp
from support import rated
from support.accounts import person, signed_in, subject
from support.rooms import job_room

from app.credit.ratings import services as ratings
from app.credit.ratings.terms import RunRatings
from app.credit.scoring.services import adopt_schemes
from app.credit.signage import queries, services
from app.credit.signage.jobs import KEEP_RATED
from app.credit.signage.terms import RevokeSign, SignState
from ledger.kernel import uow as units
from ledger.kernel.actor import SYSTEM, Role
from ledger.kernel.zone import SHANGHAI

STARS = "broker_stars"
AUGUST = date(2026, 8, 1)
SEPTEMBER = datetime(2026, 9, 1, 2, 0, tzinfo=SHANGHAI)


@pytest.fixture
def month(app, database, settings, now):
    """Runs a month's rating and keeps the signs, as the jobs of that night do."""

    def rate(at):
        with units.begin(database, actor=SYSTEM, now=at, request_id="test") as uow:
            ratings.run_ratings(uow, RunRatings(scheme=STARS, as_of=at.date().replace(day=1)))
        KEEP_RATED.work(job_room(settings, database, at), code=STARS)

    return rate


@pytest.fixture
def firm(app, database, now):
    with units.begin(database, actor=SYSTEM, now=now, request_id="test") as uow:
        made = subject(uow, "鹭江房地产经纪有限公司", "91350200MA2XFA1T37")
        rated.broker(uow, made)
        rated.eighty_one(uow, made, "JG-1")
        adopt_schemes(uow, [STARS])
        person(uow, "zhongjie", Role.OPERATOR, made)
    return made


def sign(database, now, firm):
    with units.begin(database, actor=SYSTEM, now=now, request_id="test") as uow:
        (found,) = queries.signs_of_subject(uow, firm)
        return found


def scanned(client, number):
    """What a customer reads after scanning the plate as it was printed."""
    file = pypdfium2.PdfDocument(BytesIO(client.get(f"/signs/{number}/sign.pdf").data))
    picture = file[0].render(scale=2).to_pil()
    file.close()
    (code,) = zxingcpp.read_barcodes(picture)
    assert code.ec_level == "Q"
    return code.text


def test_a16_an_upheld_complaint_takes_a_star_and_the_plate_says_so(
    app, client, database, month, firm, now
):
    month(now)
    old = sign(database, now, firm)
    assert old.class_code == "4"
    address = scanned(signed_in(app, "zhongjie"), old.number)
    path = address.removeprefix("http://").partition("/")[2]
    page = client.get("/" + path).get_data(as_text=True)
    assert "四星" in page
    assert "是我们印的，没有改过" in page

    with units.begin(database, actor=SYSTEM, now=now, request_id="test") as uow:
        rated.complaint(uow, firm, "JG-1", "upheld", date(2026, 8, 20))
    month(SEPTEMBER)
    new = sign(database, SEPTEMBER, firm)
    assert (new.class_code, new.graded_on) == ("3", date(2026, 9, 1))

    page = client.get("/" + path).get_data(as_text=True)
    assert "此牌已换" in page
    assert "三星" in page
    assert "2026-09-01" in page
    points = client.get(f"/api/v1/ratings/{STARS}/JG-1").json
    assert (points["points"], points["class"]) == ("79", "3")

    with units.begin(database, actor=SYSTEM, now=SEPTEMBER, request_id="test") as uow:
        services.revoke_sign(uow, RevokeSign(number=new.number, reason="备案已注销"))
        found = queries.sign_by_number(uow, new.number)
        assert found.state(SEPTEMBER.date()) is SignState.REVOKED
    page = client.get(f"/s/{new.number}").get_data(as_text=True)
    assert "这块牌已撤销" in page
    assert "备案已注销" in page
