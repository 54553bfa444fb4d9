"""What is typed into the pages of passes, as lines of the book and questions."""

from __future__ import annotations

from collections.abc import Mapping

from marshmallow import EXCLUDE, Schema, fields, validate

from app.doors.api import Day, Query
from ledger.entries.terms import EntryKind, Line, Portion
from ledger.kernel.identifiers.uscc import is_valid as is_uscc
from ledger.kernel.moment import UNKNOWN, parse_moment
from ledger.products.terms import LotNamed
from ledger.subjects.terms import Party

UNITS = ("EA", "XBX", "XBG", "XBO", "XCT", "KGM", "JIN", "XPA")
_TEXT_MAX = 200


def _text() -> fields.String:
    return fields.String(load_default="", validate=validate.Length(max=_TEXT_MAX))


class DispatchForm(Schema):
    """A dispatch that leaves with its pass."""

    class Meta:
        """Buttons and tokens come along."""

        unknown = EXCLUDE

    filing_key = fields.String(required=True, validate=validate.Length(1, 80))
    partner = _text()
    product = _text()
    gtin = _text()
    lot = _text()
    quantity = _text()
    unit = _text()
    at = _text()
    document = _text()
    certificate = _text()


def dispatch_of(said: Mapping[str, str], partners: Mapping[str, int]) -> Line:
    """The form as a line; ``partners`` are names already met in this book.

    Refuses what a moment that cannot be read is refused with; all else the filing looks at.
    """
    name = said["partner"].strip()
    if name in partners:
        party = Party(subject_id=partners[name])
    else:
        party = Party(uscc=name) if is_uscc(name) else Party(name=name)
    lot = LotNamed(gtin=said["gtin"].strip(), name=said["product"].strip(), lot=said["lot"].strip())
    at = said["at"].strip()
    return Line(
        kind=EntryKind.DISPATCH,
        portions=(Portion(lot=lot, quantity=said["quantity"].strip(), unit=said["unit"]),),
        partner=party,
        at=parse_moment(at) if at else UNKNOWN,
        document=said["document"].strip(),
        certificate=said["certificate"].strip(),
    )


def form_field(field: str) -> str:
    """The form's field that a refused line's dotted field stands for."""
    parts = field.split(".")
    if parts[0] in ("to", "partner"):
        return "partner"
    name = {"unit": "quantity", "name": "product", "produced_on": "lot"}.get(parts[-1], parts[-1])
    return name if name in DispatchForm().fields else "product"


class PeriodQuery(Query):
    """Between which days."""

    since = Day(load_default=None, allow_none=True)
    until = Day(load_default=None, allow_none=True)


class BalanceQuery(Query):
    """From which of the lots of a book on, the one spoken of last being 0."""

    start = fields.Integer(load_default=0, validate=validate.Range(0, 10_000))


class RemindForm(Schema):
    """Whom to remind, of which day."""

    class Meta:
        """Buttons and tokens come along."""

        unknown = EXCLUDE

    partner = fields.Integer(required=True, validate=validate.Range(1, 2**31 - 1))
    on = Day(required=True)
