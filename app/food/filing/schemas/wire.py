"""What the filing API reads and answers, as it stands in the OpenAPI document.

Lines are described here and read by ``schemas.json``, one by one: a field that is wrong in one
line must not cost the others.
"""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from app.doors.api import Day, Query, Wire
from app.food.filing.terms import RowState
from ledger.entries.terms import EntryKind, Flag, Mode

_QUANTITY = {"description": 'decimal string, e.g. "12.5"; a JSON number is read exactly too'}
_MOMENT = {"description": "ISO 8601; a bare date, month or year stays one"}


class PartyWire(Wire):
    """A party: by USCC, by GLN, or by name and contact where it is not registered."""

    uscc = fields.String()
    gln = fields.String()
    name = fields.String()
    contact = fields.String()
    address = fields.String()
    country = fields.String()
    licence = fields.String()
    consumers = fields.Boolean(metadata={"description": "sold to whoever came"})


class LotWire(Wire):
    """A lot: GTIN, or product and producer; and the lot number or production date."""

    gtin = fields.String(metadata={"description": "8 to 14 digits, any spelling"})
    product = fields.String(metadata={"description": "the name, where there is no GTIN"})
    producer = fields.Nested(PartyWire)
    in_store = fields.String()
    lot = fields.String()
    sscc = fields.String(metadata={"description": "everything packed in a logistic unit"})
    name = fields.String()
    spec = fields.String()
    category = fields.String()
    produced_on = fields.String(metadata=_MOMENT)
    expires_on = fields.String(metadata=_MOMENT)
    shelf_life = fields.String(metadata={"description": "e.g. 12个月, 365天"})


class PortionWire(Wire):
    """A lot and how much of it."""

    lot = fields.Nested(LotWire, required=True)
    quantity = fields.String(required=True, metadata=_QUANTITY)
    unit = fields.String(
        required=True, metadata={"description": "UN/ECE Rec 20 code or 箱 袋 瓶 …"}
    )


class EntryWire(Wire):
    """One entry; which fields it has follows from its kind."""

    kind = fields.String(required=True, validate=validate.OneOf([kind.value for kind in EntryKind]))
    operator = fields.Nested(PartyWire, metadata={"description": "an agent files for another"})
    at = fields.String(metadata=_MOMENT)
    document = fields.String()
    document_line = fields.String()
    note = fields.String()
    to = fields.Nested(PartyWire)
    from_ = fields.Nested(PartyWire, data_key="from")
    lot = fields.Nested(LotWire)
    quantity = fields.String(metadata=_QUANTITY)
    unit = fields.String()
    name = fields.String()
    spec = fields.String()
    category = fields.String()
    shelf_life = fields.String()
    certificate = fields.String()
    certificate_kind = fields.String()
    origin = fields.String()
    storage = fields.String()
    reason = fields.String()
    override_reason = fields.String()
    return_ = fields.Boolean(data_key="return")
    inputs = fields.List(fields.Nested(PortionWire))
    outputs = fields.List(fields.Nested(PortionWire))
    contents = fields.List(fields.Nested(PortionWire))
    sscc = fields.String()
    corrects = fields.String(metadata={"description": "reference of the entry put right"})
    entry = fields.Dict(metadata={"description": "what takes its place; {} only takes it out"})


class RawLines(fields.List[Any]):
    """A list whose items are handed on unread; the document describes them all the same."""

    def _deserialize(self, value: Any, *_where: Any, **_options: Any) -> list[Any]:
        if not isinstance(value, list):
            raise self.make_error("invalid")
        return value


class FilingBody(Wire):
    """A filing: the filer's own key, the mode, the entries."""

    filing_key = fields.String(required=True)
    mode = fields.String(validate=validate.OneOf([mode.value for mode in Mode]))
    strict = fields.Boolean(
        metadata={
            "description": "true: a line that lacks a field required by law is refused (L01); "
            "without it such a line is filed with the warning entries.fields_missing, and only "
            "what makes a line meaningless refuses it"
        }
    )
    operator = fields.String(
        metadata={"description": "USCC of the operator whose book the key belongs to"}
    )
    entries = RawLines(fields.Nested(EntryWire), required=True, validate=validate.Length(min=1))


class RefusedWire(Schema):
    """A line that was not filed."""

    index = fields.Integer(required=True)
    code = fields.String(required=True)
    field = fields.String(required=True)
    detail = fields.String(required=True)


class WarnedWire(Schema):
    """A line that was filed with a remark."""

    index = fields.Integer(required=True)
    rule = fields.String(required=True)
    code = fields.String(required=True)
    detail = fields.String(required=True)


class FilingAnswer(Schema):
    """What a filing is answered; the same key with the same content gets the same again."""

    filing = fields.Integer(required=True)
    filing_key = fields.String(required=True)
    accepted = fields.Integer(required=True)
    entries = fields.List(fields.String(), required=True)
    refused = fields.List(fields.Nested(RefusedWire), required=True)
    warnings = fields.List(fields.Nested(WarnedWire), required=True)
    receipt = fields.String(required=True)
    filed_at = fields.String(required=True)
    replayed = fields.Boolean()


