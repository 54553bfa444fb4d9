"""Filing lines of which some are plain: these by columns, and only the others line by line."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from ledger.entries.services.columns.coding import by_identity
from ledger.entries.services.columns.filing import file_columns
from ledger.entries.services.columns.table import is_plain_lot
from ledger.entries.terms import FileColumns, FiledColumns, LineColumns, Warned
from ledger.kernel.uow import UnitOfWork

PLAIN, REST = "plain", "rest"


def file_parts(uow: UnitOfWork, command: FileColumns, *, kept: int) -> FiledColumns:
    """File lines by columns, as two filings where some are about goods without a code or number.

    What rules ask of other lines they ask of lines about the same lot or on the same document, and
    these are not parted. The answer is that of both together; ``filing_id`` and ``receipt`` are
    those of the first.

    Refuses, announces: as file_columns.
    """
    rest = _not_plain(command.columns)
    plain = [row for row in range(len(command.columns)) if row not in rest]
    if not rest or not plain:
        return file_columns(uow, command, kept=kept)
    first = _filed(uow, _part(command, PLAIN, plain), kept)
    return _both(first, _filed(uow, _part(command, REST, sorted(rest)), kept), kept)


def _not_plain(columns: LineColumns) -> set[int]:
    """The rows that are to be filed line by line, with those on a document of theirs.

    None where that is to be found out of all lines together: where they may belong to others'
    books, to lines of a document, or come out of logistic units.
    """
    lots = by_identity(columns.lots)
    bound = any(columns.texts.get("document_line", ())) or any(columns.operators)
    if bound or any(lot.sscc for lot in lots.values):
        return set()
    odd = np.array([not is_plain_lot(lot) for lot in lots.values], bool)
    found = set(np.flatnonzero(odd[lots.codes]).tolist())
    documents = columns.texts.get("document", ())
    if found and documents:
        shared = {documents[row] for row in found} - {""}
        found |= {row for row, document in enumerate(documents) if document in shared}
    return found


def _part(command: FileColumns, name: str, rows: Sequence[int]) -> FileColumns:
    """Some of the lines under a key of their own; what cannot be read goes with the rest."""
    return replace(
        command,
        filing_key=f"{command.filing_key}/{name}",
        content_hash=hashlib.sha256(command.content_hash + name.encode()).digest(),
        columns=command.columns.only(rows),
        unreadable=command.unreadable if name == REST else {},
    )


def _filed(uow: UnitOfWork, part: FileColumns, kept: int) -> FiledColumns:
    """File a part as lines of their own count; the answer names them by their places again."""
    at = sorted([*part.columns.places, *part.unreadable])
    own = {place: number for number, place in enumerate(at)}
    filed = file_columns(
        uow,
        replace(
            part,
            columns=replace(part.columns, places=[own[place] for place in part.columns.places]),
            unreadable={own[place]: it for place, it in part.unreadable.items()},
        ),
        kept=kept,
    )
    return replace(
        filed,
        refused=tuple(replace(it, index=at[it.index]) for it in filed.refused),
        warnings=tuple(replace(it, index=at[it.index]) for it in filed.warnings),
    )


def _both(one: FiledColumns, other: FiledColumns, kept: int) -> FiledColumns:
    """Two answers as one."""
    return replace(
        one,
        accepted=one.accepted + other.accepted,
        refused=tuple(sorted([*one.refused, *other.refused], key=lambda it: it.index)),
        warned=one.warned + other.warned,
        counts=dict(Counter(one.counts) + Counter(other.counts)),
        warnings=tuple(_firsts([*one.warnings, *other.warnings], kept)),
        replayed=one.replayed and other.replayed,
    )


def _firsts(warnings: Iterable[Warned], kept: int) -> Iterator[Warned]:
    """The first so many of each code, in the order of the lines."""
    met: Counter[str] = Counter()
    for it in sorted(warnings, key=lambda it: it.index):
        met[it.code] += 1
        if met[it.code] <= kept:
            yield it
