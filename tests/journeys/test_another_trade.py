"""另一个行业：理发店的评价办法只是一个数据文件，没有写一行代码，就有了等级、页面、说明和公示牌。

Another trade: what hairdressers are rated by is one file (and their papers one file of the
catalogue). Without a line of code they have classes, pages, explanations, an API and signs.
"""

from __future__ import annotations

from datetime import date

import pytest
from support import rated
from support.accounts import person, signed_in, subject
from support.rooms import job_room

from app.credit.ratings.jobs import RATE
from app.credit.records.services.catalogue import load_catalogue
from app.credit.scoring.services import load_scheme
from app.credit.scoring.terms import LoadScheme
from app.credit.signage.jobs import KEEP_RATED
from app.credit.signage.queries import signs_of_subject
from ledger.kernel import uow as units
from ledger.kernel.actor import SYSTEM, Role

PAPERS = """
[catalogue]
valid_from = 2020-01-01
source = "test"
mark = "D"

[fields]
salon_no = { zh = "卫生许可证号", en = "Permit number", longest = 60 }
salon = { zh = "店名", en = "Name of the salon" }
clean = { zh = "用具消毒", en = "Tools disinfected", type = "flag" }

[[item]]
id = 360
code = "hair.salon"
version = 1
category = 3
zh = "理发店登记"
en = "Hairdresser's registration"
by_item = true
key = ["salon_no"]
fields = ["uscc!", "salon_no!", "salon!", "address!", "decided_on!"]

[[item]]
id = 460
code = "hair.check"
version = 1
category = 4
zh = "理发店卫生检查"
en = "Hygiene check of a hairdresser"
by_item = true
key = ["document_no"]
fields = ["uscc!", "document_no!", "salon_no!", "clean!", "decided_on!"]
"""
SCHEME = """
[scheme]
code = "hair_hygiene"
version = "1"
title = { zh = "理发店卫生等级", en = "Hygiene of hairdressers" }
trade = "hairdressers"
valid_from = 2026-01-01
source = "公共场所卫生管理条例"
mark = "D"
public = true
sign = true
higher = "better"
start = 50
least = 50
most = 100
decimals = 0

[[objects]]
kind = "salon"
title = { zh = "理发店", en = "salon" }
from = "records"
item = "hair.salon"
number = "salon_no"
name = "salon"
place = "address"

[facts.checked_clean]
title = { zh = "消毒合格的检查", en = "clean checks" }
from = "records"
item = "hair.check"
where = { clean = ["yes"] }
object_field = "salon_no"
months = 12

[[part]]
code = "clean"
title = { zh = "卫生", en = "hygiene" }
most = 50
clause = "第一条"
mark = "D"

[[indicator]]
code = "checks"
part = "clean"
title = { zh = "一年内合格的检查", en = "Clean checks in a year" }
fact = "checked_clean"
how = "each"
points = 25
cap = 50
clause = "第一条：每次合格加 25 分"
mark = "D"

[[class]]
code = "AA"
title = { zh = "优秀", en = "Excellent" }
at_least = 100

[[class]]
code = "A"
title = { zh = "良好", en = "Good" }
at_least = 75

[[class]]
code = "B"
title = { zh = "一般", en = "Fair" }
"""


@pytest.fixture
def salon(app, database, now):
    with units.begin(database, actor=SYSTEM, now=now, request_id="test") as uow:
        load_catalogue(uow, PAPERS)
        load_scheme(uow, LoadScheme(text=SCHEME))
        made = subject(uow, "阿秀理发", "92350203MA2YTEKT27")
        said = {"salon_no": "LF-7", "salon": "阿秀理发店", "address": "大学路 3 号"}
        rated.record(uow, made, "hair.salon", date(2026, 1, 5), said)
        check = {"document_no": "J-1", "salon_no": "LF-7", "clean": "yes"}
        rated.record(uow, made, "hair.check", date(2026, 5, 5), check)
        person(uow, "axiu", Role.OPERATOR, made)
        person(uow, "zhifa", Role.INSPECTOR)
    return made


def test_one_file_gives_a_trade_classes_pages_explanations_and_signs(
    app, client, database, settings, now, salon
):
    room = job_room(settings, database, now)
    RATE.work(room)
    KEEP_RATED.work(room, code="hair_hygiene")
    assert "理发店卫生等级" in client.get("/ratings").get_data(as_text=True)
    listed = client.get("/ratings/hair_hygiene").get_data(as_text=True)
    assert "阿秀理发店" in listed
    shown = client.get("/ratings/hair_hygiene/LF-7").get_data(as_text=True)
    for said in ("75 分", "良好", "一年内合格的检查", "第一条：每次合格加 25 分"):
        assert said in shown
    assert "2027-05-05" not in shown  # when a point lapses is told to officials, not to all
    officials = signed_in(app, "zhifa").get("/ratings/hair_hygiene/LF-7").get_data(as_text=True)
    assert "2027-05-05" in officials
    found = client.get("/api/v1/ratings/hair_hygiene/LF-7").json
    assert (found["class"], found["lines"][0]["points"]) == ("A", "25")
    with units.begin(database, actor=SYSTEM, now=now, request_id="test") as uow:
        (sign,) = signs_of_subject(uow, salon)
    page = client.get(f"/s/{sign.number}").get_data(as_text=True)
    assert "理发店卫生等级公示牌" in page
    assert "良好" in page
    assert "grade--a" not in page  # the four shapes are food's alone
    mine = signed_in(app, "axiu")
    assert mine.get(f"/signs/{sign.number}/sign.pdf").data.startswith(b"%PDF")
    assert "良好" in mine.get("/signs/mine").get_data(as_text=True)
    assert f"{sign.number[:4]}-" in client.get("/open/signs.csv").get_data(as_text=True)
