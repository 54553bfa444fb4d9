"""A shop shows what it checked when it bought: on a page, and in a PDF that carries the proof."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from io import BytesIO

import pypdfium2
import pytest
from sqlalchemy import text
from support import accounts as people
from support.books import key_of_log
from support.certificates import a_certificate
from support.filings import a_lot, an_operator, dispatch, file, production, receipt
from support.papers import a_pdf
from support.programs import on_the_table

from app.blobs import services as blobs
from app.food.dossiers.services import files_of
from ledger.certificates.services import add_certificate
from ledger.certificates.terms import CertificateKind, FileKept
from ledger.kernel.actor import Role
from ledger.products.services import hold_lot
from ledger.products.terms import HoldLot
from ledger.proof.rules import receipt as receipts
from ledger.proof.services import seal_entries

LOG = key_of_log()
PDF = a_pdf()


@pytest.fixture
def chosen(settings, tmp_path):
    return replace(settings, data=tmp_path)


@pytest.fixture
def app(program, chosen, database, now):
    with on_the_table(program, chosen, bind=database, now=lambda: now) as lent:
        yield lent


@pytest.fixture
def shop(database, now):
    """A shop that received a lot from a dairy, and sold some of it."""
    with people.house(database, now) as uow:
        dairy, shop = an_operator(uow, 1), an_operator(uow, 2, name="和平便利店")
        file(uow, dairy, production(lot=a_lot("L1")), dispatch(shop, lot=a_lot("L1")))
        file(uow, shop, receipt(dairy, lot=a_lot("L1"), quantity="60"), key="came")
        lot = uow.session.scalar(text("SELECT id FROM lot"))
        return {"dairy": dairy, "shop": shop, "lot": lot}


@pytest.fixture
def address(shop):
    return f"/dossiers/{shop['shop']}/{shop['lot']}"


@pytest.fixture
def headers(database, now, shop):
    with people.house(database, now) as uow:
        return people.key(uow, Role.OPERATOR, shop["shop"])


@pytest.fixture
def paper(database, now, chosen, shop):
    """A factory's certificate of the lot, on file with its dairy."""
    kept = blobs.put(chosen, BytesIO(PDF))
    file_ = FileKept(
        sha256=kept.sha256, size=kept.size, media_type=kept.media_type, name="报告.pdf"
    )
    with people.house(database, now) as uow:
        add_certificate(
            uow,
            a_certificate(
                shop["dairy"], lot=shop["lot"], kind=CertificateKind.FACTORY, files=(file_,)
            ),
        )
    return kept


def test_each_point_is_said_with_what_the_book_shows(client, headers, address):
    page = client.get(address, headers=headers)
    assert page.status_code == 200
    for said in ("如实说明了进货来源", "有据", "无据", "等待封存", "没有登记这一批"):
        assert said in page.text


def test_the_pdf_carries_what_the_page_says_and_the_proof(
    client, headers, address, database, now, paper
):
    with people.house(database, now) as uow:
        assert seal_entries(uow, LOG) is not None
    answer = client.post(f"{address}/paper", headers=headers)
    assert (answer.status_code, answer.content_type) == (200, "application/pdf")
    made = pypdfium2.PdfDocument(answer.data)
    words = "".join(page.get_textpage().get_text_range() for page in made)
    assert "和平便利店" in words
    assert paper.sha256.hex() in "".join(words.split())
    inside = {
        file.get_name(): bytes(file.get_data())
        for file in (made.get_attachment(at) for at in range(made.count_attachments()))
    }
    (found,) = receipts.parse_receipts(inside.pop("receipts.tlog-proof").decode())
    receipts.verify_receipt(found, LOG.verifier)
    (content,) = inside.values()
    assert content == PDF
    number = answer.headers["Content-Disposition"].split('"')[1].removesuffix(".pdf")
    assert hashlib.sha256(answer.data).hexdigest() in client.get(f"/papers/{number}").text


def test_what_came_after_a_stop_is_not_due_diligence(client, headers, address, database, now, shop):
    with people.house(database, now) as uow:
        hold_lot(uow, HoldLot(lot_id=shop["lot"], reason="抽检不合格"))
    page = client.get(address, headers=headers).text
    assert "已停止购销" in page


def test_others_learn_nothing(client, database, now, shop, address):
    with people.house(database, now) as uow:
        other = people.key(uow, Role.OPERATOR, shop["dairy"])
    json = {"Accept": "application/json"}
    assert client.get(address, headers=other | json).status_code == 403
    assert client.post(f"{address}/paper", headers=other | json).status_code == 403


def test_without_a_receipt_there_is_nothing_to_show(client, database, now, shop):
    with people.house(database, now) as uow:
        dairy = people.key(uow, Role.OPERATOR, shop["dairy"])
    answer = client.get(
        f"/dossiers/{shop['dairy']}/{shop['lot']}", headers=dairy | {"Accept": "application/json"}
    )
    assert (answer.status_code, answer.json["code"]) == (404, "dossiers.never_received")


def test_an_inspector_looks_and_leaves_a_line(client, database, now, shop, address):
    with people.house(database, now) as uow:
        inspector = people.key(uow, Role.INSPECTOR)
    assert client.get(address, headers=inspector).status_code == 200
    about = f"dossier:{shop['shop']}:{shop['lot']}"
    looked = text("SELECT count(*) FROM audit_line WHERE action = 'dossier.look_up' AND about = :a")
    assert database.scalar(looked, {"a": about}) == 1


def test_a_file_that_is_gone_leaves_its_hash(database, now, chosen, shop, paper):
    from app.food.dossiers.queries import dossier

    for path in chosen.data.rglob(paper.sha256.hex()):
        path.unlink()
    with people.house(database, now) as uow:
        found = dossier(uow, shop["shop"], shop["lot"], witnessed=False)
    assert files_of(chosen, found) == ()
    assert found.papers[0].certificate.files[0].sha256 == paper.sha256
