"""Catalogue files: TOML read into items, each refusal naming its line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from enum import Enum
from typing import Any, TypeVar

from app.credit.records import errors
from app.credit.records.terms import (
    Category,
    Cycle,
    Field,
    FieldRole,
    FieldType,
    Item,
    Publication,
    PublicLevel,
    SubjectForm,
)

_NEEDED = ("id", "code", "version", "category", "zh", "en", "fields", "key")
_KNOWN = frozenset(
    {*_NEEDED, "providers", "forms", "cycle", "level", "negative", "publication",
     "retention_years", "by_item", "publicity_days", "basis", "valid_from", "valid_to",
     "source", "mark"}
)  # fmt: skip
_FIELD_KEYS = frozenset({"zh", "en", "type", "role", "codes", "personal", "longest"})
_MARKS = ("V", "K+", "K", "D")
_CODE = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*")
_NUMBER_MAX = 32_767  # an item's number is two bytes wide in every record
_AT_LINE = re.compile(r"line (\d+)")
_ITEM_HEAD = re.compile(r"\s*\[\[\s*item\s*\]\]")

_E = TypeVar("_E", bound=Enum)


def read_catalogue(text: str, shared: str = "") -> tuple[Item, ...]:
    """The items of a catalogue file; ``shared`` describes fields and codes any file may use.

    Refuses: CatalogueUnreadable, CatalogueIncomplete, CatalogueValue, CatalogueField,
    CatalogueTwice, all with the line.
    """
    document, known = _parsed(text), _parsed(shared)
    reader = _Reader(
        text, _described(known, document, "fields"), _described(known, document, "codes")
    )
    common = document.get("catalogue", {})
    items = []
    for place, said in enumerate(document.get("item", [])):
        items.append(reader.item(place, {**common, **said}))
        named = (items[-1].id, items[-1].version)
        if named in {(one.id, one.version) for one in items[:-1]}:
            raise errors.CatalogueTwice(line=reader.line(place, "id"), name=items[-1].code)
    return tuple(items)


def line_of_item(text: str, code: str, version: int) -> int:
    """Where a version of an item begins in a file, for who refuses it later."""
    reader = _Reader(text, {}, {})
    for place, said in enumerate(_parsed(text).get("item", [])):
        if said.get("code") == code and said.get("version") == version:
            return reader.line(place)
    return 0


def refuse_moved_fields(before: Item, after: Item, line: int) -> None:
    """Refuse a version under which old records would read wrong. Refuses: CatalogueFieldsMoved."""
    for old, new in zip(
        before.fields, (*after.fields, *([None] * len(before.fields))), strict=False
    ):
        if new is None or (old.name, old.role) != (new.name, new.role):
            raise errors.CatalogueFieldsMoved(line=line, name=old.name)


def document_of(item: Item) -> dict[str, Any]:
    """An item as it is kept."""
    plain = {name: getattr(item, name) for name in Item.__slots__}
    plain["fields"] = [_field_document(one) for one in item.fields]
    plain["category"] = int(item.category)
    for name in ("valid_from", "valid_to"):
        plain[name] = plain[name].isoformat() if plain[name] else None
    for name in ("cycle", "level", "publication"):
        plain[name] = plain[name].value
    plain["forms"] = [one.value for one in item.forms]
    for name in ("key", "providers"):
        plain[name] = list(plain[name])
    return plain


def item_of(document: Mapping[str, Any], valid_to: date | None) -> Item:
    """A kept item; ``valid_to`` was set when the next version came."""
    return Item(
        **{
            **document,
            "category": Category(document["category"]),
            "fields": tuple(_kept_field(one) for one in document["fields"]),
            "key": tuple(document["key"]),
            "providers": tuple(document["providers"]),
            "forms": tuple(map(SubjectForm, document["forms"])),
            "cycle": Cycle(document["cycle"]),
            "level": PublicLevel(document["level"]),
            "publication": Publication(document["publication"]),
            "valid_from": date.fromisoformat(document["valid_from"]),
            "valid_to": valid_to,
        }
    )


def _kept_field(said: Mapping[str, Any]) -> Field:
    return Field(
        **{
            **said,
            "type": FieldType(said["type"]),
            "role": FieldRole(said["role"]),
            "codes": {code: (zh, en) for code, (zh, en) in said["codes"].items()},
        }
    )


def _field_document(one: Field) -> dict[str, Any]:
    plain = {name: getattr(one, name) for name in Field.__slots__}
    codes = {code: list(texts) for code, texts in one.codes.items()}
    return {**plain, "type": one.type.value, "role": one.role.value, "codes": codes}


def _parsed(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        found = _AT_LINE.search(str(problem))
        line = int(found[1]) if found else text.count("\n") + 1
        raise errors.CatalogueUnreadable(line=line, problem=str(problem)[:100]) from problem


def _described(known: Mapping[str, Any], own: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {**known.get(name, {}), **own.get(name, {})}


class _Reader:
    """Reads the items of one file and knows on which line each thing stands."""

    def __init__(self, text: str, fields: dict[str, Any], codes: dict[str, Any]) -> None:
        self.lines = text.splitlines()
        self.heads = [n for n, line in enumerate(self.lines, 1) if _ITEM_HEAD.match(line)]
        self.fields, self.codes = fields, codes

    def line(self, place: int, key: str = "") -> int:
        """The line of a key of the item at a place; of the item where the key is not there."""
        if place >= len(self.heads):
            return 0
        first = self.heads[place]
        last = self.heads[place + 1] if place + 1 < len(self.heads) else len(self.lines) + 1
        wanted = re.compile(rf"\s*{re.escape(key)}\s*=") if key else None
        for number in range(first, last):
            if wanted and wanted.match(self.lines[number - 1]):
                return number
        return first

    def item(self, place: int, said: dict[str, Any]) -> Item:
        """One item. Refuses by line what cannot be."""
        for key in said:
            if key not in _KNOWN:
                raise errors.CatalogueField(line=self.line(place, key), name=key)
        for key in (*_NEEDED, "valid_from", "source", "mark"):
            if key not in said or said[key] in ("", []):
                raise errors.CatalogueIncomplete(line=self.line(place), key=key)
        self._refuse_impossible(place, said)
        fields = self._fields(place, said["fields"])
        names = {one.name for one in fields}
        for name in said["key"]:
            if name not in names:
                raise errors.CatalogueField(line=self.line(place, "key"), name=str(name))
        self._refuse_roles(place, said, fields)
        return Item(
            **{
                **said,
                "category": Category(said["category"]),
                "fields": fields,
                "key": tuple(said["key"]),
                "providers": tuple(said.get("providers", ())),
                "forms": tuple(self._word(place, "forms", one, SubjectForm)
                               for one in said.get("forms", ())),
                "cycle": self._word(place, "cycle", said.get("cycle", "month"), Cycle),
                "level": self._word(place, "level", said.get("level", "open"), PublicLevel),
                "publication": self._word(
                    place, "publication", said.get("publication", "always"), Publication
                ),
            }
        )  # fmt: skip

    def _refuse_impossible(self, place: int, said: Mapping[str, Any]) -> None:
        ends = said.get("valid_to")
        wrong = {
            "id": not _whole(said["id"], _NUMBER_MAX),
            "version": not _whole(said["version"], _NUMBER_MAX),
            "code": not _CODE.fullmatch(str(said["code"])),
            "category": not _whole(said["category"], len(Category)),
            "mark": said["mark"] not in _MARKS,
            "valid_from": type(said["valid_from"]) is not date,
            "valid_to": ends is not None and (type(ends) is not date or ends < said["valid_from"]),
            "retention_years": not _whole(said.get("retention_years", 1), 100),
            "publicity_days": not _whole(said.get("publicity_days", 1), 100),
        }
        for key, is_wrong in wrong.items():
            if is_wrong:
                value = str(said[key])[:40]
                raise errors.CatalogueValue(line=self.line(place, key), key=key, value=value)

    def _word(self, place: int, key: str, value: object, words: type[_E]) -> _E:
        try:
            return words(value)
        except ValueError:
            line = self.line(place, key)
            raise errors.CatalogueValue(line=line, key=key, value=str(value)[:40]) from None

    def _fields(self, place: int, named: Iterable[str]) -> tuple[Field, ...]:
        found: dict[str, Field] = {}
        for said in named:
            name = str(said).removesuffix("!")
            line = self.line(place, "fields")
            if name in found:
                raise errors.CatalogueTwice(line=line, name=name)
            if name not in self.fields:
                raise errors.CatalogueField(line=line, name=name)
            found[name] = self._field(line, name, required=str(said).endswith("!"))
        return tuple(found.values())

    def _field(self, line: int, name: str, *, required: bool) -> Field:
        said = dict(self.fields[name])
        for key in said:
            if key not in _FIELD_KEYS:
                raise errors.CatalogueField(line=line, name=f"{name}.{key}")
        codes = said.get("codes", {})
        if isinstance(codes, str):
            if codes not in self.codes:
                raise errors.CatalogueField(line=line, name=codes)
            codes = self.codes[codes]
        try:
            return Field(
                **{
                    **said,
                    "name": name,
                    "required": required,
                    "type": FieldType(said.get("type", "text")),
                    "role": FieldRole(said.get("role", "")),
                    "codes": {code: (zh, en) for code, (zh, en) in codes.items()},
                }
            )
        except (TypeError, ValueError, AttributeError):
            raise errors.CatalogueValue(
                line=line, key=f"fields.{name}", value=str(said)[:40]
            ) from None

    def _refuse_roles(self, place: int, said: Mapping[str, Any], fields: Iterable[Field]) -> None:
        """Every item says whom and when; a negative one has a field for its ground."""
        roles: list[FieldRole] = [one.role for one in fields if one.role is not FieldRole.NONE]
        needed = [FieldRole.SUBJECT, FieldRole.DATE]
        if said.get("negative"):
            needed.append(FieldRole.BASIS)
        for role in needed:
            if roles.count(role) != 1:
                raise errors.CatalogueIncomplete(line=self.line(place, "fields"), key=role.value)
        if len(set(roles)) < len(roles):
            twice = next(role for role in roles if roles.count(role) > 1)
            raise errors.CatalogueTwice(line=self.line(place, "fields"), name=twice.value)


def _whole(value: object, most: int) -> bool:
    return type(value) is int and 0 <= value <= most
