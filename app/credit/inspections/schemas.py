"""What goes over the wire of visits: forms as they are typed, JSON."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from marshmallow import EXCLUDE, Schema, fields, post_load, validate
from marshmallow.validate import OneOf

from app.credit.inspections.terms import (
    PHOTOS_MAX,
    RESULT_TEXTS,
    FoundBy,
    Method,
    NoteVisit,
    Purpose,
    SiteState,
    Visit,
    VisitsPage,
)
from app.doors.api import Day, Query, Wire
from ledger.kernel.zone import SHANGHAI

PHOTOS = tuple(f"photo_{number}" for number in range(1, PHOTOS_MAX + 1))
_USCC = {"example": "91350200MA2XFA1T37"}
_DAY = Day(load_default=None, allow_none=True)
_RESULT = fields.String(validate=OneOf(list(RESULT_TEXTS)))
_NUMBER_MAX = 2**63 - 1


class _Clock(fields.Field[datetime | None]):
    """A moment as a page's clock gives it: 2026-08-15T10:30, in China; empty is none."""

    def _deserialize(self, value: Any, *_where: Any, **_said: Any) -> datetime | None:
        text = str(value).strip()
        if not text:
            return None
        try:
            found = datetime.fromisoformat(text)
        except ValueError:
            raise self.make_error("validator_failed") from None
        return found if found.tzinfo else found.replace(tzinfo=SHANGHAI)


class VisitForm(Schema):
    """A visit as it is typed on a telephone; gives the command without photographs."""

    class Meta:
        """A form sends names of its own."""

        unknown = EXCLUDE

    purpose = fields.Enum(Purpose, by_value=True, required=True)
    method = fields.Enum(Method, by_value=True, load_default=Method.ON_SITE)
    came_at = _Clock(load_default=None)
    left_at = _Clock(load_default=None)
    results = fields.List(_RESULT, load_default=list)
    said = fields.String(load_default="")
    next_step = fields.String(load_default="")
    next_on = fields.String(load_default="")
    state = fields.Enum(SiteState, by_value=True, load_default=SiteState.NONE)
    by = fields.Enum(FoundBy, by_value=True, load_default=FoundBy.NAME)
    photo_1 = fields.Raw(load_default=None)
    photo_2 = fields.Raw(load_default=None)
    photo_3 = fields.Raw(load_default=None)

    @post_load
    def read(self, data: dict[str, Any], **_said: object) -> dict[str, Any]:
        """The day as a day, results as a tuple."""
        day = data["next_on"].strip()
        data["next_on"] = _DAY.deserialize(day) if day else None
        data["results"] = tuple(data["results"])
        data["found_by"] = data.pop("by")
        return data


class VisitBody(Wire):
    """A visit; a closing needs a photograph and so the page."""

    subject = fields.String(required=True, validate=validate.Length(1, 40), metadata=_USCC)
    purpose = fields.Enum(Purpose, by_value=True, required=True)
    method = fields.Enum(Method, by_value=True, load_default=Method.ON_SITE)
    came_at = fields.AwareDateTime(load_default=None, default_timezone=SHANGHAI)
    left_at = fields.AwareDateTime(load_default=None, default_timezone=SHANGHAI)
    results = fields.List(_RESULT, required=True, validate=validate.Length(1, 20))
    said = fields.String(load_default="")
    next_step = fields.String(load_default="")
    next_on = fields.Date(load_default=None, allow_none=True)

    @post_load
    def read(self, data: dict[str, Any], **_said: object) -> dict[str, Any]:
        """Results as a tuple."""
        return data | {"results": tuple(data["results"]), "found_by": FoundBy.USCC}


class VisitsQuery(Query):
    """One's own visits; ``next`` is that of the page before."""

    next = fields.Integer(load_default=None, validate=validate.Range(1, _NUMBER_MAX))


class VisitAnswer(Schema):
    """A visit as it was noted."""

    id = fields.String(required=True)
    subject = fields.String(required=True)
    purpose = fields.String(required=True)
    method = fields.String(required=True)
    came_at = fields.DateTime(required=True)
    left_at = fields.DateTime(required=True, allow_none=True)
    results = fields.List(fields.String(), required=True)
    said = fields.String(required=True)
    next_step = fields.String(required=True)
    next_on = fields.Date(required=True, allow_none=True)
    state = fields.String(required=True)
    photos = fields.Integer(required=True)


class VisitsAnswer(Schema):
    """Visits, the newest first."""

    items = fields.List(fields.Nested(VisitAnswer), required=True)
    next = fields.String(required=True, allow_none=True)


def command(subject_id: int, told: dict[str, Any], **more: Any) -> NoteVisit:
    """The command of a form or body."""
    return NoteVisit(subject_id=subject_id, **told, **more)


def visit_answer(visit: Visit) -> dict[str, Any]:
    """A visit as JSON."""
    names = ("came_at", "left_at", "results", "said", "next_step", "next_on")
    return {
        "id": str(visit.id),
        "subject": visit.subject_name,
        "purpose": visit.purpose.value,
        "method": visit.method.value,
        "state": visit.state.value,
        "photos": len(visit.photos),
        **{name: getattr(visit, name) for name in names},
    }


def visits_answer(found: VisitsPage) -> dict[str, Any]:
    """A page of visits as JSON."""
    following = None if found.next is None else str(found.next)
    return {"items": [visit_answer(each) for each in found.items], "next": following}
