"""Subjects with credit records, as agencies submitted them; everything is made up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.credit.records.services.catalogue import load_shipped
from app.credit.records.services.submitting import submit_rows
from app.credit.records.terms import Report, SubmitRows
from ledger.kernel.uow import UnitOfWork
from ledger.subjects.services import register_subject
from ledger.subjects.terms import Subject
from support.named import a_registration

HULI = "samr.huli"


def a_known_subject(uow: UnitOfWork, number: int = 1, **changed: Any) -> Subject:
    """A registered subject."""
    return register_subject(uow, a_registration(number, **changed))[0]


def agencies_on_file(uow: UnitOfWork) -> None:
    """The agencies that come with the code; its items are there since the tables are."""
    load_shipped(uow)


def said_of(uow: UnitOfWork, item: str, *rows: Mapping[str, str], agency: str = HULI) -> Report:
    """Records as an agency submits them; none of the rows is refused."""
    report = submit_rows(uow, SubmitRows(item=item, rows=rows, agency=agency))
    assert report.refused == (), report.refused
    return report


def a_penalty(uscc: str, number: int = 1, **changed: str) -> dict[str, str]:
    """A fine for food past its date."""
    said = {
        "uscc": uscc,
        "name": "鼓浪乳业1有限公司",
        "document_no": f"厦湖市监处〔2026〕{number}号",
        "violation": "销售超过保质期的食品",
        "facts": "货架上有过期酸奶 12 盒",
        "basis": "《食品安全法》第一百二十四条",
        "penalty_kinds": "fine",
        "content": "罚款 5000 元",
        "fine": "0.5",
        "decided_on": "2026-06-18",
        "organ": "厦门市湖里区市场监督管理局",
        "organ_uscc": "11350206MB1A00036G",
        "source_unit": "厦门市湖里区市场监督管理局",
        "source_uscc": "11350206MB1A00036G",
        "severity": "serious",
    }
    return said | changed


def an_inspection(uscc: str, number: int = 1, **changed: str) -> dict[str, str]:
    """A daily inspection without findings."""
    said = {
        "uscc": uscc,
        "inspection_no": f"JC-{number}",
        "inspection_kind": "daily",
        "matter": "食品经营全项目检查",
        "results": "1",
        "happened_on": "2026-07-01",
        "organ": "厦门市湖里区市场监督管理局",
    }
    return said | changed


def an_award(uscc: str, title: str = "厦门市放心消费示范店") -> dict[str, str]:
    """An honour of the city."""
    return {
        "uscc": uscc,
        "title": title,
        "level": "city",
        "awarded_by": "厦门市市场监督管理局",
        "decided_on": "2025-12-10",
    }


def a_picture() -> bytes:
    """A small picture as evidence."""
    from io import BytesIO

    from PIL import Image

    kept = BytesIO()
    Image.new("RGB", (24, 24), "white").save(kept, "PNG")
    return kept.getvalue()
