"""Subjects with credit records, as agencies submitted them; everything is made up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from app.credit.objections.services import file_objection, forward_objection
from app.credit.objections.terms import FileObjection
from app.credit.records.queries.authorised import link_of
from app.credit.records.queries.file import file_of
from app.credit.records.rules.shipped import shipped_agencies
from app.credit.records.services.authorising import grant_access
from app.credit.records.services.catalogue import load_agencies
from app.credit.records.services.submitting import submit_rows
from app.credit.records.terms import Audience, FileAsked, Report, SubmitRows
from app.credit.records.terms.authorising import GrantAccess, Purpose
from app.credit.records.terms.references import record_reference
from ledger.kernel.uow import UnitOfWork
from ledger.subjects.queries import subject_by_id
from ledger.subjects.services import register_subject
from ledger.subjects.terms import Subject
from support.named import a_registration

HULI = "samr.huli"


def a_known_subject(uow: UnitOfWork, number: int = 1, **changed: Any) -> Subject:
    """A registered subject."""
    return register_subject(uow, a_registration(number, **changed))[0]


def agencies_on_file(uow: UnitOfWork) -> None:
    """Those of the agencies that come with the code that tests speak of; items are there always."""
    load_agencies(uow, [one for one in shipped_agencies() if one.code in (HULI, "credit", "court")])


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


def a_credit_file(uow: UnitOfWork, subject_id: int, key: str) -> dict[str, str | int]:
    """Records, an objection and an authorisation of a subject; what stands in their addresses."""
    agencies_on_file(uow)
    subject = subject_by_id(uow, subject_id)
    said_of(uow, "penalty.decision", *(a_penalty(subject.uscc, n) for n in (1, 2)))
    said_of(uow, "inspection.result", *(an_inspection(subject.uscc, n) for n in range(8)))
    said_of(uow, "honour.award", an_award(subject.uscc))
    uow.session.flush()
    asked = FileAsked(subject_id=subject.id, audience=Audience.GOVERNMENT, each=50)
    found = file_of(uow, asked).records
    first, second = [one for one in found if one.item.code == "penalty.decision"][:2]
    objection = file_objection(
        uow,
        FileObjection(
            subject_id=subject.id, record_id=first.id, grounds="处罚对象不是本店，见租赁合同。"
        ),
    )
    forward_objection(uow, objection)
    given = grant_access(
        uow,
        GrantAccess(
            subject_id=subject.id,
            party="厦门示例银行",
            purpose=Purpose.LOAN,
            valid_to=uow.today + timedelta(days=30),
        ),
    )
    return {
        "subject_uscc": subject.uscc,
        "subject_name": subject.name[:4],
        "disputed": record_reference(second.subject_id, second.id, key),
        "objection": objection,
        "shared": link_of(given, key),
    }
