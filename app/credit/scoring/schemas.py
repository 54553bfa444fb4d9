"""What the doors of scoring read and answer."""

from __future__ import annotations

from typing import Any

from marshmallow import EXCLUDE, Schema, fields, post_load

from app.credit.scoring.errors import FileUnreadable, SchemeRefused
from app.credit.scoring.rules.reading import TEXT_MAX, Fault, refused
from app.credit.scoring.rules.reading.bounds import shown
from app.credit.scoring.terms import LoadScheme, SchemeState, SchemeView
from app.doors.refusals import text_of


class DraftForm(Schema):
    """A scheme's file, pasted or sent."""

    class Meta:
        """A form sends names of its own."""

        unknown = EXCLUDE

    text = fields.String(load_default="")
    file = fields.Raw(load_default=None)

    @post_load
    def read(self, data: dict[str, Any], **_said: object) -> LoadScheme:
        """The file where there is one, else what was pasted. Refuses: SchemeRefused."""
        sent = data["file"]
        said = data["text"].replace("\r\n", "\n")
        if sent is not None and sent.filename:
            content = sent.read(4 * TEXT_MAX)
            try:
                said = content.decode("utf-8-sig")
            except UnicodeDecodeError:
                raise refused([Fault(1, FileUnreadable.code, {})]) from None
        return LoadScheme(text=said, state=SchemeState.DRAFT)


def fault_texts(refusal: SchemeRefused, language: str) -> list[str]:
    """Each fault of a file as a sentence that begins with its line."""
    begins = "line {line}: {text}" if language == "en" else "第 {line} 行：{text}"
    return [
        begins.format(line=fault.line, text=text_of(fault.code, dict(fault.params), language))
        for fault in refusal.params["faults"]
    ]


class TextsJson(Schema):
    """A text in both languages."""

    zh = fields.String(required=True)
    en = fields.String(required=True)


class LineJson(Schema):
    """A line of a scheme: what it looks at, how many points it gives, and where the rule stands."""

    code = fields.String(required=True)
    part = fields.String(required=True)
    title = fields.Nested(TextsJson, required=True)
    how = fields.String(required=True)
    least = fields.String(required=True)
    most = fields.String(required=True)
    clause = fields.String(required=True)
    mark = fields.String(required=True)


class ClassJson(Schema):
    """A class and what follows from it."""

    code = fields.String(required=True)
    title = fields.Nested(TextsJson, required=True)
    bound = fields.String(allow_none=True)
    visits_min = fields.Integer(allow_none=True)
    visits_max = fields.Integer(allow_none=True)
    months = fields.Integer(allow_none=True)


class SchemeHeadJson(Schema):
    """A scheme by its name."""

    code = fields.String(required=True)
    version = fields.String(required=True)
    title = fields.Nested(TextsJson, required=True)
    trade = fields.String(required=True)
    valid_from = fields.String(required=True)
    valid_to = fields.String(allow_none=True)
    source = fields.String(required=True)
    mark = fields.String(required=True)


class SchemeJson(SchemeHeadJson):
    """A scheme with every line."""

    higher = fields.String(required=True)
    start = fields.String(required=True)
    least = fields.String(required=True)
    most = fields.String(required=True)
    lines = fields.List(fields.Nested(LineJson), required=True)
    classes = fields.List(fields.Nested(ClassJson), required=True)
    text = fields.String(required=True, metadata={"description": "the whole file, TOML"})


class SchemesJson(Schema):
    """The schemes everybody may read."""

    items = fields.List(fields.Nested(SchemeHeadJson), required=True)


def _said(text: Any) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}


def head_json(view: SchemeView) -> dict[str, Any]:
    """A scheme's name as the API says it."""
    scheme = view.scheme
    return {
        "code": scheme.code,
        "version": scheme.version,
        "title": _said(scheme.title),
        "trade": scheme.trade,
        "valid_from": str(view.valid_from),
        "valid_to": str(view.valid_to) if view.valid_to else None,
        "source": scheme.source,
        "mark": scheme.mark,
    }


def scheme_json(view: SchemeView) -> dict[str, Any]:
    """A whole scheme as the API says it."""
    scheme = view.scheme
    lines = [
        {
            "code": one.code,
            "part": one.part,
            "title": _said(one.title),
            "how": one.how.value,
            "least": shown(one.least),
            "most": shown(one.most),
            "clause": one.clause,
            "mark": one.mark,
        }
        for one in scheme.indicators
    ]
    classes = []
    for one in scheme.classes:
        follows = scheme.consequence(one.code)
        classes.append(
            {
                "code": one.code,
                "title": _said(one.title),
                "bound": None if one.bound is None else shown(one.bound),
                "visits_min": follows.visits_min if follows else None,
                "visits_max": follows.visits_max if follows else None,
                "months": follows.months if follows else None,
            }
        )
    return head_json(view) | {
        "higher": "riskier" if scheme.riskier else "better",
        "start": shown(scheme.start),
        "least": shown(scheme.least),
        "most": shown(scheme.most),
        "lines": lines,
        "classes": classes,
        "text": view.text,
    }
