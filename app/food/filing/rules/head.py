"""Finding the header of a sheet, under titles and merged cells, and what each column means."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import islice

from app.food.filing import errors
from app.food.filing.terms import Column
from app.sheets.cells import text_of
from app.sheets.grid import Grid
from app.sheets.terms import Row, Values
from ledger.entries.terms import EntryKind

SEARCHED = 40  # rows in which a header is looked for
UNKNOWN, OF_NO_USE = "", "-"
_GOODS = frozenset({"name", "gtin", "sscc"})
_BRACKETS = re.compile(r"[(（\[【<〈](.*?)[)）\]】>〉]")
_NOISE = re.compile(r"[\s*＊:：;；、\"'“”]+")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a header word means: the field, and the kind of entry it gives away, if any."""

    field: str
    kind: EntryKind | None


@dataclass(frozen=True, slots=True)
class Word:
    """A word for what happened, and how: ``return``, ``consumers`` or neither."""

    kind: EntryKind
    variant: str


@dataclass(frozen=True, slots=True)
class Head:
    """A header found: its last row from 1, its columns, the kinds its words give away."""

    row: int
    columns: tuple[Column, ...]
    votes: frozenset[EntryKind]
    above: tuple[Values, ...]

    @property
    def fields(self) -> frozenset[str]:
        """What the columns are, known ones only."""
        return frozenset(column.field for column in self.columns) - {UNKNOWN, OF_NO_USE}


def _table(name: str) -> Iterator[dict[str, str]]:
    text = files("app.food.filing").joinpath(f"data/{name}.csv").read_text("utf-8")
    yield from csv.DictReader(text.splitlines())


@cache
def aliases() -> dict[str, Meaning]:
    """Every header word that is understood, folded, from ``data/columns.csv``."""
    found: dict[str, Meaning] = {}
    for line in _table("columns"):
        meaning = Meaning(line["field"], EntryKind(line["kind"]) if line["kind"] else None)
        found |= {folded(alias): meaning for alias in line["aliases"].split("|")}
    return found


@cache
def kind_words(where: str) -> dict[str, Word]:
    """Words for what happened, from ``data/kinds.csv``; ``where`` is ``title`` or ``cell``."""
    return {
        folded(line["word"]): Word(EntryKind(line["kind"]), line["variant"])
        for line in _table("kinds")
        if where in line["where"].split("|")
    }


def folded(text: str) -> str:
    """A header word as it is looked up: half-width, lower case, without spaces and marks."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", text)).casefold()


def meaning_of(text: str) -> tuple[Meaning | None, str]:
    """What a header cell means, and the hint in its brackets: 数量(公斤) is a quantity in 公斤."""
    whole = unicodedata.normalize("NFKC", text)
    if found := aliases().get(folded(whole)):
        return found, ""
    bare = folded(_BRACKETS.sub("", whole))
    hint = _BRACKETS.search(whole)
    return aliases().get(bare), hint[1].strip()[:10] if hint else ""


def letter(index: int) -> str:
    """The letters a spreadsheet gives a column, counted from 0."""
    name = ""
    while index >= 0:
        index, rest = divmod(index, 26)
        name = chr(65 + rest) + name
        index -= 1
    return name


def header_of(ways: Iterable[Grid]) -> tuple[Grid, Head]:
    """The way of reading a sheet, and the row in it, that names the most columns.

    Raises HeaderUnreadable unless goods and quantity are named.
    """
    best: tuple[Grid, Head] | None = None
    seen: list[str] = []
    for grid in ways:
        rows = list(islice(grid.rows(), SEARCHED + 1))
        for head in _candidates(grid, rows):
            if best is None or len(head.fields) > len(best[1].fields):
                best = grid, head
        seen = seen or _first_words(rows)
    if best is None or "quantity" not in best[1].fields or not best[1].fields & _GOODS:
        raise errors.HeaderUnreadable(seen="、".join(seen)[:200] or "–")
    return best


def _first_words(rows: list[Row]) -> list[str]:
    full = [[text_of(cell)[:20] for cell in row if text_of(cell)] for row in rows]
    return max(full, key=len, default=[])[:10] if full else []


def _candidates(grid: Grid, rows: list[Row]) -> Iterator[Head]:
    texts = [[text_of(cell) for cell in row] for row in rows]
    for index, row in enumerate(texts[:SEARCHED]):
        if not any(row):
            continue
        yield _head(index, row, texts)
        if index + 1 < len(texts) and any(texts[index + 1]):
            yield _head(index + 1, _joined(grid, index, row, texts[index + 1]), texts)


def _joined(grid: Grid, index: int, over: list[str], under: list[str]) -> list[str]:
    """Two header rows as one: 供货者 over 名称 and 电话 is 供货者名称 and 供货者电话."""
    wide = max(len(over), len(under))
    over = over + [""] * (wide - len(over))
    under = under + [""] * (wide - len(under))
    if grid.is_text:
        for column in range(1, wide):
            if not over[column] and under[column]:
                over[column] = over[column - 1]
    for first_row, first, last_row, last in grid.spans:
        if first_row == index == last_row:
            for column in range(first, min(last + 1, wide)):
                over[column] = over[first]
    return [
        above if not below or folded(below) == folded(above) else above + below
        for above, below in zip(over, under, strict=True)
    ]


def _head(index: int, row: list[str], texts: list[list[str]]) -> Head:
    columns: list[Column] = []
    votes: set[EntryKind] = set()
    taken: set[str] = set()
    for place, text in enumerate(row):
        meaning, hint = meaning_of(text) if text else (None, "")
        field = meaning.field if meaning else UNKNOWN
        if field in taken and field != OF_NO_USE:
            field = UNKNOWN  # the first of two columns with one meaning counts
        elif meaning and meaning.kind:
            votes.add(meaning.kind)
        taken.add(field)
        columns.append(Column(letter=letter(place), text=text[:60], field=field, hint=hint))
    above = tuple(tuple(line) for line in texts[: index + 1])
    return Head(index + 1, tuple(columns), frozenset(votes), above)


def kind_in(text: str) -> EntryKind | None:
    """The kind of entry a title, a sheet's name or a file's name gives away, if only one."""
    said = folded(text)
    found = {word.kind for name, word in kind_words("title").items() if name in said}
    return found.pop() if len(found) == 1 else None
