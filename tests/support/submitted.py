"""An agency with an account that has submitted records, some refused and one that waits."""

from __future__ import annotations

from sqlalchemy import text

from app.credit.records.queries.catalogue import agency_by_code
from app.credit.records.rules.shipped import shipped_agencies
from app.credit.records.services.catalogue import load_agencies
from app.credit.records.services.submitting import submit_rows
from app.credit.records.terms import SubmitRows
from ledger.kernel.actor import Role
from ledger.kernel.uow import UnitOfWork
from support import accounts
from support.agencies import PENALTY, a_penalty
from support.agencies import uscc as uscc_of
from support.credit import HULI


def a_submission(uow: UnitOfWork, uscc: str) -> dict[str, object]:
    """What stands in the addresses of the pages of taking records in.

    Its people: baosong of the agency, and xinyong, the credit officer.
    """
    load_agencies(uow, shipped_agencies())
    accounts.person(uow, "baosong", Role.AGENCY, agency_by_code(uow, HULI).subject_id)
    accounts.person(uow, "xinyong", Role.CREDIT)
    rows = (
        a_penalty(1, uscc=uscc),
        a_penalty(2, uscc=uscc, decided_on="昨天"),
        a_penalty(3, uscc=uscc, basis=""),
        a_penalty(4, uscc=uscc_of(77)),
    )
    report = submit_rows(uow, SubmitRows(item=PENALTY, rows=rows, agency=HULI))
    record = uow.session.execute(
        text("SELECT subject_id, id FROM credit_record WHERE upload_id = :upload"),
        {"upload": report.upload_id},
    ).one()
    return {
        "records_upload": report.upload_id,
        "records_pending": uow.session.scalar(text("SELECT max(id) FROM credit_pending")),
        "own_record": f"{record.subject_id}/{record.id}",
        "own_uscc": uscc,
    }
