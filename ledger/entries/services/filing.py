"""Giving entries to the ledger: one key, one answer, and never half of it."""

from __future__ import annotations

import json
from itertools import count
from typing import Any

from ledger.entries import errors
from ledger.entries.rules import canonical
from ledger.entries.rules.limits import LINES_MAX, ROWS_MAX
from ledger.entries.services import claims, naming, packing
from ledger.entries.services.batch import Batch, Item
from ledger.entries.services.checking import Checker
from ledger.entries.services.context import load_context
from ledger.entries.services.corrections import load_corrected
from ledger.entries.services.leaves import leaves_of, queue_leaves
from ledger.entries.services.numbers import take_entry_ids
from ledger.entries.services.packing import Shelf
from ledger.entries.services.partitions import make_room_for
from ledger.entries.services.rows import reference_of, rows_and_notes
from ledger.entries.services.same_goods import alias_rows, same_goods
from ledger.entries.terms import (
    EntryKind,
    Filed,
    FileEntries,
    Flag,
    Line,
    Mode,
    Refused,
    Unreadable,
    Warned,
)
from ledger.entries.writer import write_notes, write_rows
from ledger.kernel.uow import UnitOfWork

# What a line before may have caused that is itself refused.
CAUSED_BY_OTHERS = (
    errors.AlreadyCorrected,
    errors.UnitEmpty,
    errors.NotInUnit,
    errors.UnitInItself,
)
TURNS_MAX = 4  # times refusals are looked at again; chains of refusals longer than that stay
ALERTED_MAX = 200  # references named in one fact; the fact says when there are more


def file_entries(uow: UnitOfWork, command: FileEntries) -> Filed:
    """File the lines of one filing, all of them or the good ones, in a fixed number of statements.

    The same key with the same content gives the first answer again (``replayed``).

    Refuses: NothingFiled, TooManyLines, NotPermitted, NotYourOperator, KeyUnreadable,
    KeyUsedOtherwise, LinesRefused (mode ``all``), TooManyRows.
    Announces: entry.filed; food.expired_dispatched; entry.licence_doubted.
    """
    _refuse_whole(uow, command)
    answer = claims.claim_key(uow, command)
    if answer:
        return answer
    refused = [
        _unreadable(i, it) for i, it in enumerate(command.lines) if isinstance(it, Unreadable)
    ]
    lines = [(i, it) for i, it in enumerate(command.lines) if isinstance(it, Line)]
    batch, shelf = _prepared(uow, command, lines, refused)
    return _written(batch, shelf, command, sorted(refused, key=lambda it: it.index))


def _refuse_whole(uow: UnitOfWork, command: FileEntries) -> None:
    uow.actor.require("entry.file")
    uow.actor.require_operator(command.operator_id)
    if not command.lines:
        raise errors.NothingFiled(field="entries")
    if len(command.lines) > LINES_MAX:
        raise errors.TooManyLines(lines=len(command.lines), limit=LINES_MAX, field="entries")


def _unreadable(index: int, line: Unreadable) -> Refused:
    return Refused(index=index, code=line.code, field=line.field, params=dict(line.params))


def _prepared(
    uow: UnitOfWork, command: FileEntries, lines: list[tuple[int, Line]], refused: list[Refused]
) -> tuple[Batch, Shelf]:
    """Resolve and check the lines; what refused lines opened on the way is taken back.

    A refused line may have opened a product or a party, or have packed what another line unpacks.
    In mode ``good`` the others are therefore prepared once more on a clean slate, so that nothing
    stays of the refused ones: neither what they opened nor a refusal they caused.
    """
    for turn in count():
        savepoint = uow.session.begin_nested()
        batch = Batch(uow, command.operator_id, _items(lines), command.strict)
        try:
            shelf = _prepare(batch)
        except BaseException:
            if savepoint.is_active:
                savepoint.rollback()
            raise
        bad = {item.index: item for item in batch.items if item.refusal}
        if not (bad or (refused and command.mode is Mode.ALL)):
            savepoint.commit()
            return batch, shelf
        savepoint.rollback()
        if command.mode is Mode.GOOD and turn < TURNS_MAX:
            bad = _surely(bad)
        refused += [_refused(item) for item in bad.values()]
        if command.mode is Mode.ALL:
            refused.sort(key=lambda it: it.index)
            raise errors.LinesRefused(count=len(refused), refused=tuple(refused))
        lines = [(index, line) for index, line in lines if index not in bad]
    raise AssertionError  # the loop returns or raises


def _surely(bad: dict[int, Item]) -> dict[int, Item]:
    """The lines whose refusal no other refused line can have caused; all when there is none."""
    sure = {
        index: item for index, item in bad.items() if not isinstance(item.refusal, CAUSED_BY_OTHERS)
    }
    return sure or bad


