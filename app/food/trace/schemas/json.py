"""Questions and answers as JSON (contract 3.2)."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load, validate

from app.doors.api import Query, Wire
from app.doors.refusals import detail_of
from app.food.trace.terms import AskTrace, CodeRead
from ledger.kernel.ids import trace_reference
from scanner.trace.terms import (
    Direction,
    LotShown,
)

_TEXT_MAX = 7_089  # what the largest symbol holds


def _text(most: int = 100, **more: Any) -> Any:
    return fields.String(load_default="", validate=validate.Length(max=most), **more)


class TraceQuery(Query):
    """What a trace is asked by."""

    code = fields.String(
        required=True,
        validate=validate.Length(1, _TEXT_MAX),
        metadata={
            "description": "anything scanned, a GTIN, an SSCC, a reference, or a name",
            "example": "06901234567892",
        },
    )
    lot = _text(metadata={"example": "L240501"})
    operator = _text(40, metadata={"description": "USCC or id: only from this operator"})
    direction = fields.Enum(Direction, by_value=True, load_default=Direction.DOWN)
    after = fields.Integer(
        load_default=None,
        allow_none=True,
        validate=validate.Range(min=1),
        metadata={"description": "`next` of the page before"},
    )
    limit = fields.Integer(
        load_default=50,
        validate=validate.Range(1, 200),
        metadata={"description": "lots of a product in one page"},
    )
    case = _text(metadata={"description": "case number, kept with the look-up"})

    @post_load
    def command(self, data: dict[str, Any], **_: Any) -> AskTrace:
        """The question as a command."""
        return AskTrace(**data)


class CodesQuery(Query):
    """A text that was scanned or typed."""

    text = fields.String(
        required=True,
        validate=validate.Length(1, _TEXT_MAX),
        metadata={"example": "(01)06901234567892(10)L240501"},
    )


class PictureForm(Wire):
    """A photograph of one or several symbols."""

    picture = fields.Raw(required=True, metadata={"type": "string", "format": "binary"})


class OperatorJson(Wire):
    """An operator as an answer names it."""

    id = fields.String(required=True)
    uscc = fields.String(required=True)
    name = fields.String(required=True)
    kind = fields.String(required=True)
    division = fields.String(required=True)


class LotJson(Wire):
    """A lot as an answer names it; ``id`` is its public reference."""

    gtin = fields.String(required=True)
    lot = fields.String(required=True)
    product = fields.String(required=True)
    id = fields.String(required=True)


class HolderJson(Wire):
    """An operator's holdings of one lot in one unit."""

    operator = fields.Nested(OperatorJson, required=True)
    lot = fields.Nested(LotJson, required=True)
    received = fields.String(required=True)
    produced = fields.String(required=True)
    dispatched = fields.String(required=True)
    sold = fields.String(required=True)
    used = fields.String(required=True)
    disposed = fields.String(required=True)
    on_hand = fields.String(required=True)
    presumed = fields.String(required=True)
    unit = fields.String(required=True)
    first_at = fields.String(allow_none=True)
    last_at = fields.String(allow_none=True)
    mixed = fields.Boolean(required=True)
    sources = fields.Integer(
        required=True,
        metadata={"description": "how many lots may be in it; 0: it is this lot and no other"},
    )


class GapJson(Wire):
    """Something nobody has filed."""

    operator = fields.String(required=True)
    lot = fields.Nested(LotJson, required=True)
    kind = fields.String(required=True)
    quantity = fields.String(required=True)
    unit = fields.String(required=True)
    partner = fields.String(allow_none=True)
    entries = fields.List(fields.String(), required=True)


class TraceJson(Wire):
    """The answer to a trace."""

    mixed = fields.Boolean(
        required=True, metadata={"description": "some holder may have several lots in one"}
    )
    root = fields.Dict(required=True)
    roots = fields.List(fields.Nested(LotJson), required=True)
    direction = fields.String(required=True)
    complete = fields.Boolean(required=True)
    limits = fields.List(fields.String(), required=True)
    took_ms = fields.Float(required=True)
    rows_read = fields.Integer(required=True)
    view = fields.String(required=True)
    next = fields.Integer(allow_none=True)
    holders = fields.List(fields.Nested(HolderJson), required=True)
    totals = fields.List(
        fields.Dict(),
        required=True,
        metadata={"description": "each operator's sums over all lots asked about, of every page"},
    )
    totals_lots = fields.Integer(
        required=True, metadata={"description": "how many lots the totals are over"}
    )
    totals_complete = fields.Boolean(
        required=True, metadata={"description": "false: a limit kept further lots out of them"}
    )
    links = fields.List(fields.Dict(), required=True)
    events = fields.List(fields.Dict(), required=True)
    gaps = fields.List(fields.Nested(GapJson), required=True)


class CodesJson(Wire):
    """Every symbol found, what it says, and what it points at."""

    symbols = fields.List(fields.Dict(), required=True)


def lot_document(lot: LotShown, key: str) -> dict[str, Any]:
    """A lot as every answer names it."""
    return {
        "gtin": lot.gtin,
        "lot": lot.number,
        "product": lot.product,
        "id": trace_reference(lot.id, key) if lot.id else "",
    }


def code_document(read: CodeRead, tongue: str, key: str) -> dict[str, Any]:
    """A symbol or text, what it says, and what it points at; ``tongue`` is zh or en."""
    return {
        **read.meaning,
        "symbology": read.symbology,
        "corners": [list(corner) for corner in read.corners],
        "points_at": _points_at(read, key),
        "problem": None
        if read.refused is None
        else {"code": read.refused.code, "detail": detail_of(read.refused, tongue)},
    }


def _points_at(read: CodeRead, key: str) -> dict[str, Any] | None:
    if read.pointed is None:
        return None
    product = read.product
    return {
        "kind": read.pointed.kind.value,
        "product": {"gtin": product.gtin, "name": product.product, "spec": product.spec}
        if product
        else None,
        "lots": [lot_document(lot, key) for lot in read.lots],
        "sscc": read.pointed.sscc or None,
        "sign": read.pointed.own_id or None,
    }
