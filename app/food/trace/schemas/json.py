"""Questions and answers as JSON (contract 3.2)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from marshmallow import fields, post_load, validate

from app.doors.api import Query, Wire
from app.doors.refusals import detail_of
from app.food.trace.terms import Answered, AskTrace, CodeRead
from ledger.kernel.ids import entry_reference, trace_reference
from ledger.kernel.moment import Moment
from scanner.trace.terms import (
    Direction,
    EntryNamed,
    Event,
    Gap,
    Holder,
    LotShown,
    MovementLink,
    Node,
    Portion,
    Trace,
    TransformationLink,
    amount,
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
    totals = fields.List(fields.Dict(), required=True)
    links = fields.List(fields.Dict(), required=True)
    events = fields.List(fields.Dict(), required=True)
    gaps = fields.List(fields.Nested(GapJson), required=True)


class CodesJson(Wire):
    """Every symbol found, what it says, and what it points at."""

    symbols = fields.List(fields.Dict(), required=True)


class _Names:
    """The parts of an answer that repeat, each built once."""

    def __init__(self, trace: Trace, key: str) -> None:
        self.trace = trace
        self._key = key
        self._lots: dict[int, dict[str, Any]] = {}
        self._operators: dict[int, dict[str, Any]] = {}

    def lot(self, lot: int) -> dict[str, Any]:
        """A lot by id."""
        if lot not in self._lots:
            self._lots[lot] = lot_document(self.trace.lots.get(lot) or LotShown(id=lot), self._key)
        return self._lots[lot]

    def operator(self, operator: int) -> dict[str, Any]:
        """An operator by id."""
        if operator not in self._operators:
            shown = self.trace.operators.get(operator)
            self._operators[operator] = {
                "id": str(operator),
                "uscc": shown.uscc if shown else "",
                "name": shown.name if shown else "",
                "kind": shown.kind if shown else "",
                "division": shown.division if shown else "",
            }
        return self._operators[operator]

    def node(self, node: Node) -> dict[str, Any]:
        """One end of a movement."""
        operator = self.operator(node.operator)
        return {"operator": operator["id"], "name": operator["name"], "lot": self.lot(node.lot)}


def trace_document(answered: Answered, key: str) -> dict[str, Any]:
    """An answer as the contract writes it, with our additions beside."""
    trace = answered.trace
    names = _Names(trace, key)
    moved = [_movement(names, link) for link in trace.movements]
    turned = [_transformation(names, link) for link in trace.transformations]
    return {
        "root": _root(answered, names),
        "roots": [names.lot(lot) for lot in trace.roots],
        "direction": trace.direction.value,
        "complete": trace.complete,
        "mixed": any(count > 1 for count in trace.sources.values()),
        "limits": [limit.value for limit in trace.limits],
        "took_ms": round(answered.took_ms, 2),
        "rows_read": trace.rows_read,
        "view": "own" if answered.is_own_view else "all",
        "next": answered.next,
        "holders": [_holder(names, holder) for holder in trace.holders],
        "totals": _totals(names, trace.holders, set(trace.roots)),
        "links": sorted([*moved, *turned], key=_by_time),
        "events": [_event(names, event) for event in trace.events],
        "gaps": [_gap(names, gap) for gap in trace.gaps],
    }


def _by_time(link: dict[str, Any]) -> str:
    return link["at"] or ""


def lot_document(lot: LotShown, key: str) -> dict[str, Any]:
    """A lot as every answer names it."""
    return {
        "gtin": lot.gtin,
        "lot": lot.number,
        "product": lot.product,
        "id": trace_reference(lot.id, key) if lot.id else "",
    }


def _root(answered: Answered, names: _Names) -> dict[str, Any]:
    """The lot asked about; of a whole product the product, and no lot."""
    trace = answered.trace
    if not trace.roots:
        return {"gtin": "", "lot": "", "product": "", "producer": None}
    shown = trace.lots.get(trace.roots[0]) or LotShown(id=trace.roots[0])
    producer = names.operator(shown.producer_id) if shown.producer_id else None
    return {
        "gtin": shown.gtin,
        "lot": shown.number if answered.pointed.lots else "",
        "product": shown.product,
        "producer": producer,
        "produced_on": at(shown.produced_on),
        "expires_on": at(shown.expires_on),
    }


def at(moment: Moment | None) -> str | None:
    """A moment as ISO 8601, cut where knowledge ends; null when unknown."""
    return str(moment) or None if moment is not None else None


def _entries(entries: Iterable[EntryNamed]) -> list[str]:
    return [entry_reference(each.lot, each.id) for each in entries]


_SUMS = ("received", "produced", "dispatched", "sold", "used", "disposed", "on_hand", "presumed")


def _holder(names: _Names, holder: Holder) -> dict[str, Any]:
    sums = {name: amount(getattr(holder, name), holder.unit) for name in _SUMS}
    return {
        "operator": names.operator(holder.node.operator),
        "lot": names.lot(holder.node.lot),
        **sums,
        "unit": holder.unit.code,
        "first_at": at(holder.first_at),
        "last_at": at(holder.last_at),
        "mixed": names.trace.sources.get(holder.node, 0) > 1,
        "sources": names.trace.sources.get(holder.node, 0),
    }


def _totals(names: _Names, holders: Iterable[Holder], roots: set[int]) -> list[dict[str, Any]]:
    """Each operator's sums over the lots asked about, by unit; the largest stock first."""
    sums: dict[tuple[int, str], list[Holder]] = defaultdict(list)
    for holder in holders:
        if holder.node.lot in roots:
            sums[holder.node.operator, holder.unit.code].append(holder)
    found = []
    for (operator, unit), mine in sums.items():
        total = {name: sum(getattr(one, name) for one in mine) for name in _SUMS}
        shown = {name: amount(value, mine[0].unit) for name, value in total.items()}
        found.append(
            (
                -total["on_hand"],
                operator,
                {"operator": names.operator(operator), "lots": len(mine), **shown, "unit": unit},
            )
        )
    return [document for *_, document in sorted(found, key=lambda each: each[:2])]


