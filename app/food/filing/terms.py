"""The words of sheets and uploads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any, BinaryIO, NamedTuple, Protocol, overload

from app.sheets.terms import Row, Values
from ledger.entries.terms import EntryKind, Line, LineColumns, Source, Unreadable, Waiting
from ledger.kernel.moment import Moment

ITEMS_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a sheet: its letter, its header as written, and what it was taken for.

    ``field`` is empty where the header says nothing to us, ``-`` where it is known and of no use
    to the book; ``hint`` is a unit the header carries, as in 数量(公斤).
    """

    letter: str
    text: str
    field: str = ""
    hint: str = ""


class SkipReason(StrEnum):
    """Why a row is no entry; every one that is left out is listed."""

    TOTAL = "total"
    FOOTER = "footer"
    HEADER = "header"


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A row that is no entry: a line of totals, a signature, a header printed again."""

    number: int
    reason: SkipReason
    text: str


class SheetRow(NamedTuple):
    """One row under the header as a line of the book, or why it cannot be read.

    ``number`` is the row as a spreadsheet counts, ``row`` its cells as they stood; ``letters`` maps
    a column's field to its letter. A file has hundreds of thousands of these.
    """

    number: int
    line: Line | Unreadable
    letters: Mapping[str, str]
    row: Row

    @property
    def cells(self) -> Mapping[str, str]:
        """The cell of each field, such as ``C17`` of ``lot``."""
        return {field: f"{letter}{self.number}" for field, letter in self.letters.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """Whose rows are taken: those of one of ``of`` readers; a lot is always the same reader's."""

    number: int = 0
    of: int = 1


class Block(Sequence["SheetRow | Skipped"]):
    """Rows of a sheet, their lines as columns; each is put together only for who asks for it.

    ``alone`` are rows that are no line: skipped ones and those that cannot be read, by where they
    stand in the block. ``columns`` are all others; their places count the rows that are not
    skipped, as a filing does.
    """

    def __init__(
        self,
        block: Sequence[tuple[int, Row]],
        letters: Mapping[str, str],
        columns: LineColumns,
        alone: Mapping[int, SheetRow | Skipped],
    ) -> None:
        self._block, self._letters, self._alone = block, letters, alone
        self.columns = columns
        self.skipped = [it for it in alone.values() if isinstance(it, Skipped)]

    @classmethod
    def of(cls, items: Sequence[SheetRow | Skipped]) -> Block:
        """Rows that are there one by one."""
        if isinstance(items, Block):
            return items
        alone: dict[int, SheetRow | Skipped] = {}
        lines = []
        for at, item in enumerate(items):
            if isinstance(item, SheetRow) and isinstance(item.line, Line):
                lines.append(item.line)
            else:
                alone[at] = item
        entries = [it for it in items if isinstance(it, SheetRow)]
        places = [at for at, it in enumerate(entries) if isinstance(it.line, Line)]
        block = [(it.number, it.row if isinstance(it, SheetRow) else []) for it in items]
        letters = entries[0].letters if entries else {}
        return cls(block, letters, LineColumns.of(lines, places), alone)

    @cached_property
    def entries(self) -> Sequence[int]:
        """Where the rows that are not skipped stand in the block."""
        if not self.skipped:
            return range(len(self._block))
        out = {at for at, it in self._alone.items() if isinstance(it, Skipped)}
        return [at for at in range(len(self._block)) if at not in out]

    @property
    def unreadable(self) -> dict[int, Unreadable]:
        """The lines that cannot be read, by their place among those that are not skipped."""
        if not self._alone:
            return {}
        return {
            place: it.line
            for place, at in enumerate(self.entries)
            if isinstance(it := self._alone.get(at), SheetRow) and isinstance(it.line, Unreadable)
        }

    def entry(self, place: int) -> SheetRow:
        """A row by its place among those that are not skipped."""
        found = self[self.entries[place]]
        assert isinstance(found, SheetRow)
        return found

    def __len__(self) -> int:
        return len(self._block)

    @overload
    def __getitem__(self, at: int) -> SheetRow | Skipped: ...
    @overload
    def __getitem__(self, at: slice) -> list[SheetRow | Skipped]: ...
    def __getitem__(self, at: int | slice) -> SheetRow | Skipped | list[SheetRow | Skipped]:
        if isinstance(at, slice):
            return [self[place] for place in range(*at.indices(len(self)))]
        if at in self._alone:
            return self._alone[at]
        number, row = self._block[at]
        return SheetRow(number, self.columns.line(self._row_of(at)), self._letters, row)

    def _row_of(self, at: int) -> int:
        return at if not self._alone else at - sum(1 for it in self._alone if it < at)


