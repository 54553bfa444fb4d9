"""A rule in words, for people who read no JSON."""

from __future__ import annotations

from collections.abc import Mapping

from app.credit.supervision.rules.official import industry_texts
from app.credit.supervision.rules.reading import named_tags
from app.credit.supervision.terms import (
    ATTRIBUTE_TEXTS,
    SIZE_TEXTS,
    STATUS_TEXTS,
    TAG_TEXTS,
    Every,
    Leaf,
    Named,
    Not,
    Rule,
    Some,
    Tag,
)
from ledger.kernel.identifiers.division import divisions
from ledger.kernel.identifiers.licence import category_names
from ledger.subjects.terms import LICENCE_TEXTS, SubjectKind

KIND_TEXTS: dict[SubjectKind, tuple[str, str]] = {
    SubjectKind.PRODUCTION: ("食品生产", "production"),
    SubjectKind.DISTRIBUTION: ("食品销售", "distribution"),
    SubjectKind.CATERING: ("餐饮服务", "catering"),
    SubjectKind.FARM: ("种养殖", "farm"),
    SubjectKind.WAREHOUSE: ("仓储", "warehouse"),
    SubjectKind.MARKET: ("集中交易市场", "market"),
    SubjectKind.IMPORT: ("进口", "import"),
    SubjectKind.OTHER: ("其他", "other"),
}
_TEXTS: dict[Tag, Mapping[str, tuple[str, str]]] = {
    Tag.KIND: {kind.value: said for kind, said in KIND_TEXTS.items()},
    Tag.LICENCE: {kind.value: said for kind, said in LICENCE_TEXTS.items()},
    Tag.ATTRIBUTE: ATTRIBUTE_TEXTS,
    Tag.SIZE: SIZE_TEXTS,
    Tag.STATUS: STATUS_TEXTS,
}


def in_words(rule: Rule, language: str) -> str:
    """A rule as one phrase in ``zh`` or ``en``."""
    return _said(rule, language == "en", top=True)


def _said(rule: Rule, english: bool, *, top: bool = False) -> str:
    match rule:
        case Leaf(tag, value):
            colon = " " if english else "："
            return f"{TAG_TEXTS[tag][english]}{colon}{value_text(tag, value, english=english)}"
        case Named(name, _):
            said: str = named_tags()[name]["en" if english else "zh"]
            return said
        case Not(part):
            inner = _said(part, english)
            return f"not ({inner})" if english else f"不是（{inner}）"
        case Every(parts) | Some(parts):
            return _joined(parts, isinstance(rule, Every), english, top=top)


def _joined(parts: tuple[Rule, ...], every: bool, english: bool, *, top: bool) -> str:
    if english:
        text = (" and " if every else " or ").join(_said(part, english) for part in parts)
        return text if top or len(parts) == 1 else f"({text})"
    text = ("，且" if every else "，或").join(_said(part, english) for part in parts)
    return text if top or len(parts) == 1 else f"（{text}）"


def value_text(tag: Tag, value: str, *, english: bool) -> str:
    """A value of a tag in words; codes without words stay codes."""
    if tag is Tag.DIVISION:
        named = divisions().get(value.ljust(6, "0"))
        name = (named.name_en if english else named.name_zh) if named else ""
        return f"{name} {value}" if name else value
    if tag is Tag.CATEGORY:
        return category_names().get(f"1{value}", {}).get("en" if english else "zh", "") or value
    texts = industry_texts() if tag is Tag.INDUSTRY else _TEXTS.get(tag, {})
    return texts[value][english] if value in texts else value
