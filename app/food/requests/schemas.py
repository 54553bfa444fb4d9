"""Forms of requests as commands, and the sheet that is filled in ahead."""

from __future__ import annotations

import io
from typing import Any, BinaryIO

import xlsxwriter
from marshmallow import EXCLUDE, Schema, fields, post_load
from marshmallow.validate import Range

from app.food.requests import errors
from app.food.requests.rules import HOURS_MAX
from app.food.requests.terms import AnswerRequest, Declined, OpenRequest, Request
from ledger.entries.terms import EntryKind
from scanner.trace.terms import GapKind

_HEADS = {
    EntryKind.RECEIPT: ("进货日期", "供货者名称", "供货者联系方式"),
    EntryKind.DISPATCH: ("销售日期", "购货者名称", "购货者联系方式"),
}
_GOODS = ("商品名称", "商品条码", "批号", "生产日期", "数量", "单位", "单号")
_OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


class _Typed(Schema):
    """What people type into a form."""

    class Meta:
        """A form sends names of its own."""

        unknown = EXCLUDE


class OpenForm(_Typed):
    """A request as an inspector makes it."""

    operator = fields.Integer(required=True, validate=Range(1, 2**31 - 1))
    lot = fields.Integer(required=True, validate=Range(1, 2**31 - 1))
    gap = fields.Enum(GapKind, by_value=True, required=True)
    quantity = fields.String(load_default="")
    unit = fields.String(load_default="")
    partner = fields.String(load_default="")
    note = fields.String(load_default="")
    hours = fields.String(load_default="")

    @post_load
    def command(self, data: dict[str, Any], **_said: object) -> OpenRequest:
        """The command. Refuses: HoursWrong."""
        hours = data["hours"].strip()
        if hours and not (hours.isdecimal() and 1 <= int(hours[:6]) <= HOURS_MAX):
            raise errors.HoursWrong(field="hours")
        partner = data["partner"].strip()
        known = partner.isdecimal() and len(partner) <= 9
        return OpenRequest(
            operator_id=data["operator"],
            lot_id=data["lot"],
            gap=data["gap"],
            quantity=data["quantity"][:40],
            unit=data["unit"][:10],
            partner_id=int(partner) if known else None,
            note=data["note"],
            hours=int(hours) if hours else None,
        )


class AnswerForm(_Typed):
    """One record that was found."""

    partner = fields.String(load_default="")
    contact = fields.String(load_default="")
    quantity = fields.String(load_default="")
    unit = fields.String(load_default="")
    at = fields.String(load_default="")
    document = fields.String(load_default="")
    remark = fields.String(load_default="")

    @post_load
    def command(self, data: dict[str, str], **_said: object) -> AnswerRequest:
        """The command; what is missing the book's own rules name."""
        return AnswerRequest(**{name: text.strip() for name, text in data.items()})


class DeclineForm(_Typed):
    """Why there are no records."""

    remark = fields.String(load_default="")

    @post_load
    def command(self, data: dict[str, str], **_said: object) -> Declined:
        """The command."""
        return Declined(remark=data["remark"])


class SheetForm(_Typed):
    """The sheet, filled in; gives the file with its name."""

    file = fields.Raw(load_default=None)

    @post_load
    def sent(self, data: dict[str, Any], **_said: object) -> tuple[str, BinaryIO] | None:
        """Name and content; None where no file was chosen."""
        given = data["file"]
        return (given.filename, given.stream) if given is not None and given.filename else None


def sheet_of(request: Request) -> bytes:
    """A workbook with what is known filled in, under heads our own sheets are read by."""
    kind = request.wanted or EntryKind.RECEIPT
    made = request.produced_on.isoformat() if request.produced_on else ""
    known = (
        *("", request.partner_name, ""),
        *(request.product_name, request.gtin, request.lot_number, made, "", request.unit, ""),
    )
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, **_OPTIONS})
    page = book.add_worksheet("补报")
    bold = book.add_format({"bold": True})
    for column, head in enumerate((*_HEADS[kind], *_GOODS)):
        page.write_string(0, column, head, bold)
        page.write_string(1, column, known[column])
    page.set_column(0, len(known) - 1, 16)
    book.close()
    return out.getvalue()