class Taken(NamedTuple):
    """Rows that were taken from a sheet: how many were gone through, and those of the share."""

    passed: int
    items: Sequence[SheetRow | Skipped]


class Reading(Protocol):
    """One going through the rows of a sheet, from the first to the last."""

    def pass_over(self, rows: int) -> int:
        """Go past filled rows without reading them; how many there were."""

    def take(self, rows: int, share: Share) -> Taken:
        """Go through the next filled rows, at most so many, and read those of a share."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A sheet whose header was understood; ``read`` begins to go through its rows, ever again.

    ``kind`` is what all its rows are, None where a column says it row by row. ``above`` are the
    rows over the header, kept for the sheet of refused rows. ``divides`` says that rows of
    different lots have nothing to do with each other.
    """

    name: str
    kind: EntryKind | None
    header_row: int
    columns: tuple[Column, ...]
    above: tuple[Values, ...]
    rows: int
    divides: bool
    read: Callable[[], Reading] = field(repr=False, compare=False)

    def items(self) -> Iterator[SheetRow | Skipped]:
        """Every filled row, in order."""
        reading = self.read()
        while (taken := reading.take(ITEMS_AT_ONCE, Share())).passed:
            yield from taken.items


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A sheet of a workbook that was not read, and the refusal that says why."""

    name: str
    code: str
    params: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Workbook:
    """A file of sheets: those understood, and those left out."""

    sheets: tuple[Sheet, ...]
    left_out: tuple[LeftOut, ...]

    @property
    def rows(self) -> int:
        """How many rows stand under the headers, empty ones not counted."""
        return sum(sheet.rows for sheet in self.sheets)


class UploadState(StrEnum):
    """Where an upload stands."""

    WAITING = "waiting"
    READING = "reading"
    DONE = "done"
    REFUSED = "refused"


class RowState(StrEnum):
    """What became of a row that is kept with an upload; filed ones are in the book."""

    REFUSED = "refused"
    WARNED = "warned"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveUpload:
    """Take in a file of entries for an operator's book.

    ``content`` is read once, in pieces. ``kind`` is what the sender says the rows are, where the
    file itself does not tell.
    """

    operator_id: int
    filename: str
    content: BinaryIO = field(repr=False)
    kind: EntryKind | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """An upload as it stands now; ``code`` and ``params`` say why it was refused as a whole.

    ``taken`` is how many rows each of its readers has gone through.
    """

    id: int
    operator_id: int
    filename: str
    sha256: str
    size: int
    kind: EntryKind | None
    source: Source
    state: UploadState
    code: str
    params: Mapping[str, Any]
    sheets: tuple[Mapping[str, Any], ...]
    warnings: Mapping[str, int]
    rows_total: int
    rows_done: int
    accepted: int
    refused: int
    warned: int
    skipped: int
    attempts: int
    taken: tuple[int, ...]
    created_at: datetime
    updated_at: datetime
    finished_at: datetime | None

    @property
    def is_finished(self) -> bool:
        """Whether nothing more will change."""
        return self.state in (UploadState.DONE, UploadState.REFUSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadRow:
    """One row that was refused, warned about or skipped: sheet, cell, rule and parameters."""

    id: int
    sheet: int
    sheet_name: str
    number: int
    state: RowState
    code: str
    rule: str
    field: str
    cell: str
    params: Mapping[str, Any]
    values: Values


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What one sender dispatched together: same document, or same day where there is none.

    ``id`` follows from the dispatches in it, so that it means the same until it is answered.
    """

    id: str
    sender_id: int
    sender_name: str
    at: Moment
    document: str
    lines: tuple[Waiting, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeDelivery:
    """Receive a delivery: every line as dispatched, or in the quantities that came.

    ``quantities`` maps the reference of a dispatch to what came of it; ``0`` leaves it out.
    """

    operator_id: int
    delivery_id: str
    quantities: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Receive:
    """File what came of some lines that were sent; ``quantities`` as for TakeDelivery."""

    operator_id: int
    lines: Sequence[Waiting]
    filing_key: str
    quantities: Mapping[str, str] = field(default_factory=dict)
    source: Source = Source.PAGE