def _movement(names: _Names, link: MovementLink) -> dict[str, Any]:
    received = None
    if link.received_thousandths is not None and link.received_unit is not None:
        received = amount(link.received_thousandths, link.received_unit)
    return {
        "kind": "movement",
        "from": names.node(link.sender),
        "to": names.node(link.receiver),
        "quantity": amount(link.thousandths, link.unit),
        "unit": link.unit.code,
        "at": at(link.at),
        "status": link.status.value,
        "entries": _entries(link.entries),
        "received_at": at(link.received_at),
        "received_quantity": received,
        "is_return": link.is_return,
    }


def _portion(names: _Names, portion: Portion) -> dict[str, Any]:
    known = portion.thousandths is not None
    return {
        "lot": names.lot(portion.lot),
        "quantity": amount(portion.thousandths or 0, portion.unit) if known else None,
        "unit": portion.unit.code,
    }


def _transformation(names: _Names, link: TransformationLink) -> dict[str, Any]:
    operator = names.operator(link.operator)
    return {
        "kind": "transformation",
        "at": at(link.at),
        "operator": operator["id"],
        "name": operator["name"],
        "inputs": [_portion(names, each) for each in link.inputs],
        "outputs": [_portion(names, each) for each in link.outputs],
        "entries": _entries(link.entries),
        "out_of_order": link.out_of_order,
    }


def _event(names: _Names, event: Event) -> dict[str, Any]:
    return {
        "kind": event.kind.value,
        "operator": str(event.node.operator),
        "lot": names.lot(event.node.lot),
        "quantity": amount(event.thousandths, event.unit),
        "unit": event.unit.code,
        "at": at(event.at),
        "entries": _entries([event.entry]),
    }


def _gap(names: _Names, gap: Gap) -> dict[str, Any]:
    return {
        "operator": str(gap.node.operator),
        "lot": names.lot(gap.node.lot),
        "kind": gap.kind.value,
        "quantity": amount(gap.thousandths, gap.unit),
        "unit": gap.unit.code,
        "partner": str(gap.partner) if gap.partner else None,
        "entries": _entries(gap.entries),
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
