"""Pages of certificates: a shop photographs, replaces, withdraws; everybody sees what is theirs."""

from __future__ import annotations

import re
from datetime import date
from io import BytesIO

import pytest
from support.accounts import house, person, signed_in
from support.certificates import a_file, on_file
from support.filings import a_lot, an_operator, dispatch, file, production, receipt
from support.named import a_gtin
from support.papers import a_pdf, a_photo

from ledger.certificates.services import withdraw_certificate
from ledger.certificates.terms import CertificateKind, WithdrawCertificate
from ledger.kernel.actor import Role
from ledger.products.queries import find_lot, product_by_gtin

HERE = re.compile(r"/certificates/(\d+)$")


@pytest.fixture
def trade(database, now):
    """A dairy and a shop that has its milk: ids of dairy, shop and lot."""
    with house(database, now) as uow:
        dairy, shop = an_operator(uow, 1), an_operator(uow, 2)
        file(uow, dairy, production(at="2026-08-01", certificate=""))
        file(uow, dairy, dispatch(shop, at="2026-08-02", certificate="", quantity="50"))
        file(uow, shop, receipt(dairy, at="2026-08-02", certificate="", quantity="50"))
        product = product_by_gtin(uow, a_gtin(1))
        lot = find_lot(uow, product_id=product.id, number="L240501").id
        person(uow, "dairy", Role.OPERATOR, dairy)
        person(uow, "shop", Role.OPERATOR, shop)
        person(uow, "inspector", Role.INSPECTOR)
    return dairy, shop, lot


def put(browser, **said):
    form = {"about": "lot", "kind": "THIRD", "number": "WT-1", "public": "", **said}
    return browser.post("/certificates/new", data=form)


def made_by(answer):
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return int(HERE.search(answer.headers["Location"])[1])


def text_of(answer):
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_data(as_text=True)


def test_a_shop_photographs_a_report_for_a_lot_it_has(app, trade):
    lot = trade[2]
    browser = signed_in(app, "shop")
    assert f"/certificates/new?lot_id={lot}" in text_of(browser.get("/operator"))
    page = text_of(browser.get(f"/certificates/new?lot_id={lot}"))
    assert 'capture="environment"' in page
    assert "L240501" in page
    answer = put(
        browser, lot_id=lot, photo=(BytesIO(a_photo()), "IMG_1.jpg"),
        file=[(BytesIO(a_pdf()), "报告.pdf")],
    )  # fmt: skip
    number = made_by(answer)
    shown = text_of(browser.get(f"/certificates/{number}"))
    assert "WT-1" in shown
    assert "报告.pdf" in shown
    picture = browser.get(f"/certificates/{number}/pictures/1", buffered=True)
    assert picture.headers["Content-Type"] == "image/jpeg"
    assert picture.headers["Content-Disposition"].startswith("inline")
    assert b"Telephone of Lin" not in picture.data
    original = browser.get(f"/certificates/{number}/files/1", buffered=True)
    assert original.data == a_photo()
    assert original.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in original.headers["Content-Security-Policy"]
    assert "没有合格证明" not in text_of(browser.get("/operator"))


def test_what_is_refused_comes_back_filled_in(app, trade):
    browser = signed_in(app, "shop")
    answer = put(browser, gtin=a_gtin(1), lot="L240501", number="KEEP-ME", valid_to="2026-01-01",
                 issued_on="2026-02-01")  # fmt: skip
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert "KEEP-ME" in page
    assert "早于" in page
    wrong = put(browser, gtin=a_gtin(1), lot="L240501",
                photo=(BytesIO(b"<script>"), "x.jpg"))  # fmt: skip
    assert wrong.status_code == 422
    assert "这种文件不能收" in wrong.get_data(as_text=True)
    assert put(browser, gtin="", lot="").status_code == 422
    assert put(browser, about="premises").status_code == 422
    assert put(browser, about="product", gtin=a_gtin(1)).status_code == 403


