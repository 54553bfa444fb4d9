"""A trace as a workbook: holders and movements, one row each; nothing in it can be a formula."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Any

import xlsxwriter

from app.doors.i18n import gettext as _
from app.food.trace.schemas.page import lot_shown, operator_shown
from app.food.trace.terms import Answered
from ledger.kernel.ids import entry_reference
from scanner.trace.terms import Holder, MovementLink, Trace, TransformationLink, amount

Cells = Sequence[str | float]
_SUMS = ("received", "produced", "dispatched", "sold", "used", "disposed", "on_hand")


def workbook_of(answered: Answered) -> bytes:
    """The answer as xlsx: a sheet of holders, of movements, of transformations, of gaps.

    Texts are written as texts whatever they begin with, so that a name can never be a formula.
    """
    trace = answered.trace
    file = BytesIO()
    book = _book(file)
    _sheet(book, _("持有者"), _holder_head(), (_holder(trace, one) for one in trace.holders))
    _sheet(book, _("流转"), _movement_head(), (_movement(trace, one) for one in trace.movements))
    _sheet(
        book,
        _("加工"),
        _change_head(),
        (row for one in trace.transformations for row in _change(trace, one)),
    )
    _sheet(
        book,
        _("缺口"),
        _gap_head(),
        (
            [
                one.kind.value,
                _name(trace, one.node.operator),
                lot_shown(trace, one.node.lot).product,
                lot_shown(trace, one.node.lot).number,
                _number(one.thousandths, one.unit),
                one.unit.code,
            ]
            for one in trace.gaps
        ),
    )
    book.close()
    return file.getvalue()


def one_sheet(name: str, head: Cells, rows: Iterable[Cells]) -> bytes:
    """A list as xlsx: one sheet, its headings in the first row; texts stay texts."""
    file = BytesIO()
    book = _book(file)
    _sheet(book, name, head, rows)
    book.close()
    return file.getvalue()


def _book(file: BytesIO) -> Any:
    return xlsxwriter.Workbook(
        file,
        {
            "constant_memory": True,
            "in_memory": False,
            "strings_to_formulas": False,
            "strings_to_urls": False,
        },
    )


def _sheet(book: Any, name: str, head: Cells, rows: Iterable[Cells]) -> None:
    sheet = book.add_worksheet(name)
    bold = book.add_format({"bold": True})
    sheet.freeze_panes(1, 0)
    for column, text in enumerate(head):
        sheet.write_string(0, column, str(text), bold)
    for number, row in enumerate(rows, start=1):
        for column, value in enumerate(row):
            if isinstance(value, str):
                sheet.write_string(number, column, value)
            else:
                sheet.write_number(number, column, value)


def _number(thousandths: int, unit: Any) -> float | str:
    """A number where a spreadsheet keeps all its digits, else the text."""
    text = amount(thousandths, unit)
    return float(text) if len(text) <= 15 else text


def _name(trace: Trace, operator: int) -> str:
    return operator_shown(trace, operator).name


def _holder_head() -> Cells:
    return [
        _("持有者"),
        _("统一社会信用代码"),
        _("类别"),
        _("行政区划"),
        _("产品"),
        _("条码"),
        _("批号"),
        _("收到"),
        _("生产"),
        _("发出"),
        _("已售"),
        _("加工用"),
        _("处置"),
        _("在库"),
        _("单位"),
        _("首次"),
        _("末次"),
    ]


def _movement_head() -> Cells:
    return [
        _("发货方"),
        _("收货方"),
        _("产品"),
        _("条码"),
        _("批号"),
        _("发货数量"),
        _("单位"),
        _("收货数量"),
        _("发货时间"),
        _("收货时间"),
        _("对账"),
        _("台账编号"),
    ]


def _change_head() -> Cells:
    return [
        _("加工者"),
        _("时间"),
        _("投入或产出"),
        _("产品"),
        _("批号"),
        _("数量"),
        _("单位"),
        _("台账编号"),
    ]


def _gap_head() -> Cells:
    return [_("缺什么"), _("谁来补"), _("产品"), _("批号"), _("数量"), _("单位")]


def _holder(trace: Trace, one: Holder) -> Cells:
    operator, lot = operator_shown(trace, one.node.operator), lot_shown(trace, one.node.lot)
    sums = [_number(getattr(one, name), one.unit) for name in _SUMS]
    return [
        operator.name,
        operator.uscc,
        operator.kind,
        operator.division,
        lot.product,
        lot.gtin,
        lot.number,
        *sums,
        one.unit.code,
        str(one.first_at or ""),
        str(one.last_at or ""),
    ]


def _movement(trace: Trace, one: MovementLink) -> Cells:
    lot = lot_shown(trace, one.sender.lot)
    received: float | str = ""
    if one.received_thousandths is not None and one.received_unit is not None:
        received = _number(one.received_thousandths, one.received_unit)
    return [
        _name(trace, one.sender.operator),
        _name(trace, one.receiver.operator),
        lot.product,
        lot.gtin,
        lot.number,
        _number(one.thousandths, one.unit),
        one.unit.code,
        received,
        str(one.sent_at or ""),
        str(one.received_at or ""),
        one.status.value,
        _references(one),
    ]


def _change(trace: Trace, one: TransformationLink) -> Iterable[Cells]:
    for way, portions in ((_("投入"), one.inputs), (_("产出"), one.outputs)):
        for portion in portions:
            lot = lot_shown(trace, portion.lot)
            known: float | str = ""
            if portion.thousandths is not None:
                known = _number(portion.thousandths, portion.unit)
            yield [
                _name(trace, one.operator),
                str(one.at),
                way,
                lot.product,
                lot.number,
                known,
                portion.unit.code,
                _references(one),
            ]


def _references(one: MovementLink | TransformationLink) -> str:
    return " ".join(entry_reference(each.lot, each.id) for each in one.entries)
