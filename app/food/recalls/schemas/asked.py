"""What is sent to recalls."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load, validate

from app.doors.api import Query, Wire
from app.food.recalls.terms import (
    Answer,
    Found,
    GiveAnswer,
    Hazard,
    HoldersAsked,
    Kind,
    Level,
    Method,
    OpenRecall,
    RecallsAsked,
    State,
    Step,
    TakeStep,
)
from ledger.kernel.zone import SHANGHAI

LOTS_MAX = 5_000  # lots named one by one; a product is recalled as a product
_ID_MAX = 2**31 - 1
_ITEM_MAX = 4_000
_LEVELS = validate.OneOf([0, 1, 2, 3])
_STEPS = [step for step in Step if step not in (Step.OPENED, Step.SCOPE_FROZEN, Step.SCOPE_GREW)]


def _text(most: int = 200, example: str = "") -> Any:
    said = {"example": example} if example else {}
    return fields.String(load_default="", validate=validate.Length(max=most), metadata=said)


def _id(**more: Any) -> Any:
    return fields.Integer(validate=validate.Range(1, _ID_MAX), **more)


def _instant(**more: Any) -> Any:
    return fields.AwareDateTime(default_timezone=SHANGHAI, **more)


class OpenRecallJson(Wire):
    """A recall to open: of a scanned ``code`` (with its ``lot``), of lots by id, or of a product.

    A code that points at a product recalls all its lots.
    """

    code = _text(7_089, "06901234567892")
    lot = _text(100, "L240501")
    lots = fields.List(_id(), load_default=list, validate=validate.Length(max=LOTS_MAX))
    product_id = _id(load_default=None, allow_none=True)
    recaller_id = _id(load_default=None, allow_none=True)
    reason = fields.String(
        required=True, validate=validate.Length(1, 1_000), metadata={"example": "大肠菌群超标"}
    )
    known_at = _instant(required=True)
    title = _text(200)
    kind = fields.Enum(Kind, by_value=True, load_default=Kind.RECALL)
    hazard = fields.Enum(Hazard, by_value=True, load_default=Hazard.OTHER)
    found = fields.Enum(Found, by_value=True, load_default=Found.OWN_CHECK)
    level = fields.Integer(load_default=0, validate=_LEVELS)
    drill = fields.Boolean(load_default=False)
    suspected = fields.Boolean(load_default=False)
    organ = _text()
    basis = _text(500)
    document = _text()

    @post_load
    def command(self, data: dict[str, Any], **_: Any) -> tuple[OpenRecall, str, str]:
        """The command, and the code and lot whose lots are still to be looked up."""
        code, lot = data.pop("code"), data.pop("lot")
        data["lots"] = tuple(data["lots"])
        data["level"] = Level(data["level"])
        data["is_drill"] = data.pop("drill")
        return OpenRecall(**data), code, lot


class StepJson(Wire):
    """A step in a recall, with what it needs."""

    step = fields.Enum(Step, by_value=True, required=True, validate=validate.OneOf(_STEPS))
    organ = _text()
    basis = _text(500)
    document = _text()
    note = _text(2_000)
    level = fields.Integer(load_default=0, validate=_LEVELS)
    items = fields.Dict(
        keys=fields.String(validate=validate.Length(max=40)),
        values=fields.String(validate=validate.Length(max=_ITEM_MAX)),
        load_default=dict,
        validate=validate.Length(max=12),
    )
    on = fields.Date(load_default=None, allow_none=True)
    days = fields.Integer(load_default=0, validate=validate.Range(0, 365))
    method = fields.Enum(Method, by_value=True, load_default=None, allow_none=True)
    place = _text(500)
    at = _instant(load_default=None, allow_none=True)
    reported_at = _instant(load_default=None, allow_none=True)

    @post_load
    def command(self, data: dict[str, Any], **_: Any) -> TakeStep:
        """The command, without the recall the address names."""
        return TakeStep(recall_id=0, **data | {"level": Level(data["level"])})


class AnswerJson(Wire):
    """What a holder says of its goods; ``pictures`` are SHA-256 in hex of files sent before."""

    operator_id = _id(load_default=None, allow_none=True)
    answer = fields.Enum(Answer, by_value=True, required=True)
    lot_id = _id(load_default=None, allow_none=True)
    quantity = _text(40, "12")
    unit = _text(20, "EA")
    remark = _text(1_000)
    pictures = fields.List(
        fields.String(validate=validate.Regexp(r"^[0-9a-f]{64}$")),
        load_default=list,
        validate=validate.Length(max=9),
    )

    @post_load
    def command(self, data: dict[str, Any], **_: Any) -> GiveAnswer:
        """The command, without the recall; operator 0 stands for the one that is signed in."""
        data["pictures"] = tuple(bytes.fromhex(one) for one in data["pictures"])
        data["operator_id"] = data["operator_id"] or 0
        return GiveAnswer(recall_id=0, **data)


class RecallsQuery(Query):
    """Which recalls are wanted."""

    state = fields.Enum(State, by_value=True, load_default=None)
    open = fields.Boolean(load_default=None)
    drill = fields.Boolean(load_default=None)
    lot_id = _id(load_default=None)
    product_id = _id(load_default=None)
    next = fields.Integer(load_default=0, validate=validate.Range(0, _ID_MAX))
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))

    @post_load
    def command(self, data: dict[str, Any], **_: Any) -> RecallsAsked:
        """The question."""
        return RecallsAsked(
            state=data["state"],
            is_open=data["open"],
            is_drill=data["drill"],
            lot_id=data["lot_id"],
            product_id=data["product_id"],
            before=data["next"],
            limit=data["limit"],
        )


class HoldersQuery(Query):
    """Which holders of a recall are wanted."""

    wanted = fields.String(
        data_key="only",
        attribute="only",
        load_default="all",
        validate=validate.OneOf(["all", "unanswered", "answered", "visit", "added"]),
    )
    tier = fields.Integer(load_default=None, validate=validate.Range(0, 100))
    text = _text(100)
    next = _text(60)
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))

    @post_load
    def command(self, data: dict[str, Any], **_: Any) -> HoldersAsked:
        """The question, without the recall."""
        return HoldersAsked(recall_id=0, after=data.pop("next"), **data)


class ProofForm(Wire):
    """A photograph that proves something."""

    picture = fields.Raw(required=True, metadata={"type": "string", "format": "binary"})
