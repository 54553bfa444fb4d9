"""The JSON of certificates: bodies become what is sent, views become documents."""

from __future__ import annotations

import base64
import binascii
from io import BytesIO
from typing import Any

from marshmallow import fields, post_load, validate

from app.doors.api import Query, Wire
from app.doors.i18n import language
from app.food.certificates import errors
from app.food.certificates.queries import Shown, Thing
from app.food.certificates.terms import CertificateSent, FileSent, LotNamed, ThingsNamed
from ledger.certificates.terms import (
    FILES_MAX,
    KIND_TEXTS,
    TARGETS_MAX,
    TEXTS,
    AddCertificate,
    CertificateKind,
    CertificateSearch,
    CertificateState,
    FileKept,
    Target,
    TargetKind,
    WithdrawCertificate,
)

ID_MAX = 2**31 - 1
PAGE_MAX = 200


def _text(most: int, example: str = "") -> Any:
    return fields.String(
        load_default="",
        validate=validate.Length(max=most),
        metadata={"example": example} if example else {},
    )


class CertifiedLotJson(Wire):
    """A lot by ``id``, or by the ``gtin`` of its product and its number ``lot``."""

    id = fields.Integer(load_default=None, allow_none=True, validate=validate.Range(1, ID_MAX))
    gtin = _text(40, "06901234567892")
    lot = _text(100, "L240501")

    @post_load
    def named(self, data: dict[str, Any], **_: Any) -> LotNamed:
        """The lot as it is named."""
        return LotNamed(id=data["id"], product=data["gtin"], number=data["lot"])


class CertifiedThingsJson(Wire):
    """What a certificate vouches for; ``itself`` is the operator whose it is."""

    lots = fields.List(
        fields.Nested(CertifiedLotJson),
        load_default=list,
        validate=validate.Length(max=TARGETS_MAX),
    )
    products = fields.List(
        fields.String(validate=validate.Length(1, 40)),
        load_default=list,
        validate=validate.Length(max=TARGETS_MAX),
        metadata={"description": "GTINs, or ``p`` and an id", "example": ["06901234567892"]},
    )
    premises = fields.List(
        fields.Integer(validate=validate.Range(1, ID_MAX)),
        load_default=list,
        validate=validate.Length(max=TARGETS_MAX),
    )
    itself = fields.Boolean(load_default=False)

    @post_load
    def things(self, data: dict[str, Any], **_: Any) -> ThingsNamed:
        """What is named."""
        return ThingsNamed(
            lots=tuple(data["lots"]),
            products=tuple(data["products"]),
            premises=tuple(data["premises"]),
            itself=data["itself"],
        )


class CertificateFileJson(Wire):
    """A file of a JSON document."""

    name = _text(200, "report.pdf")
    content = fields.String(required=True, metadata={"format": "byte", "description": "base64"})

    @post_load
    def file(self, data: dict[str, Any], **_: Any) -> FileSent:
        """The file. Raises FileUnreadable."""
        try:
            content = base64.b64decode(data["content"], validate=True)
        except (binascii.Error, ValueError):
            raise errors.FileUnreadable(field="files") from None
        return FileSent(content=BytesIO(content), name=data["name"])


class AddCertificateJson(Wire):
    """A certificate; with ``replaces`` and a ``reason`` in the place of another."""

    operator = _text(40, "91350200MA2XFA1T37")
    kind = fields.Enum(CertificateKind, by_value=True, required=True)
    number = _text(TEXTS["number"], "WT2026-0815")
    issuer = _text(TEXTS["issuer"])
    issued_on = fields.Date(load_default=None, allow_none=True)
    valid_from = fields.Date(load_default=None, allow_none=True)
    valid_to = fields.Date(load_default=None, allow_none=True)
    note = _text(TEXTS["note"])
    public = fields.Boolean(
        load_default=None,
        allow_none=True,
        metadata={"description": "whether everybody may see the pictures; by kind when left out"},
    )
    about = fields.Nested(CertifiedThingsJson, load_default=None, allow_none=True)
    replaces = fields.Integer(
        load_default=None, allow_none=True, validate=validate.Range(1, ID_MAX)
    )
    reason = _text(TEXTS["reason"])
    files = fields.List(
        fields.Nested(CertificateFileJson),
        load_default=list,
        validate=validate.Length(max=FILES_MAX),
    )

    @post_load
    def sent(self, data: dict[str, Any], **_: Any) -> CertificateSent:
        """What is sent."""
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
            things=data["about"] or ThingsNamed(),
            operator=data["operator"],
            public=data["public"],
            files=tuple(data["files"]),
        )


class CertificatePages(Wire):
    """The files of a multipart request: each ``file`` is a page."""

    file = fields.List(
        fields.Raw(metadata={"type": "string", "format": "binary"}), load_default=list
    )


class CertificateScanForm(Query):
    """The field beside them."""

    certificate = fields.String(required=True, validate=validate.Length(max=100_000))


class WithdrawCertificateJson(Wire):
    """Why a certificate no longer holds."""

    reason = fields.String(required=True, validate=validate.Length(1, TEXTS["reason"]))


