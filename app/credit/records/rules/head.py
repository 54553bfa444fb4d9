"""The head of a sheet: which column is which field of an item."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.credit.records import errors
from app.credit.records.terms import Item
from app.sheets.cells import narrowed, text_of
from app.sheets.terms import Row

HEAD_AMONG = 20  # filled rows; over the head stand a title and who sends it, no more
REASON = "未收原因"
"""Head of the column added to a sheet of refused rows; it may stay when the sheet comes back."""
_MARKS = "*＊★:：()（）[]【】\"'"
_UNITS = ("元", "必填", "选填")


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The head of a sheet: its row from 1, its texts, and the place of each field found."""

    row: int
    texts: tuple[str, ...]
    places: dict[str, int]


def head_of(rows: Sequence[tuple[int, Row]], item: Item) -> Head:
    """The head among the first filled rows, (number, cells) each: the row that knows most fields.

    Raises HeadWrong, naming the fields that are required and not there, the columns that are no
    field of the item, and the fields that stand there twice.
    """
    if not rows:
        raise errors.SheetWithoutRows(item=item.code)
    names = _names_of(item)
    best = max(rows, key=lambda it: sum(_folded(text_of(cell)) in names for cell in it[1]))
    texts = tuple(text_of(cell)[:100] for cell in best[1])
    places: dict[str, int] = {}
    unknown, twice = [], []
    for place, text in enumerate(texts):
        field = names.get(_folded(text))
        if field is None:
            unknown += [text] if text and text != REASON else []
        elif field in places:
            twice.append(text)
        else:
            places[field] = place
    missing = [it.zh for it in item.fields if it.required and it.name not in places]
    if missing or unknown or twice:
        raise errors.HeadWrong(
            item=item.code,
            missing="、".join(missing),
            unknown="、".join(unknown)[:300],
            twice="、".join(twice),
        )
    return Head(row=best[0], texts=texts, places=places)


def _names_of(item: Item) -> dict[str, str]:
    """Every way a field of an item may stand in a head -> its name."""
    names: dict[str, str] = {}
    for field in item.fields:
        for text in (field.name, field.zh, field.en):
            names.setdefault(_folded(text), field.name)
    return names


def _folded(text: str) -> str:
    bare = "".join(char for char in narrowed(text).casefold() if char not in _MARKS)
    bare = bare.replace(" ", "").replace("_", "")
    for unit in _UNITS:
        bare = bare.removesuffix(unit) or bare
    return bare
