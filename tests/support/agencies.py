"""Agencies, items and rows for tests of credit records: valid by default, one argument to spoil."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import Connection, text

from app.credit.records.queries.catalogue import agency_by_code
from app.credit.records.services.catalogue import load_shipped
from ledger.kernel.actor import Actor, Role
from ledger.kernel.identifiers.checks import uscc_check_character
from ledger.kernel.uow import UnitOfWork
from support import accounts

PENALTY = "penalty.decision"
AGENCY = "samr"
ZH = {
    "uscc": "统一社会信用代码",
    "name": "主体名称",
    "document_no": "决定文书号",
    "violation": "违法行为类型",
    "facts": "主要事实",
    "basis": "法律依据",
    "penalty_kinds": "处罚类别",
    "content": "内容",
    "fine": "罚款金额（万元）",
    "decided_on": "决定日期",
    "organ": "决定机关",
    "organ_uscc": "决定机关统一社会信用代码",
    "source_unit": "数据来源单位",
    "source_uscc": "数据来源单位统一社会信用代码",
}


def uscc(number: int) -> str:
    """The USCC of a firm by a number."""
    body = f"91350200MA{number:07d}"
    return body + uscc_check_character(body)


def a_house(uow: UnitOfWork, firms: int = 3) -> Actor:
    """The catalogue, its agencies and some firms on file; the actor of the market regulator."""
    load_shipped(uow)
    for number in range(firms):
        accounts.subject(uow, f"第{number}食品有限公司", uscc(number))
    return Actor(
        role=Role.AGENCY, operator_id=agency_by_code(uow, AGENCY).subject_id, account_id=None
    )


def a_penalty(number: int = 0, firm: int | None = None, **changed: str) -> dict[str, str]:
    """A penalty about a firm by field name; its document is told apart by a number."""
    about = number % 3 if firm is None else firm
    return {
        "uscc": uscc(about),
        "name": f"第{about}食品有限公司",
        "document_no": f"厦市监处罚〔2026〕{number}号",
        "violation": "经营超过保质期的食品",
        "facts": "货架上有过期食品",
        "basis": "《食品安全法》第一百二十四条",
        "penalty_kinds": "罚款",
        "content": "罚款五千元",
        "fine": "0.5",
        "decided_on": "2026-05-01",
        "organ": "厦门市市场监督管理局",
        "organ_uscc": uscc(9),
        "source_unit": "厦门市市场监督管理局",
        "source_uscc": uscc(9),
        **changed,
    }


def as_csv(rows: Iterable[Mapping[str, str]], encoding: str = "utf-8-sig") -> bytes:
    """Rows as a sheet whose head has the Chinese names."""
    out = io.StringIO()
    writer = csv.writer(out)
    kept = list(rows)
    writer.writerow([ZH[name] for name in kept[0]])
    writer.writerows(row.values() for row in kept)
    return out.getvalue().encode(encoding)


def records_of(database: Connection) -> int:
    """How many revisions of records there are."""
    return database.scalar(text("SELECT count(*) FROM credit_record")) or 0


def key_of(uow: UnitOfWork, now: datetime, role: Role = Role.AGENCY) -> dict[str, str]:
    """The headers of a key of the market regulator."""
    return accounts.key(uow, role, agency_by_code(uow, AGENCY).subject_id)
