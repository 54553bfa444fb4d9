"""A rule as data: ``{"all": [{"division": "350206"}, {"scope": "冷藏冷冻食品销售"}]}`` and back.

A part is one tag with one value or a list of values (one of them), ``all`` or ``any`` of parts,
``not`` of a part, or ``tags``: the name of a set of tags in ``data/tags.toml``.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from app.credit.supervision import errors
from app.credit.supervision.terms import (
    ATTRIBUTE_TEXTS,
    SIZE_TEXTS,
    STATUS_TEXTS,
    Every,
    Leaf,
    Named,
    Not,
    Rule,
    Some,
    Tag,
)
from ledger.subjects.terms import LicenceKind, SubjectKind

DEPTH_MAX = 8
PARTS_MAX = 200
TEXT_MAX = 20_000
_FORMS: dict[Tag, re.Pattern[str]] = {
    Tag.DIVISION: re.compile(r"\d{2,12}"),
    Tag.CATEGORY: re.compile(r"\d{2,4}"),
    Tag.INDUSTRY: re.compile(r"[a-z0-9_.]{2,40}"),
    Tag.SCOPE: re.compile(r"\S(.{0,58}\S)?"),
}
_VALUES: dict[Tag, frozenset[str]] = {
    Tag.KIND: frozenset(SubjectKind),
    Tag.LICENCE: frozenset(LicenceKind),
    Tag.ATTRIBUTE: frozenset(ATTRIBUTE_TEXTS),
    Tag.SIZE: frozenset(SIZE_TEXTS),
    Tag.STATUS: frozenset(STATUS_TEXTS),
}


def read_text(text: str) -> Rule:
    """A rule from JSON. Refuses: RuleUnreadable, and as ``read``."""
    if len(text) > TEXT_MAX:
        raise errors.RuleTooLarge(parts=PARTS_MAX, depth=DEPTH_MAX, field="rule")
    try:
        said = json.loads(text)
    except (ValueError, RecursionError) as problem:
        line = problem.lineno if isinstance(problem, json.JSONDecodeError) else 1
        raise errors.RuleUnreadable(line=line, field="rule") from None
    return read(said)


def read(said: Any) -> Rule:
    """A rule from parsed JSON or TOML.

    Refuses: RuleShape, RuleTooLarge, UnknownTag, UnknownValue, UnknownName, each with the part's
    place (``all[1].not``).
    """
    return _Reader().part(said, "", 0, ())


class _Reader:
    def __init__(self) -> None:
        self.parts = 0

    def part(self, said: Any, at: str, depth: int, inside: tuple[str, ...]) -> Rule:
        self.parts += 1
        if self.parts > PARTS_MAX or depth > DEPTH_MAX:
            raise errors.RuleTooLarge(parts=PARTS_MAX, depth=DEPTH_MAX, field="rule")
        if not isinstance(said, Mapping) or len(said) != 1:
            raise errors.RuleShape(place=at or "rule", field="rule")
        word, inner = next(iter(said.items()))
        here = f"{at}.{word}" if at else str(word)
        if word in ("all", "any"):
            if not isinstance(inner, list) or not inner:
                raise errors.RuleShape(place=here, field="rule")
            parts = tuple(
                self.part(each, f"{here}[{place}]", depth + 1, inside)
                for place, each in enumerate(inner)
            )
            return Every(parts) if word == "all" else Some(parts)
        if word == "not":
            return Not(self.part(inner, here, depth + 1, inside))
        if word == "tags":
            return self.named(inner, here, depth, inside)
        return self.leaf(word, inner, here)

    def named(self, name: Any, at: str, depth: int, inside: tuple[str, ...]) -> Rule:
        known = named_tags()
        if not isinstance(name, str) or name not in known or name in inside:
            raise errors.UnknownName(name=str(name)[:40], place=at, field="rule")
        rule = self.part(known[name]["rule"], at, depth + 1, (*inside, name))
        return Named(name, rule)

    def leaf(self, word: Any, inner: Any, at: str) -> Rule:
        if word not in frozenset(Tag):
            raise errors.UnknownTag(tag=str(word)[:40], place=at, field="rule")
        tag = Tag(word)
        values = inner if isinstance(inner, list) else [inner]
        self.parts += len(values)
        if not values or self.parts > PARTS_MAX:
            raise errors.RuleShape(place=at, field="rule")
        leaves = tuple(Leaf(tag, _value(tag, each, at)) for each in values)
        return leaves[0] if len(leaves) == 1 else Some(leaves)


def _value(tag: Tag, said: Any, at: str) -> str:
    text = said if isinstance(said, str) else ""
    form = _FORMS.get(tag)
    if (form and not form.fullmatch(text)) or (not form and text not in _VALUES[tag]):
        raise errors.UnknownValue(tag=tag.value, value=str(said)[:40], place=at, field="rule")
    return text


@cache
def named_tags() -> Mapping[str, Mapping[str, Any]]:
    """The sets of tags that have names: ``{name: {zh, en, rule, source, mark}}``."""
    text = files("app.credit.supervision").joinpath("data/tags.toml").read_text("utf-8")
    found: Mapping[str, Mapping[str, Any]] = tomllib.loads(text)
    return found


def document(rule: Rule) -> dict[str, Any]:
    """A rule as it is kept; ``read`` of it is the rule again."""
    match rule:
        case Leaf(tag, value):
            return {tag.value: value}
        case Every(parts):
            return {"all": [document(part) for part in parts]}
        case Some(parts):
            tags = {part.tag for part in parts if isinstance(part, Leaf)}
            if len(tags) == 1 and len(parts) > 1 and all(isinstance(p, Leaf) for p in parts):
                return {tags.pop().value: [p.value for p in parts if isinstance(p, Leaf)]}
            return {"any": [document(part) for part in parts]}
        case Not(part):
            return {"not": document(part)}
        case Named(name, _):
            return {"tags": name}
