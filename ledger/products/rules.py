"""Decisions about products as pure functions: shelf life, keys of lots and products, packs."""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple

from ledger.kernel.identifiers import gtin
from ledger.kernel.moment import UNKNOWN, Moment, MomentUnreadable, Precision, moment_of
from ledger.kernel.names import fold_name, tidy
from ledger.products import errors
from ledger.products.terms import LotNamed, ShelfLife, ShelfLifeUnit

_SHELF_LIFE = re.compile(r"(\d+)(天|日|days?|d|个月|月|months?|m|年|years?|y)", re.ASCII)
_UNITS = {
    "天": "day",
    "日": "day",
    "d": "day",
    "个": "month",
    "月": "month",
    "m": "month",
    "年": "year",
    "y": "year",
}
# What people write for food that does not spoil (our own list).
_KEEPS = frozenset({"", "长期", "无", "无保质期", "/", "-", "none"})
# Longer than any food keeps; a larger number is a slip of the pen.
_LONGEST = {ShelfLifeUnit.DAY: 36_500, ShelfLifeUnit.MONTH: 1_200, ShelfLifeUnit.YEAR: 100}
TEXT_MAX = 200  # names and documents are keys, and an index holds 2,700 bytes
LOT_LENGTH_MAX = 50  # GS1 prints up to 20 characters; Chinese papers use more
CONTENT_MAX = Decimal(10**9)
CONTENT_STEP = Decimal("0.000001")  # what the store keeps

# Words of a category that make goods edible farm produce: Food Safety Law Art. 65 with the kinds of
# the commitment certificate rules (vegetables, fruit, tea leaf, livestock, poultry, eggs, farmed
# aquatic products) and the groups of Fujian's traceability duty. To be confirmed per place.
AGRICULTURAL_WORDS = (
    "农产品",
    "蔬菜",
    "水果",
    "鲜果",
    "食用菌",
    "鲜茶",
    "畜禽",
    "畜类",
    "禽类",
    "畜产",
    "禽产",
    "鲜肉",
    "猪肉",
    "牛肉",
    "羊肉",
    "禽肉",
    "鲜蛋",
    "禽蛋",
    "水产品",
    "鲜活水产",
    "原粮",
)
AGRICULTURAL_CODES = frozenset(
    {
        "agricultural",
        "produce",
        "vegetables",
        "fruit",
        "livestock",
        "poultry",
        "eggs",
        "aquatic",
    }
)


def parse_shelf_life(text: str) -> ShelfLife | None:
    """Read ``12个月``, ``365天`` or ``2年`` in any width; none for ``长期``, ``无`` and nothing.

    Raises ShelfLifeUnreadable.
    """
    folded = fold_name(text)
    if folded in _KEEPS:
        return None
    match = _SHELF_LIFE.search(folded)
    if match is None or len(match[1]) > 6:
        raise errors.ShelfLifeUnreadable(text=text.strip()[:40], field="shelf_life")
    unit = ShelfLifeUnit(_UNITS[match[2][0]])
    value = int(match[1])
    if not 0 < value <= _LONGEST[unit]:
        raise errors.ShelfLifeUnreadable(text=text.strip()[:40], field="shelf_life")
    return ShelfLife(value, unit)


def expiry(produced: date, shelf_life: ShelfLife) -> date:
    """The day food expires; calendar months and years clamp to the end of the month."""
    if shelf_life.unit is ShelfLifeUnit.DAY:
        return produced + timedelta(days=shelf_life.value)
    years = shelf_life.unit is ShelfLifeUnit.YEAR
    return months_later(produced, shelf_life.value * (12 if years else 1))


