"""Lots at an operator and dealers of a product: what is asked, as JSON, and as workbooks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from marshmallow import fields, validate

from app.doors.api import Query, Wire
from app.doors.i18n import gettext as _
from app.doors.web import loaded
from app.food.trace.schemas.json import LotJson, OperatorJson
from app.food.trace.schemas.sheet import Cells, one_sheet
from app.food.trace.terms import DealersShown, LotsHeld, Period
from ledger.kernel.ids import trace_reference
from ledger.products.terms import Lot, Product
from ledger.subjects.terms import Subject

DAYS = 90  # what is asked without days
_KNOWN = validate.Range(date(1990, 1, 1), date(2079, 12, 31))  # days the book can hold
ALL = 10_000  # as many as the longest list has


class PeriodQuery(Query):
    """Days, both included; without them the last three months."""

    since = fields.Date(load_default=None, allow_none=True, validate=_KNOWN)
    until = fields.Date(load_default=None, allow_none=True, validate=_KNOWN)
    after = fields.Integer(
        load_default=0,
        validate=validate.Range(0, ALL),
        metadata={"description": "`next` of the page before"},
    )


class LotsHeldQuery(PeriodQuery):
    """Whose lots."""

    operator = fields.Integer(required=True, metadata={"description": "the operator's id"})


class DealersQuery(PeriodQuery):
    """Which product."""

    code = fields.String(required=True, validate=validate.Length(1, 200))


class HeldJson(Wire):
    """A lot in an operator's book, and when first and last."""

    lot = fields.Nested(LotJson, required=True)
    first = fields.Date(required=True)
    last = fields.Date(required=True)


class LotsHeldJson(Wire):
    """A page of the lots in an operator's book."""

    items = fields.List(fields.Nested(HeldJson), required=True)
    total = fields.Integer(required=True)
    next = fields.Integer(allow_none=True)


class DealerJson(Wire):
    """An operator that dealt in a product: in how many lots, and when first and last."""

    operator = fields.Nested(OperatorJson, required=True)
    lots = fields.Integer(required=True)
    first = fields.Date(required=True)
    last = fields.Date(required=True)


class DealersJson(Wire):
    """A page of the operators that dealt in a product."""

    items = fields.List(fields.Nested(DealerJson), required=True)
    total = fields.Integer(required=True)
    next = fields.Integer(allow_none=True)


def period_of(asked: Mapping[str, Any], today: date) -> Period:
    """The period a question means."""
    until = asked["until"] or today
    since = asked["since"] or until - timedelta(days=DAYS)
    return Period(since=since, until=until, after=asked["after"])


def period_asked(typed: Mapping[str, str], today: date) -> Period:
    """The period in a page's address; an empty field is as none."""
    said = {name: typed[name] for name in ("since", "until", "after") if typed.get(name)}
    return period_of(loaded(PeriodQuery, said), today)


def whole(period: Period) -> Period:
    """The same days from the first of the list on."""
    return replace(period, after=0)


def lots_document(found: LotsHeld, key: str) -> dict[str, Any]:
    """A page of lots as JSON."""
    items = [
        {"lot": _lot(lot, product, key), "first": held.first, "last": held.last}
        for held, lot, product in found.items
    ]
    return {"items": items, "total": found.total, "next": found.next}


def dealers_document(found: DealersShown) -> dict[str, Any]:
    """A page of operators as JSON."""
    items = [
        {"operator": _operator(who), "lots": one.lots, "first": one.first, "last": one.last}
        for one, who in found.items
    ]
    return {"items": items, "total": found.total, "next": found.next}


def lots_workbook(found: LotsHeld) -> bytes:
    """Lots at an operator, one row each."""
    head = [_("产品"), "GTIN", _("批号"), _("首次"), _("最近")]
    rows = (
        [product.name, product.gtin, lot.number, str(held.first), str(held.last)]
        for held, lot, product in found.items
    )
    return one_sheet(_("名下批次"), head, rows)


def dealers_workbook(found: DealersShown) -> bytes:
    """Dealers of a product, one row each."""
    head = [_("名称"), _("信用代码"), _("行政区划"), _("批次数"), _("首次"), _("最近")]
    rows: Iterable[Cells] = (
        [who.name, who.uscc, who.division, one.lots, str(one.first), str(one.last)]
        for one, who in found.items
    )
    return one_sheet(_("经营者"), head, rows)


def _lot(lot: Lot, product: Product, key: str) -> dict[str, str]:
    return {
        "gtin": product.gtin,
        "lot": lot.number,
        "product": product.name,
        "id": trace_reference(lot.id, key),
    }


def _operator(who: Subject) -> dict[str, str]:
    return {
        "id": str(who.id),
        "uscc": who.uscc,
        "name": who.name,
        "kind": who.kinds[0].value if who.kinds else "",
        "division": who.division,
    }
