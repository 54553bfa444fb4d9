"""Grades as JSON and as sheets."""

from __future__ import annotations

import io
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import xlsxwriter
from marshmallow import Schema, fields

from app.credit.grading.terms import (
    BASIS_TEXTS,
    TRADE_TEXTS,
    FoodGrade,
    GradeChange,
    GradeListed,
    Visits,
)

_OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_HEAD = (
    "统一社会信用代码",
    "名称",
    "区划",
    "风险等级",
    "依据",
    "业态",
    "食品类别",
    "静态分",
    "动态分",
    "总分",
    "评定日期",
    "最近检查",
)


class GradeAnswer(Schema):
    """An operator's grade; everybody is told the grade and its date, the rest who may see it."""

    uscc = fields.String(required=True)
    name = fields.String(required=True)
    grade = fields.String(required=True, metadata={"description": "A (least risk) to D (most)"})
    as_of = fields.Date(required=True)
    since = fields.Date()
    basis = fields.String()
    trade = fields.String()
    trades = fields.List(fields.String())
    category = fields.String()
    scheme = fields.String()
    static = fields.String(allow_none=True)
    dynamic = fields.String(allow_none=True)
    total = fields.String(allow_none=True)
    visits = fields.Dict()
    last_inspected = fields.Date(allow_none=True)
    book = fields.Dict()
    history = fields.List(fields.Dict())


def points(thousandths: int) -> str | None:
    """Points as people write them; None where none were reckoned."""
    if thousandths < 0:
        return None
    return f"{(Decimal(thousandths) / 1000).quantize(Decimal('0.1'))}"


def public_answer(uscc: str, name: str, found: FoodGrade) -> dict[str, Any]:
    """What everybody is told."""
    return {"uscc": uscc, "name": name, "grade": found.grade.value, "as_of": found.as_of}


def full_answer(uscc: str, name: str, found: FoodGrade, visits: Visits) -> dict[str, Any]:
    """What an official or the operator itself is told."""
    return public_answer(uscc, name, found) | {
        "since": found.since,
        "basis": found.basis.value,
        "trade": found.trade.value,
        "trades": [trade.value for trade in found.trades],
        "category": found.category,
        "scheme": found.scheme,
        "static": points(found.static),
        "dynamic": points(found.dynamic),
        "total": points(found.total),
        "visits": {"least": visits.least, "most": visits.most or None, "years": visits.years},
        "last_inspected": found.last_inspected,
        "book": found.book,
    }


def workbook_of(lines: Iterable[GradeListed]) -> bytes:
    """A list of grades as a workbook."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "constant_memory": True} | _OPTIONS)
    sheet = book.add_worksheet("风险等级")
    sheet.write_row(0, 0, _HEAD)
    for at, one in enumerate(lines, 1):
        sheet.write_row(at, 0, _cells(one))
    book.close()
    return out.getvalue()


def _cells(one: GradeListed) -> tuple[str, ...]:
    return (
        one.uscc,
        one.name,
        one.division,
        one.grade.value,
        BASIS_TEXTS[one.basis][0],
        TRADE_TEXTS[one.trade][0],
        one.category,
        points(one.static) or "",
        points(one.dynamic) or "",
        points(one.total) or "",
        one.as_of.isoformat(),
        one.last_inspected.isoformat() if one.last_inspected else "",
    )


def changes(history: Iterable[GradeChange]) -> list[dict[str, Any]]:
    """An operator's history, the newest first."""
    return [
        {
            "as_of": one.as_of.isoformat(),
            "was": one.was.value if one.was else None,
            "grade": one.now.value,
            "basis": one.basis.value,
            "static": points(one.static),
            "dynamic": points(one.dynamic),
            "total": points(one.total),
        }
        for one in history
    ]
