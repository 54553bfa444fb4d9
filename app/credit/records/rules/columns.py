"""Rows of an item read by columns: what a column says several times is read once.

``ItemReader`` is the only reader of what agencies send, be it a sheet, JSON lines, a request or a
form; nothing here knows the store, so that a million rows are read while others are written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from app.credit.records import errors
from app.credit.records.rules.cells import reader_of
from app.credit.records.rules.identity import APART, keys_of, record_ids
from app.credit.records.rules.usccs import surely_right
from app.credit.records.terms import (
    Field,
    FieldRole,
    FieldType,
    Item,
    SubjectForm,
)
from app.sheets.terms import Cell
from ledger.kernel.errors import Refusal

KNOWN_MAX = 50_000  # distinct values of a column that are remembered from block to block
_FEW = 4  # a column with fewer than a fourth of its cells distinct is read by distinct values
_FORMS = {"91": SubjectForm.FIRM, "92": SubjectForm.SOLE_TRADER, "93": SubjectForm.COOPERATIVE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Rows of an item as columns, the good ones apart from those that cannot be taken.

    ``places`` are the good rows' places among the rows that were read; the lists beside it have an
    element for each. ``ids`` are the records' own ids (low bits zero), ``said`` what they keep,
    ``filled`` how many of all good rows' cells hold anything. ``faults`` is the first fault of
    each other row by its place.
    """

    count: int
    places: Sequence[int]
    usccs: Sequence[str]
    names: Sequence[str]
    days: Sequence[str]
    ids: npt.NDArray[np.int64]
    said: Sequence[str]
    filled: int
    faults: Mapping[int, Refusal] = field(default_factory=dict)


class Known(dict[Cell, "str | Refusal"]):
    """What the distinct cells of a column say; each is read when it is met first."""

    def __init__(self, read: Callable[[Cell], str]) -> None:
        super().__init__()
        self.read = read
        self.faults = False

    def __missing__(self, cell: Cell) -> str | Refusal:
        """Read what has not been met before; a refusal is kept in the place of a text."""
        try:
            found: str | Refusal = self.read(cell)
        except Refusal as refusal:
            found, self.faults = refusal, True
        if len(self) >= KNOWN_MAX:
            self.clear()
        self[cell] = found
        return found


class FieldReader:
    """Reads the columns of one field, block after block."""

    def __init__(self, of: Field, today: date) -> None:
        self.of = of
        self.known = Known(reader_of(of, today))

    def column(self, cells: Sequence[Cell]) -> Sequence[str | Refusal]:
        """What each cell says, or its refusal; ``has_faults`` says whether there may be one."""
        kinds = set(map(type, cells))
        if bool in kinds:
            cells = ["是" if it is True else "否" if it is False else it for it in cells]
        if self.of.type in _AT_ONCE and kinds == {str} and len(set(cells)) * _FEW > len(cells):
            return _AT_ONCE[self.of.type](self, cells)
        return list(map(self.known.__getitem__, cells))

    def texts(self, cells: Sequence[Any]) -> Sequence[str | Refusal]:
        """A column of texts most of which are different: looked at as one text."""
        stripped: list[str] = list(map(str.strip, cells))
        plain = (
            "".join(stripped).isprintable()
            and max(map(len, stripped)) <= self.of.longest
            and not {text[:1] for text in stripped} & {"=", "#", "'"}
        )
        return stripped if plain else list(map(self.known.__getitem__, stripped))

    def usccs(self, cells: Sequence[Any]) -> Sequence[str | Refusal]:
        """A column of codes most of which are different: their check characters at once."""
        right = surely_right(cells)
        if right.all():
            return list(cells)
        known = self.known
        return [
            text if fine else known[text] for text, fine in zip(cells, right.tolist(), strict=True)
        ]


_AT_ONCE: dict[FieldType, Callable[[FieldReader, Sequence[Any]], Sequence[str | Refusal]]] = {
    FieldType.TEXT: FieldReader.texts,
    FieldType.USCC: FieldReader.usccs,
}


