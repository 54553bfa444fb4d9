"""Many lines given column by column, and what filing them answers."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from ledger.entries.terms.filing import (
    EntryKind,
    FileEntries,
    Line,
    Mode,
    Portion,
    Refused,
    Source,
    Unreadable,
    Warned,
)
from ledger.kernel.moment import Moment
from ledger.products.terms import LotNamed
from ledger.subjects.terms import Party

T = TypeVar("T")
TEXTS = (
    "document",
    "document_line",
    "certificate",
    "origin",
    "storage",
    "reason",
    "override_reason",
    "note",
)
"""The fields of a line that columns of texts may be about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineColumns:
    """Many lines about one lot each, column by column; all columns are of one length.

    ``places`` are where the lines stand in the filing. What lines have in common should be the
    same object in all of them: that is what makes columns quick. ``amounts`` are quantity and unit
    as text. ``texts`` holds fields of a Line that are texts, by name; one that is left out is
    empty in all lines.
    """

    places: Sequence[int]
    kinds: Sequence[EntryKind]
    partners: Sequence[Party | None]
    lots: Sequence[LotNamed]
    amounts: Sequence[tuple[str, str]]
    at: Sequence[Moment]
    returns: Sequence[bool]
    operators: Sequence[Party | None]
    texts: Mapping[str, Sequence[str]]

    @classmethod
    def of(cls, lines: Sequence[Line], places: Sequence[int]) -> LineColumns:
        """Lines that are there one by one; each is about one lot."""
        portions = [line.portions[0] for line in lines]
        return cls(
            places=places,
            kinds=[line.kind for line in lines],
            partners=[line.partner for line in lines],
            lots=[portion.lot for portion in portions],
            amounts=[(portion.quantity, portion.unit) for portion in portions],
            at=[line.at for line in lines],
            returns=[line.is_return for line in lines],
            operators=[line.operator for line in lines],
            texts={name: [getattr(line, name) for line in lines] for name in TEXTS},
        )

    def __len__(self) -> int:
        """How many lines these are."""
        return len(self.places)

    def line(self, row: int) -> Line:
        """One of the lines by itself."""
        quantity, unit = self.amounts[row]
        texts: dict[str, Any] = {name: column[row] for name, column in self.texts.items()}
        return Line(
            kind=self.kinds[row],
            operator=self.operators[row],
            portions=(Portion(lot=self.lots[row], quantity=quantity, unit=unit),),
            partner=self.partners[row],
            at=self.at[row],
            is_return=self.returns[row],
            **texts,
        )

    def only(self, rows: Sequence[int]) -> LineColumns:
        """These lines alone."""
        return LineColumns(
            places=_among(self.places, rows),
            kinds=_among(self.kinds, rows),
            partners=_among(self.partners, rows),
            lots=_among(self.lots, rows),
            amounts=_among(self.amounts, rows),
            at=_among(self.at, rows),
            returns=_among(self.returns, rows),
            operators=_among(self.operators, rows),
            texts={name: _among(column, rows) for name, column in self.texts.items()},
        )


def _among(column: Sequence[T], rows: Sequence[int]) -> list[T]:
    return [column[row] for row in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileColumns:
    """The same as FileEntries for many lines given as columns; the good ones are kept.

    ``unreadable`` are the lines the door could not turn into any, by where they stand.
    """

    operator_id: int
    filing_key: str
    content_hash: bytes
    columns: LineColumns
    unreadable: Mapping[int, Unreadable] = dataclasses.field(default_factory=dict)
    source: Source = Source.SHEET
    upload_id: int | None = None

    @property
    def lines(self) -> Sequence[Line | Unreadable]:
        """All lines one by one, in their order."""
        found: dict[int, Line | Unreadable] = dict(self.unreadable)
        columns = self.columns
        found |= {place: columns.line(row) for row, place in enumerate(columns.places)}
        return [found[place] for place in sorted(found)]

    def by_lines(self) -> FileEntries:
        """The same command line by line."""
        return FileEntries(
            operator_id=self.operator_id,
            filing_key=self.filing_key,
            content_hash=self.content_hash,
            lines=tuple(self.lines),
            mode=Mode.GOOD,
            source=self.source,
            upload_id=self.upload_id,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FiledColumns:
    """The answer to a filing by columns, with its warnings counted instead of listed.

    ``warned`` is how many lines were filed with a remark, ``counts`` how many remarks of each code
    there are, ``warnings`` the first of each code.
    """

    filing_id: int
    filing_key: str
    accepted: int
    refused: tuple[Refused, ...]
    warned: int
    counts: Mapping[str, int]
    warnings: tuple[Warned, ...]
    receipt: str
    filed_at: datetime
    replayed: bool = False
