"""The forms of certificates' pages: what is typed and photographed becomes what is sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import EXCLUDE, fields, post_load, pre_load, validate

from app.doors.api import Wire
from app.food.certificates.terms import CertificateSent, LotNamed, ThingsNamed
from ledger.certificates.terms import TEXTS, AddCertificate, CertificateKind

ABOUT = ("lot", "product", "operator", "premises")
_ID_MAX = 2**31 - 1


class FormSchema(Wire):
    """A form of a page; fields of the frame and empty ones are no reason to refuse it."""

    class Meta:
        """Take what is ours."""

        unknown = EXCLUDE

    @pre_load
    def without_empty(self, data: Mapping[str, Any], **_: Any) -> dict[str, Any]:
        """An empty date, number or choice was left out, not typed wrong."""
        emptied = {
            name
            for name, field in self.fields.items()
            if isinstance(field, (fields.Date, fields.Enum, fields.Integer))
        }
        return {name: said for name, said in data.items() if said != "" or name not in emptied}


def _text(most: int) -> Any:
    return fields.String(load_default="", validate=validate.Length(max=most))


def _number() -> Any:
    return fields.Integer(load_default=None, validate=validate.Range(1, _ID_MAX))


class ThingForm(FormSchema):
    """What a certificate is about: a lot of a product, a product, a place, or the operator."""

    about = fields.String(load_default="lot", validate=validate.OneOf(ABOUT))
    lot_id = _number()
    product_id = _number()
    gtin = _text(40)
    lot = _text(100)
    premises = _number()

    @post_load
    def sent(self, data: dict[str, Any], **_: Any) -> Any:
        """What is named."""
        return things_of(data)


def things_of(data: Mapping[str, Any]) -> ThingsNamed:
    """What a form names; a lot or product that came with the address goes before what is typed."""
    product = f"p{data['product_id']}" if data["product_id"] else data["gtin"]
    match data["about"]:
        case "lot":
            known = LotNamed(id=data["lot_id"], product=product, number=data["lot"])
            return ThingsNamed(lots=(known,) if known.id or known.product or known.number else ())
        case "product":
            return ThingsNamed(products=(product,) if product else ())
        case "premises":
            return ThingsNamed(premises=(data["premises"],) if data["premises"] else ())
        case _:
            return ThingsNamed(itself=True)


class CertificateForm(ThingForm):
    """A certificate; a replacement keeps what its forerunner was about."""

    operator = _text(40)
    kind = fields.Enum(CertificateKind, by_value=True, load_default=CertificateKind.FACTORY)
    number = _text(TEXTS["number"])
    issuer = _text(TEXTS["issuer"])
    issued_on = fields.Date(load_default=None)
    valid_from = fields.Date(load_default=None)
    valid_to = fields.Date(load_default=None)
    note = _text(TEXTS["note"])
    public = fields.String(load_default="", validate=validate.OneOf(("", "yes", "no")))
    replaces = _number()
    reason = _text(TEXTS["reason"])

    @post_load
    def sent(self, data: dict[str, Any], **_: Any) -> CertificateSent:
        """What is sent, without its files."""
        said = {
            name: data[name]
            for name in (
                "kind",
                "number",
                "issuer",
                "issued_on",
                "valid_from",
                "valid_to",
                "note",
                "replaces",
                "reason",
            )
        }
        return CertificateSent(
            said=AddCertificate(owner_id=0, **said),
            things=ThingsNamed() if data["replaces"] else things_of(data),
            operator=data["operator"],
            public={"yes": True, "no": False}.get(data["public"]),
        )


class WithdrawForm(FormSchema):
    """Why a certificate is withdrawn."""

    reason = _text(TEXTS["reason"])