def months_later(day: date, months: int) -> date:
    """The same day so many months later, or the last of that month where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


@lru_cache(maxsize=16_384)
def expiry_moment(produced: Moment, shelf_life: ShelfLife | None) -> Moment:
    """When a lot expires by its shelf life; unknown unless the day of production is known."""
    if shelf_life is None or produced.day is None:
        return UNKNOWN
    try:
        return moment_of(expiry(produced.day, shelf_life))
    except MomentUnreadable:  # beyond what the book can hold: as good as never
        return UNKNOWN


def disagree(first: Moment, stated: Moment) -> bool:
    """Whether two statements of one date exclude each other; an unknown part never does."""
    if first is stated or not first.precision or not stated.precision:
        return False
    return first.latest < stated.earliest or stated.latest < first.earliest


@lru_cache(maxsize=4096)
def is_agricultural(category: str) -> bool:
    """Whether a category is edible farm produce, which may go without a lot number."""
    folded = fold_name(category)
    return folded in AGRICULTURAL_CODES or any(word in folded for word in AGRICULTURAL_WORDS)


def fold_lot(number: str) -> str:
    """A lot number without differences of width, case and spaces, as lots are recognised by.

    Raises LotUnreadable.
    """
    clean = tidy(number)
    even = clean if clean.isascii() else unicodedata.normalize("NFKC", clean)
    folded = "".join(even.upper().split())
    if len(folded) > LOT_LENGTH_MAX or not folded.isprintable():
        raise errors.LotUnreadable(lot=number[:60], field="lot")
    return folded


@dataclass(frozen=True, slots=True)
class Source:
    """Where produce without a number came from: supplier, and document or else day."""

    supplier_id: int
    document: str
    at: Moment


def lot_key(named: LotNamed, *, agricultural: bool, source: Source) -> str:
    """What a lot is recognised by within its product, the surest first.

    ``L:`` the printed number, ``D:`` the production date, ``S:`` supplier and document or day, for
    farm produce only. Raises LotUnreadable, LotMissing.
    """
    if folded := fold_lot(named.lot):
        return f"L:{folded}"
    if named.produced_on.precision:
        return f"D:{named.produced_on.day or named.produced_on}"
    if agricultural and (document := fold_name(source.document)):
        return f"S:{source.supplier_id}#{_short(document)}"
    if agricultural and source.at.precision >= Precision.DAY:
        return f"S:{source.supplier_id}@{source.at.day}"
    raise errors.LotMissing(field="lot")


def _short(document: str) -> str:
    """A document number short enough for a key; a longer one by its hash."""
    if len(document) <= TEXT_MAX:
        return document
    return sha256(document.encode("utf-8", "surrogatepass")).hexdigest()


def clean_text(text: str, field: str, most: int = TEXT_MAX) -> str:
    """A text with single spaces and without what cannot be printed. Raises TextTooLong."""
    clean = tidy(text)
    if len(clean) > most:
        raise errors.TextTooLong(field=field, length=len(clean))
    return clean


def may_be_agricultural(named: LotNamed, category: str) -> bool:
    """Whether goods without number and date can be farm produce.

    They are when their category says so, or when nothing says otherwise: no GTIN, no category and
    no shelf life, as on a market stall's delivery note.
    """
    if category:
        return is_agricultural(category)
    return not (named.gtin.strip() or named.shelf_life.strip() or named.expires_on.precision)


class ProductKey(NamedTuple):
    """What a product is recognised by: a GTIN, a shop's own code, or name and producer."""

    gtin: str = ""
    in_store: str = ""
    scope_id: int = 0
    name_key: str = ""
    producer_id: int = 0


def code_of(gtin_text: str, in_store: str, shop_id: int) -> ProductKey | None:
    """The key of goods with a number; none where there is none.

    A number from the range shops give themselves means nothing elsewhere, so it is kept under the
    shop that filed it. Raises the identifiers' refusals of a GTIN, NotFood.
    """
    if gtin_text.strip():
        code = _code_of_gtin(gtin_text)
        return ProductKey(in_store=code.in_store, scope_id=shop_id) if code.in_store else code
    if folded := fold_name(clean_text(in_store, "in_store", LOT_LENGTH_MAX)):
        return ProductKey(in_store=folded, scope_id=shop_id)
    return None


@lru_cache(maxsize=16_384)  # a filing names the same products again and again
def _code_of_gtin(text: str) -> ProductKey:
    read = gtin.parse_gtin(text)
    if read.not_food:
        raise errors.NotFood(gtin=read.spelled, kind=read.not_food, field="gtin")
    if read.is_in_store:
        return ProductKey(in_store=read.spelled)
    return ProductKey(gtin=read.digits)


def says_otherwise(stored_key: str, stored_spec: str, *, name: str, spec: str) -> bool:
    """Whether a name or a specification differs by more than width, case and spaces."""
    if name and fold_name(name) != stored_key:
        return True
    return bool(spec and stored_spec) and fold_name(spec) != fold_name(stored_spec)


Contents = Mapping[str, tuple[str, Decimal]]
"""Pack → (what it holds, how many)."""


def innermost(packs: Contents) -> dict[str, tuple[str, Decimal]]:
    """Each pack's innermost unit and how many of it the pack holds; nested packs multiply.

    Raises PackCycle, PackContentUnfit.
    """
    return {pack: _unpacked(pack, packs) for pack in packs}


def _unpacked(pack: str, packs: Contents) -> tuple[str, Decimal]:
    inside, total, seen = pack, Decimal(1), {pack}
    while inside in packs:
        inside, content = packs[inside]
        total *= content
        if inside in seen:
            raise errors.PackCycle(gtin=pack, field="packs")
        seen.add(inside)
    _refuse_unfit(pack, total)
    return inside, total


def _refuse_unfit(pack: str, content: Decimal) -> None:
    fits = content.is_finite() and 0 < content <= CONTENT_MAX
    if not fits or content != content.quantize(CONTENT_STEP):
        raise errors.PackContentUnfit(gtin=pack, contains=str(content), field="packs")


def joined(
    on_file: Contents, declared: Iterable[tuple[str, str, Decimal]]
) -> dict[str, tuple[str, Decimal]]:
    """All packs by innermost unit after new ones (pack, of, contains) are declared.

    The same again is no news, whichever level it is said at; another content of a known pack is a
    contradiction. Raises PackContentUnfit, PackCycle, PackContradicts.
    """
    said: dict[str, tuple[str, Decimal]] = {}
    repeated = list(on_file.items())
    for pack, of, contains in declared:
        _refuse_unfit(pack, contains)
        if pack in said:
            repeated.append((pack, (of, contains)))
        said.setdefault(pack, (of, contains))
    flat = innermost({**on_file, **said})
    for pack, (inside, content) in repeated:
        base, factor = flat.get(inside, (inside, Decimal(1)))
        if flat[pack] != (base, factor * content):
            known = flat[pack] if pack not in on_file else on_file[pack]
            raise errors.PackContradicts(
                gtin=pack, of=known[0], contains=f"{known[1].normalize():f}", field="packs"
            )
    return flat
