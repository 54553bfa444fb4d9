"""Rows whose parties and lots are already resolved, written as one filing: samples, benchmarks.

The rules of a filing (L01–L12) are not applied here; ids are checked set-wise. Nobody's door leads
here: it serves the sample city, whose generator makes only rows that the rules let through.

Making a filing ready (numbers, order, COPY's form, leaves) and writing it are two steps, because
the next one can be made ready while the store takes the last: COPY leaves the interpreter free.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import text

from ledger.entries import errors
from ledger.entries.services import claims
from ledger.entries.services.leaves import Leaves, leaves_of_rows, queue_leaves
from ledger.entries.services.numbers import take_entry_ids
from ledger.entries.services.partitions import make_room_for
from ledger.entries.terms import FileEntries, Source
from ledger.entries.writer import packed_array, write_packed
from ledger.kernel.uow import UnitOfWork
from ledger.products.errors import UnknownLot

_KNOWN = text("SELECT id FROM lot WHERE id = ANY(:ids)")

_PATIENT = text("SET LOCAL statement_timeout = '10min'")  # one statement is a whole batch
_SPAN_MAX = 10_000_000

Lots = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class ReadyRows:
    """Rows numbered, sorted and in the form they are copied in, with the leaves of their entries.

    ``lots`` are those of the rows that the store has yet to be asked for.
    """

    count: int
    highest_lot: int
    lots: Lots
    digest: bytes
    packed: bytes
    leaves: Leaves


def ready_rows(
    uow: UnitOfWork, rows: npt.NDArray[Any], *, known_lots: Lots | None = None
) -> ReadyRows:
    """Number rows and bring them into the form they are stored in; writes nothing but the numbers.

    ``rows`` is a numpy record array with the fields of ENTRY_COLUMNS without ``id``, and ``entry``:
    the place of the row's entry within the batch (rows of one entry share it). ``known_lots`` are
    lots the store has named before. Numbers stay unused where the rows are not filed then.
    Refuses: NothingFiled. Raises OverflowError where a number does not fit its column.
    """
    if not len(rows):
        raise errors.NothingFiled(field="entries")
    lots = _lots_of(rows["lot"])
    entries = int(rows["entry"].max()) + 1
    first = take_entry_ids(uow, entries)
    numbered = _numbered(rows, first)
    return ReadyRows(
        count=len(rows),
        highest_lot=int(lots[-1]),
        lots=lots if known_lots is None else np.setdiff1d(lots, known_lots, assume_unique=True),
        digest=hashlib.sha256(rows.tobytes()).digest(),
        packed=packed_array(numbered),
        leaves=leaves_of_rows(numbered, first, entries),
    )


def file_ready_rows(uow: UnitOfWork, operator_id: int, filing_key: str, ready: ReadyRows) -> int:
    """File rows made ready under a key; returns how many are new (0 when the key was used).

    Refuses: NotPermitted, NotYourOperator, UnknownLot; claim_key's.
    """
    uow.actor.require("entry.file")
    uow.actor.require_operator(operator_id)
    command = FileEntries(
        operator_id=operator_id,
        filing_key=filing_key,
        content_hash=ready.digest,
        lines=(),
        source=Source.SEED,
    )
    if claims.claim_key(uow, command):
        return 0
    uow.session.execute(_PATIENT)
    _refuse_unknown_lots(uow, ready.lots)
    make_room_for(uow, [ready.highest_lot])
    write_packed(uow.session, ready.packed)
    queue_leaves(uow, operator_id, ready.leaves)
    claims.store_filing(
        uow,
        {
            "operator_id": operator_id,
            "filing_key": filing_key,
            "content_hash": ready.digest,
            "account_id": uow.actor.account_id,
            "source": command.source.value,
            "upload_id": None,
            "first_entry": ready.leaves.first_entry,
            "last_entry": ready.leaves.first_entry + ready.leaves.count - 1,
            "accepted": ready.leaves.count,
            "answer": json.dumps({"entries": [], "refused": [], "warnings": []}),
            "receipt": ready.digest,
            "filed_at": uow.now,
        },
    )
    return ready.count


def file_rows(uow: UnitOfWork, operator_id: int, filing_key: str, rows: npt.NDArray[Any]) -> int:
    """Both steps in one unit; see ``ready_rows`` and ``file_ready_rows``."""
    return file_ready_rows(uow, operator_id, filing_key, ready_rows(uow, rows))


def _lots_of(column: Lots) -> Lots:
    """Each lot once, ascending; lots of a batch lie near each other, so they are ticked off."""
    low = int(column.min())
    if int(column.max()) - low > _SPAN_MAX:
        return np.unique(column)
    there = np.zeros(int(column.max()) - low + 1, bool)
    there[column - low] = True
    return np.flatnonzero(there).astype(np.int32) + np.int32(low)


def _refuse_unknown_lots(uow: UnitOfWork, lots: Lots) -> None:
    if not len(lots):
        return
    known = set(uow.session.scalars(_KNOWN, {"ids": lots.tolist()}))
    for lot in lots.tolist():
        if lot not in known:
            raise UnknownLot(lot=lot, field="lot")


def _numbered(rows: npt.NDArray[Any], first: int) -> npt.NDArray[Any]:
    fields = [("id", "<i8"), *((name, rows.dtype[name].str) for name in rows.dtype.names or ())]
    numbered = np.empty(len(rows), np.dtype(fields))
    for name in rows.dtype.names or ():
        numbered[name] = rows[name]
    numbered["id"] = rows["entry"].astype(np.int64) + first
    return numbered
