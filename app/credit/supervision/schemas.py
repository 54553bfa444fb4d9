"""What goes over the wire of libraries: JSON, forms, the workbook of members."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from io import BytesIO
from typing import Any

import xlsxwriter
from marshmallow import EXCLUDE, Schema, fields, post_load, validate

from app.credit.supervision import rules
from app.credit.supervision.terms import (
    AmendLibrary,
    LibrariesAsked,
    Library,
    Member,
    MembersPage,
    SetUpLibrary,
    Snapshot,
    Tag,
)
from app.doors.api import Day, Query, Wire
from app.doors.i18n import gettext as _

_ID_MAX = 2**31 - 1
_RULE = {"all": [{"division": "350206"}, {"scope": "冷藏冷冻食品销售"}]}
SIMPLE = tuple(tag.value for tag in Tag)


class LibrariesQuery(Query):
    """Which libraries are wanted."""

    text = fields.String(load_default="", validate=validate.Length(max=60))
    region = fields.String(load_default="", validate=validate.Length(max=12))
    attribute = fields.String(load_default="", validate=validate.Length(max=40))
    next = fields.Integer(load_default=0, validate=validate.Range(0, _ID_MAX))

    @post_load
    def asked(self, data: dict[str, Any], **_said: Any) -> LibrariesAsked:
        """The question."""
        return LibrariesAsked(after=data.pop("next"), **data)


class MembersQuery(Query):
    """Members as of a day; without one, now."""

    on = Day(load_default=None)
    next = fields.Integer(load_default=0, validate=validate.Range(0, _ID_MAX))


class RuleBody(Wire):
    """A rule of tags."""

    rule = fields.Dict(required=True, metadata={"example": _RULE})


class SetUpBody(RuleBody):
    """A library: its code, titles and rule."""

    code = fields.String(required=True, metadata={"example": "huli-cold"})
    zh = fields.String(required=True, metadata={"example": "湖里冷链"})
    en = fields.String(required=True, metadata={"example": "Huli cold chain"})
    source = fields.String(load_default="")

    @post_load
    def command(self, data: dict[str, Any], **_said: Any) -> SetUpLibrary:
        """The command."""
        return SetUpLibrary(**data | {"rule": rules.read(data["rule"])})


class LibraryAnswer(Schema):
    """A library; ``words`` is its rule in Chinese and English."""

    code = fields.String(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)
    official = fields.Boolean(required=True)
    rule = fields.Dict(required=True)
    words = fields.Dict(required=True)
    members = fields.Integer(required=True)
    refreshed_at = fields.DateTime(required=True, allow_none=True)
    valid_from = fields.Date(required=True)
    valid_to = fields.Date(required=True, allow_none=True)


class LibrariesAnswer(Schema):
    """A page of libraries."""

    items = fields.List(fields.Nested(LibraryAnswer), required=True)
    next = fields.String(required=True, allow_none=True)
    total = fields.Integer(required=True)


class LibraryMemberAnswer(Schema):
    """A member; ``to`` is the first day it no longer is one."""

    uscc = fields.String(required=True)
    name = fields.String(required=True)
    division = fields.String(required=True)
    since = fields.Date(required=True)
    to = fields.Date(required=True, allow_none=True)


class LibraryMembersAnswer(Schema):
    """A page of members."""

    items = fields.List(fields.Nested(LibraryMemberAnswer), required=True)
    next = fields.String(required=True, allow_none=True)


class LibraryDayAnswer(Schema):
    """How many joined and left on a day."""

    on = fields.Date(required=True)
    joined = fields.Integer(required=True)
    left = fields.Integer(required=True)


class LibraryDaysAnswer(Schema):
    """The days on which a library changed."""

    items = fields.List(fields.Nested(LibraryDayAnswer), required=True)


class RulePreviewAnswer(Schema):
    """How many a rule would take in, and what it says in words."""

    members = fields.Integer(required=True)
    words = fields.Dict(required=True)


class LibrarySnapshotAnswer(Schema):
    """A snapshot; ``sha256`` is of the subjects' numbers, ascending, 4 bytes each, low first."""

    id = fields.String(required=True)
    taken_at = fields.DateTime(required=True)
    members = fields.Integer(required=True)
    sha256 = fields.String(required=True)


def words(library: Library) -> dict[str, str]:
    """A library's rule in both languages."""
    return {language: rules.in_words(library.rule, language) for language in ("zh", "en")}


def library_answer(library: Library) -> dict[str, Any]:
    """A library as JSON."""
    names = ("code", "zh", "en", "official", "members", "refreshed_at", "valid_from", "valid_to")
    said = {name: getattr(library, name) for name in names}
    return said | {"rule": rules.document(library.rule), "words": words(library)}


def members_answer(found: MembersPage) -> dict[str, Any]:
    """A page of members as JSON."""
    return {"items": found.items, "next": None if found.next is None else str(found.next)}


def snapshot_answer(taken: Snapshot) -> dict[str, Any]:
    """A snapshot as JSON."""
    return {
        "id": str(taken.id),
        "taken_at": taken.taken_at,
        "members": taken.members,
        "sha256": taken.sha256,
    }


class LibraryForm(Schema):
    """A library as it is typed: tags that must all hold, or a whole rule as JSON instead."""

    class Meta:
        """A form sends names of its own."""

        unknown = EXCLUDE

    code = fields.String(load_default="")
    zh = fields.String(load_default="")
    en = fields.String(load_default="")
    reason = fields.String(load_default="")
    rule = fields.String(load_default="")
    look = fields.String(load_default="")
    division = fields.String(load_default="")
    kind = fields.String(load_default="")
    licence = fields.String(load_default="")
    scope = fields.String(load_default="")
    category = fields.String(load_default="")
    attribute = fields.String(load_default="")
    industry = fields.String(load_default="")
    size = fields.String(load_default="")
    status = fields.String(load_default="")


def rule_text(told: dict[str, str]) -> str:
    """The rule a form means, as JSON: the typed one, or all tags that were filled in."""
    if told["rule"].strip():
        return told["rule"]
    parts = [{name: told[name].strip()} for name in SIMPLE if told[name].strip()]
    return json.dumps({"all": parts}, ensure_ascii=False)


def set_up_command(told: dict[str, str]) -> SetUpLibrary:
    """The command of a form. Refuses as rules do."""
    rule = rules.read_text(rule_text(told))
    return SetUpLibrary(code=told["code"], zh=told["zh"], en=told["en"], rule=rule)


def amend_command(library_id: int, told: dict[str, str]) -> AmendLibrary:
    """The command of a form. Refuses as rules do."""
    rule = rules.read_text(rule_text(told))
    return AmendLibrary(
        library_id=library_id, zh=told["zh"], en=told["en"], rule=rule, reason=told["reason"]
    )


def workbook(members: Iterable[Member]) -> bytes:
    """Members as a workbook; texts stay texts whatever they begin with."""
    file = BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(file, options | {"in_memory": False})
    sheet = book.add_worksheet(_("名录"))
    bold = book.add_format({"bold": True})
    heads = (_("统一社会信用代码"), _("名称"), _("行政区划"), _("入库日"), _("出库日"))
    for column, head in enumerate(heads):
        sheet.write_string(0, column, head, bold)
    for row, each in enumerate(members, 1):
        cells = (each.uscc, each.name, each.division, _day(each.since), _day(each.to))
        for column, cell in enumerate(cells):
            sheet.write_string(row, column, cell)
    book.close()
    return file.getvalue()


def _day(on: date | None) -> str:
    return on.isoformat() if on else ""