def test_a_paper_about_the_shop_itself_is_replaced_attached_and_withdrawn(app, trade):
    browser = signed_in(app, "shop")
    number = made_by(put(browser, about="operator", kind="LICENCE", number="JY1"))
    assert "JY1" in text_of(browser.get(f"/certificates/{number}/about"))
    more = browser.post(
        f"/certificates/{number}/about",
        data={"about": "lot", "gtin": a_gtin(1), "lot": "L240501"},
    )
    assert more.status_code == 303
    page = text_of(browser.get(f"/certificates/new?replaces={number}"))
    assert "JY1" in page
    refused = put(browser, kind="LICENCE", number="JY2", replaces=number, reason="")
    assert refused.status_code == 422
    new = made_by(put(browser, kind="LICENCE", number="JY2", replaces=number, reason="续期"))
    old = text_of(browser.get(f"/certificates/{number}"))
    assert "已换新" in old
    assert "续期" in old
    gone = browser.post(f"/certificates/{new}/withdrawal", data={"reason": "写错了"})
    assert gone.status_code == 303
    assert "写错了" in text_of(browser.get(f"/certificates/{new}"))
    assert browser.post(f"/certificates/{new}/withdrawal", data={"reason": "x"}).status_code == 409


def test_lists_are_filtered_and_paged(app, database, now, trade):
    dairy, shop, lot = trade
    with house(database, now) as uow:
        for number in range(52):
            on_file(uow, dairy, lot=lot, number=f"N-{number}")
        on_file(uow, shop, number="S-1", valid_to=date(2026, 8, 20))
    page = text_of(signed_in(app, "dairy").get("/certificates"))
    assert "N-51" in page
    assert "N-1<" not in page
    assert "S-1" not in page
    assert 'rel="next"' in page
    inspector = signed_in(app, "inspector")
    found = text_of(inspector.get("/certificates?state=expiring"))
    assert "S-1" in found
    assert "N-5" not in found
    assert "没有找到" in text_of(inspector.get("/certificates?query=nothing"))
    assert "N-3" in text_of(inspector.get("/certificates?query=N-3"))
    assert "S-1" not in text_of(inspector.get(f"/certificates?lot={lot}"))
    assert "S-1" in text_of(inspector.get(f"/subjects/{shop}"))
    assert "S-1" not in text_of(signed_in(app, "dairy").get(f"/subjects/{shop}"))
    assert inspector.get("/certificates?lot=x").status_code == 422


def test_an_inspector_adds_for_an_operator_and_leaves_lines(app, database, now, trade):
    from support.named import a_uscc

    inspector = signed_in(app, "inspector")
    assert "统一社会信用代码" in text_of(inspector.get("/certificates/new"))
    assert put(inspector, about="operator").status_code == 422
    number = made_by(put(inspector, about="operator", operator=a_uscc(1)))
    inspector.get(f"/certificates/{number}")
    signed_in(app, "dairy").get(f"/certificates/{number}")
    from sqlalchemy import text

    with house(database, now) as uow:
        lines = uow.session.execute(
            text("SELECT role FROM audit_line WHERE action = 'certificate.read' AND about = :it"),
            {"it": f"certificate:{number}"},
        ).all()
    assert [line.role for line in lines] == ["inspector"]


def test_a_stranger_finds_nothing(app, database, now, trade):
    dairy, _, lot = trade
    with house(database, now) as uow:
        stranger = an_operator(uow, 9)
        person(uow, "stranger", Role.OPERATOR, stranger)
        voucher = on_file(uow, dairy, lot=lot, kind=CertificateKind.VOUCHER, files=(a_file(),)).id
    form = text_of(signed_in(app, "stranger").get(f"/certificates/new?lot_id={lot}"))
    assert "L240501" not in form
    for who, status in (("stranger", 404), ("shop", 404), ("dairy", 200)):
        browser = signed_in(app, who)
        assert browser.get(f"/certificates/{voucher}").status_code == status
    assert app.test_client().get("/certificates").status_code in (302, 401)


