"""故事：店里收了一批没有证明的牛奶，店主用手机拍下检验报告，消费者扫码看到，到期前各家收到提醒。

乳品厂把牛奶送到阿嬷杂货铺，双方都没报合格证号。第二天再卖，台账提醒“没有合格证明”。厂里把检验报告
拍照登记，店里的待办就清了，再卖不再提醒；路人扫码看得到报告，看不到照片里的位置和电话。报告离到期还有
七天时，厂和店都收到一次提醒；过期那天再收到一次；执法人员查过的每一份都留下记录。

The story: a shop has milk without any paper; the dairy photographs its report, consumers scan and
see it, and before it ends its owner and the customer are told, each stage once.
"""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO

import pytest
from redis import Redis
from sqlalchemy import text
from support.accounts import house, person, signed_in
from support.filings import a_line, an_operator, dispatch, file, production, receipt
from support.named import a_gtin
from support.papers import a_photo

from app.doors.jobs import JobRoom
from app.food.certificates.jobs import warn_of_ends
from app.food.certificates.services import tell_of_paper
from ledger.entries.terms import EntryKind
from ledger.kernel.actor import Role
from ledger.products.queries import find_lot, product_by_gtin
from ledger.subjects.terms import Party

ENDS = 20
"""Days from today until the report ends."""


@pytest.fixture
def people(database, now):
    """A dairy, a shop it delivered to, an inspector; (dairy, shop, lot)."""
    with house(database, now) as uow:
        dairy, shop = an_operator(uow, 1), an_operator(uow, 2, name="阿嬷杂货铺")
        file(uow, dairy, production(at="2026-08-10", certificate=""))
        file(uow, dairy, dispatch(shop, at="2026-08-11", certificate="", quantity="60"))
        file(uow, shop, receipt(dairy, at="2026-08-11", certificate="", quantity="60"))
        product = product_by_gtin(uow, a_gtin(1))
        lot = find_lot(uow, product_id=product.id, number="L240501").id
        person(uow, "dairy", Role.OPERATOR, dairy)
        person(uow, "shop", Role.OPERATOR, shop)
        person(uow, "zhifa", Role.INSPECTOR)
    return dairy, shop, lot


def sold(database, now, shop, document):
    """What the shop is warned of when it sells one pack today."""
    with house(database, now) as uow:
        sale = a_line(
            EntryKind.DISPATCH, partner=Party(consumers=True), quantity="1", document=document
        )
        return [warning.code for warning in file(uow, shop, sale).warnings]


def handed_over(database, now):
    """What the scheduler does with the facts: their jobs run, here twice, as jobs may."""
    with house(database, now) as uow:
        facts = uow.session.execute(
            text("SELECT fact, payload FROM outbox_fact WHERE fact LIKE 'certificate.exp%'")
        ).all()
        for fact, payload in facts * 2:
            tell_of_paper(uow, fact, payload)


def box(app, who):
    """The messages of a person's operator, the oldest first, without their tags."""
    page = signed_in(app, who).get("/messages").get_data(as_text=True)
    return re.sub(r"<[^>]+>", " ", page)


def test_a_report_is_photographed_scanned_and_warned_of(app, settings, database, now, people):
    dairy, shop, lot = people
    assert "entries.proof_overdue" in sold(database, now, shop, "X-1")
    assert "没有合格证明" in signed_in(app, "shop").get("/operator").get_data(as_text=True)

    # the dairy photographs its report
    browser = signed_in(app, "dairy")
    ends = (now + timedelta(days=ENDS)).date().isoformat()
    answer = browser.post(
        "/certificates/new",
        data={
            "about": "lot",
            "lot_id": lot,
            "kind": "THIRD",
            "number": "WT2026-77",
            "issuer": "厦门市产品质量监督检验院",
            "issued_on": "2026-08-01",
            "valid_to": ends,
            "photo": (BytesIO(a_photo()), "IMG_0815.jpg"),
        },
    )
    number = re.search(r"/certificates/(\d+)$", answer.headers["Location"])[1]

    # what the dairy sends next shows the paper where the shop takes it in
    with house(database, now) as uow:
        file(uow, dairy, dispatch(shop, certificate="", quantity="5", document="PS-9"))
    arriving = signed_in(app, "shop").get("/operator").get_data(as_text=True)
    assert "合格证明已附" in arriving

    # the shop need do nothing: it may sell, and sees the paper
    assert "entries.proof_overdue" not in sold(database, now, shop, "X-2")
    its = signed_in(app, "shop")
    assert "没有合格证明" not in its.get("/operator").get_data(as_text=True)
    assert "WT2026-77" in its.get(f"/certificates/{number}").get_data(as_text=True)

    # a consumer scans
    passer_by = app.test_client()
    page = passer_by.get(f"/01/{a_gtin(1)}/10/L240501").get_data(as_text=True)
    assert "WT2026-77" in page
    picture = passer_by.get(f"/certificates/{number}/public/1", buffered=True)
    assert picture.status_code == 200
    assert b"Telephone of Lin" not in picture.data
    assert b"Exif" not in picture.data

    # its end comes nearer; the job runs every day
    for day in range(ENDS + 4):
        room = JobRoom(
            settings=settings,
            bind=database,
            redis=Redis.from_url(settings.redis_url),
            now=lambda day=day: now + timedelta(days=day),
        )
        warn_of_ends(room)
    handed_over(database, now)
    for who, whose in (("dairy", "第三方检验报告 WT2026-77"), ("shop", "您的供货者")):
        told = box(app, who)
        assert whose in told
        assert [told.count(f"还有 {days} 天") for days in (20, 7, 1)] == [1, 1, 1]
        assert len(re.findall(r"已于 .{8,30}? 到期", told)) == 1

    # an inspector looks, and a line says so
    signed_in(app, "zhifa").get(f"/certificates/{number}")
    with house(database, now) as uow:
        lines = uow.session.scalars(
            text("SELECT role FROM audit_line WHERE action = 'certificate.read' AND about = :it"),
            {"it": f"certificate:{number}"},
        ).all()
    assert lines == ["inspector"]
