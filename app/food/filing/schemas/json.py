"""The JSON of ``POST /api/v1/filings`` as commands (contract 3.1).

The envelope is checked as a whole. Every line is read by itself: one that cannot be read becomes
an ``Unreadable`` at its index, so that it is refused by field, code and parameters like any other
line, and mode ``good`` keeps the rest.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from app.food.filing import errors
from app.food.filing.rules.fields import NOTE_MAX, Node
from ledger.entries.terms import EntryKind, FileEntries, Line, Mode, Portion, Source, Unreadable
from ledger.kernel.errors import Refusal
from ledger.products.terms import LotNamed
from ledger.subjects.terms import Party

KEY_MAX = 200
_DIGITS_MAX = 40  # a number with more is no quantity, and could be written out for ever
PARTS_MAX = 500  # inputs, outputs or contents of one line; a pallet holds fewer
PARTY = ("uscc", "gln", "name", "contact", "address", "country", "licence", "consumers")
LOT = (
    "gtin",
    "product",
    "producer",
    "in_store",
    "lot",
    "sscc",
    "name",
    "spec",
    "category",
    "produced_on",
    "expires_on",
    "shelf_life",
)
PORTION = ("lot", "quantity", "unit")
GOODS = ("name", "spec", "category", "shelf_life")
"""What a line may say of its goods beside the lot, as contract 3.4 has it."""
COMMON = ("kind", "operator", "at", "document", "document_line", "note")
PAPERS = ("certificate", "certificate_kind", "origin", "storage")
OF_KIND: dict[EntryKind, tuple[str, ...]] = {
    EntryKind.PRODUCTION: (*PORTION, *GOODS, *PAPERS),
    EntryKind.RECEIPT: ("from", *PORTION, *GOODS, *PAPERS, "return", "override_reason"),
    EntryKind.DISPATCH: ("to", *PORTION, *GOODS, *PAPERS, "return"),
    EntryKind.TRANSFORMATION: ("inputs", "outputs", *PAPERS),
    EntryKind.AGGREGATION: ("sscc", "contents"),
    EntryKind.DISAGGREGATION: ("sscc",),
    EntryKind.DISPOSAL: (*PORTION, *GOODS, "reason"),
    EntryKind.CORRECTION: ("corrects", "reason", "entry"),
}
_ALL = frozenset(COMMON).union(*OF_KIND.values())


def content_hash(body: Mapping[str, Any]) -> bytes:
    """SHA-256 over what a filing says, whatever the order of its keys or the spelling of numbers.

    ``600``, ``"600"``, ``600.0`` and ``6e2`` are one quantity, and what is null is left out. The
    filing key and the operator are not part of it: the hash tells whether the same key of the same
    book came with the same content.
    """
    said = {"mode": body.get("mode") or "all", "entries": _plain(body.get("entries"))}
    if body.get("strict"):
        said["strict"] = True
    text = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def _plain(value: Any, name: str = "") -> Any:
    """A value in the one spelling that stands for all that mean the same."""
    if isinstance(value, Mapping):
        return {key: _plain(it, key) for key, it in value.items() if it is not None}
    if isinstance(value, list):
        return [_plain(it) for it in value]
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, (int, float, Decimal)) or name == "quantity":
        return _number(str(value), counts=name == "quantity")
    return value


def _number(text: str, *, counts: bool) -> str:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    if not number.is_finite() or abs(number.adjusted()) > _DIGITS_MAX:
        return text
    return f"{number.normalize() if counts else number:f}"


def filing_of(
    body: Mapping[str, Any], *, operator_id: int, entries_max: int, source: Source = Source.API
) -> FileEntries:
    """A checked envelope as a command; raises TooManyEntries over the limit, KeyUnreadable."""
    lines = body["entries"]
    if len(lines) > entries_max:
        raise errors.TooManyEntries(field="entries", limit=entries_max, count=len(lines))
    return FileEntries(
        operator_id=operator_id,
        filing_key=key_of(body["filing_key"]),
        content_hash=content_hash(body),
        lines=tuple(line_of(line) for line in lines),
        mode=Mode(body.get("mode") or "all"),
        source=source,
        strict=bool(body.get("strict")),
    )


def key_of(text: str) -> str:
    """A filing key as it is stored; raises KeyUnreadable."""
    key = text.strip()
    if not 0 < len(key) <= KEY_MAX or not key.isprintable():
        raise errors.KeyUnreadable(field="filing_key", longest=KEY_MAX)
    return key


def line_of(value: object) -> Line | Unreadable:
    """One entry of the list as a line, or why it cannot be read."""
    try:
        return _line(value, "")
    except Refusal as refusal:
        return Unreadable(code=refusal.code, field=refusal.field or "", params=refusal.params)


def party_of(value: object, path: str) -> Party:
    """A party: an object, or a social credit code alone."""
    if isinstance(value, str):
        value = {"uscc": value}
    node = Node(value, path, PARTY)
    party = Party(
        consumers=node.flag("consumers"),
        **_said(node, (name for name in PARTY if name != "consumers")),
    )
    if party == Party():
        raise errors.FieldMissing(field=node.at("uscc"), name="uscc")
    return party


def _line(value: object, path: str) -> Line:
    node = Node(value, path, _ALL)
    kind = _kind(node)
    stray = next((name for name in node.value if name not in (*COMMON, *OF_KIND[kind])), None)
    if stray is not None:
        raise errors.FieldNotOfKind(field=node.at(stray), name=stray, kind=kind.value)
    return Line(kind=kind, **_common(node), **_SHAPES[kind](node))


def _kind(node: Node) -> EntryKind:
    node.need("kind")
    text = node.text("kind")
    try:
        return EntryKind(text)
    except ValueError:
        known = ", ".join(EntryKind)
        raise errors.UnknownKind(field=node.at("kind"), kind=text[:40], known=known) from None


def _common(node: Node) -> dict[str, Any]:
    texts = (
        "document",
        "document_line",
        "certificate",
        "certificate_kind",
        "origin",
        "storage",
        "reason",
        "override_reason",
    )
    return {
        "operator": party_of(node.value["operator"], node.at("operator"))
        if node.has("operator")
        else None,
        "at": node.moment("at"),
        "note": node.text("note", NOTE_MAX),
        "is_return": node.flag("return"),
        **_said(node, texts),
    }


def _portion(node: Node) -> Portion:
    node.need("lot", "quantity", "unit")
    return Portion(
        lot=_lot(node, _said(node, GOODS)), quantity=node.text("quantity"), unit=node.text("unit")
    )


def _lot(parent: Node, said: Mapping[str, str]) -> LotNamed:
    node = Node(parent.value["lot"], parent.at("lot"), LOT)
    if not any(node.has(name) for name in ("gtin", "product", "in_store", "sscc")):
        raise errors.FieldMissing(field=node.at("gtin"), name="gtin")
    texts = ("gtin", "product", "in_store", "lot", "sscc")
    return LotNamed(
        producer=party_of(node.value["producer"], node.at("producer"))
        if node.has("producer")
        else None,
        produced_on=node.moment("produced_on"),
        expires_on=node.moment("expires_on"),
        **_said(node, texts),
        **_goods_said(node, said),
    )


def _goods_said(node: Node, beside: Mapping[str, str]) -> dict[str, Any]:
    return {name: node.text(name) or beside.get(name, "") for name in GOODS}


def _said(node: Node, names: Iterable[str]) -> dict[str, Any]:
    return {name: node.text(name) for name in names}


def _portions(node: Node, name: str) -> tuple[Portion, ...]:
    found: list[Portion] = []
    for path, value in node.items(name):
        if len(found) == PARTS_MAX:
            raise errors.TooManyEntries(
                field=node.at(name), limit=PARTS_MAX, count=len(node.value[name])
            )
        found.append(_portion(Node(value, path, (*PORTION, *GOODS))))
    return tuple(found)


def _goods(node: Node) -> dict[str, Any]:
    return {"portions": (_portion(node),)}


def _moved(name: str) -> Callable[[Node], dict[str, Any]]:
    def shape(node: Node) -> dict[str, Any]:
        node.need(name)
        return {"partner": party_of(node.value[name], node.at(name)), **_goods(node)}

    return shape


def _transformed(node: Node) -> dict[str, Any]:
    return {"portions": _portions(node, "inputs"), "outputs": _portions(node, "outputs")}


def _packed(node: Node) -> dict[str, Any]:
    node.need("sscc")
    return {"sscc": node.text("sscc"), "portions": _portions(node, "contents")}


def _unpacked(node: Node) -> dict[str, Any]:
    node.need("sscc")
    return {"sscc": node.text("sscc")}


def _corrected(node: Node) -> dict[str, Any]:
    node.need("corrects")
    given = node.value.get("entry")
    replacement = None if given in (None, {}) else _line(given, node.at("entry"))
    if replacement is not None and replacement.kind is EntryKind.CORRECTION:
        raise errors.CorrectionInCorrection(field=node.at("entry.kind"))
    return {"corrects": node.text("corrects"), "replacement": replacement}


_SHAPES: dict[EntryKind, Callable[[Node], dict[str, Any]]] = {
    EntryKind.PRODUCTION: _goods,
    EntryKind.RECEIPT: _moved("from"),
    EntryKind.DISPATCH: _moved("to"),
    EntryKind.TRANSFORMATION: _transformed,
    EntryKind.AGGREGATION: _packed,
    EntryKind.DISAGGREGATION: _unpacked,
    EntryKind.DISPOSAL: _goods,
    EntryKind.CORRECTION: _corrected,
}
