"""一家一档、一处看全：公众一眼看到概况，一跳到处罚；店主不服一条处罚，记录当场标注，报送单位撤回。

A subject has one file: anybody sees its summary and jumps to its penalties, takes a report that can
be checked; the shop disputes a penalty, the record is marked at once, the agency withdraws it (A2).
"""

from __future__ import annotations

import io
import re
from datetime import datetime

import pypdfium2
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, text
from support import accounts
from support.credit import (
    HULI,
    a_known_subject,
    a_penalty,
    agencies_on_file,
    an_award,
    an_inspection,
    said_of,
)
from support.html import Page

from app.credit.records.queries.catalogue import agency_by_code
from app.credit.records.terms import CATEGORY_TEXTS
from ledger.kernel.actor import Role
from ledger.kernel.workdays import add_working_days
from scanner.symbols.decode import symbols_in

NAME = "厦门万家鲜湖里店"


@pytest.fixture
def shop(database: Connection, now: datetime) -> dict[str, str | int]:
    """A shop with a fine, inspections and an honour, and the people who have to do with it."""
    with accounts.house(database, now) as uow:
        agencies_on_file(uow)
        subject = a_known_subject(uow, 1, name=NAME)
        said_of(uow, "penalty.decision", a_penalty(subject.uscc))
        said_of(uow, "inspection.result", *(an_inspection(subject.uscc, n) for n in range(7)))
        said_of(uow, "honour.award", an_award(subject.uscc))
        accounts.person(uow, "dianzhu", Role.OPERATOR, subject.id)
        accounts.person(uow, "xinyong", Role.CREDIT)
        accounts.person(uow, "huli", Role.AGENCY, agency_by_code(uow, HULI).subject_id)
    return {"id": subject.id, "uscc": subject.uscc}


def counts_of(html: str) -> dict[str, tuple[str, str]]:
    """{category: (what stands beside it, what it leads to)} of the card."""
    card = re.search(r'<nav class="cats".*?</nav>', html, re.DOTALL)
    assert card
    lines = re.findall(r'<a href="([^"]*)".*?cats__name">(.*?)</span><b>(.*?)</b>', card[0])
    return {name: (count, href) for href, name, count in lines}


def test_a2_one_glance_one_jump_one_page(client: FlaskClient, shop: dict[str, str | int]) -> None:
    answer = client.get(f"/credit/{shop['uscc']}")
    assert answer.status_code == 200
    html = answer.get_data(as_text=True)
    counts = counts_of(html)
    assert list(counts) == [zh for zh, _ in CATEGORY_TEXTS.values()]
    assert counts["行政处罚"] == ("1", "#c6")
    assert counts["监督检查"] == ("7", "#c4")
    assert counts["守信红名单与荣誉"][0] == "1"
    ids = {element.attributes.get("id") for element in Page(html).elements}
    assert {href.removeprefix("#") for _, href in counts.values()} <= ids  # each has its target
    section = html[html.index('id="c6"') :]
    assert "销售超过保质期的食品，罚款，0.5 万元" in section
    assert html.index('id="c6"') < html.index('id="c4"')  # adverse ones first
    assert "全部 7 条" in html
    whole = client.get(f"/credit/{shop['uscc']}?category=4").get_data(as_text=True)
    assert whole.count("JC-") >= 7


def read_pdf(content: bytes) -> tuple[str, bytes]:
    """The text of a PDF, and its first page as a picture."""
    paper = pypdfium2.PdfDocument(content)
    try:
        said = "".join(page.get_textpage().get_text_range() for page in paper)
        kept = io.BytesIO()
        paper[0].render(scale=3).to_pil().save(kept, "PNG")
    finally:
        paper.close()
    return said, kept.getvalue()


def test_a2_one_click_report_with_number_code_and_hash(
    client: FlaskClient, shop: dict[str, str | int]
) -> None:
    answer = client.post(f"/credit/{shop['uscc']}/report")
    assert answer.status_code == 200
    assert answer.mimetype == "application/pdf"
    said, picture = read_pdf(answer.data)
    number = re.search(r"SY-\d{8}-[2-9A-HJ-NP-Z]{8}", said)
    assert number
    assert NAME in said
    assert "厦湖市监处〔2026〕1号" in said
    assert re.search(r"SHA-256\s+[0-9a-f]{64}", re.sub(r"[\r\n]+", "", said))
    (code,) = [one.text for one in symbols_in(picture)]
    assert code.endswith(f"/papers/{number[0]}")
    checked = client.post(
        f"/papers/{number[0]}", data={"file": (io.BytesIO(answer.data), "report.pdf")}
    ).get_data(as_text=True)
    assert "信用档案报告" in checked
    changed = client.post(
        f"/papers/{number[0]}", data={"file": (io.BytesIO(answer.data + b" "), "report.pdf")}
    ).get_data(as_text=True)
    assert checked != changed


def test_a2_an_objection_marks_the_record_and_is_decided(
    app: Flask, database: Connection, now: datetime, shop: dict[str, str | int]
) -> None:
    owner, platform, agency, anybody = (
        accounts.signed_in(app, "dianzhu"),
        accounts.signed_in(app, "xinyong"),
        accounts.signed_in(app, "huli"),
        app.test_client(),
    )
    own = owner.get(f"/subjects/{shop['id']}/credit").get_data(as_text=True)
    form = re.search(r'/objections/of/[^"]+', own[own.index('id="c6"') :])
    assert form
    filed = owner.post(form[0], data={"grounds": "行政复议已撤销这一处罚，见复议决定。"})
    assert filed.status_code == 303, filed.get_data(as_text=True)
    here = filed.location

    marked = database.execute(text("SELECT state, received_on, since FROM objection")).one()
    assert marked.state == "marked"
    assert marked.since <= add_working_days(now.date(), 1)
    section = anybody.get(f"/credit/{shop['uscc']}").get_data(as_text=True)
    assert "异议处理中" in section[section.index('id="c6"') :]
    assert "1 条异议处理中" in section

    assert agency.get(here).status_code == 404  # not passed on yet
    assert platform.post(f"{here}/forward").status_code == 303
    assert "报送单位核查中" in owner.get(here).get_data(as_text=True)
    decided = agency.post(
        f"{here}/decision",
        data={"upheld": "yes", "remedy": "withdraw", "reason": "复议决定撤销了原处罚决定。"},
    )
    assert decided.status_code == 303, decided.get_data(as_text=True)
    after = anybody.get(f"/credit/{shop['uscc']}").get_data(as_text=True)
    assert counts_of(after)["行政处罚"][0] == "无"
    assert "异议处理中" not in after
    assert "复议决定撤销了原处罚决定" in owner.get(here).get_data(as_text=True)