class CertificatesQuery(Query):
    """What certificates are looked for."""

    query = fields.String(
        load_default="",
        validate=validate.Length(max=200),
        metadata={"description": "a number; among one's own also part of number or issuer"},
    )
    operator = fields.Integer(load_default=None, validate=validate.Range(1, ID_MAX))
    kind = fields.Enum(CertificateKind, by_value=True, load_default=None)
    state = fields.Enum(CertificateState, by_value=True, load_default=None)
    lot = fields.Integer(load_default=None, validate=validate.Range(1, ID_MAX))
    product = fields.Integer(load_default=None, validate=validate.Range(1, ID_MAX))
    next = fields.Integer(load_default=0, validate=validate.Range(0, ID_MAX))
    limit = fields.Integer(load_default=50, validate=validate.Range(1, PAGE_MAX))

    @post_load
    def search(self, data: dict[str, Any], **_: Any) -> CertificateSearch:
        """The search."""
        target = None
        if data["lot"]:
            target = Target(TargetKind.LOT, data["lot"])
        elif data["product"]:
            target = Target(TargetKind.PRODUCT, data["product"])
        return CertificateSearch(
            owner_ids=frozenset({data["operator"]}) if data["operator"] else None,
            text=data["query"],
            kind=data["kind"],
            state=data["state"],
            target=target,
            before=data["next"],
            limit=data["limit"],
        )


class CertifiedThing(Wire):
    """What a certificate vouches for."""

    kind = fields.String(required=True, validate=validate.OneOf([it.value for it in TargetKind]))
    id = fields.Integer(required=True)
    name = fields.String(required=True)
    gtin = fields.String(required=True)
    lot = fields.String(required=True)


class CertificateFile(Wire):
    """A file of a certificate; its bytes are at ``url``."""

    name = fields.String(required=True)
    media_type = fields.String(required=True)
    size = fields.Integer(required=True)
    sha256 = fields.String(required=True)
    url = fields.String(required=True)


class CertificateWithdrawn(Wire):
    """Since when a certificate no longer holds, and why."""

    at = fields.String(required=True)
    reason = fields.String(required=True)


class CertificateOwner(Wire):
    """Whose certificate it is."""

    id = fields.String(required=True)
    uscc = fields.String(required=True)
    name = fields.String(required=True)


class CertificateJson(Wire):
    """A certificate on file; ``state`` is what it is worth today."""

    id = fields.Integer(required=True)
    operator = fields.Nested(CertificateOwner, required=True)
    kind = fields.String(required=True)
    kind_text = fields.String(required=True)
    number = fields.String(required=True)
    issuer = fields.String(required=True)
    issued_on = fields.String(required=True, allow_none=True)
    valid_from = fields.String(required=True, allow_none=True)
    valid_to = fields.String(required=True, allow_none=True)
    note = fields.String(required=True)
    public = fields.Boolean(required=True)
    state = fields.String(required=True)
    about = fields.List(fields.Nested(CertifiedThing), required=True)
    files = fields.List(fields.Nested(CertificateFile), required=True)
    replaces = fields.Integer(required=True, allow_none=True)
    replaced_by = fields.Integer(required=True, allow_none=True)
    reason = fields.String(required=True)
    withdrawn = fields.Nested(CertificateWithdrawn, required=True, allow_none=True)
    added_at = fields.String(required=True)


class CertificatesJson(Wire):
    """A page of certificates, the newest first."""

    items = fields.List(fields.Nested(CertificateJson), required=True)
    next = fields.Integer(required=True, allow_none=True)


def withdrawing(said: dict[str, str], certificate_id: int) -> WithdrawCertificate:
    """The command of a withdrawal."""
    return WithdrawCertificate(certificate_id=certificate_id, reason=said["reason"])


def document(one: Shown) -> dict[str, Any]:
    """A certificate as JSON."""
    paper = one.paper
    return {
        **{
            name: getattr(paper, name)
            for name in (
                "id",
                "number",
                "issuer",
                "note",
                "public",
                "replaces",
                "replaced_by",
                "reason",
            )
        },
        "operator": {"id": str(paper.owner_id), "uscc": one.owner_uscc, "name": one.owner},
        "kind": paper.kind.value,
        "kind_text": KIND_TEXTS[paper.kind][language() == "en"],
        "issued_on": paper.issued_on.isoformat() if paper.issued_on else None,
        "valid_from": paper.valid_from.isoformat() if paper.valid_from else None,
        "valid_to": paper.valid_to.isoformat() if paper.valid_to else None,
        "state": one.state.value,
        "about": [_thing(thing) for thing in one.things],
        "files": [_file(paper.id, place, file) for place, file in enumerate(paper.files, 1)],
        "withdrawn": {
            "at": paper.withdrawn.at.isoformat(),
            "reason": paper.withdrawn.reason,
        }
        if paper.withdrawn
        else None,
        "added_at": paper.added_at.isoformat(),
    }


def _thing(thing: Thing) -> dict[str, Any]:
    return {
        "kind": thing.target.kind.value,
        "id": thing.target.id,
        "name": thing.name,
        "gtin": thing.gtin,
        "lot": thing.lot,
    }


def _file(certificate_id: int, position: int, file: FileKept) -> dict[str, Any]:
    return {
        "name": file.name,
        "media_type": file.media_type,
        "size": file.size,
        "sha256": file.sha256.hex(),
        "url": f"/api/v1/certificates/{certificate_id}/files/{position}",
    }
