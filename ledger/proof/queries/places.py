"""Where entries stand in the log, how far their proof has come, and their receipts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import select, text

from ledger.entries.errors import UnknownEntry
from ledger.entries.queries import entry_operators, leaf_data_of
from ledger.kernel.errors import Refusal
from ledger.kernel.ids import parse_entry_reference
from ledger.kernel.uow import UnitOfWork
from ledger.proof import errors
from ledger.proof.model import LogCosignatureRow
from ledger.proof.queries.log import checkpoint_over, tile_reader
from ledger.proof.queries.witnesses import checkpoint_to_show, note_of
from ledger.proof.rules.merkle import leaf_hash
from ledger.proof.rules.paths import StoredTree
from ledger.proof.rules.receipt import format_receipt
from ledger.proof.terms import ProofState, Receipt

RECEIPTS_MAX = 1_000
_GONE = text("""
    SELECT entry, record FROM purged_record WHERE entry = ANY(CAST(:ids AS bigint[]))
""")
_PLACES = text("""
    SELECT asked.id, span.first_leaf + asked.id - span.first_entry AS place
    FROM unnest(CAST(:ids AS bigint[])) AS asked (id)
    CROSS JOIN LATERAL (
        SELECT first_leaf, first_entry, count FROM log_span WHERE first_entry <= asked.id
        ORDER BY first_entry DESC LIMIT 1
    ) AS span
    WHERE asked.id < span.first_entry + span.count
""")


def places_of(uow: UnitOfWork, entries: Sequence[int]) -> dict[int, int]:
    """The places of entries in the log, by their numbers; those not sealed yet are left out."""
    found = uow.session.execute(_PLACES, {"ids": list(entries)})
    return {row.id: row.place for row in found}


def state_of(uow: UnitOfWork, entry: int, *, witnessed: bool) -> ProofState:
    """How far the proof of an entry has come, by its number.

    ``witnessed`` says whether this log has witnesses: then a checkpoint is public when one of them
    has signed it, else as soon as there is one.
    """
    place = places_of(uow, [entry]).get(entry)
    if place is None or checkpoint_over(uow, place) is None:
        return ProofState.FILED
    if not witnessed:
        return ProofState.PUBLISHED
    seen = select(LogCosignatureRow.size).where(LogCosignatureRow.size > place).limit(1)
    return ProofState.SEALED if uow.session.scalar(seen) is None else ProofState.PUBLISHED


def receipts_of(uow: UnitOfWork, references: Sequence[str]) -> tuple[Receipt, ...]:
    """The receipts of entries under one checkpoint (``checkpoint_to_show``), in the order asked.

    For those who may read the entries; nobody else learns that they exist.
    Refuses: TooManyReceipts, UnknownEntry, NotSealedYet, EntryNotAsSealed.
    """
    if len(references) > RECEIPTS_MAX:
        raise errors.TooManyReceipts(receipts=len(references), limit=RECEIPTS_MAX)
    named = [_numbers(reference) for reference in references]
    asked = {number: lot for lot, number in named}
    operators = entry_operators(uow, asked)
    leaves = leaf_data_of(uow, asked, _gone(uow, asked))
    places = places_of(uow, list(asked))
    shown = checkpoint_to_show(uow, max(places.values(), default=0))
    tree = StoredTree(shown.size if shown else 0, tile_reader(uow))
    note = note_of(uow, shown) if shown else ""
    found = []
    for reference, (_, number) in zip(references, named, strict=True):
        _require_readable(uow, reference, operators.get(number))
        if places.get(number, tree.size) >= tree.size:
            raise errors.NotSealedYet(reference=reference)
        place, data = places[number], leaves.get(number, b"")
        if leaf_hash(data) != tree.leaf(place):
            raise errors.EntryNotAsSealed(reference=reference)
        path = tree.inclusion_path(place)
        found.append(Receipt(leaf=data, index=place, path=path, note=note))
    return tuple(found)


def written(receipts: Sequence[Receipt]) -> str:
    """Receipts as one file to keep (C2SP tlog-proof, one behind the other)."""
    return "".join(map(format_receipt, receipts))


def leaf_of(receipt: Receipt) -> bytes:
    """The hash under which the log holds an entry, 32 bytes."""
    return leaf_hash(receipt.leaf)


def _gone(uow: UnitOfWork, asked: Iterable[int]) -> dict[int, list[bytes]]:
    """The records of rows that a purge took while others of these entries stay."""
    found: dict[int, list[bytes]] = {}
    for entry, record in uow.session.execute(_GONE, {"ids": list(asked)}):
        found.setdefault(entry, []).append(bytes(record))
    return found


def require_readable(uow: UnitOfWork, references: Sequence[str]) -> None:
    """Say no unless the actor may read these entries. Raises UnknownEntry."""
    named = [_numbers(reference) for reference in references]
    operators = entry_operators(uow, {number: lot for lot, number in named})
    for reference, (_, number) in zip(references, named, strict=True):
        _require_readable(uow, reference, operators.get(number))


def _require_readable(uow: UnitOfWork, reference: str, operator: int | None) -> None:
    everybodys = uow.actor.may("book.read_all")
    if operator is None or not (everybodys or uow.actor.may_act_for(operator)):
        raise UnknownEntry(reference=reference[:40], field="reference")


def _numbers(reference: str) -> tuple[int, int]:
    try:
        return parse_entry_reference(reference)
    except Refusal:
        raise UnknownEntry(reference=reference[:40], field="reference") from None