class ItemReader:
    """Reads rows of one item whose columns stand at the given places."""

    def __init__(self, item: Item, agency_id: int, places: Mapping[str, int], today: date) -> None:
        self.item, self.agency_id, self.places = item, agency_id, places
        self._readers = {it.name: FieldReader(it, today) for it in item.fields if it.name in places}

    def read(
        self,
        wide: Sequence[Sequence[Cell]],
        count: int,
        strays: Mapping[int, Refusal] | None = None,
    ) -> Block:
        """Rows given as columns of one length; columns the sheet does not have are empty.

        Every fault names its field. Of a row's faults the first in the item's order counts, and
        ``strays``, which are known already, before all.
        """
        columns, faults = self.columns(wide, count, strays or {})
        return self._block(columns, count, faults)

    def columns(
        self, wide: Sequence[Sequence[Cell]], count: int, strays: Mapping[int, Refusal]
    ) -> tuple[dict[str, Sequence[str]], dict[int, Refusal]]:
        """Every field of the item as a column of kept texts, and the faulty rows' first faults."""
        faults = dict(strays)
        columns: dict[str, Sequence[str]] = {}
        for one in self.item.fields:
            place = self.places.get(one.name, len(wide))
            cells: Sequence[Cell] = wide[place] if place < len(wide) else [""] * count
            columns[one.name] = self._column(one, cells, faults)
        self._look_across(columns, faults)
        return columns, faults

    def _column(
        self, one: Field, cells: Sequence[Cell], faults: dict[int, Refusal]
    ) -> Sequence[str]:
        reader = self._readers.get(one.name)
        found: Sequence[Any] = reader.column(cells) if reader else [""] * len(cells)
        if reader is not None and reader.known.faults:
            found = list(_without_faults(found, faults))
        if _must(one, self.item) and "" in found:
            for place, text in enumerate(found):
                if not text and place not in faults:
                    faults[place] = _missing(one, self.item)
        return found

    def _look_across(
        self, columns: Mapping[str, Sequence[str]], faults: dict[int, Refusal]
    ) -> None:
        """Find what is wrong between the cells of a row."""
        day, until = self.item.field_of(FieldRole.DATE), self.item.field_of(FieldRole.UNTIL)
        if day and until:
            both = zip(columns[day.name], columns[until.name], strict=True)
            for place, (begun, ends) in enumerate(both):
                if ends and ends < begun and place not in faults:
                    faults[place] = errors.DaysReversed(field=until.name, begun=begun, ends=ends)
        subject = self.item.field_of(FieldRole.SUBJECT)
        if self.item.forms and subject:
            for place, uscc in enumerate(columns[subject.name]):
                if form_of(uscc) not in self.item.forms and place not in faults:
                    faults[place] = errors.WrongForm(field=subject.name, uscc=uscc)

    def _block(
        self, columns: Mapping[str, Sequence[str]], count: int, faults: dict[int, Refusal]
    ) -> Block:
        places: Sequence[int] = range(count)
        if faults:
            places = [place for place in range(count) if place not in faults]
            columns = {
                name: [column[place] for place in places] for name, column in columns.items()
            }
        roles = {it.role: columns[it.name] for it in self.item.fields if it.role}
        empty = [""] * len(places)
        own = {
            it.name: empty if it.role in (FieldRole.SUBJECT, FieldRole.DATE) else columns[it.name]
            for it in self.item.fields
        }
        said = list(map(APART.join, zip(*own.values(), strict=True)))
        return Block(
            count=count,
            places=places,
            usccs=roles[FieldRole.SUBJECT],
            names=roles.get(FieldRole.NAME, empty),
            days=roles[FieldRole.DATE],
            ids=record_ids(self.item, self.agency_id, keys_of(self.item, columns)),
            said=said,
            filled=sum(len(places) - list(column).count("") for column in columns.values()),
            faults=faults,
        )


def _without_faults(found: Sequence[Any], faults: dict[int, Refusal]) -> Iterator[str]:
    for place, text in enumerate(found):
        if isinstance(text, Refusal):
            faults.setdefault(place, text)
            yield ""
        else:
            yield text


def _must(one: Field, item: Item) -> bool:
    """Whether a field may not be empty: negative records name their ground."""
    always = one.role in (FieldRole.SUBJECT, FieldRole.DATE) or one.name in item.key
    return one.required or always or (item.negative and one.role is FieldRole.BASIS)


def _missing(one: Field, item: Item) -> Refusal:
    if item.negative and one.role is FieldRole.BASIS:
        return errors.BasisMissing(field=one.name, name=one.zh)
    return errors.FieldMissing(field=one.name, name=one.zh)


def form_of(uscc: str) -> SubjectForm:
    """The kind of body a USCC belongs to."""
    return _FORMS.get(uscc[:2], SubjectForm.ORGANISATION)


def read_one(item: Item, said: Mapping[str, str], today: date) -> dict[str, str]:
    """The fields of one record as they are kept, by name; all of the item's, empty ones too.

    Raises UnknownColumn and what a row of a sheet may be refused for, with its field.
    """
    known = {one.name for one in item.fields}
    stray = next((name for name in said if name not in known), None)
    if stray is not None:
        raise errors.UnknownColumn(field=stray[:60], name=stray[:60])
    reader = ItemReader(item, 0, {name: place for place, name in enumerate(said)}, today)
    columns, faults = reader.columns([[text] for text in said.values()], 1, {})
    if faults:
        raise faults[0]
    return {name: column[0] for name, column in columns.items()}