def _items(lines: list[tuple[int, Line]]) -> list[Item]:
    return [
        Item(
            index,
            line,
            line.replacement
            if line.replacement is not None and line.kind is EntryKind.CORRECTION
            else line,
        )
        for index, line in lines
    ]


def _prepare(batch: Batch) -> Shelf:
    naming.read_lines(batch)
    naming.name_operators(batch)
    load_corrected(batch)
    naming.name_partners(batch)
    naming.name_goods(batch)
    # Before anything of the book is read: a partition is made under a lock that waits for readers.
    make_room_for(batch.uow, (goods.lot for item in batch.alive for goods in item.all_goods))
    shelf = packing.load_units(batch)
    packing.place_goods(batch, shelf)
    family = same_goods(batch)
    checker = Checker(batch, load_context(batch, family))
    for item in batch.alive:
        checker.check(item)
    return shelf


def _refused(item: Item) -> Refused:
    assert item.refusal is not None
    refusal = item.refusal
    return Refused(
        index=item.index, code=refusal.code, field=refusal.field or "", params=refusal.params
    )


def _written(batch: Batch, shelf: Shelf, command: FileEntries, refused: list[Refused]) -> Filed:
    uow, items = batch.uow, list(batch.alive)
    first = take_entry_ids(uow, len(items) + bool(batch.aliases)) if items else 0
    for place, item in enumerate(items):
        item.number = first + place
    rows, notes, records = rows_and_notes(batch)
    receipt = canonical.receipt(records)
    if len(rows) > ROWS_MAX:
        raise errors.TooManyRows(rows=len(rows), limit=ROWS_MAX, field="entries")
    aliases = alias_rows(batch.aliases, first + len(items))
    write_rows(uow.session, rows + aliases)
    write_notes(uow.session, notes)
    packing.store_units(batch, shelf)
    last = first + len(items) + bool(aliases) - 1 if items else 0
    if items:
        records += [canonical.record(row) for row in aliases]
        queue_leaves(uow, command.operator_id, leaves_of(records, first, last - first + 1))
    references = [reference_of(item) for item in items]
    answer = _answer(items, references, refused)
    number = claims.store_filing(
        uow,
        {
            "operator_id": command.operator_id,
            "filing_key": command.filing_key,
            "content_hash": command.content_hash,
            "account_id": uow.actor.account_id,
            "source": command.source.value,
            "upload_id": command.upload_id,
            "first_entry": first,
            "last_entry": last,
            "accepted": len(items),
            "answer": json.dumps(answer, ensure_ascii=False, default=str),
            "receipt": receipt,
            "filed_at": uow.now,
        },
    )
    _tell(batch, number, (first, last), references)
    return Filed(
        filing_id=number,
        filing_key=command.filing_key,
        accepted=len(items),
        entries=tuple(references),
        refused=tuple(refused),
        warnings=tuple(Warned(**it) for it in answer["warnings"]),
        receipt=receipt.hex(),
        filed_at=uow.now,
    )


def _answer(items: list[Item], references: list[str], refused: list[Refused]) -> dict[str, Any]:
    return {
        "entries": references,
        "refused": [_plain(it) for it in refused],
        "warnings": [it for item in items for it in _warnings(item)],
    }


def _plain(refused: Refused) -> dict[str, Any]:
    return {
        "index": refused.index,
        "code": refused.code,
        "field": refused.field,
        "params": dict(refused.params),
    }


def _warnings(item: Item) -> list[dict[str, Any]]:
    return [
        {"index": item.index, "rule": it.rule, "code": it.refusal.code, "params": dict(it.params)}
        for it in item.findings
    ]


def _tell(batch: Batch, filing: int, numbers: tuple[int, int], references: list[str]) -> None:
    """Leave the facts and the audit line of the filing."""
    uow, items = batch.uow, list(batch.alive)
    lots = {lot for item in items for lot in item.lots}
    shared = {"filing_id": filing, "operator_id": batch.operator_id}
    uow.announce(
        "entry.filed",
        **shared,
        first_entry=numbers[0],
        last_entry=numbers[1],
        accepted=len(items),
        lots=len(lots),
    )
    sold = [item.line.kind is EntryKind.DISPATCH for item in items]
    marked = list(zip(items, references, sold, strict=True))
    if expired := [it for item, it, out in marked if out and item.flags & Flag.EXPIRED_FOOD]:
        uow.announce("food.expired_dispatched", **shared, **_named(expired))
    if doubted := [it for item, it, _ in marked if item.flags & Flag.LICENCE]:
        uow.announce("entry.licence_doubted", **shared, **_named(doubted))
    uow.audit(
        "entry.file",
        f"filing:{filing}",
        operator_id=batch.operator_id,
        accepted=len(items),
        lots=len(lots),
    )


def _named(references: list[str]) -> dict[str, Any]:
    return {"entries": references[:ALERTED_MAX], "count": len(references)}
