"""Giving entries to the ledger: one key, one answer, and never half of it."""

from __future__ import annotations

import contextlib
import json
from itertools import count
from typing import Any

from sqlalchemy.exc import DBAPIError

from ledger.entries import errors
from ledger.entries.rules import canonical
from ledger.entries.rules.canonical import Row
from ledger.entries.rules.limits import LINES_MAX, ROWS_MAX
from ledger.entries.services import claims, naming, packing
from ledger.entries.services.batch import Batch, Item
from ledger.entries.services.checking import Checker
from ledger.entries.services.context import load_context
from ledger.entries.services.corrections import load_corrected
from ledger.entries.services.leaves import leaves_of, leaves_queued
from ledger.entries.services.numbers import take_filing_id
from ledger.entries.services.packing import Shelf
from ledger.entries.services.partitions import make_room_for
from ledger.entries.services.rows import reference_of, rows_and_notes
from ledger.entries.services.same_goods import alias_rows, link_goods
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
from ledger.entries.writer import Note, few_rows, write_notes, write_rows
from ledger.kernel.statements import Statement, together
from ledger.kernel.uow import UnitOfWork

# What a line before may have caused that is itself refused.
CAUSED_BY_OTHERS = (
    errors.AlreadyCorrected,
    errors.UnitEmpty,
    errors.NotInUnit,
    errors.UnitInItself,
)
TURNS_MAX = 4  # times refusals are looked at again; chains of refusals longer than that stay
POINT = "filing_lines"  # what lines opened is taken back to here when one of them is refused
ALERTED_MAX = 200  # references named in one fact; the fact says when there are more


def file_entries(uow: UnitOfWork, command: FileEntries) -> Filed:
    """File the lines of one filing, all of them or the good ones, in a fixed number of statements.

    The same key with the same content gives the first answer again (``replayed``).

    Refuses: NothingFiled, TooManyLines, NotPermitted, NotYourOperator, KeyUnreadable,
    KeyUsedOtherwise, LinesRefused (mode ``all``), TooManyRows.
    Announces: entry.filed; food.expired_dispatched; entry.licence_doubted.
    """
    refuse_whole(uow, command.operator_id, len(command.lines))
    answer = claims.claim_key(uow, command, (f"SAVEPOINT {POINT}", ()))
    return answer or file_claimed(uow, command)


def file_claimed(uow: UnitOfWork, command: FileEntries) -> Filed:
    """The same once the key is taken and POINT is set."""
    lines: list[tuple[int, Line]] = []
    refused: list[Refused] = []
    for index, line in enumerate(command.lines):
        if isinstance(line, Unreadable):
            refused.append(unreadable(index, line))
        else:
            lines.append((index, line))
    batch, shelf = _prepared(uow, command, lines, refused)
    return _written(batch, shelf, command, sorted(refused, key=lambda it: it.index))


def refuse_whole(uow: UnitOfWork, operator_id: int, lines: int) -> None:
    """Refuse what nobody may file, and what is nothing or too much."""
    uow.actor.require("entry.file")
    uow.actor.require_operator(operator_id)
    if not lines:
        raise errors.NothingFiled(field="entries")
    if lines > LINES_MAX:
        raise errors.TooManyLines(lines=lines, limit=LINES_MAX, field="entries")


def unreadable(index: int, line: Unreadable) -> Refused:
    """The refusal of a line its door could not read."""
    return Refused(index=index, code=line.code, field=line.field, params=dict(line.params))


def _prepared(
    uow: UnitOfWork, command: FileEntries, lines: list[tuple[int, Line]], refused: list[Refused]
) -> tuple[Batch, Shelf]:
    """Resolve and check the lines; what refused lines opened on the way is taken back.

    A refused line may have opened a product or a party, or have packed what another line unpacks.
    In mode ``good`` the others are therefore prepared once more on a clean slate, so that nothing
    stays of the refused ones: neither what they opened nor a refusal they caused.
    """
    taken = (0, 0)
    for turn in count():
        batch = Batch(uow, command.operator_id, lines, strict=command.strict)
        batch.first_number, batch.filing_number = taken
        try:
            shelf = _prepare(batch)
        except BaseException:
            take_back(uow)
            raise
        bad = {item.index: item for item in batch.items if item.refusal}
        if not (bad or (refused and command.mode is Mode.ALL)):
            return batch, shelf
        take_back(uow)
        taken = batch.first_number, batch.filing_number  # enough for the fewer that are left
        if command.mode is Mode.GOOD and turn < TURNS_MAX:
            bad = _surely(bad)
        refused += [refused_of(item) for item in bad.values()]
        if command.mode is Mode.ALL:
            refused.sort(key=lambda it: it.index)
            raise errors.LinesRefused(count=len(refused), refused=tuple(refused))
        lines = [(index, line) for index, line in lines if index not in bad]
    raise AssertionError  # the loop returns or raises