class LotShown(Schema):
    """The lot of a line of the book."""

    gtin = fields.String()
    product = fields.String()
    lot = fields.String()


class PartyShown(Schema):
    """The other side of a line of the book."""

    id = fields.Integer(allow_none=True)
    name = fields.String()


class BookLineWire(Schema):
    """A line of a book."""

    entry = fields.String(required=True)
    kind = fields.String(required=True)
    role = fields.String()
    at = fields.String()
    partner = fields.Nested(PartyShown, allow_none=True)
    lot = fields.Nested(LotShown)
    quantity = fields.String()
    unit = fields.String()
    document = fields.String()
    flags = fields.List(fields.String())
    corrects = fields.String()
    corrected_by = fields.String()
    filed_at = fields.String(allow_none=True)


class BookAnswer(Schema):
    """A page of a book."""

    items = fields.List(fields.Nested(BookLineWire), required=True)
    next = fields.String(allow_none=True)


class EntryAnswer(Schema):
    """An entry with its history."""

    entry = fields.String(required=True)
    lines = fields.List(fields.Nested(BookLineWire), required=True)
    history = fields.List(fields.Nested(BookLineWire), required=True)
    said = fields.Dict()
    certificate = fields.String()
    keep_until = fields.String(allow_none=True)


class OperatorQuery(Query):
    """Whose book is meant, where it is not one's own."""

    operator = fields.String(load_default="", metadata={"description": "USCC"})


class BookQuery(OperatorQuery):
    """Which lines of a book are wanted."""

    text = fields.String(load_default="", metadata={"description": "part of a name, or a GTIN"})
    lot = fields.String(load_default="")
    partner = fields.Integer(load_default=None, allow_none=True)
    kind = fields.Enum(EntryKind, by_value=True, load_default=None, allow_none=True)
    since = Day(load_default=None, allow_none=True)
    until = Day(load_default=None, allow_none=True)
    after = fields.String(load_default="", metadata={"description": "``next`` of the page before"})
    limit = fields.Integer(load_default=50, validate=validate.Range(min=1, max=200))


class SheetFile(Wire):
    """The file of a multipart upload."""

    file = fields.Raw(
        required=True, metadata={"type": "string", "format": "binary", "description": "xlsx or csv"}
    )


class SheetOptions(Query):
    """What a sender may say of a file."""

    operator = fields.String(load_default="")
    kind = fields.Enum(EntryKind, by_value=True, load_default=None, allow_none=True)


class UploadTaken(Schema):
    """An upload was taken in."""

    upload = fields.Integer(required=True)
    state = fields.String(required=True)
    new = fields.Boolean(
        required=True, metadata={"description": "false: the same file was sent before"}
    )
    url = fields.String(required=True)


class RowsQuery(Query):
    """Which rows of an upload are wanted."""

    rows = fields.Enum(RowState, by_value=True, load_default=RowState.REFUSED)
    after = fields.Integer(load_default=0, validate=validate.Range(min=0))
    limit = fields.Integer(load_default=100, validate=validate.Range(min=1, max=500))


class UploadRowWire(Schema):
    """A row that was refused, warned about or skipped."""

    sheet = fields.String(required=True)
    row = fields.Integer(required=True)
    cell = fields.String(required=True)
    field = fields.String(required=True)
    rule = fields.String(required=True)
    code = fields.String(required=True)
    detail = fields.String(required=True)


class UploadAnswer(Schema):
    """An upload as it stands now."""

    upload = fields.Integer(required=True)
    filename = fields.String(required=True)
    sha256 = fields.String(required=True)
    state = fields.String(required=True)
    code = fields.String()
    detail = fields.String()
    rows_total = fields.Integer()
    rows_done = fields.Integer()
    accepted = fields.Integer()
    refused = fields.Integer()
    warned = fields.Integer()
    skipped = fields.Integer()
    progress = fields.Float(metadata={"description": "0 to 1"})
    sheets = fields.List(fields.Dict())
    causes = fields.List(fields.Dict())
    warnings = fields.List(fields.Dict())
    rows = fields.List(fields.Nested(UploadRowWire))
    next = fields.Integer(allow_none=True)
    created_at = fields.String()
    finished_at = fields.String(allow_none=True)
    refused_sheet = fields.String(allow_none=True)


class BookSearch(Query):
    """What the page of a book is narrowed by; dates in any form of the rules are for sheets."""

    text = fields.String(load_default="")
    lot = fields.String(load_default="")
    partner = fields.String(load_default="")
    kind = fields.Enum(EntryKind, by_value=True, load_default=None, allow_none=True)
    flag = fields.String(
        load_default="", validate=validate.OneOf(["", *(flag.name.lower() for flag in Flag)])
    )
    since = Day(load_default=None, allow_none=True)
    until = Day(load_default=None, allow_none=True)
    after = fields.String(load_default="")
