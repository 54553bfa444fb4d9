"""The wire of ratings: what is asked, schemes and ratings as JSON."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from app.credit.ratings.terms import Rated
from app.credit.scoring.terms import SchemeView, Score
from app.doors.api import Day, Query, Wire

_ID_MAX = 2**31 - 1


class RatingsQuery(Query):
    """Which ratings are wanted."""

    kind = fields.String(load_default="", validate=validate.Length(max=40))
    class_code = fields.String(load_default="", data_key="class", validate=validate.Length(max=8))
    after = fields.Integer(load_default=0, validate=validate.Range(0, _ID_MAX))
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))


class RunBody(Wire):
    """A day to rate as of."""

    as_of = Day(required=True)
    note = fields.String(load_default="", validate=validate.Length(max=200))


class RunForm(Query):
    """The same from a page: the first of this month where nothing is said."""

    as_of = fields.Date(load_default=None, allow_none=True)


class SchemeBody(Query):
    """A scheme in a list."""

    code = fields.String(required=True)
    version = fields.String(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)
    kinds = fields.List(fields.String(), required=True)
    classes = fields.List(fields.String(), required=True)


class SchemesAnswer(Query):
    """The public schemes in force."""

    items = fields.List(fields.Nested(SchemeBody), required=True)


class RatingBody(Query):
    """A rating; a person's name is masked."""

    kind = fields.String(required=True)
    number = fields.String(required=True)
    name = fields.String(required=True)
    uscc = fields.String(required=True)
    class_code = fields.String(required=True, data_key="class")
    points = fields.String(required=True)
    rated_on = fields.Date(required=True)


class RatingsAnswer(Query):
    """A page of ratings."""

    items = fields.List(fields.Nested(RatingBody), required=True)
    next = fields.Integer(required=True, allow_none=True)


class LineBody(Query):
    """One line of an explanation; points are decimal texts."""

    code = fields.String(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)
    points = fields.String(required=True)
    clause = fields.String(required=True)


class RatingAnswer(RatingBody):
    """A rating with its explanation."""

    lines = fields.List(fields.Nested(LineBody), required=True)


class RunAnswer(Query):
    """A run that was made."""

    run = fields.Integer(required=True)
    objects = fields.Integer(required=True)
    as_of = fields.Date(required=True)


def scheme_body(view: SchemeView) -> dict[str, Any]:
    """A scheme as JSON."""
    scheme = view.scheme
    return {
        "code": scheme.code,
        "version": scheme.version,
        "zh": scheme.title.zh,
        "en": scheme.title.en,
        "kinds": [one.name for one in scheme.kinds],
        "classes": [one.code for one in scheme.classes],
    }


def rating_body(found: Rated) -> dict[str, Any]:
    """A rating as JSON."""
    return {
        "kind": found.kind,
        "number": found.number,
        "name": found.name,
        "uscc": found.uscc,
        "class_code": found.class_code,
        "points": found.points,
        "rated_on": found.rated_on,
    }


def explained_body(found: Rated, score: Score) -> dict[str, Any]:
    """A rating with its lines as JSON."""
    lines = [
        {
            "code": line.indicator.code,
            "zh": line.indicator.title.zh,
            "en": line.indicator.title.en,
            "points": f"{line.points / 1000:g}",
            "clause": line.clause,
        }
        for line in score.outcome.lines
    ]
    return rating_body(found) | {"lines": lines}
