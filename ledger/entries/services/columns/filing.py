"""Filing lines that are given by columns: as by lines, with everything asked once that is alike."""

from __future__ import annotations

import json

import numpy as np

from ledger.entries.services import claims, filing
from ledger.entries.services.batch import Batch
from ledger.entries.services.columns.store import Ready
from ledger.entries.services.columns.sweep import Sweep, context_for
from ledger.entries.services.columns.table import NotPlain, Table
from ledger.entries.services.leaves import queue_leaves
from ledger.entries.terms import EntryKind, FileColumns, Filed, FiledColumns, Flag, Refused, Warned
from ledger.entries.writer import write_note_columns, write_rows
from ledger.kernel.statements import together
from ledger.kernel.uow import UnitOfWork


def file_columns(uow: UnitOfWork, command: FileColumns, *, kept: int) -> FiledColumns:
    """File the good lines of one filing that is given by columns.

    The outcome is that of ``file_entries`` in mode ``good``, to the last byte; only the warnings
    are counted instead of listed, the first ``kept`` of each code excepted. Lines of which one
    asks for more than columns can tell are filed by ``file_entries`` itself.

    Refuses, announces: as file_entries.
    """
    lines = len(command.columns) + len(command.unreadable)
    filing.refuse_whole(uow, command.operator_id, lines)
    answer = claims.claim_key(uow, command, (f"SAVEPOINT {filing.POINT}", ()))
    if answer:
        return _counted(answer, kept)
    refused = [filing.unreadable(index, it) for index, it in command.unreadable.items()]
    try:
        ready = _ready(uow, command, refused)
    except NotPlain:
        filing.take_back(uow)
        return _counted(filing.file_claimed(uow, command.by_lines()), kept)
    except BaseException:
        filing.take_back(uow)
        raise
    return _written(ready, command, sorted(refused, key=lambda it: it.index), kept)


def _ready(uow: UnitOfWork, command: FileColumns, refused: list[Refused]) -> Ready:
    """Resolve and check the lines; those refused are left out, and the others begun anew.

    Raises NotPlain, also where no line is left.
    """
    columns, taken = command.columns, (0, 0)
    while len(columns):
        batch = Batch(uow, command.operator_id, (), strict=False)
        batch.first_number, batch.filing_number = taken
        table = Table(batch, columns)
        table.resolve()
        if not table.bad:
            sweep = Sweep(table, context_for(table))
            sweep.run()
            if not table.bad:
                return Ready(table, sweep.flags, sweep.found, batch.first_number)
        filing.take_back(uow)
        taken = batch.first_number, batch.filing_number  # enough for the fewer that are left
        refused += [filing.refused_of(item) for item in table.bad.values()]
        columns = columns.only([row for row in range(len(columns)) if row not in table.bad])
    raise NotPlain


def _written(ready: Ready, command: FileColumns, refused: list[Refused], kept: int) -> FiledColumns:
    table, batch = ready.table, ready.table.batch
    uow, number, last = batch.uow, batch.filing_number, ready.first + table.rows - 1
    write_rows(uow.session, ready.rows)
    write_note_columns(uow.session, ready.notes)
    leaves, receipt = ready.hashed()
    values = {
        "operator_id": command.operator_id,
        "filing_key": command.filing_key,
        "content_hash": command.content_hash,
        "account_id": uow.actor.account_id,
        "source": command.source.value,
        "upload_id": command.upload_id,
        "first_entry": ready.first,
        "last_entry": last,
        "accepted": table.rows,
        "answer": _answer(ready, refused),
        "receipt": receipt,
        "filed_at": uow.now,
    }
    queue_leaves(uow, command.operator_id, leaves)
    statements = [claims.filing_stored(number, values)]
    sold = table.kind_is([EntryKind.DISPATCH]) & (ready.flags & Flag.EXPIRED_FOOD > 0)
    doubted = ready.flags & Flag.LICENCE > 0
    counted = {"accepted": table.rows, "lots": len(np.unique(table.lot))}
    span = (ready.first, last)
    statements += filing.told(
        batch, number, span, counted, ready.marked(sold), ready.marked(doubted)
    )
    together(uow.session, *statements, (f"RELEASE SAVEPOINT {filing.POINT}", ()))
    often = np.bincount(ready.found.codes, minlength=len(ready.found.values)).tolist()
    return FiledColumns(
        filing_id=number,
        filing_key=command.filing_key,
        accepted=table.rows,
        refused=tuple(refused),
        warned=sum(times for it, times in zip(ready.found.values, often, strict=True) if it),
        counts=ready.counts(),
        warnings=ready.firsts(kept),
        receipt=receipt.hex(),
        filed_at=uow.now,
    )


def _answer(ready: Ready, refused: list[Refused]) -> str:
    said = json.dumps([filing.plain(it) for it in refused], ensure_ascii=False, default=str)
    entries = '", "'.join(ready.references)
    return f'{{"entries": ["{entries}"], "refused": {said}, "warned": {ready.warned()}}}'


def _counted(filed: Filed, kept: int) -> FiledColumns:
    """What was filed by lines, as by columns."""
    counts: dict[str, int] = {}
    warnings: list[Warned] = []
    for it in filed.warnings:
        counts[it.code] = counts.get(it.code, 0) + 1
        if counts[it.code] <= kept:
            warnings.append(it)
    return FiledColumns(
        filing_id=filed.filing_id,
        filing_key=filed.filing_key,
        accepted=filed.accepted,
        refused=filed.refused,
        warned=len({it.index for it in filed.warnings}),
        counts=counts,
        warnings=tuple(warnings),
        receipt=filed.receipt,
        filed_at=filed.filed_at,
        replayed=filed.replayed,
    )
