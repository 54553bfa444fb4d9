"""The JSON of products and holds: bodies become commands, views become documents."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from marshmallow import fields, post_load, pre_load, validate

from app.doors.api import Query, Wire
from app.doors.i18n import language
from app.doors.refusals import text_of
from app.food.products.terms import Opened
from ledger.products.terms import OpenProduct, PackNamed, ProductSearch
from ledger.subjects.terms import Party

PAGE_MAX = 200
PACKS_MAX = 50  # sizes in which one product is packed


def _text(most: int = 200, example: str = "") -> Any:
    return fields.String(
        load_default="",
        validate=validate.Length(max=most),
        metadata={"example": example} if example else {},
    )


class ProducerJson(Wire):
    """Who makes it: a USCC (also as a text alone), a GLN, or name and contact."""

    uscc = _text(40, "91350200MA2XFA1T37")
    gln = _text(20)
    name = _text()
    contact = _text()
    address = _text(500)
    country = _text(60)

    @pre_load
    def unfolded(self, data: Any, **_: Any) -> Any:
        """A text alone is a USCC."""
        return {"uscc": data} if isinstance(data, str) else data

    @post_load
    def command(self, data: dict[str, Any], **_: Any) -> Party:
        """The party."""
        return Party(**data)


class PackJson(Wire):
    """A pack: ``gtin`` holds ``contains`` of the GTIN ``of``, the product itself when left out."""

    gtin = fields.String(
        required=True, validate=validate.Length(1, 40), metadata={"example": "16901234567899"}
    )
    contains = fields.Decimal(required=True, as_string=True, metadata={"example": "24"})
    of = _text(40, "06901234567892")


class OpenProductJson(Wire):
    """A product by GTIN, or by ``product`` and ``producer`` (contract 3.4)."""

    gtin = _text(40, "06901234567892")
    product = _text()
    producer = fields.Nested(ProducerJson, load_default=None, allow_none=True)
    name = _text(200, "纯牛奶")
    spec = _text(200, "250ml")
    category = _text(200, "乳制品")
    shelf_life = _text(60, "6个月")
    packs = fields.List(
        fields.Nested(PackJson), load_default=list, validate=validate.Length(max=PACKS_MAX)
    )

    @post_load
    def command(self, data: dict[str, Any], **_: Any) -> OpenProduct:
        """The command."""
        packs = tuple(
            PackNamed(
                gtin=it["gtin"], contains=Decimal(it["contains"]), of=it["of"] or data["gtin"]
            )
            for it in data["packs"]
        )
        return OpenProduct(**{**data, "packs": packs})


class ProductsQuery(Query):
    """What products are looked for."""

    query = fields.String(
        load_default="",
        validate=validate.Length(max=200),
        metadata={"description": "a GTIN, or part of a name"},
    )
    confirmed = fields.Boolean(load_default=None)
    next = fields.Integer(load_default=0, validate=validate.Range(0, 2**31 - 1))
    limit = fields.Integer(load_default=50, validate=validate.Range(1, PAGE_MAX))

    @post_load
    def search(self, data: dict[str, Any], **_: Any) -> ProductSearch:
        """The search."""
        return ProductSearch(
            text=data["query"], confirmed=data["confirmed"], after=data["next"], limit=data["limit"]
        )


class MakerJson(Wire):
    """Who makes a product."""

    id = fields.String(required=True)
    uscc = fields.String(required=True)
    name = fields.String(required=True)


class HoldsJson(Wire):
    """What a pack holds of its innermost unit."""

    gtin = fields.String(required=True)
    contains = fields.String(required=True, metadata={"example": "24"})


class RemarkJson(Wire):
    """A remark on what was accepted."""

    code = fields.String(required=True)
    detail = fields.String(required=True)


class ProductJson(Wire):
    """A product; ``confirmed`` is false while only filings have named it."""

    id = fields.String(required=True)
    gtin = fields.String(required=True, metadata={"description": "fourteen digits, or empty"})
    in_store = fields.String(required=True)
    name = fields.String(required=True)
    spec = fields.String(required=True)
    category = fields.String(required=True)
    shelf_life = fields.String(required=True, metadata={"example": "6 month"})
    confirmed = fields.Boolean(required=True)
    producer = fields.Nested(MakerJson, required=True, allow_none=True)
    holds = fields.Nested(HoldsJson, required=True, allow_none=True)
    packs = fields.List(fields.Nested(PackJson))
    warnings = fields.List(fields.Nested(RemarkJson))


class ProductsJson(Wire):
    """A page of products."""

    items = fields.List(fields.Nested(ProductJson), required=True)
    next = fields.Integer(required=True, allow_none=True)


class HoldRequestJson(Wire):
    """Why a lot is stopped, and on what paper."""

    reason = fields.String(required=True, validate=validate.Length(1, 500))
    basis = _text(500)


class ReleaseRequestJson(Wire):
    """Why a lot is released."""

    reason = fields.String(required=True, validate=validate.Length(1, 500))


class HoldJson(Wire):
    """A hold on a lot."""

    lot_id = fields.String(required=True)
    reason = fields.String(required=True)
    basis = fields.String(required=True)
    held_at = fields.DateTime(required=True)


class ClaimsQuery(Query):
    """Which page of waiting names is wanted."""

    next = fields.Integer(load_default=0, validate=validate.Range(0, 2**31 - 1))


class SettleForm(Wire):
    """Whether the claimed name is taken."""

    accept = fields.Boolean(required=True)


def warnings(opened: Opened) -> list[dict[str, str]]:
    """What is remarked on a product that was opened, in the language of the request."""
    if not opened.queued:
        return []
    code = "products.name_queued"
    return [{"code": code, "detail": text_of(code, {"name": opened.product.name}, language())}]
