"""The names in an answer: kept as the store gives them, made into objects when they are read."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np

from ledger.kernel.moment import from_stored
from scanner.trace.queries.statements import FIELD_END, RECORD_END
from scanner.trace.terms import LotShown, OperatorShown

_PAIR, _FIRST = struct.Struct(">ii"), struct.Struct(">qi")
_LOT = np.dtype(
    [
        ("id", ">i4"),
        ("product", ">i4"),
        ("producer", ">i4"),
        ("made", ">i4"),
        ("ends", ">i4"),
        ("made_precision", ">i2"),
        ("ends_precision", "i1"),
        ("assumed", "i1"),
    ]
)


class Operators(Mapping[int, OperatorShown]):
    """Operators by id, each made an object the first time somebody asks for it."""

    def __init__(self, columns: list[Any], gone: set[int]) -> None:
        self._columns, self._gone = columns, gone
        self._made: dict[int, OperatorShown] = {}

    @cached_property
    def _places(self) -> dict[int, int]:
        """Where in the columns each operator stands; who is read as another is not there."""
        ids: list[int] = []
        for one in self._columns:
            ids += np.frombuffer(one.ids, ">i4").tolist()
        places = dict(zip(ids, range(len(ids)), strict=True))
        for number in self._gone:
            places.pop(number, None)
        return places

    @cached_property
    def _texts(self) -> list[list[str]]:
        """The names, codes, kinds and divisions, each as a list."""
        return [_apart(self._columns, name) for name in ("names", "usccs", "kinds", "divisions")]

    @cached_property
    def _strangers(self) -> set[int]:
        return {
            number
            for one in self._columns
            for number in np.frombuffer(one.strangers or b"", ">i4").tolist()
        }

    @cached_property
    def _targets(self) -> dict[int, OperatorShown]:
        """Those that others are read as."""
        texts = [one.targets for one in self._columns if one.targets]
        found = [_target(record) for text in texts for record in text.split(RECORD_END)]
        return {one.id: one for one in found}

    def __getitem__(self, number: int) -> OperatorShown:
        made = self._made.get(number)
        if made is None:
            made = self._made[number] = self._make(number)
        return made

    def _make(self, number: int) -> OperatorShown:
        place = self._places.get(number)
        if place is None:
            return self._targets[number]
        name, uscc, kind, division = (texts[place] for texts in self._texts)
        return OperatorShown(number, uscc, name, kind, division, number not in self._strangers)

    def __iter__(self) -> Iterator[int]:
        yield from self._places
        yield from (number for number in self._targets if number not in self._places)

    def __len__(self) -> int:
        return len(self._places.keys() | self._targets.keys())


class Lots(Mapping[int, LotShown]):
    """Lots by id, each made an object the first time somebody asks for it."""

    def __init__(self, columns: list[Any]) -> None:
        tables = [np.frombuffer(one.lot_numbers, _LOT) for one in columns]
        self._columns, self._tables = columns, tables
        self._made: dict[int, LotShown] = {}
        ids = [number for table in tables for number in table["id"].tolist()]
        self._places = dict(zip(ids, range(len(ids)), strict=True))

    @cached_property
    def _texts(self) -> list[list[str]]:
        """GTINs, names, specifications, printed numbers and keys, each as a list."""
        names = ("gtins", "lot_names", "specs", "printed", "keys")
        return [_apart(self._columns, name) for name in names]

    @cached_property
    def _numbers(self) -> list[tuple[int, ...]]:
        return [row for table in self._tables for row in table.tolist()]

    @property
    def assumed(self) -> set[int]:
        """The lots whose producer was only assumed."""
        return {
            number
            for table in self._tables
            for number in table["id"][table["assumed"] != 0].tolist()
        }

    def __getitem__(self, number: int) -> LotShown:
        made = self._made.get(number)
        if made is None:
            made = self._made[number] = self._make(self._places[number])
        return made

    def _make(self, place: int) -> LotShown:
        number, product, producer, made, ends, made_precision, ends_precision, _ = self._numbers[
            place
        ]
        gtin, name, spec, printed, key = (texts[place] for texts in self._texts)
        return LotShown(
            id=number,
            gtin=gtin,
            number=printed or key.partition(":")[2],
            product_id=product,
            product=name,
            spec=spec,
            producer_id=producer or None,
            produced_on=from_stored(made, made_precision) if made_precision else None,
            expires_on=from_stored(ends, ends_precision) if ends_precision else None,
        )

    def __iter__(self) -> Iterator[int]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


@dataclass(slots=True)
class Names:
    """What the store says of lots and operators, by id.

    ``merged`` gives the operator another is read as, ``firsts`` the lot in the public reference of
    an entry that has several.
    """

    merged: dict[int, int] = field(default_factory=dict)
    firsts: dict[int, int] = field(default_factory=dict)
    _found: list[Any] = field(default_factory=list)

    def add(self, found: Any) -> None:
        """Take in what one statement says (``statements.NAMES`` and those that end like it)."""
        self._found.append(found)
        self.merged.update(_PAIR.iter_unpack(found.merged or b""))
        self.firsts.update(_FIRST.iter_unpack(found.firsts or b""))

    @property
    def operators(self) -> Operators:
        """The operators as an answer names them."""
        return Operators([one for one in self._found if one.ids], set(self.merged))

    @property
    def lots(self) -> Lots:
        """The lots as an answer names them."""
        return Lots([one for one in self._found if one.lot_numbers])

    @property
    def packs(self) -> dict[int, Fraction]:
        """How many base units one of a pack holds, by the pack's lot."""
        said = " ".join(one.packs for one in self._found if one.packs)
        pairs = (each.partition("=") for each in said.split())
        return {int(lot): Fraction(contains) for lot, _, contains in pairs}


def _apart(found: list[Any], name: str) -> list[str]:
    """A column of texts as the store gives it, taken apart."""
    return [text for one in found for text in getattr(one, name).split(RECORD_END)]


def _target(record: str) -> OperatorShown:
    number, uscc, name, kind, division, registered = record.split(FIELD_END)
    return OperatorShown(int(number), uscc, name, kind, division, registered == "t")
