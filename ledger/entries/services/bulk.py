"""Rows whose parties and lots are already resolved, written as one filing: samples, benchmarks.

The rules of a filing (L01–L12) are not applied here; ids are checked set-wise. Nobody's door leads
here: it serves the sample city, whose generator makes only rows that the rules let through.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import text

from ledger.entries import errors
from ledger.entries.services import claims
from ledger.entries.services.leaves import leaves_of_rows, queue_leaves
from ledger.entries.services.numbers import take_entry_ids
from ledger.entries.services.partitions import make_room_for
from ledger.entries.terms import FileEntries, Source
from ledger.entries.writer import write_rows
from ledger.kernel.uow import UnitOfWork
from ledger.products.errors import UnknownLot

_KNOWN = text("SELECT id FROM lot WHERE id = ANY(:ids)")


def file_rows(uow: UnitOfWork, operator_id: int, filing_key: str, rows: npt.NDArray[Any]) -> int:
    """File resolved rows under a key; returns how many rows are new (0 when the key was used).

    ``rows`` is a numpy record array with the fields of ENTRY_COLUMNS without ``id``, and ``entry``:
    the place of the row's entry within the batch (rows of one entry share it).
    Refuses: NotPermitted, NotYourOperator, NothingFiled, UnknownLot; claim_key's.
    """
    uow.actor.require("entry.file")
    uow.actor.require_operator(operator_id)
    if not len(rows):
        raise errors.NothingFiled(field="entries")
    digest = hashlib.sha256(rows.tobytes()).digest()
    command = FileEntries(
        operator_id=operator_id,
        filing_key=filing_key,
        content_hash=digest,
        lines=(),
        source=Source.SEED,
    )
    if claims.claim_key(uow, command):
        return 0
    _refuse_unknown_lots(uow, np.unique(rows["lot"]))
    make_room_for(uow, [int(rows["lot"].max())])
    entries = int(rows["entry"].max()) + 1
    first = take_entry_ids(uow, entries)
    numbered = _numbered(rows, first)
    write_rows(uow.session, numbered)
    queue_leaves(uow, operator_id, leaves_of_rows(numbered, first, entries))
    claims.store_filing(
        uow,
        {
            "operator_id": operator_id,
            "filing_key": filing_key,
            "content_hash": digest,
            "account_id": uow.actor.account_id,
            "source": command.source.value,
            "upload_id": None,
            "first_entry": first,
            "last_entry": first + entries - 1,
            "accepted": entries,
            "answer": json.dumps({"entries": [], "refused": [], "warnings": []}),
            "receipt": digest,
            "filed_at": uow.now,
        },
    )
    return len(rows)


def _refuse_unknown_lots(uow: UnitOfWork, lots: npt.NDArray[Any]) -> None:
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
