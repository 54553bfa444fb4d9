"""Pages of the catalogue: all items for who works with records, the public ones for everybody."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from app.credit.records import errors
from app.credit.records.queries.catalogue import catalogue, items
from app.credit.records.terms import (
    CATEGORY_TEXTS,
    CYCLE_TEXTS,
    LEVEL_TEXTS,
    Field,
    FieldType,
    Item,
    PublicLevel,
)
from app.credit.records.web.shared import blueprint, in_words, named
from app.doors.i18n import language
from app.doors.web import page
from ledger.kernel.uow import UnitOfWork

TYPE_TEXTS: dict[FieldType, tuple[str, str]] = {
    FieldType.TEXT: ("文字", "text"),
    FieldType.DATE: ("日期", "date"),
    FieldType.MONEY: ("金额（元）", "amount (yuan)"),
    FieldType.NUMBER: ("数字", "number"),
    FieldType.CODE: ("代码", "code"),
    FieldType.CODES: ("代码，可多个", "codes"),
    FieldType.USCC: ("统一社会信用代码", "USCC"),
    FieldType.SHARES: ("分组得失", "shares of groups"),
    FieldType.FLAG: ("是否", "yes or no"),
}


@page(
    blueprint,
    "/records/catalogue",
    needs="record.read",
    template="records/catalogue.html",
    endpoint="catalogue",
)
def whole(uow: UnitOfWork) -> dict[str, Any]:
    """All items in force, by category."""
    return {"groups": _groups(items(uow)), "frame": "frame_app.html", "to": "records.item"}


@page(
    blueprint,
    "/records/catalogue/<code>",
    needs="record.read",
    template="records/item.html",
    endpoint="item",
)
def item(uow: UnitOfWork, code: str) -> dict[str, Any]:
    """One item with all its fields and versions."""
    found = catalogue(uow).item(code, uow.today)
    versions = catalogue(uow).versions[found.id]
    return {**_shown(found), "versions": versions, "frame": "frame_app.html"}


@page(
    blueprint,
    "/credit/catalogue",
    needs="code.read",
    template="records/catalogue.html",
    endpoint="public_catalogue",
    limit="public",
)
def public(uow: UnitOfWork) -> dict[str, Any]:
    """The items whose records are public, for everybody."""
    open_ones = [one for one in items(uow) if one.level is PublicLevel.OPEN]
    return {
        "groups": _groups(open_ones),
        "frame": "frame_public.html",
        "to": "records.public_item",
    }


@page(
    blueprint,
    "/credit/catalogue/<code>",
    needs="code.read",
    template="records/item.html",
    endpoint="public_item",
    limit="public",
)
def public_item(uow: UnitOfWork, code: str) -> dict[str, Any]:
    """One public item; another is as unknown as one that is not there."""
    found = catalogue(uow).item(code, uow.today)
    if found.level is not PublicLevel.OPEN:
        raise errors.UnknownItem(item=code[:60])
    return {**_shown(found), "versions": (), "frame": "frame_public.html"}


def _groups(found: Iterable[Item]) -> list[dict[str, Any]]:
    groups = []
    for category, some in groupby(found, key=lambda one: one.category):
        lines = [
            {
                "code": one.code,
                "name": named(one),
                "providers": one.providers,
                "cycle": in_words(CYCLE_TEXTS[one.cycle]),
                "level": in_words(LEVEL_TEXTS[one.level]),
                "negative": one.negative,
                "fields": len(one.fields),
            }
            for one in some
        ]
        groups.append(
            {
                "number": category.value,
                "name": in_words(CATEGORY_TEXTS[category]),
                "lines": lines,
            }
        )
    return groups


def _shown(found: Item) -> dict[str, Any]:
    return {
        "item": found,
        "name": named(found),
        "category": in_words(CATEGORY_TEXTS[found.category]),
        "cycle": in_words(CYCLE_TEXTS[found.cycle]),
        "level": in_words(LEVEL_TEXTS[found.level]),
        "fields": [_field(one, found) for one in found.fields],
    }


def _field(one: Field, of: Item) -> dict[str, Any]:
    return {
        "name": one.name,
        "says": named(one),
        "type": in_words(TYPE_TEXTS[one.type]),
        "required": one.required,
        "key": one.name in of.key,
        "personal": one.personal,
        "codes": [(code, texts[language() == "en"]) for code, texts in one.codes.items()],
    }