class TestPublic:
    def test_everybody_sees_the_report_of_the_lot_and_its_picture(self, app, trade):
        browser = signed_in(app, "dairy")
        number = made_by(
            put(browser, lot_id=trade[2], issuer="厦门质检院",
                photo=(BytesIO(a_photo()), "IMG_1.jpg"))
        )  # fmt: skip
        public = app.test_client()
        page = text_of(public.get(f"/01/{a_gtin(1)}/10/L240501"))
        assert f"/certificates/{number}/public" in page
        assert "WT-1" in page
        assert "厦门质检院" in page
        product = text_of(public.get(f"/01/{a_gtin(1)}"))
        assert "WT-1" in product
        assert "最近几批" in product
        shown = text_of(public.get(f"/certificates/{number}/public"))
        assert "纯牛奶" in shown
        picture = public.get(f"/certificates/{number}/public/1", buffered=True)
        assert picture.headers["Content-Type"] == "image/jpeg"
        assert b"Telephone of Lin" not in picture.data
        assert "immutable" in picture.headers["Cache-Control"]
        said = public.get(f"/01/{a_gtin(1)}/10/L240501", headers={"Accept": "application/json"})
        (paper,) = said.json["certificates"]
        assert (paper["number"], paper["kind"]) == ("WT-1", "THIRD")

    def test_pictures_that_name_people_and_vouchers_are_not_shown(self, app, trade):
        browser = signed_in(app, "dairy")
        commitment = made_by(
            put(browser, lot_id=trade[2], kind="COMMIT", number="C-1",
                photo=(BytesIO(a_photo()), "a.jpg"))
        )  # fmt: skip
        voucher = made_by(
            put(browser, lot_id=trade[2], kind="VOUCHER", number="V-1", public="yes",
                photo=(BytesIO(a_photo(shade=9)), "a.jpg"))
        )  # fmt: skip
        public = app.test_client()
        page = text_of(public.get(f"/01/{a_gtin(1)}/10/L240501"))
        assert "C-1" in page
        assert "V-1" not in page
        assert "照片不公开" in text_of(public.get(f"/certificates/{commitment}/public"))
        assert public.get(f"/certificates/{commitment}/public/1").status_code == 404
        assert public.get(f"/certificates/{voucher}/public").status_code == 404
        assert public.get(f"/certificates/{voucher}/public/1").status_code == 404

    def test_a_pdf_is_saved_and_what_does_not_stand_is_gone(self, app, database, now, trade):
        browser = signed_in(app, "dairy")
        number = made_by(put(browser, lot_id=trade[2], file=(BytesIO(a_pdf()), "r.pdf")))
        public = app.test_client()
        got = public.get(f"/certificates/{number}/public/1", buffered=True)
        assert got.data == a_pdf()
        assert got.headers["Content-Disposition"].startswith("attachment")
        assert public.get(f"/certificates/{number}/public/2").status_code == 404
        with house(database, now) as uow:
            withdraw_certificate(uow, WithdrawCertificate(certificate_id=number, reason="x"))
        assert public.get(f"/certificates/{number}/public").status_code == 404
        assert "WT-1" not in text_of(public.get(f"/01/{a_gtin(1)}/10/L240501"))

    def test_an_expired_report_and_the_picture_of_the_licence_are_said(self, app, database, now):
        with house(database, now) as uow:
            dairy = an_operator(uow, 1)
            file(uow, dairy, production(lot=a_lot("L7"), at="2026-08-01"))
            product = product_by_gtin(uow, a_gtin(1))
            on_file(uow, dairy, product=product.id, valid_to=date(2026, 8, 1))
            licence = on_file(uow, dairy, kind=CertificateKind.LICENCE, number="SC1")
        page = text_of(app.test_client().get(f"/01/{a_gtin(1)}/10/L7"))
        assert "2026-08-01" in page
        assert "已过期" in page
        assert f"/certificates/{licence.id}/public" in page

    def test_in_english(self, app, trade):
        made = made_by(put(signed_in(app, "dairy"), lot_id=trade[2]))
        page = text_of(app.test_client().get(f"/certificates/{made}/public?lang=en"))
        assert "Laboratory report" in page
        assert "No picture is attached" in page
