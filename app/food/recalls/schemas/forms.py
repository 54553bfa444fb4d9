"""The forms of recalls' pages: what is typed and photographed becomes commands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import EXCLUDE, Schema, fields, post_load, pre_load, validate

from app.food.recalls.terms import (
    Answer,
    Found,
    GiveAnswer,
    Hazard,
    Kind,
    Level,
    Method,
    NoticeItem,
    OpenRecall,
    PlanItem,
    Step,
    TakeStep,
)
from ledger.kernel.zone import SHANGHAI

PHOTOS = ("photo_1", "photo_2", "photo_3")
ITEM_NAMES = tuple(
    dict.fromkeys([*(one.value for one in PlanItem), *(one.value for one in NoticeItem)])
)
LOTS_TYPED = 500  # lots ticked one by one; of more a product is recalled
_ID_MAX = 2**31 - 1
_LEVELS = validate.OneOf([int(level) for level in Level])


class FormSchema(Schema):
    """A form of a page; fields of the frame and empty ones are no reason to refuse it."""

    class Meta:
        """Take what is ours."""

        unknown = EXCLUDE

    @pre_load
    def without_empty(self, data: Mapping[str, Any], **_: Any) -> dict[str, Any]:
        """An empty date, number or choice was left out, not typed wrong."""
        typed = (fields.Date, fields.AwareDateTime, fields.Enum, fields.Integer)
        emptied = {
            field.data_key or name
            for name, field in self.fields.items()
            if isinstance(field, typed)
        }
        return {name: said for name, said in data.items() if said != "" or name not in emptied}


def _text(most: int = 200, **more: Any) -> Any:
    return fields.String(load_default="", validate=validate.Length(max=most), **more)


def _moment(**more: Any) -> Any:
    return fields.AwareDateTime(default_timezone=SHANGHAI, **more)


class OpenForm(FormSchema):
    """A recall to open: of the lots that are ticked, or of a product."""

    lots = fields.List(fields.Integer(validate=validate.Range(1, _ID_MAX)), load_default=list)
    product_id = fields.Integer(load_default=None, validate=validate.Range(1, _ID_MAX))
    title = _text()
    reason = _text(1_000)
    known_at = _moment(required=True)
    kind = fields.Enum(Kind, by_value=True, load_default=Kind.RECALL)
    hazard = fields.Enum(Hazard, by_value=True, load_default=Hazard.OTHER)
    found = fields.Enum(Found, by_value=True, load_default=Found.OWN_CHECK)
    level = fields.Integer(load_default=0, validate=_LEVELS)
    way = fields.String(load_default="", validate=validate.OneOf(("", "suspected", "drill")))
    organ = _text()
    basis = _text(500)
    document = _text()

    @post_load
    def command(self, data: dict[str, Any], **_: Any) -> OpenRecall:
        """The command."""
        way = data.pop("way")
        data["lots"] = tuple(dict.fromkeys(data["lots"]))[:LOTS_TYPED]
        data["level"] = Level(data["level"])
        if data["lots"]:
            data["product_id"] = None
        return OpenRecall(**data, is_drill=way == "drill", suspected=way == "suspected")


class StepForm(FormSchema):
    """A step in a recall; which one stands in the address. Items of a paper are ``items.NAME``."""

    organ = _text()
    basis = _text(500)
    document = _text()
    note = _text(2_000)
    level = fields.Integer(load_default=0, validate=_LEVELS)
    on = fields.Date(load_default=None)
    days = fields.Integer(load_default=0, validate=validate.Range(0, 365))
    method = fields.Enum(Method, by_value=True, load_default=None)
    place = _text(500)
    at = _moment(load_default=None)
    reported_at = _moment(load_default=None)
    items = fields.Dict(
        keys=fields.String(), values=fields.String(validate=validate.Length(max=4_000))
    )

    @pre_load
    def with_items(self, data: Mapping[str, Any], **_: Any) -> dict[str, Any]:
        """The items of a paper stand in fields of their own."""
        said = {name: data.get(f"items.{name}", "") for name in ITEM_NAMES}
        return {**data, "items": {name: text for name, text in said.items() if text.strip()}}

    @post_load
    def command(self, data: dict[str, Any], **_: Any) -> TakeStep:
        """The command, without recall and step, which the address names."""
        said = data | {"level": Level(data["level"])}
        return TakeStep(recall_id=0, step=Step.OPENED, **said)


class AnswerForm(FormSchema):
    """What a holder says of its goods, with up to three pictures; gives them apart."""

    answer = fields.Enum(Answer, by_value=True, required=True)
    lot_id = fields.Integer(load_default=None, validate=validate.Range(1, _ID_MAX))
    quantity = _text(40)
    unit = _text(20)
    remark = _text(1_000)
    photo_1 = fields.Raw(load_default=None)
    photo_2 = fields.Raw(load_default=None)
    photo_3 = fields.Raw(load_default=None)

    @post_load
    def command(self, data: dict[str, Any], **_: Any) -> tuple[GiveAnswer, tuple[Any, ...]]:
        """The command without recall and holder, and the files that were attached."""
        sent = [data.pop(name) for name in PHOTOS]
        files = tuple(one for one in sent if one is not None and one.filename)
        return GiveAnswer(recall_id=0, operator_id=0, **data), files
