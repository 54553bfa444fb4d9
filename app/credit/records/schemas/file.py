"""A credit file as its page and its report show it: rows, states, tags, the three kinds of none."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, field

from app.credit.records.rules.visibility import LEVELS
from app.credit.records.terms import (
    CATEGORY_TEXTS,
    LEVEL_TEXTS,
    Audience,
    Category,
    Counts,
    CreditFile,
    Field,
    FieldRole,
    FieldType,
    Item,
    PublicLevel,
    Record,
    RecordState,
)
from app.credit.records.terms.file import Reported, Silent
from app.doors.formats import number_text
from app.doors.i18n import gettext as _
from app.doors.i18n import language

_TITLE_MAX = 60
_COLON, _COMMA = ("：", ": "), ("，", "; ")
_NUMBERS = re.compile(r"(_no|number|document)$")
_ENDS = re.compile(r"(result|results|state|grade|kept|paid|appraisal|corrected)$")
_WHO = frozenset(
    {"organ", "source_unit", "awarded_by", "laboratory", "remark", "rater", "court", "before"}
    | {"ended_why"}
)
_UNIT = re.compile("（(.+?)）")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A record as a line: what, the state its publication is in, who said so."""

    record: Record
    title: str
    small: str
    mark: str
    state: str
    state_small: str
    agency: str
    item: str
    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """A category with records."""

    category: int
    name: str
    records: int
    negative: int
    rows: tuple[Row, ...]
    next: str = ""

    @property
    def is_cut(self) -> bool:
        """Whether there are more records than rows."""
        return self.records > len(self.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cat:
    """A category in the list of counts.

    ``is_closed`` where this audience reads none of it, ``is_silent`` where nothing of it was ever
    reported though it should be.
    """

    category: int
    name: str
    records: int
    negative: int
    is_closed: bool = False
    is_silent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FileShown:
    """All that a page or report says of a file."""

    cats: tuple[Cat, ...]
    shelves: tuple[Shelf, ...]
    none: tuple[Cat, ...]
    closed: tuple[Cat, ...]
    silent: tuple[tuple[Cat, tuple[str, ...]], ...]
    penalties: int
    negative: int
    marked: int
    records: int
    rows: tuple[Row, ...] = field(default=())


def in_words(texts: tuple[str, str]) -> str:
    """The one of (Chinese, English) the page is in."""
    return texts[language() == "en"]


def shown(found: CreditFile, items: Sequence[Item], reported: Reported) -> FileShown:
    """A file in words: categories with adverse records first, then in the catalogue's order."""
    counts = {one.category: one for one in found.counts}
    readable = _readable(items, found.audience)
    silent = _by_category(reported.silent, found.audience)
    unheard = silent.keys() - {it.category for it in items if it.id in reported.heard}
    cats = tuple(_cat(category, counts.get(category), readable, unheard) for category in Category)
    by_number = {cat.category: cat for cat in cats}
    shelves = [
        Shelf(
            category=int(section.category),
            name=by_number[int(section.category)].name,
            records=by_number[int(section.category)].records,
            negative=by_number[int(section.category)].negative,
            rows=tuple(row_of(record) for record in section.records),
            next=section.next,
        )
        for section in found.sections
        if section.records
    ]
    shelves.sort(key=lambda shelf: (not shelf.negative, shelf.category))
    empty = [cat for cat in cats if not cat.records]
    penalty = counts.get(Category.PENALTY)
    return FileShown(
        cats=cats,
        shelves=tuple(shelves),
        none=tuple(cat for cat in empty if not cat.is_closed and not cat.is_silent),
        closed=tuple(cat for cat in empty if cat.is_closed),
        silent=tuple(
            (by_number[int(category)], names) for category, names in sorted(silent.items())
        ),
        penalties=penalty.records if penalty else 0,
        negative=sum(one.negative for one in found.counts),
        marked=sum(one.marked for one in found.counts),
        records=sum(one.records for one in found.counts),
        rows=tuple(row for shelf in shelves for row in shelf.rows),
    )


def _readable(items: Iterable[Item], audience: Audience) -> frozenset[Category]:
    """The categories of which this audience may read anything at all."""
    return frozenset(item.category for item in items if item.level in LEVELS[audience])


def _by_category(silent: Sequence[Silent], audience: Audience) -> dict[Category, tuple[str, ...]]:
    """What is missing of what this audience may read: agency and item, by category."""
    found: dict[Category, list[str]] = {}
    for one in silent:
        if one.item.level in LEVELS[audience]:
            said = f"{in_words((one.agency.zh, one.agency.en))} · {item_name(one.item)}"
            found.setdefault(one.item.category, []).append(said)
    return {category: tuple(names) for category, names in found.items()}


def _cat(
    category: Category,
    counts: Counts | None,
    readable: frozenset[Category],
    unheard: Container[Category],
) -> Cat:
    return Cat(
        category=int(category),
        name=in_words(CATEGORY_TEXTS[category]),
        records=counts.records if counts else 0,
        negative=counts.negative if counts else 0,
        is_closed=category not in readable,
        is_silent=category in unheard,
    )


def item_name(item: Item) -> str:
    """The item in the language of the page."""
    return in_words((item.zh, item.en))


def row_of(record: Record) -> Row:
    """A record as a line of its category."""
    said = [
        (one, text_of(one, record.said[one.name]))
        for one in record.item.fields
        if record.said.get(one.name)
    ]
    title, rest = _title(said)
    mark, state, small = state_of(record)
    basis = [text for one, text in said if one.role is FieldRole.BASIS]
    parts = (record.title, *basis[:1], *rest[:1])
    return Row(
        record=record,
        title=_COLON[language() == "en"].join(
            part for part in (item_name(record.item), title) if part
        ),
        small=" · ".join(part for part in parts if part and part not in title),
        mark=mark,
        state=state,
        state_small=small,
        agency=in_words((record.agency.zh, record.agency.en)),
        item=item_name(record.item),
        lines=tuple((in_words((one.zh, one.en)), text) for one, text in said),
    )


def _title(said: Sequence[tuple[Field, str]]) -> tuple[str, list[str]]:
    """What a record says in a few words, and the texts that were left out of it.

    Its first text that is no number and names nobody, how it ended, kinds and amount of a penalty.
    """
    texts = [
        text
        for one, text in said
        if one.type is FieldType.TEXT
        and one.role is FieldRole.NONE
        and not (one.personal or _NUMBERS.search(one.name) or one.name in _WHO)
    ]
    ends = [
        text if texts else f"{in_words((one.zh, one.en))} {text}"
        for one, text in said
        if one.role is FieldRole.KINDS or (one.role is FieldRole.NONE and _ENDS.search(one.name))
    ]
    amount = [_amount(one, text) for one, text in said if one.role is FieldRole.AMOUNT]
    text = _COMMA[language() == "en"].join((*texts[:1], *ends[:1], *amount[:1]))
    return text if len(text) <= _TITLE_MAX else text[: _TITLE_MAX - 1] + "…", texts[1:]


def _amount(one: Field, text: str) -> str:
    """An amount with the unit its field's name says; yuan where it says none."""
    if language() == "en":
        return f"{one.en} {text}"
    unit = _UNIT.search(one.zh)
    return f"{text} {unit[1] if unit else '元'}"


def text_of(one: Field, said: str) -> str:
    """A field's value as people read it: codes in words, amounts grouped."""
    match one.type:
        case FieldType.CODE | FieldType.CODES:
            words = (in_words(one.codes.get(code, (code, code))) for code in said.split(","))
            return (", " if language() == "en" else "、").join(words)
        case FieldType.MONEY:
            return number_text(said)
        case FieldType.FLAG:
            return _("是") if said in ("1", "true", "yes") else _("否")
        case _:
            return said


def state_of(record: Record) -> tuple[str, str, str]:
    """(shape, word, small line) of how a record's publication stands."""
    if record.state is RecordState.WITHDRAWN:
        return "gap", _("已撤回"), ""
    if record.state is RecordState.REPAIRED:
        return "ok", _("已修复"), _("不再公示")
    if record.item.level is not PublicLevel.OPEN:
        return "lock", in_words(LEVEL_TEXTS[record.item.level]), ""
    until = record.public_until
    if record.is_public:
        if until is None:
            return "ok", _("公开"), ""
        day = until.isoformat()
        return "wait", _("公示中"), _("%(day)s 后自动停止", day=day)
    never = until is not None and until <= record.decided_on
    return "gap", _("不公示") if never else _("公示期满"), ""
