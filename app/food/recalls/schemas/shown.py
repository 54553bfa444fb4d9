"""The shapes of what recalls answer, for the API's document."""

from __future__ import annotations

from marshmallow import INCLUDE, Schema, fields


class Open(Schema):
    """A document that may say more than is written here."""

    class Meta:
        """Further members are allowed."""

        unknown = INCLUDE


class RecallJson(Open):
    """A recall; one that is shown alone has its clocks, effectiveness and tally too."""

    id = fields.Integer(required=True)
    number = fields.String(required=True, metadata={"example": "R2026-0001"})
    title = fields.String()
    reason = fields.String()
    kind = fields.String()
    state = fields.String()
    level = fields.Integer()
    hazard = fields.String()
    found = fields.String()
    drill = fields.Boolean()
    ordered = fields.Boolean()
    recaller_id = fields.Integer(allow_none=True)
    product_id = fields.Integer(allow_none=True)
    known_at = fields.String()
    opened_at = fields.String()
    start_due = fields.String(allow_none=True)
    started_at = fields.String(allow_none=True)
    notice_on = fields.String(allow_none=True)
    finish_due = fields.String(allow_none=True)
    finish_is_provisional = fields.Boolean()
    completed_at = fields.String(allow_none=True)
    report_due = fields.String(allow_none=True)
    reported_at = fields.String(allow_none=True)
    closed_at = fields.String(allow_none=True)
    looked_at = fields.String(allow_none=True)
    lots = fields.Integer()
    holders = fields.Integer()
    revision = fields.Integer()
    spread = fields.Dict(keys=fields.String(), values=fields.Integer())
    clocks = fields.List(fields.Dict())
    effectiveness = fields.Dict()
    answers = fields.Dict(keys=fields.String(), values=fields.Integer())


class RecallsJson(Open):
    """A page of recalls; ``next`` asks for the following one."""

    items = fields.List(fields.Nested(RecallJson), required=True)
    next = fields.Integer(allow_none=True, required=True)


class EventsJson(Open):
    """The history of a recall."""

    items = fields.List(fields.Dict(), required=True)


class LotsJson(Open):
    """The lots of a recall, those picked and those made of them."""

    items = fields.List(fields.Dict(), required=True)


class HoldersJson(Open):
    """A page of holders, the unanswered first."""

    items = fields.List(fields.Dict(), required=True)
    next = fields.String(required=True)
    total = fields.Integer(required=True)


class AnswerShownJson(Open):
    """An answer as it was given."""

    id = fields.Integer(required=True)
    operator_id = fields.Integer()
    answer = fields.String(required=True)
    lot_id = fields.Integer(allow_none=True)
    quantity = fields.String()
    unit = fields.String()
    remark = fields.String()
    via = fields.String()
    at = fields.String()
    pictures = fields.List(fields.String())


class AnswersJson(Open):
    """Answers, the newest first."""

    items = fields.List(fields.Nested(AnswerShownJson), required=True)


class LinkShownJson(Open):
    """What a holder sees through its link: the recall, what is expected of it, what it has said."""

    recall = fields.Nested(RecallJson, required=True)
    holder = fields.Dict(required=True)
    answers = fields.List(fields.Nested(AnswerShownJson), required=True)


class PictureJson(Open):
    """What a kept photograph is named by in an answer."""

    sha256 = fields.String(required=True)
