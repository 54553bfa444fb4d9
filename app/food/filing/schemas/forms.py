"""What is typed into the forms of filing, as lines of the book."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from marshmallow import EXCLUDE, Schema, fields

from app.food.filing import errors
from app.food.filing.rules import cells
from app.food.filing.rules.fields import NOTE_MAX, plain_text
from app.sheets.cells import narrowed
from ledger.entries.terms import BookLine, EntryKind, Line, Portion
from ledger.kernel.errors import Invalid
from ledger.kernel.identifiers.uscc import is_valid as is_uscc
from ledger.kernel.moment import UNKNOWN, Moment
from ledger.products.terms import LotNamed
from ledger.subjects.terms import Party

PARTS = 4
"""How many lots in and out the page of a transformation has room for."""

_FIELDS = {
    "from": "partner",
    "to": "partner",
    "partner": "partner",
    "product": "product",
    "name": "product",
    "gtin": "gtin",
    "lot": "lot",
    "produced_on": "produced_on",
    "expires_on": "expires_on",
    "shelf_life": "expires_on",
    "quantity": "quantity",
    "unit": "quantity",
    "at": "at",
    "document": "document",
    "document_line": "document",
    "certificate": "certificate",
    "reason": "reason",
    "note": "note",
    "sscc": "gtin",
    "corrects": "",
    "inputs": "in_0_product",
    "outputs": "out_0_product",
}


class Typed(Schema):
    """A form: texts by name; what is not known is left out."""

    class Meta:
        """Buttons and tokens come along."""

        unknown = EXCLUDE

    filing_key = fields.String(load_default="")


def _texts(*names: str) -> dict[str, Any]:
    return {name: fields.String(load_default="") for name in names}


_GOODS = ("product", "gtin", "lot", "produced_on", "expires_on", "quantity", "unit")
_ABOUT = ("partner", "contact", "at", "document", "certificate", "reason", "note")
ReceiptForm = Typed.from_dict(
    _texts(
        "gtin",
        "product",
        "lot",
        "expires_on",
        "supplier",
        "quantity",
        "unit",
        "received_on",
        "certificate",
        "document",
    ),
    name="ReceiptForm",
)
EntryForm = Typed.from_dict(_texts(*_GOODS, *_ABOUT, "is_return"), name="EntryForm")
CorrectionForm = Typed.from_dict(
    _texts("quantity", "unit", "at", "document", "certificate", "reason", "what"),
    name="CorrectionForm",
)
TransformationForm = Typed.from_dict(
    _texts(
        "at",
        "document",
        *(
            f"{side}_{place}_{name}"
            for side in ("in", "out")
            for place in range(PARTS)
            for name in ("product", "lot", "quantity")
        ),
    ),
    name="TransformationForm",
)


class UploadForm(Typed):
    """A file, and what its rows are where it does not say so."""

    file = fields.Raw(load_default=None)
    kind = fields.String(load_default="")


def form_field(field: str) -> str:
    """The form's field that a refusal's dotted field stands for; empty where there is none."""
    parts = field.split(".")
    if parts[0] in ("inputs", "outputs") and len(parts) > 1 and parts[1].isdecimal():
        side = "in" if parts[0] == "inputs" else "out"
        name = {"quantity": "quantity", "unit": "quantity"}.get(parts[-1], "lot")
        return f"{side}_{parts[1]}_{name}"
    if parts[0] in ("from", "to", "partner"):
        return "partner"
    return _FIELDS.get(parts[-1], _FIELDS.get(parts[0], ""))


def receipt_of(said: Mapping[str, str], partners: Mapping[str, int]) -> Line:
    """The quick receipt as a line. Raises the refusals of single fields."""
    goods = {**said, "at": said["received_on"], "partner": said["supplier"]}
    try:
        return line_of(EntryKind.RECEIPT, goods, partners)
    except Invalid as refusal:
        refusal.field = {"at": "received_on", "partner": "supplier"}.get(
            refusal.field or "", refusal.field
        )
        raise


def line_of(kind: EntryKind, said: Mapping[str, str], partners: Mapping[str, int]) -> Line:
    """A form about one lot as a line; ``partners`` are names already met in this book."""
    lot = _lot(said)
    portion = _portion(lot, said.get("quantity", ""), said.get("unit", ""), "quantity")
    partner = None
    if kind in (EntryKind.RECEIPT, EntryKind.DISPATCH):
        partner = party_of(said.get("partner", ""), said.get("contact", ""), partners)
    return Line(
        kind=kind,
        portions=(portion,),
        partner=partner,
        at=_moment(said, "at"),
        document=_text(said, "document"),
        certificate=_text(said, "certificate"),
        reason=_text(said, "reason"),
        note=plain_text(said.get("note", ""), "note", NOTE_MAX),
        is_return=bool(said.get("is_return")),
    )


def party_of(text: str, contact: str, partners: Mapping[str, int]) -> Party:
    """Who was typed: a social credit code, someone met before, consumers, or a new name."""
    name = plain_text(text, "partner")
    if not name:
        raise errors.FieldMissing(field="partner", name="partner")
    if name in partners:
        return Party(subject_id=partners[name])
    if is_uscc(name):
        return Party(uscc=name)
    if name in ("散客", "消费者", "零售", "consumers"):
        return Party(consumers=True)
    return Party(name=name, contact=plain_text(contact, "contact"))


def transformation_of(said: Mapping[str, str]) -> Line:
    """The form of a transformation as a line. Refuses NoPartsGiven when a side is empty."""
    sides = {side: tuple(_parts(said, side)) for side in ("in", "out")}
    if not all(sides.values()):
        empty = "in" if not sides["in"] else "out"
        raise errors.NoPartsGiven(field=f"{empty}_0_product")
    return Line(
        kind=EntryKind.TRANSFORMATION,
        portions=sides["in"],
        outputs=sides["out"],
        at=_moment(said, "at"),
        document=_text(said, "document"),
    )


def _parts(said: Mapping[str, str], side: str) -> list[Portion]:
    found = []
    for place in range(PARTS):
        product, lot, quantity = (
            said.get(f"{side}_{place}_{name}", "").strip()
            for name in ("product", "lot", "quantity")
        )
        if not (product or lot or quantity):
            continue
        goods = {"gtin" if product.isdecimal() else "product": product, "lot": lot}
        try:
            named = _lot(goods)
        except Invalid as refusal:
            refusal.field = f"{side}_{place}_{'lot' if refusal.field == 'lot' else 'product'}"
            raise
        found.append(_portion(named, quantity, "", f"{side}_{place}_quantity"))
    return found


def correction_of(said: Mapping[str, str], line: BookLine) -> Line:
    """What puts an entry right: its replacement about the same lot, or nothing in its place."""
    replacement = None
    if said.get("what") != "void":
        portion = _portion(
            LotNamed(lot_id=line.lot_id), said.get("quantity", ""), said.get("unit", ""), "quantity"
        )
        partner = (
            Party(subject_id=line.partner_id)
            if line.partner_id
            else (Party(consumers=True) if line.kind is EntryKind.DISPATCH else None)
        )
        replacement = Line(
            kind=line.kind,
            portions=(portion,),
            partner=partner,
            at=_moment(said, "at"),
            document=_text(said, "document"),
            certificate=_text(said, "certificate"),
            is_return="return" in line.flags,
        )
    return Line(
        kind=EntryKind.CORRECTION,
        corrects=line.reference,
        reason=_text(said, "reason"),
        replacement=replacement,
    )


def _text(said: Mapping[str, str], name: str) -> str:
    return plain_text(said.get(name, ""), name)


def _moment(said: Mapping[str, str], name: str) -> Moment:
    return cells.read_date(said.get(name, ""), name)


def _lot(said: Mapping[str, str]) -> LotNamed:
    gtin = narrowed(_text(said, "gtin"))
    product = _text(said, "product")
    if not gtin and not product:
        raise errors.FieldMissing(field="product", name="product")
    lot = LotNamed(
        gtin=gtin,
        lot=narrowed(_text(said, "lot")),
        name=product if gtin else "",
        product="" if gtin else product,
    )
    made, until = _moment(said, "produced_on"), UNKNOWN
    if said.get("expires_on", "").strip():
        period, until = cells.read_shelf_life(said["expires_on"], "", "expires_on")
        lot = replace(lot, shelf_life=period)
    return replace(lot, produced_on=made, expires_on=until)


def _portion(lot: LotNamed, quantity: str, unit: str, field: str) -> Portion:
    if not quantity.strip():
        raise errors.FieldMissing(field=field, name="quantity")
    amount = cells.read_quantity(quantity, field)
    chosen = amount.unit or cells.unit_of(amount, plain_text(unit, field), "", field)
    return Portion(lot=lot, quantity=amount.number, unit=chosen)
