"""Entries as the bytes their leaves are the hashes of, rebuilt from the tables."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from sqlalchemy import TextClause, text

from ledger.entries.model import ENTRY_COLUMNS
from ledger.entries.rules import canonical
from ledger.kernel.uow import UnitOfWork

_LOTS = text("""
    SELECT said -> 'lots' FROM entry_note
    WHERE lot = ANY(CAST(:lots AS integer[])) AND id = ANY(CAST(:ids AS bigint[]))
      AND said ? 'lots'
""")
# What was made by the same entries, and of what: a transformation's rows stand in several lots.
_ALSO = text("""
    SELECT lot, other FROM entry
    WHERE kind = 4 AND id = ANY(CAST(:ids AS bigint[]))
      AND (other = ANY(CAST(:lots AS integer[])) OR lot = ANY(CAST(:lots AS integer[])))
""")
_ROWS = text(f"""
    SELECT {", ".join(ENTRY_COLUMNS)} FROM entry
    WHERE lot = ANY(CAST(:lots AS integer[])) AND id = ANY(CAST(:ids AS bigint[]))
""")  # noqa: S608
_OPERATORS = text("""
    SELECT id, lot, op FROM entry
    WHERE lot = ANY(CAST(:lots AS integer[])) AND id = ANY(CAST(:ids AS bigint[])) AND kind <> 9
""")
_NOTES = text("""
    SELECT lot, id, document, document_line, certificate, keep_until, said, digest
    FROM entry_note
    WHERE lot = ANY(CAST(:lots AS integer[])) AND id = ANY(CAST(:ids AS bigint[]))
""")
_WITHIN = "lot >= :first AND lot < :end AND id = ANY(CAST(:ids AS bigint[]))"
_ROWS_WITHIN = text(f"SELECT {', '.join(ENTRY_COLUMNS)} FROM entry WHERE {_WITHIN}")  # noqa: S608
_NOTES_WITHIN = text(f"SELECT * FROM entry_note WHERE {_WITHIN}")  # noqa: S608
# The filing an entry belongs to names its batch; an entry is numbered behind its filing's first.
_FILING = text("""
    SELECT operator_id, first_entry FROM filing WHERE first_entry <= :id
    ORDER BY first_entry DESC LIMIT 1
""")
_BATCHES = text("""
    SELECT first_entry, count, nonce FROM leaf_batch
    WHERE operator_id = ANY(CAST(:operators AS integer[]))
      AND first_entry = ANY(CAST(:firsts AS bigint[]))
""")


def leaf_data_of(
    uow: UnitOfWork, asked: Mapping[int, int], gone: Mapping[int, Sequence[bytes]]
) -> dict[int, bytes]:
    """The bytes of entries' leaves, for entries given as {id: one of its lots}.

    ``gone`` are records of rows that are in the book no more. Entries of which there is no row, or
    no nonce, are left out.
    """
    if not asked:
        return {}
    nonces = _nonces_of(uow, asked)
    records = _records_of(uow, asked)
    return {
        number: canonical.leaf_data(nonces[number], [*own, *gone.get(number, ())])
        for number, own in records.items()
        if number in nonces
    }


def _nonces_of(uow: UnitOfWork, ids: Iterable[int]) -> dict[int, bytes]:
    """The nonces of entries; one look-up per filing, and those asked for together share one."""
    of: dict[int, list[int]] = {}
    operators = set()
    left = sorted(ids)
    while left:
        filed = uow.session.execute(_FILING, {"id": left[-1]}).one_or_none()
        if filed is None:
            break
        at = bisect_left(left, filed.first_entry)
        of[filed.first_entry] = left[at:]
        operators.add(filed.operator_id)
        left = left[:at]
    asked = {"operators": sorted(operators), "firsts": sorted(of)}
    return {
        number: bytes(batch.nonce)
        for batch in uow.session.execute(_BATCHES, asked)
        for number in of[batch.first_entry]
        if number < batch.first_entry + batch.count
    }


def entry_operators(uow: UnitOfWork, asked: Mapping[int, int]) -> dict[int, int]:
    """In whose book entries stand that are given as {id: one of its lots}; unknown ones not."""
    values = {"lots": sorted(set(asked.values())), "ids": sorted(asked)}
    found = uow.session.execute(_OPERATORS, values)
    return {row.id: row.op for row in found if row.lot == asked[row.id]}


def records_of_rows(
    uow: UnitOfWork, entries: Sequence[int], lots: tuple[int, int]
) -> dict[int, list[bytes]]:
    """The canonical records of the rows that entries have in a range of lots, end excluded."""
    where = {"ids": list(entries), "first": lots[0], "end": lots[1]}
    return _records(uow, (_ROWS_WITHIN, _NOTES_WITHIN), where)


def _records_of(uow: UnitOfWork, asked: Mapping[int, int]) -> dict[int, list[bytes]]:
    where = {"lots": sorted(_all_lots(uow, asked)), "ids": sorted(asked)}
    return _records(uow, (_ROWS, _NOTES), where)


def _records(
    uow: UnitOfWork, queries: tuple[TextClause, TextClause], where: Mapping[str, Any]
) -> dict[int, list[bytes]]:
    rows, notes = (uow.session.execute(query, where).all() for query in queries)
    digests = {(row.lot, row.id): note_digest_of(row) for row in notes}
    found: dict[int, list[bytes]] = defaultdict(list)
    for row in rows:
        digest = digests.get((row.lot, row.id), canonical.NO_NOTE)
        found[row.id].append(canonical.record(cast("canonical.Row", tuple(row)), digest))
    return found


def note_digest_of(row: Any) -> bytes:
    """The digest of a stored note: of its words, or the one kept when they went."""
    kept = getattr(row, "digest", None)
    if kept is not None:
        return bytes(kept)
    return canonical.note_digest(
        row.document,
        row.document_line,
        row.certificate,
        row.keep_until,
        canonical.said_text(row.said),
    )


def _all_lots(uow: UnitOfWork, asked: Mapping[int, int]) -> set[int]:
    lots = set(asked.values())
    values = {"lots": list(asked.values()), "ids": list(asked)}
    lots.update(*uow.session.scalars(_LOTS, values))
    new = lots
    while new:
        pairs = uow.session.execute(_ALSO, {"lots": sorted(new), "ids": list(asked)})
        new = {lot for pair in pairs for lot in pair} - lots
        lots = lots | new
    return lots