def take_back(uow: UnitOfWork) -> None:
    """Undo what was done since the point that was set beside the key, and stand there again."""
    with contextlib.suppress(DBAPIError):  # the connection itself may be what is gone
        together(uow.session, (f"ROLLBACK TO SAVEPOINT {POINT}", ()))


def _surely(bad: dict[int, Item]) -> dict[int, Item]:
    """The lines whose refusal no other refused line can have caused; all when there is none."""
    sure = {
        index: item for index, item in bad.items() if not isinstance(item.refusal, CAUSED_BY_OTHERS)
    }
    return sure or bad


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
    checker = Checker(batch, load_context(batch, link_goods(batch)))
    for item in batch.alive:
        checker.check(item)
    return shelf


def refused_of(item: Item) -> Refused:
    """The refusal of a line that was refused."""
    assert item.refusal is not None
    refusal = item.refusal
    return Refused(
        index=item.index, code=refusal.code, field=refusal.field or "", params=refusal.params
    )


def _written(batch: Batch, shelf: Shelf, command: FileEntries, refused: list[Refused]) -> Filed:
    uow, items = batch.uow, batch.alive
    number = batch.filing_number or take_filing_id(uow)
    first = batch.first_number if items else 0
    for place, item in enumerate(items):
        item.number = first + place
    rows, notes, records = rows_and_notes(batch, items)
    receipt = canonical.receipt(records)
    if len(rows) > ROWS_MAX:
        raise errors.TooManyRows(rows=len(rows), limit=ROWS_MAX, field="entries")
    aliases = alias_rows(batch.aliases, first + len(items))
    last = first + len(items) + bool(aliases) - 1 if items else 0
    statements = _stored(uow, rows + aliases, notes)
    packing.store_units(batch, shelf)
    if items:
        records += [canonical.record(row) for row in aliases]
        leaves = leaves_of(records, first, last - first + 1)
        statements += leaves_queued(command.operator_id, leaves)
    references = [reference_of(item) for item in items]
    answer = _answer(items, references, refused)
    values = {
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
    }
    statements.append(claims.filing_stored(number, values))
    statements += _told(batch, items, number, (first, last), references)
    together(uow.session, *statements, (f"RELEASE SAVEPOINT {POINT}", ()))
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


def _stored(uow: UnitOfWork, rows: list[Row], notes: list[Note]) -> list[Statement]:
    """Write rows and notes; a few are left to be sent with the filing itself."""
    statements = few_rows(rows, notes)
    if statements is None:
        write_rows(uow.session, rows)
        write_notes(uow.session, notes)
    return statements or []


def _answer(items: list[Item], references: list[str], refused: list[Refused]) -> dict[str, Any]:
    return {
        "entries": references,
        "refused": [plain(it) for it in refused],
        "warnings": [it for item in items for it in _warnings(item)],
    }


def plain(refused: Refused) -> dict[str, Any]:
    """A refusal as the answer keeps it."""
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


def _told(
    batch: Batch, items: list[Item], filing: int, numbers: tuple[int, int], references: list[str]
) -> list[Statement]:
    """The facts and the audit line of the filing."""
    counted = {"accepted": len(items), "lots": len({lot for item in items for lot in item.lots})}
    sold = EntryKind.DISPATCH
    marked = [(item, it) for item, it in zip(items, references, strict=True) if item.flags]
    expired = [
        it for item, it in marked if item.line.kind is sold and item.flags & Flag.EXPIRED_FOOD
    ]
    doubted = [it for item, it in marked if item.flags & Flag.LICENCE]
    return told(batch, filing, numbers, counted, expired, doubted)


def told(
    batch: Batch,
    filing: int,
    numbers: tuple[int, int],
    counted: dict[str, int],
    expired: list[str],
    doubted: list[str],
) -> list[Statement]:
    """The same by the references of what was sold expired, and of what traders may not do."""
    uow = batch.uow
    shared = {"filing_id": filing, "operator_id": batch.operator_id}
    span = {"first_entry": numbers[0], "last_entry": numbers[1]}
    said = [uow.fact("entry.filed", **shared, **span, **counted)]
    if expired:
        said.append(uow.fact("food.expired_dispatched", **shared, **_named(expired)))
    if doubted:
        said.append(uow.fact("entry.licence_doubted", **shared, **_named(doubted)))
    about = {"operator_id": batch.operator_id, **counted}
    said.append(uow.audit_line("entry.file", f"filing:{filing}", **about))
    return said


def _named(references: list[str]) -> dict[str, Any]:
    return {"entries": references[:ALERTED_MAX], "count": len(references)}
