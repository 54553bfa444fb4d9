"""The names in an answer: kept as the store gives them, made into objects when they are read."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, TypeVar

from ledger.kernel.moment import from_stored
from scanner.trace.queries.statements import FIELD_END, RECORD_END
from scanner.trace.terms import LotShown, OperatorShown

T = TypeVar("T")
_PAIR, _FIRST = struct.Struct(">ii"), struct.Struct(">qi")


class Shown(Mapping[int, T]):
    """Things by id, each made of its record the first time somebody asks for it."""

    def __init__(self, records: Mapping[int, str], make: Callable[[str], T]) -> None:
        self._records, self._make = records, make
        self._made: dict[int, T] = {}

    def __getitem__(self, number: int) -> T:
        made = self._made.get(number)
        if made is None:
            made = self._made[number] = self._make(self._records[number])
        return made

    def __iter__(self) -> Iterator[int]:
        return iter(self._records)

    def __len__(self) -> int:
        return len(self._records)


@dataclass(slots=True)
class Names:
    """What the store says of lots and operators, by id.

    ``merged`` gives the operator another is read as, ``firsts`` the lot in the public reference of
    an entry that has several.
    """

    merged: dict[int, int] = field(default_factory=dict)
    firsts: dict[int, int] = field(default_factory=dict)
    _people: list[str] = field(default_factory=list)
    _lots: list[str] = field(default_factory=list)

    def add(self, found: Any) -> None:
        """Take in what one statement says (``statements.NAMES`` and those that end like it)."""
        self._people += [said for said in (found.people, found.targets) if said]
        self._lots += [found.lots] if found.lots else []
        self.merged.update(_PAIR.iter_unpack(found.merged or b""))
        self.firsts.update(_FIRST.iter_unpack(found.firsts or b""))

    @property
    def operators(self) -> Shown[OperatorShown]:
        """The operators as an answer names them."""
        return Shown(_by_id(self._people), _operator)

    def lots(self) -> tuple[Shown[LotShown], dict[int, Fraction], dict[int, tuple[bool, bool]]]:
        """The lots; how many base units one of a pack holds; and which are packs or doubtful.

        A lot is doubtful whose producer was only assumed.
        """
        records = _by_id(self._lots)
        packs: dict[int, Fraction] = {}
        doubtful: dict[int, tuple[bool, bool]] = {}
        for number, record in records.items():
            _, product, rest = record.split(FIELD_END, 2)
            assumed, base, contains = rest.rsplit(FIELD_END, 3)[1:]
            if base not in ("0", product):
                packs[number] = Fraction(contains)
            doubtful[number] = number in packs, assumed == "t"
        return Shown(records, _lot), packs, doubtful


def _by_id(texts: list[str]) -> dict[int, str]:
    """Records by the number each begins with."""
    return {
        int(record[: record.index(FIELD_END)]): record
        for text in texts
        for record in text.split(RECORD_END)
    }


def _operator(record: str) -> OperatorShown:
    number, uscc, name, kind, division, registered = record.split(FIELD_END)
    return OperatorShown(
        id=int(number),
        uscc=uscc,
        name=name,
        kind=kind,
        division=division,
        registered=registered == "t",
    )


def _lot(record: str) -> LotShown:
    number, product, gtin, name, spec, printed, key, producer, *dates = record.split(FIELD_END)[:12]
    made, made_precision, ends, ends_precision = map(int, dates)
    return LotShown(
        id=int(number),
        gtin=gtin,
        number=printed or key.partition(":")[2],
        product_id=int(product),
        product=name,
        spec=spec,
        producer_id=int(producer) or None,
        produced_on=from_stored(made, made_precision) if made_precision else None,
        expires_on=from_stored(ends, ends_precision) if ends_precision else None,
    )
